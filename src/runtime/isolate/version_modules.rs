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
use crate::function::node::{NODE_SCHEME, built_in};
use crate::function::version::ModuleKind;
use crate::runtime::ops::{RequiredKind, VersionModules, excessive_json_depth};

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
        self.computed(specifier, referrer).ok_or_else(|| {
            "it is not part of this version. Modules are found when a function is compiled: a computed require() can only name a module that \
             another require or import names as well"
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

    fn cached(&self, url: &str, text: &str) -> Option<Vec<u8>> {
        code_cache::shared().get(&cache_key(url), CodeCache::hash(text)).map(|code| code.to_vec())
    }

    fn keep_cached(&self, url: &str, text: &str, code: &[u8]) {
        code_cache::shared().put(&cache_key(url), CodeCache::hash(text), code);
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

/// A function is compiled otherwise than a module of the same text.
fn cache_key(url: &str) -> String {
    format!("function {url}")
}

impl Loader {
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
