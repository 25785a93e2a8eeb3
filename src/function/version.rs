//! A version: the immutable, content-addressed result of compiling one function.
//!
//! Made by `release::compile`, held by `live`, read by every instance's module loader.
//!
//! Invariant: nothing here changes after construction; equal ids mean equal source and manifest.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::{FunctionName, Manifest};

/// Hash over the manifest and every module: `v` and twelve hexadecimal digits of a SHA-256.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct VersionId(Arc<str>);

impl VersionId {
    /// The id for a full SHA-256 digest.
    pub fn from_digest(digest: &[u8; 32]) -> Self {
        let mut id = String::with_capacity(13);
        id.push('v');
        for byte in &digest[..6] {
            id.push_str(&format!("{byte:02x}"));
        }
        Self(id.into())
    }

    /// Accepts what `from_digest` makes, `v` and twelve lower-case hexadecimal digits, and nothing else: an id may stand in a path.
    pub fn parse(id: &str) -> Option<Self> {
        let digits = id.strip_prefix('v')?;
        let is_id = digits.len() == 12 && digits.bytes().all(|digit| matches!(digit, b'0'..=b'9' | b'a'..=b'f'));
        is_id.then(|| Self(id.into()))
    }

    /// The text form, e.g. `v3fa9c1d20b7e`.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What a module's code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ModuleKind {
    /// An ECMAScript module; TypeScript and JSX are transpiled already.
    JavaScript,
    /// A JSON module: `code` is the JSON text.
    Json,
}

/// One module of a version.
#[derive(Debug)]
pub struct Module {
    /// `file:///hello/index.ts`: the path below the functions folder, never a path of the machine.
    pub url: String,
    /// How `code` is to be read.
    pub kind: ModuleKind,
    /// What the engine compiles.
    pub code: Arc<str>,
    /// Source map (JSON) from `code` to the text the author wrote; `None` where both are the same.
    pub source_map: Option<Arc<[u8]>>,
    /// Every literal specifier this module imports, and the url of the module it means.
    pub imports: HashMap<String, String>,
}

/// Everything that runs, for one function, in one state of its source.
#[derive(Debug)]
pub struct Version {
    /// Content hash.
    pub id: VersionId,
    /// Whose code this is.
    pub function: FunctionName,
    /// Url of the module whose exports are the handler; a key of `modules`.
    pub entry: String,
    /// Every module reachable from `entry`, by url.
    pub modules: HashMap<String, Arc<Module>>,
    /// What the function asks for, defaults filled in.
    pub manifest: Manifest,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_parses_back_and_nothing_else_parses() {
        let id = VersionId::from_digest(&[0xa9; 32]);
        assert_eq!(VersionId::parse(id.as_str()), Some(id));
        for text in [
            "",
            "v",
            "va9a9a9a9a9a",
            "va9a9a9a9a9a9a",
            "a9a9a9a9a9a9a9",
            "vA9a9a9a9a9a9",
            "va9a9a9a9a9ag",
            "v../../../../..",
            "vä9a9a9a9a9a",
        ] {
            assert_eq!(VersionId::parse(text), None, "{text}");
        }
    }
}
