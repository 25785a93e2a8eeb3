//! The files of an upload, and what is done with them: found to be functions, put below a folder, packed for the way.
//!
//! Read from an archive, or given one by one by the command line; they go below a fresh folder, where `folder` and `release::compile` find
//! them, or into an archive for the admin listener.
//!
//! Invariant: every path has passed the same checks, whoever named it, so that writing them cannot leave the folder or meet a file.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::collect::{Collector, within_ratio};
use super::error::label;
use super::{ArchiveError, ArchiveKind};
use crate::function::FunctionName;
use crate::release::source::CODE_EXTENSIONS;
use crate::release::source::folder::{MANIFEST_FILE, code_stem};

/// Checked files by path, with `/`, in alphabetical order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

impl Files {
    /// Reads an archive.
    ///
    /// # Errors
    /// If anything of it is not as it should be; then nothing of it is taken.
    pub fn read(kind: ArchiveKind, bytes: &[u8]) -> Result<Self, ArchiveError> {
        let mut files = Collector::new(kind, bytes.len());
        match kind {
            ArchiveKind::TarGz => super::tar::read(bytes, &mut files)?,
            ArchiveKind::Zip => super::zip::read(bytes, &mut files)?,
            ArchiveKind::Json => return super::json::read(bytes),
        }
        Ok(files.finish())
    }

    /// Takes files that were found elsewhere, by the rules for archives.
    ///
    /// # Errors
    /// If a path or the whole is not as an archive may have it.
    pub fn gather(found: impl IntoIterator<Item = (String, Vec<u8>)>) -> Result<Self, ArchiveError> {
        let mut files = Collector::new(ArchiveKind::TarGz, usize::MAX);
        for (path, bytes) in found {
            files.file(path.as_bytes(), bytes.len() as u64, &*bytes)?;
        }
        Ok(files.finish())
    }

    pub(super) fn collected(files: BTreeMap<String, Vec<u8>>, bytes: u64) -> Self {
        Self { files, bytes }
    }

    /// Path and content of each, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.files.is_empty()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.files.len()
    }

    /// Bytes of all contents.
    pub fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The files of one function, wherever the archive has them, below the folder `name`.
    ///
    /// They may lie in that folder already, in one of another name that holds the entry (`package/`, `repository-1.0/`), or bare. A single
    /// file `<name>.ts` is a function as it is.
    #[must_use]
    pub fn nest(self, name: &FunctionName) -> Self {
        let folder = self.only_folder().map(str::to_owned);
        let is_single_file = self.len() == 1 && self.files.keys().all(|path| code_stem(path.as_ref()) == Some(name.as_str()));
        match folder {
            _ if is_single_file => self,
            Some(folder) if folder == name.as_str() => self,
            Some(folder) if self.has_entry(&folder) => self.moved(&format!("{folder}/"), name),
            _ => self.moved("", name),
        }
    }

    /// The folder at the top that everything lies in.
    fn only_folder(&self) -> Option<&str> {
        let mut folders = self.files.keys().map(|path| path.split_once('/').map(|(folder, _)| folder));
        let first = folders.next()??;
        folders.all(|folder| folder == Some(first)).then_some(first)
    }

    /// Whether a folder looks like a function's: what it holds decides later whether it is one.
    fn has_entry(&self, folder: &str) -> bool {
        let has = |file: &str| self.files.contains_key(&format!("{folder}/{file}"));
        has(MANIFEST_FILE) || has("package.json") || CODE_EXTENSIONS.iter().any(|extension| has(&format!("index.{extension}")))
    }

    fn moved(self, from: &str, to: &FunctionName) -> Self {
        let moved = |path: String| format!("{to}/{}", path.strip_prefix(from).unwrap_or(&path));
        Self { files: self.files.into_iter().map(|(path, bytes)| (moved(path), bytes)).collect(), bytes: self.bytes }
    }

    /// The functions at the top, in alphabetical order: folders, and files of code; not what the functions directory passes over too.
    ///
    /// # Errors
    /// If one has a name that is no function's, or two are the same function.
    pub fn functions(&self) -> Result<Vec<FunctionName>, ArchiveError> {
        let mut found: BTreeMap<FunctionName, &str> = BTreeMap::new();
        for path in self.files.keys() {
            let (top, name) = match path.split_once('/') {
                Some((folder, _)) => (folder, Some(folder)),
                None => (path.as_str(), code_stem(path.as_ref())),
            };
            let Some(name) = name.filter(|_| !top.starts_with(['_', '.']) && top != "node_modules") else { continue };
            let entry = || label(top.as_bytes());
            let name = FunctionName::parse(name).map_err(|error| ArchiveError::FunctionName { entry: entry(), error })?;
            let first = *found.entry(name).or_insert(top);
            if first != top {
                return Err(ArchiveError::SameFunction { entry: entry(), other: label(first.as_bytes()) });
            }
        }
        Ok(found.into_keys().collect())
    }

    /// Writes every file below `folder`, which the caller made for them and removes if this fails.
    ///
    /// # Errors
    /// If the folder is not empty, or the system refuses.
    pub fn write_below(&self, folder: &Path) -> io::Result<()> {
        if fs::read_dir(folder)?.next().is_some() {
            return Err(io::ErrorKind::DirectoryNotEmpty.into());
        }
        for (path, bytes) in &self.files {
            let path = folder.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent)?;
            }
            OpenOptions::new().write(true).create_new(true).open(&path)?.write_all(bytes)?;
        }
        Ok(())
    }

    /// Packs every file. The same files give the same bytes, whoever packs them and when.
    ///
    /// # Errors
    /// If a path does not fit into an archive; none that was checked does not.
    pub fn to_tar_gz(&self) -> io::Result<Vec<u8>> {
        let tar = self.to_tar()?;
        let packed = gzip(&tar, Compression::default())?;
        // What shrinks like a bomb would be refused as one.
        match within_ratio(tar.len() as u64, packed.len() as u64) {
            Ok(()) => Ok(packed),
            Err(_) => gzip(&tar, Compression::none()),
        }
    }

    fn to_tar(&self) -> io::Result<Vec<u8>> {
        let mut archive = Builder::new(Vec::new());
        for (path, bytes) in &self.files {
            let mut header = Header::new_gnu();
            header.set_entry_type(EntryType::Regular);
            header.set_mode(0o644);
            header.set_mtime(0);
            header.set_uid(0);
            header.set_gid(0);
            header.set_size(bytes.len() as u64);
            archive.append_data(&mut header, path, bytes.as_slice())?;
        }
        archive.into_inner()
    }
}

fn gzip(bytes: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), compression);
    encoder.write_all(bytes)?;
    encoder.finish()
}
