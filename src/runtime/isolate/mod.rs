//! V8 behind a small face: make an isolate, give it a function, hand it requests, let its event loop turn.
//!
//! Versions and limits come from `worker`; answers leave through `ops`, never from here.
//!
//! Invariant: an isolate never leaves the thread it was made on, and one that was interrupted is dropped, never reused.

mod blobs;
pub mod code_cache;
mod engine;
mod exception;
pub mod extension;
mod heap;
mod loader;
mod methods;
pub mod sampler;
mod snapshot;
mod stack;
mod terminate;

use std::ffi::c_char;
use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use deno_core::{JsRuntime, ModuleId, ModuleSpecifier, PollEventLoopOptions, RuntimeOptions, v8};

use crate::function::version::Version;
use crate::runtime::call::{Exchanges, Job};
use crate::runtime::containment::freeze;
use crate::runtime::egress;
use crate::runtime::ops::{Host, Identity, MemoryBytes, guard_or};
use crate::sys::global_alloc;

use blobs::CountedBlobs;
pub use engine::{engine_version, init_engine};
pub use exception::BootError;
pub use heap::Heap;
use methods::Methods;
pub use terminate::{Interrupt, Reason};

/// What an isolate is given when it gets its function.
pub struct Assignment {
    /// Who it is.
    pub identity: Identity,
    /// What it runs.
    pub version: Arc<Version>,
}

/// One isolate with the prelude loaded, with or without a function.
pub struct Isolate {
    js: JsRuntime,
    entry: Entry,
    methods: Methods,
    loader: Rc<loader::Loader>,
    heap: Arc<Heap>,
}

/// V8 calls this when it cannot get memory, before it would abort the process.
#[allow(unsafe_code, reason = "V8's handler is a C function")]
unsafe extern "C" fn out_of_memory(location: *const c_char, _details: &v8::OomDetails) {
    // SAFETY: V8 passes a C string; see its API.
    unsafe { freeze::out_of_memory(location) };
}

/// What an isolate uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Pages of V8's heap that are in RAM.
    pub heap_bytes: usize,
    /// ArrayBuffers and what else V8 knows outside its heap.
    pub external_bytes: usize,
}

/// The functions of `99_dispatch.js`.
struct Entry {
    assign: v8::Global<v8::Function>,
    load: v8::Global<v8::Function>,
    dispatch: v8::Global<v8::Function>,
    abort: v8::Global<v8::Function>,
}

impl Drop for Isolate {
    fn drop(&mut self) {
        sampler::forget();
        self.loader.clear();
    }
}

impl Isolate {
    /// Makes an isolate that waits for its function. Must run inside a current-thread tokio runtime.
    ///
    /// # Errors
    /// If the engine or the prelude fails; then the host is broken, not a function.
    pub fn blank(host: Arc<dyn Host>, interrupt: Arc<Interrupt>, heap_bytes: usize) -> Result<Self, BootError> {
        let loader = Rc::new(loader::Loader::default());
        let heap = Heap::new(heap_bytes, interrupt.clone());
        let mut js = JsRuntime::try_new(RuntimeOptions {
            startup_snapshot: Some(snapshot::SNAPSHOT),
            residual_lazy_js_sources: snapshot::SCRIPTS,
            residual_lazy_esm_sources: snapshot::MODULES,
            skip_op_registration: true,
            extensions: egress::guarded(extension::lazy()),
            module_loader: Some(loader.clone()),
            create_params: Some(heap.create_params(heap_bytes)),
            // Transfers within `structuredClone` and message ports go through these; one of each per isolate, so that nothing crosses tenants.
            shared_array_buffer_store: Some(deno_core::SharedArrayBufferStore::default()),
            compiled_wasm_module_store: Some(deno_core::CompiledWasmModuleStore::default()),
            ..Default::default()
        })
        .map_err(BootError::engine)?;
        interrupt.attach(js.v8_isolate().thread_safe_handle());
        let context = js.main_context();
        sampler::watch(&heap, &interrupt, context);
        // V8 takes the stack of what nobody catches, a termination too, and crashes where it has no context: `0n == "9".repeat(2 ** 24)` at its limit.
        js.v8_isolate().set_capture_stack_trace_for_uncaught_exceptions(false, 0);
        js.v8_isolate().set_oom_error_handler(out_of_memory);
        js.v8_isolate().set_prepare_stack_trace_callback(stack::prepare);
        watch_heap_limit(&mut js, &heap);
        js.lazy_init_extensions(extension::late_arguments(CountedBlobs::new(heap.clone()), egress::options()))
            .map_err(BootError::engine)?;
        js.op_state().borrow_mut().put(host);
        let entry = bootstrap(&mut js)?;
        let methods = Methods::new(&mut js);
        Ok(Self { js, entry, methods, loader, heap })
    }

    /// Turns a blank isolate into an instance of a function.
    ///
    /// # Errors
    /// If the engine or the prelude fails.
    pub fn assign(&mut self, assignment: &Assignment) -> Result<(), BootError> {
        let manifest = &assignment.version.manifest;
        self.heap.allow(usize::try_from(manifest.limits.memory_bytes).unwrap_or(usize::MAX));
        global_alloc::bound_this_thread(manifest.limits.memory_bytes);
        self.loader.assign(assignment.version.clone());
        {
            let state = self.js.op_state();
            let mut state = state.borrow_mut();
            state.put(assignment.identity.clone());
            state.put(MemoryBytes(manifest.limits.memory_bytes));
            egress::assign(&mut state, &manifest.net).map_err(|error| BootError::function(error.to_string()))?;
        }
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
        // No code from strings unless the manifest asks for it: V8's parser cannot be interrupted.
        scope.get_current_context().set_allow_generation_from_strings(manifest.code.eval);
        let name = string(scope, &assignment.identity.function)?;
        let version = string(scope, &assignment.identity.version)?;
        let mut variables = Vec::with_capacity(manifest.env.len() * 2);
        for (key, value) in &manifest.env {
            variables.push(string(scope, key)?);
            variables.push(string(scope, value)?);
        }
        let variables = v8::Array::new_with_elements(scope, &variables).into();
        let assign = v8::Local::new(scope, &self.entry.assign);
        let receiver = v8::undefined(scope).into();
        match assign.call(scope, receiver, &[name, version, variables]) {
            Some(_) => Ok(()),
            None => Err(BootError::caught(scope)),
        }
    }

    /// Reads and links the function's modules; nothing of them runs.
    ///
    /// # Errors
    /// What does not link.
    pub async fn link(&mut self, entry: &str) -> Result<ModuleId, BootError> {
        let url = ModuleSpecifier::parse(entry).map_err(|error| BootError::function(error.to_string()))?;
        self.js.load_main_es_module(&url).await.map_err(BootError::module)
    }

    /// Evaluates the linked module, top-level await included, and finds its handler. Returns the dialect's name.
    ///
    /// # Errors
    /// What the module threw, or why no handler was found.
    pub async fn evaluate(&mut self, id: ModuleId, entry: &str) -> Result<String, BootError> {
        let namespace = self.js.get_module_namespace(id).map_err(BootError::module)?;
        // An `import()` would take a module with this export for a promise.
        let is_thenable = {
            deno_core::scope!(scope, &mut self.js);
            let then = string(scope, "then")?;
            v8::Local::new(scope, &namespace).has(scope, then).unwrap_or(true)
        };
        if is_thenable {
            let evaluated = self.js.mod_evaluate(id);
            self.js.with_event_loop_promise(Box::pin(evaluated), PollEventLoopOptions::default()).await.map_err(BootError::module)?;
        }
        let loading = {
            deno_core::scope!(scope, &mut self.js);
            v8::tc_scope!(let scope, scope);
            let load = v8::Local::new(scope, &self.entry.load);
            let receiver = v8::undefined(scope).into();
            let namespace = v8::Local::new(scope, namespace).into();
            let url = string(scope, if is_thenable { "" } else { entry })?;
            let Some(loading) = load.call(scope, receiver, &[namespace, url]) else { return Err(BootError::caught(scope)) };
            v8::Global::new(scope, loading)
        };
        let loaded = self.js.resolve(loading);
        let loaded = self.js.with_event_loop_promise(Box::pin(loaded), PollEventLoopOptions::default()).await.map_err(BootError::module)?;
        deno_core::scope!(scope, &mut self.js);
        let loaded = v8::Local::<v8::Array>::try_from(v8::Local::new(scope, loaded)).ok();
        let text = |index| loaded?.get_index(scope, index).map(|text| text.to_rust_string_lossy(scope));
        match (text(0), text(1)) {
            (Some(dialect), _) if !dialect.is_empty() => Ok(dialect),
            (_, Some(why)) => Err(BootError::function(why)),
            _ => Err(BootError::prelude("the prelude told nothing of the module")),
        }
    }

    /// Hands a call to the handler and runs the microtasks that follow. The answer leaves through the ops.
    pub fn dispatch(&mut self, id: u32, job: Job) {
        let (method, kind) = self.with_exchanges(|exchanges| exchanges.begin(id, job));
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
        let dispatch = v8::Local::new(scope, &self.entry.dispatch);
        let receiver = v8::undefined(scope).into();
        let id = v8::Integer::new_from_unsigned(scope, id).into();
        let Some(method) = self.methods.get(scope, &method) else { return };
        let kind = v8::Integer::new(scope, kind as i32).into();
        // `dispatch` catches everything itself; what still comes out is a termination, which the event loop looks for.
        dispatch.call(scope, receiver, &[id, method, kind]);
        if scope.has_caught() {
            scope.reset();
        }
        scope.perform_microtask_checkpoint();
    }

    /// Tells the handler that its caller left or a limit answered for it.
    pub fn abort(&mut self, id: u32) {
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
        let abort = v8::Local::new(scope, &self.entry.abort);
        let receiver = v8::undefined(scope).into();
        let id = v8::Integer::new_from_unsigned(scope, id).into();
        abort.call(scope, receiver, &[id]);
        if scope.has_caught() {
            scope.reset();
        }
        scope.perform_microtask_checkpoint();
    }

    /// The caller of a call left: its handler hears of it, and nothing of the call is kept but background work.
    pub fn give_up(&mut self, id: u32) {
        self.abort(id);
        self.with_exchanges(|exchanges| exchanges.give_up(id));
    }

    /// One turn of the event loop. `Ready(Ok)`: nothing is left that could make progress by itself.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BootError>> {
        self.js.poll_event_loop(cx, PollEventLoopOptions::default()).map_err(BootError::module)
    }

    /// The calls this instance works on.
    pub fn with_exchanges<T>(&mut self, work: impl FnOnce(&mut Exchanges) -> T) -> T {
        work(self.js.op_state().borrow_mut().borrow_mut::<Exchanges>())
    }

    /// The id of the call whose code ran last, read from V8 without running JavaScript.
    pub fn running_call(&mut self) -> Option<u32> {
        deno_core::scope!(scope, &mut self.js);
        call_in_context(scope)
    }

    /// Collects garbage thoroughly. For instances that have nothing to do.
    pub fn trim(&mut self) {
        self.js.v8_isolate().low_memory_notification();
    }

    /// Ends the isolate if it uses more memory than its function may: V8's heap, and what V8 knows outside it (bodies and buffers).
    /// Returns what it uses.
    pub fn check_memory(&mut self) -> MemoryUse {
        let isolate = self.js.v8_isolate();
        let (mut heap, mut external) = (isolate.get_heap_statistics().used_heap_size(), external_bytes(isolate));
        if self.heap.is_over(heap, external) {
            // Much of it may be garbage that V8 saw no reason yet to collect.
            isolate.low_memory_notification();
            (heap, external) = (isolate.get_heap_statistics().used_heap_size(), external_bytes(isolate));
        }
        let heap_bytes = isolate.get_heap_statistics().total_physical_size();
        if self.heap.is_over(heap, external) {
            self.heap.condemn();
        } else if let Some(limit) = self.heap.limit_to_set() {
            self.js.remove_near_heap_limit_callback(limit);
            watch_heap_limit(&mut self.js, &self.heap);
        }
        MemoryUse { heap_bytes, external_bytes: external.max(self.heap.buffer_bytes()) }
    }
}

/// Bytes outside the heap that V8 knows of: buffers, and Wasm memories, which the heap's statistics leave out.
fn external_bytes(isolate: &mut v8::Isolate) -> usize {
    let known = isolate.adjust_amount_of_external_allocated_memory(0);
    usize::try_from(known).unwrap_or(0).max(isolate.get_heap_statistics().external_memory())
}

/// Has V8 ask before it gives up at its heap limit.
fn watch_heap_limit(js: &mut JsRuntime, heap: &Arc<Heap>) {
    let (watched, used) = (heap.clone(), heap_size(js));
    js.add_near_heap_limit_callback(move |current, _initial| guard_or("near heap limit", current, || watched.near_limit(current, &used)));
}

/// Tells the size of the isolate's heap. To be called on its thread, from its own callbacks.
#[allow(unsafe_code, reason = "V8's callbacks know their isolate by its address alone")]
fn heap_size(js: &mut JsRuntime) -> impl Fn() -> usize + use<> {
    // SAFETY: the pointer is used while V8 runs a callback of this isolate, on its thread; reading its counters changes nothing.
    let raw = unsafe { js.v8_isolate().as_raw_isolate_ptr() };
    move || unsafe { v8::Isolate::from_raw_isolate_ptr(raw) }.get_heap_statistics().total_physical_size()
}

/// The id of the call in whose async context this is, if it is in one.
pub(in crate::runtime) fn call_in_context(scope: &mut v8::PinScope<'_, '_>) -> Option<u32> {
    let context = scope.get_continuation_preserved_embedder_data();
    let call = v8::Local::<v8::Object>::try_from(context).ok()?;
    let key = v8::String::new(scope, "id")?;
    call.get_real_named_property(scope, key.into())?.uint32_value(scope)
}

/// Calls the prelude's bootstrap function, which clears the global object and returns the dispatch functions.
fn bootstrap(js: &mut JsRuntime) -> Result<Entry, BootError> {
    deno_core::scope!(scope, js);
    v8::tc_scope!(let scope, scope);
    let global = scope.get_current_context().global(scope);
    let name = string(scope, "__skep_bootstrap")?;
    let function = global
        .get(scope, name)
        .and_then(|value| v8::Local::<v8::Function>::try_from(value).ok())
        .ok_or_else(|| BootError::prelude("the prelude left no bootstrap function"))?;
    let receiver = v8::undefined(scope).into();
    let Some(result) = function.call(scope, receiver, &[]) else { return Err(BootError::caught(scope)) };
    scope.perform_microtask_checkpoint();
    let mut entries = Vec::with_capacity(4);
    if let Ok(list) = v8::Local::<v8::Array>::try_from(result) {
        for index in 0..list.length() {
            let entry = list.get_index(scope, index).and_then(|value| v8::Local::<v8::Function>::try_from(value).ok());
            entries.extend(entry.map(|entry| v8::Global::new(scope, entry)));
        }
    }
    let [assign, load, dispatch, abort] =
        <[v8::Global<v8::Function>; 4]>::try_from(entries).map_err(|_| BootError::prelude("the prelude returned no dispatch functions"))?;
    Ok(Entry { assign, load, dispatch, abort })
}

fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> Result<v8::Local<'s, v8::Value>, BootError> {
    v8::String::new(scope, text).map(Into::into).ok_or_else(|| BootError::prelude("a string is too long for V8"))
}
