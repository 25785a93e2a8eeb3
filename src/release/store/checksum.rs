//! The first line of a file that must not be read if a byte of it has changed: the SHA-256 of all that follows.
//!
//! Written before, and taken off again by, everything below `versions/`.
//!
//! Invariant: what `body` returns is what `line` was given.

use sha2::{Digest as _, Sha256};

/// The line that goes before `body`.
pub(super) fn line(body: &[u8]) -> String {
    format!("{:x}\n", Sha256::digest(body))
}

/// What follows the line, if the line is right.
pub(super) fn body(bytes: &[u8]) -> Option<&[u8]> {
    let end = bytes.iter().position(|byte| *byte == b'\n')?;
    let (sum, body) = bytes.split_at_checked(end + 1)?;
    (sum == line(body).as_bytes()).then_some(body)
}
