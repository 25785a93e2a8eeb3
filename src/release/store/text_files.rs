//! The code of versions outside of memory: a version may wait for its next call for days, and there may be thousands.
//!
//! `catalog` moves the code of each version here before its pool gets it. Each has a file without a name in the state directory, which ends with
//! the version or with the process. The kernel keeps of it in memory what is read.
//!
//! Invariant: a version reads the same from a file as from memory. Where no file can be written, its code stays in memory.
#![allow(clippy::disallowed_methods, reason = "the files are in the state directory")]

use std::collections::HashMap;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;

use crate::function::{Module, Version};
use crate::sys::mapped_file::MappedFile;

/// Versions with less code than this stay in memory: ten thousand of them have half a gigabyte.
const BYTES_MIN: usize = 64 << 10;

/// Writes the code of versions to files.
#[derive(Clone, Debug)]
pub struct TextFiles(Option<Arc<Path>>);

impl TextFiles {
    /// Files in a state directory.
    pub fn in_directory(state: PathBuf) -> Self {
        Self(Some(state.into()))
    }

    /// No files: all code stays in memory.
    pub fn none() -> Self {
        Self(None)
    }

    /// The version, with its code in a file if there is much of it.
    pub(in crate::release) fn moved(&self, version: Arc<Version>) -> Arc<Version> {
        let Some(directory) = &self.0 else { return version };
        let modules = version.modules.values().flat_map(|module| texts(module));
        let bytes: usize = modules.chain(version.files.values().map(|file| &**file)).map(<[u8]>::len).sum();
        if bytes < BYTES_MIN {
            return version;
        }
        moved(&version, directory).map(Arc::new).unwrap_or_else(|error| {
            tracing::debug!(%error, function = version.function.as_str(), "the code of a version stays in memory");
            version
        })
    }
}

/// The texts of a module, in the order in which a file has them.
fn texts(module: &Module) -> impl Iterator<Item = &[u8]> {
    [Some(&**module.code.as_bytes()), module.source_map.as_deref()].into_iter().flatten()
}

fn moved(version: &Version, directory: &Path) -> io::Result<Version> {
    let modules: Vec<_> = version.modules.values().collect();
    let mut file = tempfile::tempfile_in(directory)?;
    let files = version.files.values().map(|file| &**file);
    for text in modules.iter().flat_map(|module| texts(module)).chain(files) {
        file.write_all(text)?;
    }
    let mut rest = Bytes::from_owner(MappedFile::of(file)?);
    let mut restored = HashMap::with_capacity(modules.len());
    for module in modules {
        let code = ByteString::try_from(rest.split_to(module.code.len())).map_err(io::Error::other)?;
        let source_map = module.source_map.as_ref().map(|map| rest.split_to(map.len()));
        restored.insert(module.url.clone(), Arc::new(Module { code, source_map, ..Module::clone(module) }));
    }
    let files = version.files.iter().map(|(path, file)| (path.clone(), rest.split_to(file.len()))).collect();
    Ok(Version { modules: restored, files, ..version.clone() })
}
