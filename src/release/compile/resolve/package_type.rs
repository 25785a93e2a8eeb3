//! Which files of code are ECMAScript modules by their name or by `type` of the nearest `package.json`, as Node decides it; and the version of
//! a file's package.
//!
//! `graph` asks for every file of code before it is read.
//!
//! Invariant: a `package.json` is read once for the types of its files, and only where the function may read.

use std::cell::RefCell;
use std::collections::HashMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::release::compile::platform::SourceRule;
use crate::release::source::confine::is_in_node_modules;
use crate::release::source::entry::PACKAGE_JSON_BYTES_MAX;
use crate::release::source::{Confinement, Disk};

/// The types of packages, by folder.
#[derive(Default)]
pub(super) struct PackageTypes(RefCell<HashMap<PathBuf, Option<PackageType>>>);

/// What a `package.json` says of its files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum PackageType {
    Module,
    CommonJs,
    /// It does not say.
    Open,
}

#[derive(Deserialize)]
struct PackageFile {
    #[serde(rename = "type", default)]
    kind: serde_json::Value,
    #[serde(default)]
    version: serde_json::Value,
}

impl PackageTypes {
    /// The rule for a file of code, which must be canonical. `required`: a CommonJS module asks for it.
    pub(super) fn rule(&self, path: &Path, required: bool, confinement: &Confinement, disk: &Disk) -> SourceRule {
        let extension = path.extension().and_then(|extension| extension.to_str()).unwrap_or_default();
        match extension {
            "mjs" | "mts" => return SourceRule::Module,
            "cjs" | "cts" => return SourceRule::CommonJs,
            _ => {}
        }
        match self.nearest(path, confinement, disk) {
            PackageType::Module => SourceRule::Module,
            // Without `import` and `export` Node takes it for CommonJS.
            PackageType::CommonJs => SourceRule::TextOrCommonJs,
            PackageType::Open if required || is_in_node_modules(path) => SourceRule::TextOrCommonJs,
            PackageType::Open => SourceRule::Text,
        }
    }

    /// The version of the package that has a file.
    pub(super) fn version(&self, path: &Path, confinement: &Confinement, disk: &Disk) -> Option<String> {
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(confinement.root()));
        let mut folders = folders.take_while(|folder| !folder.ends_with("node_modules"));
        folders.find_map(|folder| package_file(&folder.join("package.json"), confinement, disk)?.version.as_str().map(str::to_owned))
    }

    fn nearest(&self, path: &Path, confinement: &Confinement, disk: &Disk) -> PackageType {
        let folders = path.ancestors().skip(1).take_while(|folder| folder.starts_with(confinement.root()));
        for folder in folders.take_while(|folder| !folder.ends_with("node_modules")) {
            let known = self.0.borrow().get(folder).copied();
            let found = known.unwrap_or_else(|| {
                let found = read(&folder.join("package.json"), confinement, disk);
                self.0.borrow_mut().insert(folder.to_owned(), found);
                found
            });
            if let Some(found) = found {
                return found;
            }
        }
        PackageType::Open
    }
}

/// The type in one `package.json`; `None` if there is none that can be read.
fn read(path: &Path, confinement: &Confinement, disk: &Disk) -> Option<PackageType> {
    Some(match package_file(path, confinement, disk)?.kind.as_str() {
        Some("module") => PackageType::Module,
        Some("commonjs") => PackageType::CommonJs,
        _ => PackageType::Open,
    })
}

fn package_file(path: &Path, confinement: &Confinement, disk: &Disk) -> Option<PackageFile> {
    if !disk.is_file(path) {
        return None;
    }
    let text = disk.text(path, PACKAGE_JSON_BYTES_MAX, &|canonical| confinement.allows_settings(canonical)).ok()?;
    serde_json::from_str(&text).ok()
}
