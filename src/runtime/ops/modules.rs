//! The modules of a Node function's version, for `require`: where a specifier leads, what kind of module is there, and its function or text.
//!
//! Called by `js-prelude/node/require.js`. `isolate` puts the version's modules into the state of an instance.
//!
//! Invariant: nothing outside the version is reached, and a module that does not compile throws V8's own error.

use std::rc::Rc;

use bytes::Bytes;
use deno_core::{OpState, op2, v8};
use deno_error::JsErrorBox;

use super::catch_panic;

/// The modules of a version, as ops read them.
pub trait VersionModules {
    /// Where a specifier leads that the module `referrer` requires: the url of a module or `node:` and the name of a built-in.
    ///
    /// # Errors
    /// Why it leads nowhere.
    fn find(&self, specifier: &str, referrer: &str) -> Result<String, String>;

    /// The kind of a module.
    fn kind(&self, url: &str) -> RequiredKind;

    /// The text of a module.
    fn text(&self, url: &str) -> Option<String>;

    /// V8's compiled code of a CommonJS module, made from this text.
    fn cached(&self, url: &str, text: &str) -> Option<Vec<u8>>;

    /// Takes V8's compiled code of a CommonJS module.
    fn keep_cached(&self, url: &str, text: &str, code: &[u8]);

    /// The bytes of a file, by its absolute path.
    fn file(&self, path: &str) -> Option<Bytes>;

    /// The names in a folder, sorted; `None` if there is none of this absolute path.
    fn names_in(&self, path: &str) -> Option<Vec<String>>;
}

/// How `require` loads a module. The numbers are those of `js-prelude/node/require.js`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequiredKind {
    /// No module of the version.
    None = 0,
    /// An ECMAScript module.
    Module = 1,
    /// A CommonJS module.
    CommonJs = 2,
    /// JSON.
    Json = 3,
}

/// The modules of the instance's version; `None` of one that is not for Node.
#[derive(Clone, Default)]
pub struct RequiredModules(pub Option<Rc<dyn VersionModules>>);

/// The names of the parameters of a CommonJS module's function, in Node's order.
const PARAMETERS: [&str; 5] = ["exports", "require", "module", "__filename", "__dirname"];

/// The modules of the instance's version.
///
/// # Errors
/// If the function is not one for Node.
pub(super) fn modules(state: &OpState) -> Result<Rc<dyn VersionModules>, JsErrorBox> {
    let modules = state.try_borrow::<RequiredModules>().and_then(|modules| modules.0.clone());
    modules.ok_or_else(|| JsErrorBox::generic("this function is not one for Node"))
}

/// The url that a specifier means in a module. One that leads nowhere is returned as `!` and the reason.
#[op2]
#[string]
pub(crate) fn op_skep_module_find(state: &OpState, #[string] specifier: &str, #[string] referrer: &str) -> Result<String, JsErrorBox> {
    let modules = modules(state)?;
    catch_panic("op_skep_module_find", 0, || modules.find(specifier, referrer).unwrap_or_else(|why| format!("!{why}")))
}

/// The kind of a module, as [`RequiredKind`].
#[op2(fast)]
pub(crate) fn op_skep_module_kind(state: &OpState, #[string] url: &str) -> Result<u32, JsErrorBox> {
    let modules = modules(state)?;
    catch_panic("op_skep_module_kind", 0, || modules.kind(url) as u32)
}

/// The text of a module.
#[op2]
#[string]
pub(crate) fn op_skep_module_text(state: &OpState, #[string] url: &str) -> Result<String, JsErrorBox> {
    let modules = modules(state)?;
    let text = catch_panic("op_skep_module_text", 0, || modules.text(url))?;
    text.ok_or_else(|| JsErrorBox::generic("there is no such module in this version"))
}

/// The function of a CommonJS module. V8's error is thrown if its code does not compile.
#[op2]
pub(crate) fn op_skep_module_function<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &OpState,
    #[string] url: &str,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let modules = modules(state)?;
    let compiled = catch_panic("op_skep_module_function", 0, || compile(scope, &*modules, url))?;
    compiled.ok_or_else(|| JsErrorBox::generic("there is no such module in this version"))
}

fn compile<'s>(scope: &mut v8::PinScope<'s, '_>, modules: &dyn VersionModules, url: &str) -> Option<v8::Local<'s, v8::Value>> {
    let text = modules.text(url)?;
    let source = v8::String::new(scope, &text)?;
    let name = v8::String::new(scope, url)?;
    let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, -1, None, false, false, false, None);
    let mut parameters = Vec::with_capacity(PARAMETERS.len());
    for parameter in PARAMETERS {
        parameters.push(v8::String::new(scope, parameter)?);
    }
    let cached = modules.cached(url, &text);
    let (mut source, options) = match &cached {
        Some(code) => {
            let data = v8::script_compiler::CachedData::new(code);
            (
                v8::script_compiler::Source::new_with_cached_data(source, Some(&origin), data),
                v8::script_compiler::CompileOptions::ConsumeCodeCache,
            )
        }
        None => (v8::script_compiler::Source::new(source, Some(&origin)), v8::script_compiler::CompileOptions::NoCompileOptions),
    };
    let reason = v8::script_compiler::NoCacheReason::NoReason;
    let function = v8::script_compiler::compile_function(scope, &mut source, &parameters, &[], options, reason);
    let Some(function) = function else {
        // V8's exception is pending; it is thrown when the op returns.
        return Some(v8::undefined(scope).into());
    };
    let is_used = cached.is_some() && source.get_cached_data().is_some_and(|data| !data.rejected());
    if !is_used && let Some(code) = function.create_code_cache() {
        modules.keep_cached(url, &text, &code);
    }
    Some(function.into())
}
