//! The first line of a file that must not be read if a byte of it has changed: the SHA-256 of the rest.
//!
//! `Store` writes it to every file below `versions/` and removes it again when it reads one.
//!
//! Invariant: the body that `body` returns is the one that `line` was given.

use sha2::{Digest as _, Sha256};

/// The line before `body`.
pub(super) fn line(body: &[u8]) -> String {
    format!("{:x}\n", Sha256::digest(body))
}

/// The bytes after the line, if the line is right.
pub(super) fn body(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (sum, body) = bytes.split_at_checked(end + 1)?;
    (sum == line(body).as_bytes()).then_some(body)
}
