//! A version as bytes, and back.
//!
//! `Store` writes the bytes below `versions/` with a checksum before them; instances load their modules from the version that is read back.
//! A compiler process returns a version in the same bytes.
//!
//! Invariant: `decode` reads the bytes of `encode` back as an equal version; `encode` refuses a version for which that would not hold.

use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use bytes::Bytes;
use serde::{Deserialize, Serialize};

use super::format::{FORMAT, format_of, json_fault};
use crate::function::manifest::CHECK_TIMEOUT_MS_MAX;
use crate::function::{Dialect, FunctionName, Manifest, Module, ModuleKind, Version, VersionId};

/// Why bytes are not the expected version.
pub(super) enum Unfit {
    /// They have the format of a newer Skep.
    Newer(u32),
    /// Any other damage.
    Damaged(String),
}

/// The format of versions for Node and of versions with files, which an older Skep must not take for damaged.
const NODE_FORMAT: u32 = FORMAT + 1;

#[derive(Serialize, Deserialize)]
struct VersionFile<'a> {
    format: u32,
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    function: Cow<'a, str>,
    #[serde(borrow)]
    entry: Cow<'a, str>,
    /// Its canonical text.
    #[serde(borrow)]
    manifest: Cow<'a, str>,
    #[serde(borrow)]
    modules: Vec<ModuleFile<'a>>,
    /// Whether it is one for Node.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    node: bool,
    /// The dialect that its folder points to.
    #[serde(borrow, default, skip_serializing_if = "Option::is_none")]
    hint: Option<Cow<'a, str>>,
    /// Its files, by their paths, in base64.
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    files: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct ModuleFile<'a> {
    #[serde(borrow)]
    url: Cow<'a, str>,
    kind: ModuleFileKind,
    #[serde(borrow)]
    code: Cow<'a, str>,
    #[serde(borrow)]
    source_map: Option<Cow<'a, str>>,
    imports: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    requires: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(borrow, default, skip_serializing_if = "BTreeMap::is_empty")]
    missing: BTreeMap<Cow<'a, str>, Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    names: Vec<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
enum ModuleFileKind {
    JavaScript,
    CommonJs,
    Json,
}

/// The version's bytes; an equal version has the same ones.
pub(in crate::release) fn encode(version: &Version) -> Result<Vec<u8>, String> {
    let manifest = version.manifest.to_string();
    // The canonical text is longer than the author's, and a manifest that is parsed has a largest length.
    if Manifest::parse(&manifest).as_ref() != Ok(&version.manifest) {
        return Err("the manifest, with every default filled in, is too long".to_owned());
    }
    if !version.modules.contains_key(&version.entry) {
        return Err("the entry is not among the modules".to_owned());
    }
    let mut modules = version.modules.values().map(|module| stored(module)).collect::<Result<Vec<_>, _>>()?;
    modules.sort_unstable_by(|one, other| one.url.cmp(&other.url));
    let stored = VersionFile {
        format: if version.node || !version.files.is_empty() { NODE_FORMAT } else { FORMAT },
        id: version.id.as_str().into(),
        function: version.function.as_str().into(),
        entry: version.entry.as_str().into(),
        manifest: manifest.into(),
        modules,
        node: version.node,
        hint: version.hint.map(|hint| hint.label().into()),
        files: version.files.iter().map(|(path, bytes)| (path.as_str().into(), BASE64.encode(bytes).into())).collect(),
    };
    serde_json::to_vec(&stored).map_err(|error| error.to_string())
}

fn stored(module: &Module) -> Result<ModuleFile<'_>, String> {
    let source_map = match module.source_map.as_deref().map(std::str::from_utf8).transpose() {
        Ok(text) => text.map(Cow::Borrowed),
        Err(_) => return Err(format!("the source map of {} is not text", module.url)),
    };
    Ok(ModuleFile {
        url: module.url.as_str().into(),
        kind: match module.kind {
            ModuleKind::JavaScript => ModuleFileKind::JavaScript,
            ModuleKind::CommonJs => ModuleFileKind::CommonJs,
            ModuleKind::Json => ModuleFileKind::Json,
        },
        code: Cow::Borrowed(&module.code),
        source_map,
        imports: borrowed(&module.imports),
        requires: borrowed(&module.requires),
        missing: borrowed(&module.missing),
        names: module.names.clone(),
    })
}

fn borrowed(pairs: &HashMap<String, String>) -> BTreeMap<Cow<'_, str>, Cow<'_, str>> {
    pairs.iter().map(|(name, lead)| (name.as_str().into(), lead.as_str().into())).collect()
}

fn owned(pairs: BTreeMap<Cow<'_, str>, Cow<'_, str>>) -> HashMap<String, String> {
    pairs.into_iter().map(|(name, lead)| (name.into_owned(), lead.into_owned())).collect()
}

/// The version `id` of the function `name` from its bytes.
pub(super) fn decode(bytes: &[u8], name: &FunctionName, id: &VersionId) -> Result<Version, Unfit> {
    let damaged = |what: String| Unfit::Damaged(what);
    let format = format_of(bytes).map_err(|error| damaged(json_fault(&error)))?;
    if format > NODE_FORMAT {
        return Err(Unfit::Newer(format));
    }
    let stored: VersionFile<'_> = serde_json::from_slice(bytes).map_err(|error| damaged(json_fault(&error)))?;
    if stored.id != id.as_str() || stored.function != name.as_str() {
        return Err(damaged("it is another version, or another function's".to_owned()));
    }
    version(stored, name, id.clone()).map_err(damaged)
}

/// The version of the function `name` from bytes that a compiler process returned. The id is what those bytes say.
///
/// # Errors
/// If they are not a version of that function.
pub(in crate::release) fn decode_compiled(bytes: &[u8], name: &FunctionName) -> Result<Version, String> {
    let compiled: VersionFile<'_> = serde_json::from_slice(bytes).map_err(|error| json_fault(&error))?;
    let id = VersionId::parse(&compiled.id).filter(|_| compiled.function == name.as_str());
    version(compiled, name, id.ok_or("it is another function's")?)
}

fn version(stored: VersionFile<'_>, name: &FunctionName, id: VersionId) -> Result<Version, String> {
    let manifest = Manifest::parse(&present_day(&stored.manifest)).map_err(|_| "its manifest is not one")?;
    let modules: HashMap<_, _> = stored.modules.into_iter().map(|module| (module.url.to_string(), Arc::new(restored(module)))).collect();
    let file = |(path, text): (Cow<'_, str>, Cow<'_, str>)| match BASE64.decode(&*text) {
        Ok(bytes) => Ok((path.into_owned(), bytes.into())),
        Err(_) => Err("one of its files is not base64".to_owned()),
    };
    let files: Result<BTreeMap<String, Bytes>, _> = stored.files.into_iter().map(file).collect();
    let hint = stored.hint.as_deref().map(|label| Dialect::of_label(label).ok_or("its dialect is not one")).transpose()?;
    if !modules.contains_key(&*stored.entry) {
        return Err("its entry is not among its modules".to_owned());
    }
    Ok(Version { id, function: name.clone(), entry: stored.entry.into_owned(), modules, manifest, hint, node: stored.node, files: files? })
}

/// A canonical text of an older Skep as this one reads it; versions that were stored then keep their id.
fn present_day(text: &str) -> String {
    // A check could last a day. No text of a string begins a line: line breaks are escaped.
    let line = |line: &str| match line.strip_prefix("timeout_ms = ").and_then(|number| number.trim_end().parse::<u64>().ok()) {
        Some(longer) if longer > CHECK_TIMEOUT_MS_MAX => format!("timeout_ms = {CHECK_TIMEOUT_MS_MAX}\n"),
        _ => line.to_owned(),
    };
    // The section had this name before it was called `[rollback]`.
    text.split_inclusive('\n').map(line).collect::<String>().replace("\n[return]\n", "\n[rollback]\n")
}

fn restored(module: ModuleFile<'_>) -> Module {
    Module {
        url: module.url.into_owned(),
        kind: match module.kind {
            ModuleFileKind::JavaScript => ModuleKind::JavaScript,
            ModuleFileKind::CommonJs => ModuleKind::CommonJs,
            ModuleFileKind::Json => ModuleKind::Json,
        },
        code: module.code.into_owned().into(),
        source_map: module.source_map.map(|text| text.into_owned().into()),
        imports: owned(module.imports),
        requires: owned(module.requires),
        missing: owned(module.missing),
        names: module.names,
    }
}
