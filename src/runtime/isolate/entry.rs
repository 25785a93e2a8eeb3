//! The functions of the prelude that Rust calls: found once in each isolate, when its bootstrap function runs.
//!
//! `js-prelude/api/globals.js` returns them. The isolate calls those of dispatch/, `rejections` and `stack` the others.
//!
//! Invariant: after the bootstrap nothing of the prelude can be reached by name.

use deno_core::{JsRuntime, v8};

use super::exception::BootError;

/// Every function.
pub(super) struct PreludeFunctions {
    pub(super) dispatch: DispatchFunctions,
    pub(super) report: ReportFunctions,
    /// `(frames)`: call sites for the function's own `Error.prepareStackTrace`.
    pub(super) call_sites: v8::Global<v8::Function>,
}

/// The functions of `js-prelude/dispatch/index.js`.
pub(super) struct DispatchFunctions {
    pub(super) set_identity: v8::Global<v8::Function>,
    pub(super) built_in_names: v8::Global<v8::Function>,
    pub(super) load: v8::Global<v8::Function>,
    pub(super) dispatch: v8::Global<v8::Function>,
    pub(super) abort: v8::Global<v8::Function>,
    pub(super) settle: v8::Global<v8::Function>,
}

/// The functions that report rejected promises.
pub(super) struct ReportFunctions {
    /// `(promise, reason, asyncContext)`: nobody handles it.
    pub(super) unhandled: v8::Global<v8::Function>,
    /// `(promise, reason, asyncContext)`: it is handled now, and was reported.
    pub(super) handled: v8::Global<v8::Function>,
}

/// Runs the bootstrap function of the prelude.
///
/// # Errors
/// If the prelude fails; then the host is broken, not a function.
pub(super) fn bootstrap(js: &mut JsRuntime) -> Result<PreludeFunctions, BootError> {
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
    let found = v8::Local::<v8::Object>::try_from(result).ok();
    let entry = |name: &str| {
        let key = v8::String::new(scope, name)?;
        let function = v8::Local::<v8::Function>::try_from(found?.get(scope, key.into())?).ok()?;
        Some(v8::Global::new(scope, function))
    };
    let entries = || {
        let dispatch = DispatchFunctions {
            set_identity: entry("setIdentity")?,
            built_in_names: entry("builtInNames")?,
            load: entry("load")?,
            dispatch: entry("dispatch")?,
            abort: entry("abort")?,
            settle: entry("settle")?,
        };
        let report = ReportFunctions { unhandled: entry("unhandled")?, handled: entry("handled")? };
        Some(PreludeFunctions { dispatch, report, call_sites: entry("callSites")? })
    };
    entries().ok_or_else(|| BootError::prelude("the prelude returned no dispatch functions"))
}

/// A text as V8 has it.
///
/// # Errors
/// If it is too long for V8.
pub(super) fn string<'s>(scope: &mut v8::PinScope<'s, '_>, text: &str) -> Result<v8::Local<'s, v8::Value>, BootError> {
    v8::String::new(scope, text).map(Into::into).ok_or_else(|| BootError::prelude("a string is too long for V8"))
}
