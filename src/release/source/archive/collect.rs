//! What is kept of an archive while it is read: each entry is counted, named and weighed before it is taken.
//!
//! `tar`, `zip` and `json` bring entries in the order of the archive; the outcome is `Files`.
//!
//! Invariant: at no time is more held than the limits allow, whatever the archive announces; no two kept paths are one path on any disk.

use std::collections::BTreeMap;
use std::io::Read;

use super::error::label;
use super::{ArchiveError, ArchiveKind, CONTENT_BYTES_MAX, ENTRIES_MAX, FILES_MAX, Files, RATIO_FREE_BYTES, RATIO_MAX, path};

/// The files of one archive so far.
pub(super) struct Collector {
    kind: ArchiveKind,
    /// Bytes of the archive.
    size: u64,
    entries: usize,
    bytes: u64,
    names: Names,
    files: BTreeMap<String, Vec<u8>>,
}

impl Collector {
    /// For an archive of `size` bytes.
    pub(super) fn new(kind: ArchiveKind, size: usize) -> Self {
        Self { kind, size: size as u64, entries: 0, bytes: 0, names: Names::default(), files: BTreeMap::new() }
    }

    /// What was collected.
    pub(super) fn finish(self) -> Files {
        Files::collected(self.files, self.bytes)
    }

    /// An entry that is neither file nor folder, but counts.
    pub(super) fn count(&mut self) -> Result<(), ArchiveError> {
        self.entries += 1;
        if self.entries > ENTRIES_MAX { Err(ArchiveError::TooManyEntries) } else { Ok(()) }
    }

    /// A folder.
    pub(super) fn folder(&mut self, name: &[u8]) -> Result<(), ArchiveError> {
        self.count()?;
        let name = name.strip_suffix(b"/").unwrap_or(name);
        // `./` is the folder that everything lies in.
        if name == b"." { Ok(()) } else { self.names.claim(checked(name)?, Claim::Folder) }
    }

    /// A file that announces `announced` bytes.
    pub(super) fn file(&mut self, name: &[u8], announced: u64, content: impl Read) -> Result<(), ArchiveError> {
        self.count()?;
        let path = checked(name)?;
        self.names.claim(path, Claim::File)?;
        if is_litter(path) {
            return Ok(());
        }
        if self.files.len() >= FILES_MAX {
            return Err(ArchiveError::TooManyFiles { entry: label(name) });
        }
        self.weigh(name, announced)?;
        // One byte more than was announced shows that there is more.
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

    /// Whether there is room for `more` bytes.
    fn weigh(&self, name: &[u8], more: u64) -> Result<(), ArchiveError> {
        let used = self.bytes.saturating_add(more);
        if used > CONTENT_BYTES_MAX {
            return Err(ArchiveError::ContentTooLarge { entry: label(name), limit: CONTENT_BYTES_MAX, used });
        }
        within_ratio(used, self.size)
    }
}

/// Whether an archive of `size` bytes may unpack to `used`.
pub(super) fn within_ratio(used: u64, size: u64) -> Result<(), ArchiveError> {
    match used > RATIO_FREE_BYTES.max(size.saturating_mul(RATIO_MAX)) {
        true => Err(ArchiveError::RatioTooHigh { used, size }),
        false => Ok(()),
    }
}

fn checked(name: &[u8]) -> Result<&str, ArchiveError> {
    path::checked(name).map_err(|fault| ArchiveError::Path { entry: label(name), fault })
}

/// What macOS puts beside the files of an archive. Left in, it would hide that all else lies in one folder.
fn is_litter(path: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    path.starts_with("__MACOSX/") || file == ".DS_Store" || file.starts_with("._")
}

/// What an entry wants its path to be.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Claim {
    File,
    Folder,
}

/// Every name so far, folder by folder, by its lower case. A tree, because the paths themselves would repeat their beginnings.
#[derive(Default)]
struct Names(BTreeMap<String, Named>);

struct Named {
    spelling: String,
    /// None: a file.
    below: Option<Names>,
}

impl Names {
    /// Takes a path, and the folders on the way to it. A folder may be claimed again.
    fn claim(&mut self, path: &str, claim: Claim) -> Result<(), ArchiveError> {
        let entry = || label(path.as_bytes());
        let mut names = self;
        let mut parts = path.split('/').peekable();
        while let Some(part) = parts.next() {
            let is_file = claim == Claim::File && parts.peek().is_none();
            let mut is_new = false;
            let named = names.0.entry(part.to_lowercase()).or_insert_with(|| {
                is_new = true;
                Named { spelling: part.to_owned(), below: (!is_file).then(Self::default) }
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
