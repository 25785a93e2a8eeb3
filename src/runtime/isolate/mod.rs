//! V8 behind a small face: make an isolate, give it a function, hand it requests, let its event loop turn.
//!
//! Versions and limits come from `worker`; answers leave through `ops`, never from here.
//!
//! Invariant: an isolate never leaves the thread it was made on, and one that was interrupted is dropped, never reused.

mod code_cache;
mod descriptors;
mod egress;
mod exception;
pub mod extension;
mod heap;
mod interrupt;
mod loader;
mod snapshot;

use std::rc::Rc;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};

use deno_core::{JsRuntime, ModuleSpecifier, PollEventLoopOptions, RuntimeOptions, v8};
use deno_permissions::PermissionsContainer;

use crate::function::version::Version;
use crate::runtime::ops::{BodyKind, Exchanges, Host, Identity, Job};

pub use exception::BootError;
pub use heap::Heap;
pub use interrupt::{Interrupt, Reason};

/// Sets V8 up for the process. Must be the first thing `main` does, before any thread exists: with memory protection keys only threads
/// that descend from this one may run JavaScript.
pub fn init_engine() {
    deno_core::v8_set_flags(
        [
            "skep",
            // 256 MB a memory.
            "--wasm-max-mem-pages=4096",
            // V8 15.0 loses stack checks when it unrolls: for an inner loop of its own (`new Array(100)`) it takes away the check of the
            // loop around it, and `for (;;) new Array(100).fill({})` can then be ended by nobody.
            "--no-turboshaft-loop-unrolling",
        ]
        .map(str::to_owned)
        .to_vec(),
    );
    JsRuntime::init_platform(None);
}

/// The engine's version, for `skep --version` and the admin API.
pub fn engine_version() -> &'static str {
    v8::V8::get_version()
}

static ROOTS: LazyLock<Arc<egress::Roots>> = LazyLock::new(Arc::default);

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

/// The functions of `99_dispatch.js`.
struct Entry {
    assign: v8::Global<v8::Function>,
    adopt: v8::Global<v8::Function>,
    dispatch: v8::Global<v8::Function>,
    abort: v8::Global<v8::Function>,
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
            extensions: extension::lazy(),
            module_loader: Some(loader.clone()),
            create_params: Some(heap.create_params(heap_bytes)),
            // Transfers within `structuredClone` and message ports go through these; one of each per isolate, so that nothing crosses tenants.
            shared_array_buffer_store: Some(deno_core::SharedArrayBufferStore::default()),
            compiled_wasm_module_store: Some(deno_core::CompiledWasmModuleStore::default()),
            ..Default::default()
        })
        .map_err(BootError::engine)?;
        interrupt.attach(js.v8_isolate().thread_safe_handle());
        let watched = heap.clone();
        js.add_near_heap_limit_callback(move |current, _initial| watched.near_limit(current));
        js.lazy_init_extensions(extension::late_arguments(deno_fetch::Options {
            user_agent: concat!("Skep/", env!("CARGO_PKG_VERSION")).to_owned(),
            root_cert_store_provider: Some(ROOTS.clone()),
            ..Default::default()
        }))
        .map_err(BootError::engine)?;
        js.op_state().borrow_mut().put(host);
        let entry = bootstrap(&mut js)?;
        let methods = Methods::new(&mut js);
        Ok(Self { js, entry, methods, loader, heap })
    }

    /// Turns a blank isolate into an instance of a function.
    ///
    /// # Errors
    /// If `[net]` of the manifest cannot be read.
    pub fn assign(&mut self, assignment: &Assignment) -> Result<(), BootError> {
        let manifest = &assignment.version.manifest;
        let permissions: PermissionsContainer =
            egress::permissions(&manifest.net).map_err(|error| BootError::function(error.to_string()))?;
        self.heap.allow(usize::try_from(manifest.limits.memory_bytes).unwrap_or(usize::MAX));
        self.loader.assign(assignment.version.clone());
        {
            let state = self.js.op_state();
            let mut state = state.borrow_mut();
            state.put(permissions);
            state.put(assignment.identity.clone());
        }
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
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

    /// Loads and evaluates the function's module, top-level await included, and finds its handler. Returns the dialect's name.
    ///
    /// # Errors
    /// What the module threw, or why no handler was found.
    pub async fn load(&mut self, entry: &str) -> Result<String, BootError> {
        let url = ModuleSpecifier::parse(entry).map_err(|error| BootError::function(error.to_string()))?;
        let id = self.js.load_main_es_module(&url).await.map_err(BootError::module)?;
        let evaluated = self.js.mod_evaluate(id);
        self.js.with_event_loop_promise(Box::pin(evaluated), PollEventLoopOptions::default()).await.map_err(BootError::module)?;
        let namespace = self.js.get_module_namespace(id).map_err(BootError::module)?;
        deno_core::scope!(scope, &mut self.js);
        v8::tc_scope!(let scope, scope);
        let adopt = v8::Local::new(scope, &self.entry.adopt);
        let receiver = v8::undefined(scope).into();
        let namespace = v8::Local::new(scope, namespace).into();
        match adopt.call(scope, receiver, &[namespace]) {
            Some(dialect) => Ok(dialect.to_rust_string_lossy(scope)),
            None => Err(BootError::caught(scope)),
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
        let kind = v8::Integer::new(scope, if kind == BodyKind::None { 0 } else { 1 }).into();
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
        let context = scope.get_continuation_preserved_embedder_data();
        let call = v8::Local::<v8::Object>::try_from(context).ok()?;
        let key = v8::String::new(scope, "id")?;
        call.get_real_named_property(scope, key.into())?.uint32_value(scope)
    }

    /// Collects garbage thoroughly. For instances that have nothing to do.
    pub fn trim(&mut self) {
        self.js.v8_isolate().low_memory_notification();
    }

    /// Ends the isolate if it uses more memory than its function may: V8's heap, and what V8 knows outside it (bodies and buffers).
    pub fn check_memory(&mut self) {
        let statistics = self.js.v8_isolate().get_heap_statistics();
        self.heap.check(statistics.used_heap_size(), statistics.external_memory());
    }
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
    let [assign, adopt, dispatch, abort] =
        <[v8::Global<v8::Function>; 4]>::try_from(entries).map_err(|_| BootError::prelude("the prelude returned no dispatch functions"))?;
    Ok(Entry { assign, adopt, dispatch, abort })
}

fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> Result<v8::Local<'s, v8::Value>, BootError> {
    v8::String::new(scope, text).map(Into::into).ok_or_else(|| BootError::prelude("a string is too long for V8"))
}

/// Method names as V8 strings that exist once per isolate.
struct Methods(Vec<(http::Method, v8::Global<v8::String>)>);

impl Methods {
    fn new(js: &mut JsRuntime) -> Self {
        deno_core::scope!(scope, js);
        use http::Method;
        let known = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS];
        Self(
            known
                .into_iter()
                .filter_map(|method| {
                    let name = v8::String::new_from_utf8(scope, method.as_str().as_bytes(), v8::NewStringType::Internalized)?;
                    Some((method, v8::Global::new(scope, name)))
                })
                .collect(),
        )
    }

    fn get<'s>(&self, scope: &mut v8::PinScope<'s, '_>, method: &http::Method) -> Option<v8::Local<'s, v8::Value>> {
        match self.0.iter().find(|(known, _)| known == method) {
            Some((_, name)) => Some(v8::Local::new(scope, name).into()),
            None => v8::String::new(scope, method.as_str()).map(Into::into),
        }
    }
}
