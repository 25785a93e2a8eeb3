//! The ECMAScript modules that stand for CommonJS modules and for built-ins of Node where they are imported.
//!
//! `loader` comes here. The generated modules call the `require` that `js-prelude/node/index.js` leaves under [`REQUIRE`].
//!
//! Invariant: a generated module has the names that its module exports, and the module itself as its default.

use std::collections::{BTreeSet, HashMap};
use std::fmt::Write as _;
use std::sync::{Arc, LazyLock};

use deno_core::{ModuleLoadResponse, ModuleSource, ModuleSourceCode, ModuleSpecifier, ModuleType};
use parking_lot::Mutex;

use crate::function::node::NODE_SCHEME;
use crate::function::version::{Module, Version};

/// The expression that generated modules call with a url.
const REQUIRE: &str = "globalThis[Symbol.for(\"skep.require\")]";

/// What each built-in exports, by its name. An ECMAScript module that imports one needs the names before any code runs; the first instance that
/// imports it reads them.
static EXPORTS: LazyLock<Mutex<HashMap<String, Arc<[String]>>>> = LazyLock::new(Mutex::default);

/// The ECMAScript module that stands for a CommonJS module.
pub(super) fn load_wrapper(module: &Module, specifier: &ModuleSpecifier) -> ModuleLoadResponse {
    respond(wrapper(&module.url, module.names.iter().map(String::as_str)), specifier)
}

/// The ECMAScript module that stands for a built-in.
pub(super) fn load_built_in(name: &str, specifier: &ModuleSpecifier) -> ModuleLoadResponse {
    let names = EXPORTS.lock().get(name).cloned();
    let names = names.iter().flat_map(|names| names.iter());
    respond(wrapper(&format!("{NODE_SCHEME}{name}"), names.map(String::as_str)), specifier)
}

/// The built-ins that modules of the version import, and whose exports are not known yet.
pub(super) fn unknown_built_ins(version: &Version) -> BTreeSet<String> {
    let known = EXPORTS.lock();
    let urls = version.modules.values().flat_map(|module| module.imports.values());
    let names = urls.filter_map(|url| url.strip_prefix(NODE_SCHEME)).filter(|name| !known.contains_key(*name));
    names.map(str::to_owned).collect()
}

/// Notes what a built-in exports.
pub(super) fn note_built_in(name: String, exports: Vec<String>) {
    EXPORTS.lock().insert(name, exports.into());
}

fn respond(code: String, specifier: &ModuleSpecifier) -> ModuleLoadResponse {
    ModuleLoadResponse::Sync(Ok(ModuleSource::new(ModuleType::JavaScript, ModuleSourceCode::String(code.into()), specifier, None)))
}

/// Names are strings in the code, so that any may be exported.
fn wrapper<'n>(url: &str, names: impl Iterator<Item = &'n str>) -> String {
    let quoted = |text: &str| serde_json::Value::from(text).to_string();
    let mut code = format!("const m = {REQUIRE}({});\nexport default m;\nexport {{ m as \"module.exports\" }};\n", quoted(url));
    for (number, name) in names.filter(|name| !matches!(*name, "default" | "module.exports")).enumerate() {
        // Writing to a String never fails.
        let _ = writeln!(code, "const e{number} = m?.[{name}];\nexport {{ e{number} as {name} }};", name = quoted(name));
    }
    code
}
