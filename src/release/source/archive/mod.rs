//! Uploads become files: an archive, as the client sent it, is read into memory and checked.
//!
//! `read` gives the bytes to `tar`, `zip` or `json`, which take one format apart each. `collect` counts and weighs every entry, `path`
//! judges its name, and `files` holds the outcome. Bytes come from the admin listener or from the command line, which have bounded them;
//! files go below a fresh folder.
//!
//! Invariant: an archive is taken whole or refused whole, before anything of it is on the disk; a size that it announces is never believed.

mod read;
mod json;
mod zip;
mod tar;
mod collect;
mod files;
mod error;
mod path;
mod limits;
#[cfg(test)]
mod tests;

pub use error::{ArchiveError, Oddity};
pub use files::Files;
pub use limits::{
    ArchiveKind, CONTENT_BYTES_MAX, DEPTH_MAX, ENTRIES_MAX, FILES_MAX, PART_BYTES_MAX, PATH_BYTES_MAX, RATIO_FREE_BYTES, RATIO_MAX,
};
pub use path::PathFault;
