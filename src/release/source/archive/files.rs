//! The files of an upload, and their uses: they are found to be functions, written below a folder, packed for the transfer.
//!
//! `read` creates them from an archive or from files of the command line. They go below a fresh folder, where `folder` and
//! `release::compile` find them, or into an archive for the admin listener.
//!
//! Invariant: every path has passed the same checks, whatever its source, so that writing them cannot leave the folder or meet a file.

use std::collections::BTreeMap;
use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

use flate2::Compression;
use flate2::write::GzEncoder;
use tar::{Builder, EntryType, Header};

use super::error::{ArchiveError, label};
use super::limits::is_within_ratio;
use crate::function::FunctionName;
use crate::release::source::function_source::{CODE_EXTENSIONS, MANIFEST_FILE, code_stem};

/// Checked files by path, with `/`, in alphabetical order, and links between them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Files {
    files: BTreeMap<String, Vec<u8>>,
    /// Symbolic links, and the path that each leads to, also from the top. No file and no link lies below a link.
    links: BTreeMap<String, String>,
    bytes: u64,
}

impl Files {
    /// Files whose paths and sizes `collect` has checked.
    pub(super) fn collected(files: BTreeMap<String, Vec<u8>>, links: BTreeMap<String, String>, bytes: u64) -> Self {
        Self { files, links, bytes }
    }

    /// Path and content of each, in alphabetical order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// Path and target of each link, both from the top.
    pub fn links(&self) -> impl Iterator<Item = (&str, &str)> {
        self.links.iter().map(|(path, target)| (path.as_str(), target.as_str()))
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

    /// Moves the files of one function below the folder `name`.
    ///
    /// They may be in that folder already, in a folder of another name that holds the entry (`package/`, `repository-1.0/`), or at the top.
    /// A single file `<name>.ts` is a function and stays where it is.
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

    /// The folder at the top, if it holds every file.
    fn only_folder(&self) -> Option<&str> {
        let mut folders = self.files.keys().chain(self.links.keys()).map(|path| path.split_once('/').map(|(folder, _)| folder));
        let first = folders.next()??;
        folders.all(|folder| folder == Some(first)).then_some(first)
    }

    /// Whether a folder looks like a function's; the compiler decides later whether it is one.
    fn has_entry(&self, folder: &str) -> bool {
        let has = |file: &str| self.files.contains_key(&format!("{folder}/{file}"));
        has(MANIFEST_FILE) || has("package.json") || CODE_EXTENSIONS.iter().any(|extension| has(&format!("index.{extension}")))
    }

    fn moved(self, from: &str, to: &FunctionName) -> Self {
        let moved = |path: String| format!("{to}/{}", path.strip_prefix(from).unwrap_or(&path));
        Self {
            files: self.files.into_iter().map(|(path, bytes)| (moved(path), bytes)).collect(),
            links: self.links.into_iter().map(|(path, target)| (moved(path), moved(target))).collect(),
            bytes: self.bytes,
        }
    }

    /// The functions at the top, in alphabetical order: folders, and files of code, without the entries that a functions directory skips.
    ///
    /// # Errors
    /// If a name is not a function name, or two entries are the same function.
    pub fn functions(&self) -> Result<Vec<FunctionName>, ArchiveError> {
        let mut found: BTreeMap<FunctionName, &str> = BTreeMap::new();
        for path in self.files.keys().chain(self.links.keys()) {
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

    /// Writes every file below `folder`, which the caller has created for them and removes if this fails.
    ///
    /// # Errors
    /// If the folder is not empty, or a file cannot be written.
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
        // Last: nothing is written through one.
        for (path, target) in &self.links {
            let at = folder.join(path);
            if let Some(parent) = at.parent() {
                fs::create_dir_all(parent)?;
            }
            std::os::unix::fs::symlink(relative(path, target), at)?;
        }
        Ok(())
    }

    /// Packs every file. The same files give the same bytes on every machine and at any time.
    ///
    /// # Errors
    /// If a path does not fit into an archive; every checked path fits.
    pub fn to_tar_gz(&self) -> io::Result<Vec<u8>> {
        let tar = self.to_tar()?;
        let packed = gzip(&tar, Compression::default())?;
        // An archive that shrinks like a bomb would be refused as one.
        if is_within_ratio(tar.len() as u64, packed.len() as u64) { Ok(packed) } else { gzip(&tar, Compression::none()) }
    }

    fn to_tar(&self) -> io::Result<Vec<u8>> {
        let mut archive = Builder::new(Vec::new());
        for (path, bytes) in &self.files {
            let mut header = header(EntryType::Regular, 0o644, bytes.len() as u64);
            archive.append_data(&mut header, path, bytes.as_slice())?;
        }
        for (path, target) in &self.links {
            let mut header = header(EntryType::Symlink, 0o777, 0);
            archive.append_link(&mut header, path, relative(path, target))?;
        }
        archive.into_inner()
    }
}

/// The header of an entry, which says nothing of the machine, the user or the time.
fn header(kind: EntryType, mode: u32, bytes: u64) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(mode);
    header.set_mtime(0);
    header.set_uid(0);
    header.set_gid(0);
    header.set_size(bytes);
    header
}

/// The target of a link, from the folder that the link lies in. That folder is no link itself, so each `..` is the folder above.
pub(super) fn relative(path: &str, target: &str) -> String {
    let depth = path.matches('/').count();
    format!("{}{target}", "../".repeat(depth))
}

fn gzip(bytes: &[u8], compression: Compression) -> io::Result<Vec<u8>> {
    let mut encoder = GzEncoder::new(Vec::new(), compression);
    encoder.write_all(bytes)?;
    encoder.finish()
}
