//! Why an upload is refused.
//!
//! Created by every file that reads an archive; shown to the client that sent it.
//!
//! Invariant: one line, bounded, with the entry at fault; names of entries appear only as [`label`] writes them.

use std::fmt::Display;
use std::io;

use super::limits::{ArchiveKind, ENTRIES_MAX, FILES_MAX, RATIO_FREE_BYTES, RATIO_MAX};
use super::path::PathFault;
use crate::function::name::NameError;

/// Longest name of an entry in a message, in characters.
const LABEL_CHARACTERS_MAX: usize = 120;
/// Longest text of a library in a message, in characters.
const REASON_CHARACTERS_MAX: usize = 300;

/// The closed list of reasons why an upload is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ArchiveError {
    /// Not the format it claims to be, cut, damaged, or ambiguous.
    #[error("this is no whole {kind} archive: {reason}")]
    Broken {
        /// The format that was read.
        kind: ArchiveKind,
        /// The problem that was found.
        reason: String,
    },
    /// An invalid path.
    #[error("the entry `{entry}` is refused: {fault}")]
    Path {
        /// The entry's name, cut.
        entry: String,
        /// The problem.
        fault: PathFault,
    },
    /// Neither a plain file nor a folder.
    #[error("the entry `{entry}` is {oddity}; only regular files and folders are taken")]
    NotAFile {
        /// The entry's name, cut.
        entry: String,
        /// Its kind.
        oddity: Oddity,
    },
    /// Content behind a password.
    #[error("the entry `{entry}` is encrypted")]
    Encrypted {
        /// The entry's name, cut.
        entry: String,
    },
    /// Content with a compression other than deflate.
    #[error("the entry `{entry}` is compressed by a method that is not taken ({method}); use deflate, or store it")]
    Method {
        /// The entry's name, cut.
        entry: String,
        /// The compression.
        method: String,
    },
    /// A path that occurs twice.
    #[error("the entry `{entry}` is there twice")]
    Twice {
        /// The entry's name, cut.
        entry: String,
    },
    /// Two paths that are one path on some disks.
    #[error("the entry `{entry}` and one before it differ only in upper and lower case, in `{spelling}`")]
    OnlyCaseDiffers {
        /// The entry's name, cut.
        entry: String,
        /// The part of the path as the earlier entry spells it.
        spelling: String,
    },
    /// A file where other entries have a folder.
    #[error("the entry `{entry}` needs a folder where there is a file, or the other way around")]
    FileAndFolder {
        /// The entry's name, cut.
        entry: String,
    },
    /// Too much content.
    #[error("the files are larger than {limit} bytes in all: {used} bytes with `{entry}`")]
    ContentTooLarge {
        /// The entry that passes the limit.
        entry: String,
        /// Most bytes.
        limit: u64,
        /// Bytes with this entry, as far as they are counted.
        used: u64,
    },
    /// Too many files.
    #[error("there are more than {FILES_MAX} files: `{entry}` is one too many")]
    TooManyFiles {
        /// The first file beyond the limit.
        entry: String,
    },
    /// Too many entries.
    #[error("there are more than {ENTRIES_MAX} entries, folders included")]
    TooManyEntries,
    /// Content that is much larger than the archive.
    #[error("it unpacks to more than {RATIO_MAX} times its size, which is taken up to {RATIO_FREE_BYTES} bytes: {used} bytes from {size}")]
    RatioTooHigh {
        /// Bytes unpacked when reading stopped.
        used: u64,
        /// Bytes of the archive.
        size: u64,
    },
    /// Too many bytes that are not content: padding, names, attributes.
    #[error("it unpacks to more than {limit} bytes")]
    UnpacksTooLarge {
        /// Most bytes.
        limit: u64,
    },
    /// A link that leads out of the archive.
    #[error("the link `{entry}` does not lead to a path of the archive: {fault}")]
    LinkTarget {
        /// The entry's name, cut.
        entry: String,
        /// The problem of its target.
        fault: PathFault,
    },
    /// An entry at the top that would be a function, but its name is not a function name.
    #[error("the entry `{entry}` cannot be a function: {error} (a leading `_` marks shared code)")]
    FunctionName {
        /// The entry's name, cut.
        entry: String,
        /// The problem of the name.
        error: NameError,
    },
    /// Two entries at the top that would be the same function.
    #[error("`{entry}` and `{other}` are the same function; remove one of them")]
    SameFunction {
        /// The entry's name, cut.
        entry: String,
        /// The other entry's name, cut.
        other: String,
    },
}

/// The kinds of entries beside files and folders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Oddity {
    /// A hard link, or a symbolic link in a zip.
    #[error("a link")]
    Link,
    /// A character or block device, a pipe or a socket.
    #[error("a device, a pipe or a socket")]
    Device,
    /// A file with holes.
    #[error("a sparse file")]
    Sparse,
    /// A folder with content.
    #[error("a folder with content of its own")]
    FullFolder,
    /// A header that renames or resizes every entry after it.
    #[error("a header that changes all entries after it")]
    GlobalHeader,
    /// Anything else.
    #[error("of an unknown kind")]
    Unknown,
}

impl ArchiveError {
    /// An archive that a library cannot read, or a refusal of ours that came through a library.
    pub(super) fn broken(kind: ArchiveKind, reason: &dyn Display) -> Self {
        Self::Broken { kind, reason: shown(&reason.to_string(), REASON_CHARACTERS_MAX) }
    }

    /// The error that stopped a reader: an error of ours, or else the text of the operating system or the library.
    pub(super) fn from_io(kind: ArchiveKind, error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(refused) => refused,
            Err(error) => Self::broken(kind, &error),
        }
    }
}

/// An entry's name, safe for one line of text.
pub(super) fn label(name: &[u8]) -> String {
    shown(&String::from_utf8_lossy(name), LABEL_CHARACTERS_MAX)
}

/// A text on one line, cut.
fn shown(text: &str, characters_max: usize) -> String {
    let cut = if text.chars().nth(characters_max).is_some() { "…" } else { "" };
    let plain = |character: char| if character.is_control() { '\u{fffd}' } else { character };
    text.chars().take(characters_max).map(plain).chain(cut.chars()).collect()
}
