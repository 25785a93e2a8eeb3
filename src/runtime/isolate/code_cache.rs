//! V8's compiled code, kept by content so that the next isolate compiles nothing twice.
//!
//! Filled when V8 has compiled a module or script, read by the module loader of every isolate. `release` takes the code of a version once
//! it has run, and offers it when the version is read again.
//!
//! Invariant: keyed by url and a hash of the whole source (V8 itself checks only the length); bounded in bytes. An entry is a hint: V8
//! rejects code of another build or of other flags, and compiles anew.

use std::collections::HashMap;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::{Arc, LazyLock};

use parking_lot::Mutex;

use crate::function::Version;
use crate::function::version::ModuleKind;

/// Compiled code kept at most, in bytes; when it is full, new entries are not taken.
const CACHE_BYTES_MAX: usize = 64 << 20;

static CACHE: LazyLock<CodeCache> = LazyLock::new(CodeCache::default);

/// The process-wide cache.
pub fn shared() -> &'static CodeCache {
    &CACHE
}

/// Compiled code by url and content.
#[derive(Default)]
pub struct CodeCache {
    // Lock order: see runtime.
    entries: Mutex<Entries>,
}

#[derive(Default)]
struct Entries {
    map: HashMap<(String, u64), Arc<[u8]>>,
    bytes: usize,
}

impl CodeCache {
    /// Hash of a module's text.
    pub fn hash(source: &str) -> u64 {
        BuildHasherDefault::<DefaultHasher>::default().hash_one(source)
    }

    /// Compiled code for this text under this url.
    pub fn get(&self, url: &str, hash: u64) -> Option<Arc<[u8]>> {
        self.entries.lock().map.get(&(url.to_owned(), hash)).cloned()
    }

    /// Keeps compiled code.
    pub fn put(&self, url: &str, hash: u64, code: &[u8]) {
        let mut entries = self.entries.lock();
        if entries.bytes + code.len() > CACHE_BYTES_MAX {
            return;
        }
        entries.bytes += code.len();
        if let Some(old) = entries.map.insert((url.to_owned(), hash), code.into()) {
            entries.bytes -= old.len();
        }
    }
}

/// The key of a module that is compiled as a function: its code is another one than that of a module of the same text.
pub(super) fn function_key(url: &str) -> String {
    format!("function {url}")
}

/// Key, hash of the module's text, and code of every module of the version that was compiled so far.
pub fn code_of(version: &Version) -> Vec<(String, u64, Arc<[u8]>)> {
    let modules = version.modules.values().filter_map(|module| {
        let hash = CodeCache::hash(&module.code);
        let key = if module.kind == ModuleKind::CommonJs { function_key(&module.url) } else { module.url.clone() };
        let code = shared().get(&key, hash)?;
        Some((key, hash, code))
    });
    modules.collect()
}

/// Offers code to the isolates to come.
pub fn offer(code: Vec<(String, u64, Vec<u8>)>) {
    for (url, hash, code) in code {
        shared().put(&url, hash, &code);
    }
}
