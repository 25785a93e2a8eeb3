//! The module loader: it gives V8 the modules of one version, and nothing else.
//!
//! Specifiers were resolved when the version was compiled; here they are looked up. Source maps and compiled code come from here as well.
//!
//! Invariant: no file is read and no address fetched at run time.

use std::borrow::Cow;
use std::cell::RefCell;
use std::collections::HashSet;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use bytes::Bytes;
use deno_core::{
    ModuleCodeBytes, ModuleLoadOptions, ModuleLoadReferrer, ModuleLoadResponse, ModuleLoader, ModuleResolveResponse, ModuleSource,
    ModuleSourceCode, ModuleSpecifier, ModuleType, RequestedModuleType, ResolutionKind, SourceCodeCacheInfo, v8,
};
use deno_error::JsErrorBox;

use super::built_ins;
use super::code_cache::{self, CodeCache};
use super::module_code::UnkeptModules;
use crate::function::node::{NODE_SCHEME, built_in};
use crate::function::version::{Module, ModuleKind, Version};
use crate::runtime::ops::{JSON_DEPTH_MAX, catch_panic, catch_panic_or, excessive_json_depth};

/// The source maps that one isolate decodes. deno_core keeps them, about ten times as large, in memory that no limit counts.
const MAP_BYTES_MAX: usize = 4 << 20;

/// The module loader of one isolate; empty until the isolate gets its version.
#[derive(Default)]
pub(crate) struct Loader {
    version: RefCell<Option<Arc<Version>>>,
    maps: RefCell<MapsGiven>,
    pub(super) unkept: UnkeptModules,
}

/// The modules whose source maps were given to deno_core, and the bytes of these maps.
#[derive(Default)]
struct MapsGiven {
    urls: HashSet<String>,
    bytes: usize,
}

impl MapsGiven {
    /// Whether this map may be given: again, or for the first time while there is room.
    fn take(&mut self, url: &str, bytes: usize) -> bool {
        if self.urls.contains(url) {
            return true;
        }
        let fits = self.bytes.saturating_add(bytes) <= MAP_BYTES_MAX;
        if fits {
            self.bytes += bytes;
            self.urls.insert(url.to_owned());
        }
        fits
    }
}

impl Loader {
    pub(super) fn assign(&self, version: Arc<Version>) {
        *self.version.borrow_mut() = Some(version);
    }

    /// Releases the version, because deno_core never frees all of an isolate whose module never finished loading.
    pub(super) fn clear(&self) {
        *self.version.borrow_mut() = None;
        self.unkept.clear();
    }

    pub(super) fn version(&self) -> Option<Arc<Version>> {
        self.version.borrow().clone()
    }

    pub(super) fn module(&self, url: &str) -> Option<Arc<Module>> {
        self.version.borrow().as_ref()?.modules.get(url).cloned()
    }

    /// The built-in of Node that a specifier means to a function for Node.
    fn built_in<'n>(&self, specifier: &'n str) -> Option<&'n str> {
        let is_for_node = self.version.borrow().as_ref().is_some_and(|version| version.node);
        if is_for_node { built_in(specifier) } else { None }
    }

    fn find(&self, specifier: &str, referrer: &str) -> Result<ModuleSpecifier, JsErrorBox> {
        if let Some(url) = self.module(referrer).and_then(|module| module.imports.get(specifier).cloned()) {
            return ModuleSpecifier::parse(&url).map_err(JsErrorBox::from_err);
        }
        if let Some(why) = self.module(referrer).and_then(|module| module.missing.get(specifier).cloned()) {
            return Err(JsErrorBox::type_error(why));
        }
        if let Some(name) = self.built_in(specifier) {
            return ModuleSpecifier::parse(&format!("{NODE_SCHEME}{name}")).map_err(JsErrorBox::from_err);
        }
        // The entry itself, or a dynamic import whose specifier was computed: it must be one of the version's modules.
        let url = deno_core::resolve_import(specifier, referrer).map_err(JsErrorBox::from_err)?;
        if self.module(url.as_str()).is_some() {
            return Ok(url);
        }
        Err(JsErrorBox::type_error(format!(
            "cannot import {specifier:?}: it is not part of this version. Modules are found when a function is compiled, so a computed \
             import() can only name a module that another import names as well, or in a function for Node one of its folder or of `[code] \
             files`"
        )))
    }
}

impl ModuleLoader for Loader {
    fn resolve(&self, specifier: &str, referrer: &str, _kind: ResolutionKind) -> ModuleResolveResponse {
        catch_panic("module resolve", 0, || self.find(specifier, referrer)).flatten()
    }

    fn load(&self, specifier: &ModuleSpecifier, _referrer: Option<&ModuleLoadReferrer>, options: ModuleLoadOptions) -> ModuleLoadResponse {
        let read = || match options.requested_module_type {
            kind @ (RequestedModuleType::Text | RequestedModuleType::Bytes) => ModuleLoadResponse::Sync(self.read_file(specifier, &kind)),
            _ => self.read(specifier),
        };
        catch_panic("module load", 0, read).unwrap_or_else(|error| ModuleLoadResponse::Sync(Err(error)))
    }

    fn code_cache_ready(&self, specifier: ModuleSpecifier, hash: u64, code: &[u8]) -> Pin<Box<dyn Future<Output = ()>>> {
        catch_panic_or("code cache", (), || code_cache::shared().put(specifier.as_str(), hash, code));
        Box::pin(std::future::ready(()))
    }

    fn get_code_cache(&self, specifier: &ModuleSpecifier, source: &str) -> Option<SourceCodeCacheInfo> {
        catch_panic_or("code cache", None, || {
            let hash = CodeCache::hash(source);
            let data = code_cache::shared().get(specifier.as_str(), hash).map(|code| Cow::Owned(code.to_vec()));
            Some(SourceCodeCacheInfo { hash, data })
        })
    }

    /// deno_core asks right before it compiles a module.
    fn get_host_defined_options<'s, 'i>(&self, scope: &mut v8::PinScope<'s, 'i>, url: &str) -> Option<v8::Local<'s, v8::Data>> {
        catch_panic_or("module code", (), || {
            if let Some(module) = self.module(url) {
                let _ = self.unkept.compile(scope, &module);
            }
        });
        None
    }

    fn get_source_map(&self, file_name: &str) -> Option<Cow<'_, [u8]>> {
        catch_panic_or("source map", None, || {
            let map = self.module(file_name)?.source_map.clone()?;
            self.maps.borrow_mut().take(file_name, map.len()).then(|| Cow::Owned(map.to_vec()))
        })
    }

    fn source_map_source_exists(&self, _source_url: &str) -> Option<bool> {
        Some(true)
    }
}

impl Loader {
    /// A file of the version as V8 asks for it by an attribute: its text or its bytes.
    fn read_file(&self, specifier: &ModuleSpecifier, kind: &RequestedModuleType) -> Result<ModuleSource, JsErrorBox> {
        let bytes = self.file_of(specifier).ok_or_else(|| JsErrorBox::type_error(format!("no file {specifier}")))?;
        let (kind, code) = match kind {
            RequestedModuleType::Text => {
                let text = String::from_utf8_lossy(&bytes).into_owned();
                (ModuleType::Text, ModuleSourceCode::String(text.into()))
            }
            _ => (ModuleType::Bytes, ModuleSourceCode::Bytes(ModuleCodeBytes::Boxed(bytes.to_vec().into()))),
        };
        Ok(ModuleSource::new(kind, code, specifier, None))
    }

    /// The file of the version that a url means.
    fn file_of(&self, specifier: &ModuleSpecifier) -> Option<Bytes> {
        let path = specifier.to_file_path().ok()?;
        self.version.borrow().as_ref()?.files.get(path.to_str()?).cloned()
    }

    fn read(&self, specifier: &ModuleSpecifier) -> ModuleLoadResponse {
        if let Some(name) = self.built_in(specifier.as_str()) {
            return built_ins::load_built_in(name, specifier);
        }
        let Some(module) = self.module(specifier.as_str()) else {
            return ModuleLoadResponse::Sync(Err(JsErrorBox::type_error(format!("no module {specifier}"))));
        };
        if let (ModuleKind::Json, Some(depth)) = (module.kind, excessive_json_depth(&module.code)) {
            let message = format!("{specifier} nests too deep: {depth} levels, at most {JSON_DEPTH_MAX}");
            return ModuleLoadResponse::Sync(Err(JsErrorBox::range_error(message)));
        }
        if module.kind == ModuleKind::CommonJs {
            return built_ins::load_wrapper(&module, specifier);
        }
        let hash = CodeCache::hash(&module.code);
        // With this deno_core keeps code that it compiles anew, and too early: `module_code` does that for modules that are linked.
        let kept = code_cache::shared().get(&module.url, hash).map(|code| Cow::Owned(code.to_vec()));
        let kind = match module.kind {
            ModuleKind::JavaScript | ModuleKind::CommonJs => ModuleType::JavaScript,
            ModuleKind::Json => ModuleType::Json,
        };
        ModuleLoadResponse::Sync(Ok(ModuleSource::new(
            kind,
            ModuleSourceCode::String(module.code.to_string().into()),
            specifier,
            (kept.is_some() || !self.unkept.is_linking()).then_some(SourceCodeCacheInfo { hash, data: kept }),
        )))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn source_maps_of_an_isolate_have_a_bound_and_those_that_were_given_are_given_again() {
        let mut maps = MapsGiven::default();
        assert!(!maps.take("file:///huge.ts", MAP_BYTES_MAX + 1));
        assert!(maps.take("file:///a.ts", MAP_BYTES_MAX - 10));
        assert!(!maps.take("file:///b.ts", 11));
        assert!(maps.take("file:///c.ts", 10));
        assert!(maps.take("file:///a.ts", MAP_BYTES_MAX - 10) && maps.take("file:///c.ts", 10));
        assert!(!maps.take("file:///d.ts", 1));
    }
}
