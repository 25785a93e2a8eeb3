//! V8 behind a small interface: create an isolate, assign it a function, dispatch calls to it, poll its event loop.
//!
//! Versions and limits come from `worker`; answers leave through `ops`, never from here.
//!
//! Invariant: an isolate never leaves the thread that created it, and one that was interrupted is dropped, never reused.

mod rejections;
mod entry;
#[cfg(test)]
mod as_script;
mod blobs;
mod engine;
mod exception;
pub mod extension;
mod v8_flags;
mod version_modules;
mod loader;
mod built_ins;
mod module_code;
pub mod code_cache;
mod methods;
mod settings;
mod counted;
mod snapshot;
mod stack;
mod collection;
pub mod sampler;
mod heap;
mod terminate;

use std::rc::Rc;
use std::sync::Arc;
use std::task::{Context, Poll};

use deno_core::error::{CoreError, CoreErrorKind};
use deno_core::{JsRuntime, ModuleId, ModuleSpecifier, PollEventLoopOptions, RuntimeOptions, v8};

use crate::function::Dialect;
use crate::function::ModuleSchedules;
use crate::function::version::Version;
use crate::runtime::call::{InFlightTable, QueuedInvocation};
use crate::runtime::egress;
use crate::runtime::ops::{
    HostApi, Identity, MemoryBytes, RequiredModules, SettingsWriter, UnkeptCode, apply_log_rules, call_in_context, catch_panic_or,
    external_bytes, keep_code,
};
use crate::sys::{global_alloc, map_bound};
use crate::telemetry::metrics::FunctionMetrics;

use blobs::CountedBlobs;
pub use engine::{init_v8, v8_version};
use entry::{DispatchFunctions, PreludeFunctions, bootstrap, string};
pub use exception::BootError;
pub use heap::Heap;
use methods::MethodStrings;
pub use terminate::{Interrupt, TerminationReason};

/// The function that an isolate gets.
pub struct Assignment {
    /// The identity of the instance.
    pub identity: Identity,
    /// The version it runs.
    pub version: Arc<Version>,
}

/// One isolate with the prelude loaded, with or without a function.
pub struct Isolate {
    js: JsRuntime,
    entry: DispatchFunctions,
    methods: MethodStrings,
    loader: Rc<loader::Loader>,
    heap: Arc<Heap>,
    /// The module serves, and has not run to its end.
    module_waits: bool,
}

/// What a module is, once it has loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Loaded {
    /// The shape of its handler.
    pub dialect: Dialect,
    /// What the dialect was found by: `the default export`.
    pub from: String,
    /// The names by which the host calls it, as its dialect writes them in JSON.
    pub names: Option<String>,
    /// What it says about schedules.
    pub schedules: ModuleSchedules,
}

/// The memory that an isolate uses.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Pages of V8's heap that are in RAM.
    pub heap_bytes: usize,
    /// ArrayBuffers and other memory that V8 knows outside its heap.
    pub external_bytes: usize,
}

impl Loaded {
    /// A module in a dialect whose handler has no names.
    pub fn of(dialect: Dialect) -> Self {
        Self { dialect, from: String::new(), names: None, schedules: ModuleSchedules::default() }
    }

    /// Whether the dialect is a guess: by the parameters of the handler.
    pub fn is_guess(&self) -> bool {
        self.from.starts_with("guessed")
    }
}

/// Compiles only while an isolate cannot leave its thread: with `Send`, two implementations would fit.
const _: () = {
    trait AmbiguousIfSend<Marker> {
        const CHECKED: () = ();
    }
    struct IsSend;
    impl<T: ?Sized> AmbiguousIfSend<()> for T {}
    impl<T: ?Sized + Send> AmbiguousIfSend<IsSend> for T {}
    <Isolate as AmbiguousIfSend<_>>::CHECKED
};

impl Drop for Isolate {
    fn drop(&mut self) {
        sampler::forget();
        rejections::forget();
        stack::forget();
        self.loader.clear();
    }
}

impl Isolate {
    /// Creates an isolate that waits for its function. Must run inside a current-thread tokio runtime.
    ///
    /// # Errors
    /// If V8 or the prelude fails; then the host is broken, not a function.
    pub fn prewarmed(host: Arc<dyn HostApi>, interrupt: Arc<Interrupt>, heap_bytes: usize) -> Result<Self, BootError> {
        let loader = Rc::new(loader::Loader::default());
        let heap = Heap::new(heap_bytes, interrupt.clone());
        let mut js = JsRuntime::try_new(RuntimeOptions {
            startup_snapshot: Some(snapshot::SNAPSHOT),
            residual_lazy_js_sources: snapshot::SCRIPTS,
            // `src/build.rs` makes scripts of them: a limit during the load of an ES module would be a panic of deno_core.
            residual_lazy_esm_sources: &[],
            skip_op_registration: true,
            extensions: egress::guarded(extension::lazy()),
            module_loader: Some(loader.clone()),
            create_params: Some(heap.create_params(heap_bytes)),
            ..Default::default()
        })
        .map_err(BootError::v8)?;
        collection::hold_off_freezing(js.v8_isolate());
        interrupt.attach(js.v8_isolate().thread_safe_handle(), sampler::take);
        let context = js.main_context();
        sampler::attach(&heap, &interrupt, context);
        // V8 captures the stack of an uncaught exception, a termination too, and crashes where it has no context: `0n == "9".repeat(2 **
        // 24)` at its limit.
        js.v8_isolate().set_capture_stack_trace_for_uncaught_exceptions(false, 0);
        js.v8_isolate().set_oom_error_handler(engine::out_of_memory);
        js.v8_isolate().set_prepare_stack_trace_callback(stack::prepare);
        on_near_heap_limit(&mut js, &heap);
        js.lazy_init_extensions(extension::late_arguments(CountedBlobs::new(heap.clone()), egress::options())).map_err(BootError::v8)?;
        {
            let state = js.op_state();
            let mut state = state.borrow_mut();
            state.put(host);
            state.borrow_mut::<InFlightTable>().keep_with(heap.clone());
        }
        let PreludeFunctions { dispatch: entry, report, call_sites } = bootstrap(&mut js)?;
        rejections::attach(&mut js, report);
        stack::attach(call_sites);
        let methods = MethodStrings::new(&mut js);
        Ok(Self { js, entry, methods, loader, heap, module_waits: false })
    }

    /// Turns a prewarmed isolate into an instance of a function.
    ///
    /// # Errors
    /// If V8 or the prelude fails.
    pub fn assign(&mut self, assignment: &Assignment) -> Result<(), BootError> {
        let manifest = &assignment.version.manifest;
        self.heap.allow(usize::try_from(manifest.limits.memory_bytes).unwrap_or(usize::MAX));
        global_alloc::bound_this_thread(manifest.limits.memory_bytes);
        map_bound::bound_this_thread(manifest.limits.memory_bytes);
        self.loader.assign(assignment.version.clone());
        {
            let state = self.js.op_state();
            let mut state = state.borrow_mut();
            state.put(assignment.identity.clone());
            settings::application_of(&assignment.version, &assignment.identity).into_iter().for_each(|application| state.put(application));
            state.put(MemoryBytes(manifest.limits.memory_bytes));
            apply_log_rules(&mut state, manifest.log.level, manifest.log.kb_per_10s);
            settings::keep_lines_by(&assignment.version);
            let version = assignment.version.clone();
            state.put(SettingsWriter(Box::new(move || settings::settings_of(&version).to_string())));
            let answer_bytes = state.borrow::<Arc<dyn HostApi>>().answer_bytes(&assignment.identity.function);
            answer_bytes.into_iter().for_each(|bytes| state.put(bytes));
            // Of a function for the web too, `fetch` reads the files that its code names, and its handler may get requests of Node.
            state.put(RequiredModules(Some(self.loader.clone())));
            egress::assign(&mut state, &settings::net_of(manifest)).map_err(|error| BootError::function(error.to_string()))?;
        }
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
        // Packages of Node make code; elsewhere the manifest has to ask for it: V8's parser cannot be interrupted.
        let may_eval = manifest.code.eval.unwrap_or(assignment.version.node);
        scope.get_current_context().set_allow_generation_from_strings(may_eval);
        let name = string(scope, &assignment.identity.function)?;
        let version = string(scope, &assignment.identity.version)?;
        let mut variables = Vec::with_capacity(manifest.env.len() * 2);
        for (key, value) in &manifest.env {
            variables.push(string(scope, key)?);
            variables.push(string(scope, value)?);
        }
        let variables = v8::Array::new_with_elements(scope, &variables).into();
        let set_identity = v8::Local::new(scope, &self.entry.set_identity);
        let receiver = v8::undefined(scope).into();
        let main = string(scope, &assignment.version.entry)?;
        let is_node = v8::Boolean::new(scope, assignment.version.node).into();
        let has_settings = v8::Boolean::new(scope, settings::has_settings(&assignment.version)).into();
        if set_identity.call(scope, receiver, &[name, version, variables, main, is_node, has_settings]).is_none() {
            return Err(BootError::caught(scope));
        }
        if !assignment.version.node {
            return Ok(());
        }
        let built_in_names = v8::Local::new(scope, &self.entry.built_in_names);
        for built_in in built_ins::unknown_built_ins(&assignment.version) {
            let name = string(scope, &built_in)?;
            let Some(names) = built_in_names.call(scope, receiver, &[name]) else { return Err(BootError::caught(scope)) };
            let names = names.to_rust_string_lossy(scope);
            built_ins::note_built_in(built_in, names.lines().map(str::to_owned).collect());
        }
        Ok(())
    }

    /// Counts what the function does here, from now on; `None`: nothing of it.
    pub fn count_in(&mut self, metrics: Option<Arc<FunctionMetrics>>) {
        let state = self.js.op_state();
        metrics.into_iter().for_each(|metrics| counted::put(&mut state.borrow_mut(), metrics));
    }

    /// Reads and links the function's modules; nothing of them runs.
    ///
    /// # Errors
    /// The error of the module that does not link.
    pub async fn link(&mut self, entry: &str) -> Result<ModuleId, BootError> {
        let url = ModuleSpecifier::parse(entry).map_err(|error| BootError::function(error.to_string()))?;
        self.loader.unkept.link(true);
        let linked = self.js.load_main_es_module(&url).await.map_err(BootError::module);
        self.loader.unkept.link(false);
        linked
    }

    /// Evaluates the linked module, top-level await included, and finds its handler.
    ///
    /// # Errors
    /// What the module threw, or why no handler was found.
    pub async fn evaluate(&mut self, id: ModuleId, entry: &str) -> Result<Loaded, BootError> {
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
        let (loaded, pending) = match self.load(&namespace, if is_thenable { "" } else { entry }, false).await {
            Ok(loaded) => (loaded, None),
            Err(LoadError::Failed(error)) => return Err(error),
            // It may wait for a server to listen, and nothing is left that could make one.
            Err(LoadError::Pending(error)) => match self.load(&namespace, "", true).await {
                Ok(loaded) => (loaded, Some(error)),
                Err(LoadError::Failed(error) | LoadError::Pending(error)) => return Err(error),
            },
        };
        deno_core::scope!(scope, &mut self.js);
        let loaded = v8::Local::<v8::Object>::try_from(v8::Local::new(scope, loaded)).ok();
        let text = |key: &str| {
            let key = v8::String::new(scope, key)?;
            Some(loaded?.get(scope, key.into())?.to_rust_string_lossy(scope))
        };
        let (dialect, error, from, names) = (text("dialect"), text("error"), text("from"), text("names"));
        let schedules = text("schedules");
        self.module_waits = text("waits").as_deref() == Some("true");
        match (dialect, error) {
            (Some(name), _) if !name.is_empty() => {
                let unknown = || BootError::prelude("the prelude named a dialect that the host does not know");
                let dialect = Dialect::of_label(&name).ok_or_else(unknown)?;
                let names = names.filter(|names| !names.is_empty());
                let schedules = ModuleSchedules::read(&schedules.unwrap_or_default()).map_err(BootError::function)?;
                Ok(Loaded { dialect, schedules, from: from.unwrap_or_default(), names })
            }
            // The module itself is what did not end.
            (_, Some(error))
                if error.is_empty()
                    && let Some(pending) = pending =>
            {
                Err(pending)
            }
            (_, Some(error)) => Err(BootError::function(error)),
            _ => Err(BootError::prelude("the prelude reported nothing about the module")),
        }
    }

    /// Calls the prelude's `load`, and runs the event loop until it has answered.
    async fn load(&mut self, namespace: &v8::Global<v8::Object>, url: &str, is_over: bool) -> Result<v8::Global<v8::Value>, LoadError> {
        let loading = {
            deno_core::scope!(scope, &mut self.js);
            v8::tc_scope!(let scope, scope);
            let load = v8::Local::new(scope, &self.entry.load);
            let receiver = v8::undefined(scope).into();
            let namespace = v8::Local::new(scope, namespace).into();
            let url = string(scope, url).map_err(LoadError::Failed)?;
            let is_over = v8::Boolean::new(scope, is_over).into();
            let Some(loading) = load.call(scope, receiver, &[namespace, url, is_over]) else {
                return Err(LoadError::Failed(BootError::caught(scope)));
            };
            // Where nothing else is left, the event loop would report that, and not look at the promise again.
            scope.perform_microtask_checkpoint();
            if let Ok(promise) = v8::Local::<v8::Promise>::try_from(loading)
                && promise.state() == v8::PromiseState::Fulfilled
            {
                let loaded = promise.result(scope);
                return Ok(v8::Global::new(scope, loaded));
            }
            v8::Global::new(scope, loading)
        };
        let loaded = self.js.resolve(loading);
        let loaded = self.js.with_event_loop_promise(Box::pin(loaded), PollEventLoopOptions::default()).await;
        loaded.map_err(|error| match error.as_kind() {
            CoreErrorKind::PendingPromiseResolution => LoadError::Pending(BootError::module(error)),
            _ if is_stalled(&error) => LoadError::Pending(BootError::module(error)),
            _ => LoadError::Failed(BootError::module(error)),
        })
    }

    /// Hands a call to the handler and runs the microtasks that follow. The answer leaves through the ops.
    pub fn dispatch(&mut self, id: u32, invocation: QueuedInvocation) {
        let (method, kind) = self.with_in_flight(|table| table.begin(id, invocation));
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
        let dispatch = v8::Local::new(scope, &self.entry.dispatch);
        let receiver = v8::undefined(scope).into();
        let id = v8::Integer::new_from_unsigned(scope, id).into();
        let Some(method) = self.methods.get(scope, &method) else { return };
        let kind = v8::Integer::new(scope, kind as i32).into();
        // `dispatch` catches everything itself; what still comes out is a termination, which the event loop checks for.
        dispatch.call(scope, receiver, &[id, method, kind]);
        if scope.has_caught() {
            scope.reset();
        }
        scope.perform_microtask_checkpoint();
    }

    /// Notifies the handler that its caller left or that a limit answered for it.
    pub fn abort(&mut self, id: u32) {
        self.notify(id, |entry| &entry.abort);
    }

    /// Nothing is left that could answer the call: its dialect may have an answer for that.
    pub fn settle(&mut self, id: u32) {
        self.notify(id, |entry| &entry.settle);
    }

    fn notify(&mut self, id: u32, function: impl Fn(&DispatchFunctions) -> &v8::Global<v8::Function>) {
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
        let function = v8::Local::new(scope, function(&self.entry));
        let receiver = v8::undefined(scope).into();
        let id = v8::Integer::new_from_unsigned(scope, id).into();
        function.call(scope, receiver, &[id]);
        if scope.has_caught() {
            scope.reset();
        }
        scope.perform_microtask_checkpoint();
    }

    /// The caller of a call left: its handler is notified, and nothing of the call is kept but background work.
    pub fn give_up(&mut self, id: u32) {
        self.abort(id);
        self.with_in_flight(|table| table.give_up(id));
    }

    /// One turn of the event loop. `Ready(Ok)`: nothing is left that could make progress by itself.
    pub fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), BootError>> {
        match self.js.poll_event_loop(cx, PollEventLoopOptions::default()) {
            // A module may wait forever, for its server of Deno.serve to end; what answers calls goes on.
            Poll::Ready(Err(error)) if self.module_waits && is_stalled(&error) => Poll::Ready(Ok(())),
            polled => polled.map_err(BootError::module),
        }
    }

    /// The calls this instance works on.
    pub fn with_in_flight<T>(&mut self, work: impl FnOnce(&mut InFlightTable) -> T) -> T {
        work(self.js.op_state().borrow_mut().borrow_mut::<InFlightTable>())
    }

    /// The id of the call whose code ran last, read from V8 without running JavaScript.
    pub fn running_call(&mut self) -> Option<u32> {
        deno_core::scope!(scope, &mut self.js);
        call_in_context(scope)
    }

    /// Keeps the code that was compiled anew, as far as it has run: other instances find it.
    pub fn keep_code(&mut self) {
        let unkept = self.js.op_state().borrow_mut().try_take::<UnkeptCode>();
        deno_core::scope!(scope, &mut self.js);
        self.loader.unkept.keep(scope);
        if let Some(unkept) = unkept {
            keep_code(scope, &*self.loader, &unkept);
            // Once more when calls have run.
            JsRuntime::op_state_from(scope).borrow_mut().put(unkept);
        }
    }

    /// Keeps code for the last time, and collects garbage thoroughly. For instances that have nothing to do.
    pub fn trim(&mut self) {
        self.keep_code();
        self.js.op_state().borrow_mut().try_take::<UnkeptCode>();
        self.loader.unkept.clear();
        self.js.v8_isolate().low_memory_notification();
    }

    /// Ends the isolate if it uses more memory than its function may: V8's heap, and what V8 knows outside it (bodies and buffers).
    /// Returns the memory that it uses.
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
            on_near_heap_limit(&mut self.js, &self.heap);
        }
        MemoryUse { heap_bytes, external_bytes: external.max(self.heap.buffer_bytes()) }
    }
}

/// Whether a module waits, and nothing is left that could end its wait. deno_core has no kind for the error.
fn is_stalled(error: &CoreError) -> bool {
    const MESSAGE: &str = "Top-level await promise never resolved";
    matches!(error.as_kind(), CoreErrorKind::Js(error) if error.exception_message.contains(MESSAGE))
}

/// Has V8 ask before it gives up at its heap limit.
fn on_near_heap_limit(js: &mut JsRuntime, heap: &Arc<Heap>) {
    let (watched, used) = (heap.clone(), heap_size(js));
    js.add_near_heap_limit_callback(move |current, _initial| {
        catch_panic_or("near heap limit", current, || watched.near_limit(current, &used))
    });
}

/// Returns a function that reads the size of the isolate's heap. It must be called on the isolate's thread, from V8's callbacks.
#[allow(unsafe_code, reason = "V8's callbacks know their isolate by its address alone")]
fn heap_size(js: &mut JsRuntime) -> impl Fn() -> usize + use<> {
    // SAFETY: the pointer is used while V8 runs a callback of this isolate, on its thread; reading its counters changes nothing.
    let raw = unsafe { js.v8_isolate().as_raw_isolate_ptr() };
    // SAFETY: as above.
    move || unsafe { v8::Isolate::from_raw_isolate_ptr(raw) }.get_heap_statistics().total_physical_size()
}

/// Why the prelude did not answer what the module is.
enum LoadError {
    /// The module, or its handler, waits for something that cannot come.
    Pending(BootError),
    /// It failed.
    Failed(BootError),
}
