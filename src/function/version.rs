//! A version: the immutable, content-addressed result of compiling one function.
//!
//! Built by `release::compile`, held by `live`, read by every instance's module loader.
//!
//! Invariant: nothing here changes after construction; equal ids mean equal source and manifest. JSON that holds another text than an id is
//! not read as one.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;
use bytestring::ByteString;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

use super::manifest::ParseSettings;
use super::{Dialect, FunctionName, Manifest};

/// Most characters of an invalid id in a message.
const SHOWN_CHARACTERS_MAX: usize = 64;

/// Hash over the manifest and every module: `v` and twelve hexadecimal digits of a SHA-256.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, ToSchema)]
#[schema(value_type = String, pattern = "^v[0-9a-f]{12}$")]
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

    /// Accepts the ids of `from_digest`, `v` and twelve lower-case hexadecimal digits, and nothing else: an id may stand in a path.
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

impl Serialize for VersionId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for VersionId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let id = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&id).ok_or_else(|| {
            let shown: String = id.chars().take(SHOWN_CHARACTERS_MAX).collect();
            de::Error::custom(format!("{shown:?} is not a valid version id"))
        })
    }
}

/// The kind of a module's code.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ModuleKind {
    /// An ECMAScript module; TypeScript and JSX are transpiled already.
    #[default]
    JavaScript,
    /// A CommonJS module: `code` is the body of its function.
    CommonJs,
    /// A JSON module: `code` is the JSON text.
    Json,
}

/// One module of a version.
#[derive(Clone, Debug, Default)]
pub struct Module {
    /// `file:///hello/index.ts`: the path below the functions directory, never a path of the machine.
    pub url: String,
    /// How `code` is to be read.
    pub kind: ModuleKind,
    /// The text that V8 compiles.
    pub code: ByteString,
    /// Source map (JSON) from `code` to the text that the author wrote; `None` where both are the same.
    pub source_map: Option<Bytes>,
    /// Every literal specifier that this module imports, and the url of the module that it names: one of the version, or `node:` and the
    /// name of a built-in.
    pub imports: HashMap<String, String>,
    /// The same for `require`, which may find other files of a package.
    pub requires: HashMap<String, String>,
    /// Specifiers of `import()` and `require` that lead nowhere, and why: the call fails when it runs.
    pub missing: HashMap<String, String>,
    /// The names that an ECMAScript module can import from this CommonJS module, beside `default`.
    pub names: Vec<String>,
}

/// Everything that runs, for one function, in one state of its source.
#[derive(Clone, Debug)]
pub struct Version {
    /// Content hash.
    pub id: VersionId,
    /// The function.
    pub function: FunctionName,
    /// Url of the module whose exports are the handler; a key of `modules`.
    pub entry: String,
    /// Every module reachable from `entry`, by url.
    pub modules: HashMap<String, Arc<Module>>,
    /// The manifest of the function, with every default filled in.
    pub manifest: Manifest,
    /// The dialect that its folder points to: by its `package.json`, or because its code speaks to `Parse.Cloud`.
    pub hint: Option<Dialect>,
    /// Whether it is written for Node: it has Node's globals and built-in modules.
    pub node: bool,
    /// The files that a function for Node may read, by their absolute path: `/hello/views/index.html`.
    pub files: BTreeMap<String, Bytes>,
}

impl Version {
    /// Whether it is a Parse application, or a part of one, as far as that is known before it loads.
    pub fn is_parse(&self) -> bool {
        let dialects = &self.manifest.dialects;
        dialects.dialect.map_or_else(|| dialects.parse.is_some() || self.hint == Some(Dialect::Parse), |dialect| dialect == Dialect::Parse)
    }

    /// Whether its code may claim routes, as far as that is known before it loads: an export `config` of Netlify, functions of Azure.
    pub fn may_claim_routes(&self) -> bool {
        if let Some(dialect) = self.manifest.dialects.dialect {
            return dialect.claims_routes();
        }
        self.hint.is_some_and(Dialect::claims_routes)
            || self.modules.iter().any(|(url, module)| !url.contains("/node_modules/") && code_may_claim_routes(&module.code))
    }

    /// The settings of the Parse application that it is, or a part of.
    pub fn parse_settings(&self) -> Option<Cow<'_, ParseSettings>> {
        let given = self.manifest.dialects.parse.as_ref();
        self.is_parse().then(|| given.map_or_else(|| Cow::Owned(ParseSettings::default()), Cow::Borrowed))
    }
}

/// Characters before a name in which its `export` is looked for.
const EXPORT_CHARACTERS_MAX: usize = 400;

/// Whether a module's text says what a dialect that claims routes is found by.
pub fn code_may_claim_routes(text: &str) -> bool {
    text.contains("@azure/functions") || (text.contains("path") && text.match_indices("config").any(|(at, _)| is_exported(&text[..at])))
}

/// Whether the text before a name exports it: `export const`, `exports.`, `export { a, `.
fn is_exported(before: &str) -> bool {
    let from = before.char_indices().rev().nth(EXPORT_CHARACTERS_MAX - 1).map_or(0, |(at, _)| at);
    let before = before[from..].trim_end();
    let declares = |word: &str| before.strip_suffix(word).is_some_and(|before| before.trim_end().ends_with("export"));
    before.ends_with("exports.")
        || ["const", "let", "var"].into_iter().any(declares)
        || before.rsplit_once("export").is_some_and(|(_, between)| between.trim_start().starts_with('{') && !between.contains('}'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_that_may_claim_routes_is_told_by_its_text() {
        for text in [
            "import { app } from '@azure/functions'",
            "export const config: Config = { path: '/a' }",
            "export  let\nconfig = { path }",
            "exports.config = { path: '/a' }",
            "const config = { path: '/a' };\nexport { handler as default, config }",
        ] {
            assert!(code_may_claim_routes(text), "{text}");
        }
        for text in [
            "const config = { path: '/a' }; export default () => config.path",
            "export const config = {}",
            "export { a }; const config = { path: 1 }",
            &format!("export {{ {} config, path }}", "ä,".repeat(1_000)),
        ] {
            assert!(!code_may_claim_routes(text), "{text}");
        }
    }

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

    #[test]
    fn json_holds_an_id_as_text_and_no_other_text_is_read() {
        let id = VersionId::from_digest(&[0xa9; 32]);
        assert_eq!(serde_json::to_string(&id).unwrap(), r#""va9a9a9a9a9a9""#);
        assert_eq!(serde_json::from_str::<VersionId>(r#""va9a9a9a9a9a9""#).unwrap(), id);
        let error = serde_json::from_str::<VersionId>(r#""v1""#).unwrap_err().to_string();
        assert!(error.contains("\"v1\" is not a valid version id"), "{error}");
    }
}
