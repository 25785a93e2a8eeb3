//! `{"files": {"path": "text"}}`, read by `serde_json`: files that fit in one request need no archive.
//!
//! Invariant: entries are counted and weighed as the parser meets them, and a path that occurs twice is refused; a plain map would hide it.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::collect::FileCollector;
use super::error::ArchiveError;
use super::files::Files;
use super::limits::ArchiveKind;

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    files: Collected,
}

/// The collected entries, or why they are refused; a refusal is not an error of the JSON.
struct Collected(Result<Files, ArchiveError>);

/// Reads a whole upload.
pub(super) fn read(bytes: &[u8]) -> Result<Files, ArchiveError> {
    let upload: Upload = serde_json::from_slice(bytes).map_err(|error| ArchiveError::broken(ArchiveKind::Json, &error))?;
    upload.files.0
}

impl<'de> Deserialize<'de> for Collected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct FileEntries;

        impl<'de> Visitor<'de> for FileEntries {
            type Value = Collected;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of paths and texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Collected, A::Error> {
                // No ratio to check: the texts are part of the request.
                let mut files = FileCollector::new(ArchiveKind::Json, usize::MAX);
                while let Some((path, text)) = entries.next_entry::<String, String>()? {
                    if let Err(refused) = files.file(path.as_bytes(), text.len() as u64, text.as_bytes()) {
                        // The rest must still be read, or the parser would report it as an error.
                        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        return Ok(Collected(Err(refused)));
                    }
                }
                Ok(Collected(Ok(files.finish())))
            }
        }

        deserializer.deserialize_map(FileEntries)
    }
}
