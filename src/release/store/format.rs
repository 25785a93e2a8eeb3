//! The format number of everything that is stored as JSON, and what may be said about JSON that does not parse.
//!
//! Invariant: no text here holds a part of the JSON: it may hold secrets.

use serde::Deserialize;
use serde_json::error::Category;

/// The format that is written; a larger one is refused, unknown fields are ignored.
pub const FORMAT: u32 = 1;

/// The format of any stored JSON.
pub(super) fn format_of(json: &[u8]) -> serde_json::Result<u32> {
    #[derive(Deserialize)]
    struct FormatHead {
        format: u32,
    }
    serde_json::from_slice(json).map(|head: FormatHead| head.format)
}

/// Why a JSON text cannot be read, without any of the text.
pub(super) fn json_fault(error: &serde_json::Error) -> String {
    let what = match error.classify() {
        Category::Eof => "it ends too early",
        Category::Syntax => "it is not JSON",
        Category::Data => "a field is missing or has the wrong type",
        Category::Io => "it cannot be read",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}
