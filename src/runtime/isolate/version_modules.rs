//! The modules and files of a version, as `require` and `fs` ask for them.
//!
//! `js-prelude/node` asks by way of `ops`; `loader` has the version.
//!
//! Invariant: a computed specifier names a module of the version, or nothing.

use std::collections::BTreeSet;

use bytes::Bytes;
use deno_core::ModuleSpecifier;

use super::code_cache::{self, CodeCache};
use super::loader::Loader;
use super::snapshot::{self, SCRIPTS};
use crate::function::node::{NODE_SCHEME, built_in};
use crate::function::version::ModuleKind;
use crate::runtime::ops::{CodeKey, RequiredKind, VersionModules, excessive_json_depth};

/// The endings that a computed specifier may omit, as Node tries them.
const ENDINGS: &[&str] = &["", ".js", ".json", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".tsx", ".jsx"];

impl VersionModules for Loader {
    fn find(&self, specifier: &str, referrer: &str) -> Result<String, String> {
        let module = self.module(referrer);
        if let Some(module) = &module {
            if let Some(url) = module.requires.get(specifier) {
                return Ok(url.clone());
            }
            if let Some(why) = module.missing.get(specifier) {
                return Err(why.clone());
            }
        }
        if let Some(name) = built_in(specifier) {
            return Ok(format!("{NODE_SCHEME}{name}"));
        }
        self.computed(specifier, referrer).or_else(|| self.named_elsewhere(specifier)).ok_or_else(|| {
            "it is not part of this version, or does not compile. Modules are found when a function is compiled: a computed require() can name \
             the code of the function's folder, files that `[code] files` in function.toml names, and packages that a literal require or \
             import names as well"
                .to_owned()
        })
    }

    fn kind(&self, url: &str) -> RequiredKind {
        match self.module(url).map(|module| module.kind) {
            None => RequiredKind::None,
            Some(ModuleKind::JavaScript) => RequiredKind::Module,
            Some(ModuleKind::CommonJs) => RequiredKind::CommonJs,
            Some(ModuleKind::Json) => RequiredKind::Json,
        }
    }

    fn text(&self, url: &str) -> Option<String> {
        let module = self.module(url)?;
        let too_deep = module.kind == ModuleKind::Json && excessive_json_depth(&module.code).is_some();
        (!too_deep).then(|| module.code.to_string())
    }

    fn script(&self, specifier: &str) -> Option<&'static str> {
        let index = SCRIPTS.binary_search_by(|(known, _)| (*known).cmp(specifier)).ok()?;
        SCRIPTS.get(index).map(|(_, text)| *text)
    }

    fn code_key(&self, url: &str, text: &str) -> CodeKey {
        CodeKey { url: code_cache::function_key(url), hash: CodeCache::hash(text) }
    }

    fn cached(&self, key: &CodeKey) -> Option<Bytes> {
        let recorded = || snapshot::recorded_code(&key.url).map(Bytes::from_static);
        code_cache::shared().get(&key.url, key.hash).map(Bytes::from_owner).or_else(recorded)
    }

    fn keep_cached(&self, key: &CodeKey, code: &[u8]) {
        code_cache::shared().put(&key.url, key.hash, code);
    }

    fn file(&self, path: &str) -> Option<Bytes> {
        let version = self.version()?;
        // The text of a module is not kept twice.
        let module = || Some(Bytes::copy_from_slice(self.module(&file_url(path)?)?.code.as_bytes()));
        version.files.get(path).cloned().or_else(module)
    }

    fn names_in(&self, path: &str) -> Option<Vec<String>> {
        let version = self.version()?;
        let folder = format!("{}/", path.trim_end_matches('/'));
        let modules = file_url(&folder)?;
        let of_modules = version.modules.keys().filter_map(|url| url.strip_prefix(&modules));
        let of_files = version.files.range(folder.clone()..).map_while(|(path, _)| path.strip_prefix(&folder));
        let names: BTreeSet<&str> = of_files.chain(of_modules).filter_map(|rest| rest.split('/').next()).collect();
        (!names.is_empty()).then(|| names.into_iter().map(str::to_owned).collect())
    }
}

/// The url of an absolute path.
fn file_url(path: &str) -> Option<String> {
    ModuleSpecifier::parse("file:///").ok()?.join(path).ok().map(String::from)
}

impl Loader {
    /// What another module of the version requires under the same name: the first by its url.
    fn named_elsewhere(&self, specifier: &str) -> Option<String> {
        let version = self.version()?;
        let is_name = !specifier.starts_with(['/', '.', '#']) && !specifier.contains(':');
        let modules = version.modules.values().filter(|module| is_name && module.requires.contains_key(specifier));
        modules.min_by(|one, other| one.url.cmp(&other.url))?.requires.get(specifier).cloned()
    }

    /// A module of the version by a path, as Node searches it.
    fn computed(&self, specifier: &str, referrer: &str) -> Option<String> {
        let is_path = specifier.starts_with(['/', '.']) || specifier.starts_with("file:");
        let base = ModuleSpecifier::parse(referrer).ok()?;
        let url = base.join(specifier).ok().filter(|url| is_path && url.scheme() == "file")?;
        let folder = url.as_str().trim_end_matches('/');
        let files = ENDINGS.iter().map(|ending| format!("{url}{ending}"));
        let indexes = ENDINGS.iter().skip(1).map(|ending| format!("{folder}/index{ending}"));
        files.chain(indexes).find(|candidate| self.module(candidate).is_some())
    }
}
