//! `{"files": {"path": "text"}}`, read by `serde_json`: what is small enough for one request needs no archive.
//!
//! Invariant: entries are counted and weighed as they are met, and a path that is there twice is refused, which a plain map would hide.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::collect::Collector;
use super::{ArchiveError, ArchiveKind, Files};

#[derive(serde::Deserialize)]
#[serde(deny_unknown_fields)]
struct Upload {
    files: Collected,
}

/// What became of the entries; a refusal is no fault of the JSON.
struct Collected(Result<Files, ArchiveError>);

/// Reads a whole upload.
pub(super) fn read(bytes: &[u8]) -> Result<Files, ArchiveError> {
    let upload: Upload = serde_json::from_slice(bytes).map_err(|error| ArchiveError::broken(ArchiveKind::Json, &error))?;
    upload.files.0
}

impl<'de> Deserialize<'de> for Collected {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entries;

        impl<'de> Visitor<'de> for Entries {
            type Value = Collected;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object of paths and texts")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Collected, A::Error> {
                // No ratio to look at: the texts are part of what was sent.
                let mut files = Collector::new(ArchiveKind::Json, usize::MAX);
                while let Some((path, text)) = entries.next_entry::<String, String>()? {
                    if let Err(refused) = files.file(path.as_bytes(), text.len() as u64, text.as_bytes()) {
                        // The rest must still be read, or the parser would complain of it.
                        while entries.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
                        return Ok(Collected(Err(refused)));
                    }
                }
                Ok(Collected(Ok(files.finish())))
            }
        }

        deserializer.deserialize_map(Entries)
    }
}
