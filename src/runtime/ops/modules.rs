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

    /// The text of a script of `js-prelude/node` or of deno_node, by its specifier.
    fn script(&self, specifier: &str) -> Option<&'static str>;

    /// What names the compiled code of a text: its url, and a hash.
    fn code_key(&self, url: &str, text: &str) -> CodeKey;

    /// V8's compiled code, made from the text that the key names.
    fn cached(&self, key: &CodeKey) -> Option<Bytes>;

    /// Takes V8's compiled code.
    fn keep_cached(&self, key: &CodeKey, code: &[u8]);

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

/// A url, and the hash of the text that was compiled under it.
#[derive(Clone, Debug)]
pub struct CodeKey {
    /// With what the text was compiled as.
    pub url: String,
    /// Of the whole text.
    pub hash: u64,
}

/// Functions that V8 compiled without kept code: their code is kept once they have run, so that it has the functions in them that ran.
#[derive(Default)]
pub struct UnkeptCode(Vec<(CodeKey, v8::Global<v8::Function>)>);

/// Keeps the code of what was compiled anew. `modules`: those of the instance.
pub fn keep_code(scope: &mut v8::PinScope<'_, '_>, modules: &dyn VersionModules, unkept: &UnkeptCode) {
    for (key, function) in &unkept.0 {
        if let Some(code) = v8::Local::new(scope, function).create_code_cache() {
            modules.keep_cached(key, &code);
        }
    }
}

/// The names of the parameters of a CommonJS module's function, in Node's order.
const COMMON_JS_PARAMETERS: &[&str] = &["exports", "require", "module", "__filename", "__dirname"];

/// The parameter of a script of the prelude.
const SCRIPT_PARAMETERS: &[&str] = &["__bootstrap"];

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
#[op2(nofast)]
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
    state: &mut OpState,
    #[string] url: &str,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let modules = modules(state)?;
    let compiled = catch_panic("op_skep_module_function", 0, || {
        let text = modules.text(url)?;
        let key = modules.code_key(url, &text);
        let source = v8::String::new(scope, &text)?;
        compile(scope, state, &*modules, Source { url, source, key, parameters: COMMON_JS_PARAMETERS })
    })?;
    compiled.ok_or_else(|| JsErrorBox::generic("there is no such module in this version"))
}

/// The function of a script of `js-prelude/node` or of deno_node: it takes `__bootstrap` and returns what the script exports.
#[op2]
pub(crate) fn op_skep_node_script<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    #[string] specifier: &str,
) -> Result<v8::Local<'s, v8::Value>, JsErrorBox> {
    let modules = modules(state)?;
    let compiled = catch_panic("op_skep_node_script", 0, || {
        let text = modules.script(specifier)?;
        let source = v8::String::new_external_onebyte_static(scope, text.as_bytes())?;
        // The text of a script is that of the program.
        let key = CodeKey { url: specifier.to_owned(), hash: 0 };
        compile(scope, state, &*modules, Source { url: specifier, source, key, parameters: SCRIPT_PARAMETERS })
    })?;
    compiled.ok_or_else(|| JsErrorBox::generic(format!("there is no script {specifier}")))
}

/// What becomes a function.
struct Source<'s, 't> {
    url: &'t str,
    source: v8::Local<'s, v8::String>,
    key: CodeKey,
    parameters: &'static [&'static str],
}

fn compile<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    modules: &dyn VersionModules,
    Source { url, source, key, parameters }: Source<'s, '_>,
) -> Option<v8::Local<'s, v8::Value>> {
    let name = v8::String::new(scope, url)?;
    let origin = v8::ScriptOrigin::new(scope, name.into(), 0, 0, false, -1, None, false, false, false, None);
    let mut names = Vec::with_capacity(parameters.len());
    for parameter in parameters {
        names.push(v8::String::new(scope, parameter)?);
    }
    let cached = modules.cached(&key);
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
    v8::tc_scope!(let scope, scope);
    let function = v8::script_compiler::compile_function(scope, &mut source, &names, &[], options, reason);
    let Some(function) = function else {
        add_place(scope, url);
        // V8's exception is pending again; it is thrown when the op returns.
        scope.rethrow();
        return Some(v8::undefined(scope).into());
    };
    let is_used = cached.is_some() && source.get_cached_data().is_some_and(|data| !data.rejected());
    if !is_used {
        let function = v8::Global::new(scope, function);
        if !state.has::<UnkeptCode>() {
            state.put(UnkeptCode::default());
        }
        state.borrow_mut::<UnkeptCode>().0.push((key, function));
    }
    Some(function.into())
}

/// Adds its place to the message of a syntax error: V8 knows it beside the error alone, whose stack begins at the `require`. No code of the
/// function runs.
fn add_place(scope: &mut v8::PinnedRef<'_, v8::TryCatch<'_, '_, v8::HandleScope<'_>>>, url: &str) -> Option<()> {
    let message = scope.message()?;
    let (line, column) = (message.get_line_number(scope)?, message.get_start_column() + 1);
    let error = v8::Local::<v8::Object>::try_from(scope.exception()?).ok()?;
    let key = v8::String::new(scope, "message")?;
    let text = error.get(scope, key.into())?.to_rust_string_lossy(scope);
    let text = v8::String::new(scope, &format!("{text} ({url}:{line}:{column})"))?;
    error.set(scope, key.into(), text.into()).map(drop)
}
