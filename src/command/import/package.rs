//! Archives inside of manifests: their format from their first bytes, and their files by the rules for uploads.
//!
//! `release::source::archive` reads them: absolute names, `..`, devices, doubles and bombs are refused there, the archive as a whole.
//!
//! Invariant: nothing is on the disk before all of an archive has been checked.

use sha2::{Digest as _, Sha256};

use crate::release::source::archive::{ArchiveKind, Files};

/// Whether bytes are an archive rather than the text of a file.
pub(super) fn is_archive(bytes: &[u8]) -> bool {
    kind(bytes).is_some()
}

/// The files of an archive.
///
/// # Errors
/// If it is not whole, not safe, or of a format that is not read.
pub(super) fn unpack(bytes: &[u8]) -> Result<Files, String> {
    let kind = kind(bytes).ok_or("it is no archive: neither zip nor tar")??;
    let files = Files::read(kind, bytes).map_err(|error| error.to_string())?;
    if files.is_empty() { Err("the archive is empty".to_owned()) } else { Ok(files) }
}

/// `None`: no archive at all. An error names a format that is not read.
fn kind(bytes: &[u8]) -> Option<Result<ArchiveKind, String>> {
    let other = |name: &str| Some(Err(format!("it is {name}: pack it again as zip or as tar.gz")));
    match bytes {
        [b'P', b'K', 3 | 5, ..] => Some(Ok(ArchiveKind::Zip)),
        [0x1f, 0x8b, ..] => Some(Ok(ArchiveKind::TarGz)),
        [b'B', b'Z', b'h', ..] => other("a tar compressed by bzip2"),
        [0xfd, b'7', b'z', b'X', b'Z', ..] => other("a tar compressed by xz"),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => other("a tar compressed by zstd"),
        _ if bytes.get(257..262) == Some(b"ustar") => other("a tar that is not compressed"),
        _ => None,
    }
}

/// Checks a `sha256:…` of another platform.
///
/// # Errors
/// If the content is another one.
pub(super) fn check_sha256(expected: &str, bytes: &[u8]) -> Result<(), String> {
    let is: String = Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect();
    match expected.eq_ignore_ascii_case(&is) {
        true => Ok(()),
        false => Err(format!("its checksum is sha256:{is}, not the sha256:{expected} that is written there")),
    }
}
