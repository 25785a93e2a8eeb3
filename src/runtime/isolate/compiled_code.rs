//! V8's compiled code of a version, for whoever keeps it beyond this process.
//!
//! `release` takes it once a version has run, and offers it when the version is read again.
//!
//! Invariant: a hint; V8 refuses code of another build or of other flags, and compiles anew.

use std::sync::Arc;

use super::code_cache::{self, CodeCache};
use crate::function::Version;

/// Url, hash of the module's text, and code of every module of the version that was compiled so far.
pub fn of(version: &Version) -> Vec<(String, u64, Arc<[u8]>)> {
    let modules = version.modules.values().filter_map(|module| {
        let hash = CodeCache::hash(&module.code);
        Some((module.url.clone(), hash, code_cache::shared().get(&module.url, hash)?))
    });
    modules.collect()
}

/// Offers code to the isolates to come.
pub fn offer(code: Vec<(String, u64, Vec<u8>)>) {
    for (url, hash, code) in code {
        code_cache::shared().put(&url, hash, &code);
    }
}
