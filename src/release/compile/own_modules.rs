//! Which modules that Skep has itself a function takes from its own packages, and the dialect that its folder points to.
//!
//! `compile` asks before it walks the imports; `resolve` and the version get the answers.
//!
//! Invariant: a folder that cannot be read points to nothing; what is wrong with it is found elsewhere.

use std::path::Path;

use serde::Deserialize;

use crate::function::node::PARSE_PACKAGE;
use crate::function::{Dialect, Manifest};
use crate::release::source::entry::PACKAGE_JSON_BYTES_MAX;
use crate::release::source::{Confinement, Disk};

/// What code of a Parse application says somewhere.
const PARSE_CLOUD: &str = "Parse.Cloud.";

/// Longest text of an entry in which that is looked for.
const ENTRY_BYTES_MAX: u64 = 4 << 20;

/// Packages whose users write for a host.
const HINTS: &[(&str, Dialect)] = &[
    ("@types/aws-lambda", Dialect::Lambda),
    ("aws-lambda", Dialect::Lambda),
    ("@middy/core", Dialect::Lambda),
    ("serverless-http", Dialect::Lambda),
    ("@netlify/functions", Dialect::Netlify),
    ("@vercel/node", Dialect::Vercel),
];

/// The name of the package that the template of OpenFaaS writes.
const OPENFAAS_PACKAGE: &str = "openfaas-function";

/// The modules of `HOST_MODULES` that are the function's own.
pub(in crate::release::compile) struct OwnModules {
    names: Vec<String>,
}

impl OwnModules {
    /// Those that the manifest names, and `parse` outside of a Parse folder.
    pub(in crate::release::compile) fn of(manifest: &Manifest, hint: Option<Dialect>) -> Self {
        let mut names = manifest.code.own_modules.clone();
        let is_parse = manifest.dialects.parse.is_some() || manifest.dialects.dialect.or(hint) == Some(Dialect::Parse);
        if !is_parse {
            names.push(PARSE_PACKAGE.to_owned());
        }
        Self { names }
    }

    pub(in crate::release::compile) fn holds(&self, name: &str) -> bool {
        self.names.iter().any(|own| own == name)
    }
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Package {
    name: serde_json::Value,
    dependencies: serde_json::Map<String, serde_json::Value>,
    dev_dependencies: serde_json::Map<String, serde_json::Value>,
}

/// The dialect that the text of the entry, or else the `package.json` of the folder, points to.
pub(in crate::release::compile) fn hint(confinement: &Confinement, disk: &Disk, entry: &Path) -> Option<Dialect> {
    let text = confinement.text(disk, entry, ENTRY_BYTES_MAX).unwrap_or_default();
    if text.contains(PARSE_CLOUD) {
        return Some(Dialect::Parse);
    }
    let path = confinement.own_folder()?.join("package.json");
    if !disk.is_file(&path) {
        return None;
    }
    let package: Package = serde_json::from_str(&confinement.text(disk, &path, PACKAGE_JSON_BYTES_MAX).ok()?).ok()?;
    if package.name == OPENFAAS_PACKAGE {
        return Some(Dialect::Openfaas);
    }
    let has = |name: &str| package.dependencies.contains_key(name) || package.dev_dependencies.contains_key(name);
    HINTS.iter().find(|(name, _)| has(name)).map(|(_, dialect)| *dialect)
}

/// The dialect that all of the code points to, once it is known: a Parse application may be in files that its entry requires.
pub(in crate::release::compile) fn hint_of_code<'m>(mut codes: impl Iterator<Item = &'m str>) -> Option<Dialect> {
    codes.any(|code| code.contains(PARSE_CLOUD)).then_some(Dialect::Parse)
}
