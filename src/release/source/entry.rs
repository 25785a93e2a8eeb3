//! The entry of a function's folder: the module whose exports are the handler.
//!
//! `folder` asks whether there is one, and `release::compile` asks which. The manifest's `entry` comes first, then `cloud/main.*` of a Parse
//! folder, then `index.*`, then `package.json`, then the names of other hosts.
//!
//! Invariant: an entry is an existing file; `confine`, not this file, decides whether it may be read.

use std::path::{Path, PathBuf};

use serde_json::Value;

use super::confine::Confinement;
use super::disk::{Disk, ReadError};
use super::function_source::CODE_EXTENSIONS;
use crate::function::{Dialect, Manifest};

/// Conditions of `exports` in `package.json` that hold on this host.
pub const CONDITIONS: &[&str] = &["workerd", "worker", "import", "module", "default"];
/// Names of an entry on other hosts.
const OTHER_NAMES: &[&str] = &["main", CLOUD_CODE, "handler", "function", "src/index"];
/// The entry of Parse Server's cloud code. The `index.js` beside it starts the server.
const CLOUD_CODE: &str = "cloud/main";
const CLOUD_FOLDER: &str = "cloud";
/// What an `index.js` names that starts a Parse Server.
const PARSE_SERVER: &str = "parse-server";
/// Longest text of an `index.js` in which that is looked for.
const INDEX_BYTES_MAX: u64 = 1 << 20;
/// Most entries of a folder that are looked through for its only file of code.
const ENTRIES_MAX: usize = 2_000;
/// Largest `package.json` that is read.
pub const PACKAGE_JSON_BYTES_MAX: u64 = 4 << 20;
/// Deepest nesting of conditions in `exports`.
const CONDITIONS_DEPTH_MAX: usize = 16;

/// Why a folder has no entry.
#[derive(Debug, thiserror::Error)]
pub enum EntryError {
    /// No file could be one.
    #[error("there is no entry module: add an `index.ts` (or .js, .mjs, .tsx, .jsx), or name one with `entry` in function.toml")]
    None,
    /// `entry` in `function.toml` names a file that does not exist.
    #[error("`entry = \"{0}\"` in function.toml names a file that does not exist")]
    ManifestNamesNothing(String),
    /// `package.json` names a file that does not exist.
    #[error("package.json names `{0}` as its entry, but that file does not exist")]
    PackageNamesNothing(String),
    /// `package.json` names a path outside the folder.
    #[error("package.json names `{0}` as its entry, which is not a path inside the function's folder")]
    PackageLeadsOut(String),
    /// `package.json` cannot be read as text.
    #[error("package.json: {0}")]
    PackageUnreadable(#[from] ReadError),
    /// `package.json` is not JSON.
    #[error("package.json is not valid JSON: {0}")]
    PackageBroken(#[from] serde_json::Error),
}

/// What the manifest says of the entry.
#[derive(Clone, Copy, Debug, Default)]
pub struct WantedEntry<'m> {
    /// `entry`.
    pub entry: Option<&'m str>,
    /// `handler`, which may begin with the name of the entry's file.
    pub handler: Option<&'m str>,
    /// Whether the folder is a Parse application's.
    pub is_parse: bool,
}

impl<'m> WantedEntry<'m> {
    /// What this manifest says.
    pub fn of(manifest: &'m Manifest) -> Self {
        let dialects = &manifest.dialects;
        let is_parse = dialects.dialect.map_or(dialects.parse.is_some(), |dialect| dialect == Dialect::Parse);
        Self { entry: manifest.entry.as_deref(), handler: dialects.handler.as_deref(), is_parse }
    }
}

/// Finds the entry of a function.
pub fn locate(disk: &Disk, confinement: &Confinement, wanted: WantedEntry<'_>) -> Result<PathBuf, EntryError> {
    let Some(folder) = confinement.own_folder() else { return Ok(confinement.own().to_owned()) };
    let handler_file = wanted.handler.and_then(|handler| handler.split_once('.')).map(|(file, _)| file);
    if let Some(named) = wanted.entry {
        let path = folder.join(named);
        return if disk.is_file(&path) { Ok(path) } else { Err(EntryError::ManifestNamesNothing(named.to_owned())) };
    }
    if let Some(path) = handler_file.and_then(|file| with_extension(disk, folder, file)) {
        return Ok(path);
    }
    let index = with_extension(disk, folder, "index");
    if disk.is_folder(&folder.join(CLOUD_FOLDER))
        && (wanted.is_parse || index.as_ref().is_some_and(|index| starts_parse_server(disk, confinement, index)))
        && let Some(cloud) = with_extension(disk, folder, CLOUD_CODE)
    {
        return Ok(cloud);
    }
    let found = index.map_or_else(|| from_package(disk, confinement, folder), Ok);
    match found {
        Err(EntryError::None) => {
            let other =
                OTHER_NAMES.iter().find_map(|name| with_extension(disk, folder, name)).or_else(|| only_file(disk, confinement, folder));
            other.ok_or(EntryError::None)
        }
        found => found,
    }
}

/// Whether a module is what starts a Parse Server with the cloud code beside it.
fn starts_parse_server(disk: &Disk, confinement: &Confinement, index: &Path) -> bool {
    confinement.text(disk, index, INDEX_BYTES_MAX).is_ok_and(|text| text.contains(PARSE_SERVER))
}

/// A file of this name with one of the extensions of code.
fn with_extension(disk: &Disk, folder: &Path, name: &str) -> Option<PathBuf> {
    let paths = CODE_EXTENSIONS.iter().map(|extension| folder.join(format!("{name}.{extension}")));
    paths.into_iter().find(|path| disk.is_file(path))
}

/// The file of code of a folder that has one.
fn only_file(disk: &Disk, confinement: &Confinement, folder: &Path) -> Option<PathBuf> {
    let names = disk.names(folder, ENTRIES_MAX, &|canonical| confinement.allows(canonical)).ok()?;
    let is_code = |path: &Path| path.extension().and_then(|ending| ending.to_str()).is_some_and(|ending| CODE_EXTENSIONS.contains(&ending));
    // Declarations of types are no code.
    let is_types = |path: &Path| path.file_name().is_some_and(|name| name.to_string_lossy().contains(".d."));
    let mut files = names.into_iter().map(|name| folder.join(name)).filter(|path| is_code(path) && !is_types(path) && disk.is_file(path));
    let first = files.next()?;
    files.next().is_none().then_some(first)
}

fn from_package(disk: &Disk, confinement: &Confinement, folder: &Path) -> Result<PathBuf, EntryError> {
    let path = folder.join("package.json");
    if !disk.is_file(&path) {
        return Err(EntryError::None);
    }
    let package: Value = serde_json::from_str(&confinement.text(disk, &path, PACKAGE_JSON_BYTES_MAX)?)?;
    let Some(named) = exported(package.get("exports")).or_else(|| package.get("main")?.as_str()) else {
        return Err(EntryError::None);
    };
    let relative = named.strip_prefix("./").unwrap_or(named);
    if relative.is_empty() || relative.split('/').any(|part| part == "..") || Path::new(relative).is_absolute() {
        return Err(EntryError::PackageLeadsOut(named.to_owned()));
    }
    // `main` may omit the extension.
    let exact = folder.join(relative);
    let endings = CODE_EXTENSIONS.iter().map(|extension| folder.join(format!("{relative}.{extension}")));
    let found = std::iter::once(exact).chain(endings).find(|path| disk.is_file(path));
    found.ok_or_else(|| EntryError::PackageNamesNothing(named.to_owned()))
}

/// The target that `exports` names for the package itself: `"./x.js"`, `{ ".": … }` or the conditions alone.
fn exported(exports: Option<&Value>) -> Option<&str> {
    let exports = exports?;
    conditional(exports.get(".").unwrap_or(exports), CONDITIONS_DEPTH_MAX)
}

/// The first target whose condition holds on this host. The order of the keys counts: `serde_json` keeps it, because `oxc_resolver` enables
/// that.
fn conditional(target: &Value, depth: usize) -> Option<&str> {
    let depth = depth.checked_sub(1)?;
    match target {
        Value::String(path) => Some(path),
        Value::Array(targets) => targets.iter().find_map(|target| conditional(target, depth)),
        Value::Object(conditions) => conditions
            .iter()
            .filter(|(condition, _)| CONDITIONS.contains(&condition.as_str()))
            .find_map(|(_, target)| conditional(target, depth)),
        _ => None,
    }
}
