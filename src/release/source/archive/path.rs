//! The names of entries: which of them are valid paths of files.
//!
//! `collect` checks every entry's name as the archive spells it; `files` writes the valid ones below a folder.
//!
//! Invariant: a valid path is relative, has no part that means another folder, and joined to any folder it leads to a path inside that
//! folder.

use super::limits::{DEPTH_MAX, PART_BYTES_MAX, PATH_BYTES_MAX};

/// The reasons why a path is invalid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PathFault {
    /// Not text.
    #[error("its name is not UTF-8 text")]
    NotUtf8,
    /// An absolute path.
    #[error("its path is absolute")]
    Absolute,
    /// `..`
    #[error("its path climbs with `..`")]
    Climbs,
    /// `.` anywhere but at the start.
    #[error("its path has a part `.`")]
    Dot,
    /// No text at all, or none between two slashes.
    #[error("its path has an empty part")]
    EmptyPart,
    /// A separator on other systems.
    #[error("its path has a backslash; use `/`")]
    Backslash,
    /// NUL, line ends and the like.
    #[error("its name has a control character")]
    ControlCharacter,
    /// Longer than [`PATH_BYTES_MAX`].
    #[error("its path has {0} bytes, at most {PATH_BYTES_MAX} are allowed")]
    TooLong(usize),
    /// One part is longer than [`PART_BYTES_MAX`].
    #[error("a part of its path has {0} bytes, at most {PART_BYTES_MAX} are allowed")]
    PartTooLong(usize),
    /// Deeper than [`DEPTH_MAX`].
    #[error("its path has {0} parts, at most {DEPTH_MAX} are allowed")]
    TooDeep(usize),
}

/// The path that a link at `path` leads to, both from the top of the archive.
pub(super) fn link_target(path: &str, target: &[u8]) -> Result<String, PathFault> {
    if target.len() > PATH_BYTES_MAX {
        return Err(PathFault::TooLong(target.len()));
    }
    let target = str::from_utf8(target).map_err(|_| PathFault::NotUtf8)?;
    if target.starts_with('/') {
        return Err(PathFault::Absolute);
    }
    let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in target.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().ok_or(PathFault::Climbs)?),
            part => parts.push(part),
        }
    }
    checked(parts.join("/").as_bytes()).map(str::to_owned)
}

/// The path that a name means, without a leading `./`.
pub(super) fn checked(name: &[u8]) -> Result<&str, PathFault> {
    if name.len() > PATH_BYTES_MAX {
        return Err(PathFault::TooLong(name.len()));
    }
    let path = str::from_utf8(name).map_err(|_| PathFault::NotUtf8)?;
    if path.chars().any(char::is_control) {
        return Err(PathFault::ControlCharacter);
    }
    if path.contains('\\') {
        return Err(PathFault::Backslash);
    }
    if path.starts_with('/') {
        return Err(PathFault::Absolute);
    }
    let path = path.strip_prefix("./").unwrap_or(path);
    for part in path.split('/') {
        match part {
            "" => return Err(PathFault::EmptyPart),
            "." => return Err(PathFault::Dot),
            ".." => return Err(PathFault::Climbs),
            part if part.len() > PART_BYTES_MAX => return Err(PathFault::PartTooLong(part.len())),
            _ => {}
        }
    }
    match path.split('/').count() {
        depth if depth > DEPTH_MAX => Err(PathFault::TooDeep(depth)),
        _ => Ok(path),
    }
}
