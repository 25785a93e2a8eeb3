//! The files of an archive while it is read: each entry is counted, its name checked and its content weighed before it is taken.
//!
//! `tar`, `zip` and `json` add entries in the order of the archive; the outcome is `Files`.
//!
//! Invariant: memory never holds more than the limits allow, whatever the archive announces; no two paths are one path on any disk.

use std::collections::BTreeMap;
use std::io::Read;

use super::error::{ArchiveError, label};
use super::files::Files;
use super::limits::{ArchiveKind, CONTENT_BYTES_MAX, ENTRIES_MAX, FILES_MAX, is_within_ratio};
use super::path;

/// The files of one archive so far.
pub(super) struct FileCollector {
    kind: ArchiveKind,
    /// Bytes of the archive.
    size: u64,
    entries: usize,
    bytes: u64,
    names: NameTree,
    files: BTreeMap<String, Vec<u8>>,
    links: BTreeMap<String, String>,
}

impl FileCollector {
    /// For an archive of `size` bytes.
    pub(super) fn new(kind: ArchiveKind, size: usize) -> Self {
        Self { kind, size: size as u64, entries: 0, bytes: 0, names: NameTree::default(), files: BTreeMap::new(), links: BTreeMap::new() }
    }

    /// The collected files.
    pub(super) fn finish(self) -> Files {
        Files::collected(self.files, self.links, self.bytes)
    }

    /// Counts an entry that is neither a file nor a folder.
    pub(super) fn count(&mut self) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > ENTRIES_MAX { Err(ArchiveError::TooManyEntries) } else { Ok(()) }
    }

    /// Adds a folder.
    pub(super) fn folder(&mut self, name: &[u8]) -> Result<(), ArchiveError> {
        self.count()?;
        let name = name.strip_suffix(b"/").unwrap_or(name);
        // `./` is the folder that holds everything.
        if name == b"." { Ok(()) } else { self.names.insert(checked(name)?, PathKind::Folder) }
    }

    /// Adds a file that announces `announced` bytes.
    pub(super) fn file(&mut self, name: &[u8], announced: u64, content: impl Read) -> Result<(), ArchiveError> {
        self.count()?;
        let path = checked(name)?;
        self.names.insert(path, PathKind::File)?;
        if is_litter(path) {
            return Ok(());
        }
        if self.files.len() >= FILES_MAX {
            return Err(ArchiveError::TooManyFiles { entry: label(name) });
        }
        self.check_size(name, announced)?;
        // Reading one byte more than announced shows whether there is more.
        let mut bytes = Vec::new();
        content.take(announced + 1).read_to_end(&mut bytes).map_err(|error| ArchiveError::from_io(self.kind, error))?;
        if bytes.len() as u64 != announced {
            let reason = format!(
                "`{}` announces {announced} bytes and has {}",
                label(name),
                if announced < bytes.len() as u64 { "more" } else { "fewer" }
            );
            return Err(ArchiveError::broken(self.kind, &reason));
        }
        self.bytes += announced;
        self.files.insert(path.to_owned(), bytes);
        Ok(())
    }

    /// Adds a symbolic link. No other entry may lie below it, and it leads to a path of the archive.
    pub(super) fn link(&mut self, name: &[u8], target: &[u8]) -> Result<(), ArchiveError> {
        self.count()?;
        let path = checked(name)?;
        self.names.insert(path, PathKind::File)?;
        let target = path::link_target(path, target).map_err(|fault| ArchiveError::LinkTarget { entry: label(name), fault })?;
        self.links.insert(path.to_owned(), target);
        Ok(())
    }

    /// Whether there is room for `more` bytes.
    fn check_size(&self, name: &[u8], more: u64) -> Result<(), ArchiveError> {
        let used = self.bytes.saturating_add(more);
        if used > CONTENT_BYTES_MAX {
            return Err(ArchiveError::ContentTooLarge { entry: label(name), limit: CONTENT_BYTES_MAX, used });
        }
        within_ratio(used, self.size)
    }
}

/// Refuses an archive of `size` bytes that unpacks to too much.
pub(super) fn within_ratio(used: u64, size: u64) -> Result<(), ArchiveError> {
    if is_within_ratio(used, size) { Ok(()) } else { Err(ArchiveError::RatioTooHigh { used, size }) }
}

fn checked(name: &[u8]) -> Result<&str, ArchiveError> {
    path::checked(name).map_err(|fault| ArchiveError::Path { entry: label(name), fault })
}

/// The files that macOS adds to an archive. Kept, they would hide that one folder holds all the others.
fn is_litter(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("__MACOSX/") || file == ".DS_Store" || file.starts_with("._")
}

/// Whether an entry's path is to be a file or a folder.
#[derive(Clone, Copy, PartialEq, Eq)]
enum PathKind {
    File,
    Folder,
}

/// Every name so far, folder by folder, keyed by its lower case. A tree, because full paths would repeat their beginnings.
#[derive(Default)]
struct NameTree(BTreeMap<String, NameNode>);

struct NameNode {
    spelling: String,
    /// `None`: a file.
    below: Option<NameTree>,
}

impl NameTree {
    /// Adds a path, and the folders above it. A folder may be added again.
    fn insert(&mut self, path: &str, path_kind: PathKind) -> Result<(), ArchiveError> {
        let entry = || label(path.as_bytes());
        let mut names = self;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let is_file = path_kind == PathKind::File && parts.peek().is_none();
            let mut is_new = false;
            let named = names.0.entry(part.to_lowercase()).or_insert_with(|| {
                is_new = true;
                NameNode { spelling: part.to_owned(), below: (!is_file).then(Self::default) }
            });
            if named.spelling != part {
                return Err(ArchiveError::OnlyCaseDiffers { entry: entry(), spelling: label(named.spelling.as_bytes()) });
            }
            match &mut named.below {
                Some(_) if is_file => return Err(ArchiveError::FileAndFolder { entry: entry() }),
                Some(below) => names = below,
                None if is_new => return Ok(()),
                None if is_file => return Err(ArchiveError::Twice { entry: entry() }),
                None => return Err(ArchiveError::FileAndFolder { entry: entry() }),
            }
        }
        Ok(())
    }
}
