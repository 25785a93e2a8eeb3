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

/// What code of a Parse application says somewhere, and what a client of one may call there.
const PARSE_CLOUD: &str = "Parse.Cloud.";
const OF_CLIENTS: &[&str] = &["getJobStatus(", "getJobsData(", "run(", "startJob("];

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
    is_parse: bool,
}

impl OwnModules {
    /// Those that the manifest names with all that is below them, and `parse` outside of a Parse folder.
    pub(in crate::release::compile) fn of(manifest: &Manifest, hint: Option<Dialect>) -> Self {
        let names = manifest.code.own_modules.clone();
        let is_parse = manifest.dialects.parse.is_some() || manifest.dialects.dialect.or(hint) == Some(Dialect::Parse);
        Self { names, is_parse }
    }

    /// Whether a module is the function's own. `is_installed`: whether a package is. Outside of a Parse folder `parse` is the function's, and
    /// what is below it if the package is there: without it, Skep's says what to do.
    pub(in crate::release::compile) fn holds(&self, name: &str, is_installed: impl Fn(&str) -> bool) -> bool {
        let is_of = |package: &str| name.strip_prefix(package).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.names.iter().any(|own| is_of(own))
            || (!self.is_parse && is_of(PARSE_PACKAGE) && (name == PARSE_PACKAGE || is_installed(PARSE_PACKAGE)))
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
    if is_cloud_code(&text) {
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
    codes.any(is_cloud_code).then_some(Dialect::Parse)
}

/// Whether code speaks to `Parse.Cloud` as only cloud code does.
fn is_cloud_code(text: &str) -> bool {
    let mut calls = text.match_indices(PARSE_CLOUD).filter_map(|(at, said)| text.get(at + said.len()..));
    calls.any(|call| !OF_CLIENTS.iter().any(|known| call.starts_with(known)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_client_of_a_parse_server_is_no_cloud_code() {
        for (text, expected) in [
            ("Parse.Cloud.define('x', f)", true),
            ("await Parse.Cloud.run('x'); Parse.Cloud.job('y', f)", true),
            ("await Parse.Cloud.run('x'); Parse.Cloud.startJob('y')", false),
            ("Parse.Query", false),
        ] {
            assert_eq!(is_cloud_code(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_below_an_own_module_is_own_too() {
        let own = |manifest: &str| OwnModules::of(&Manifest::parse(manifest).unwrap(), None);
        let installed = |_: &str| true;
        let missing = |_: &str| false;
        let firebase = own("[code]\nown_modules = ['firebase-functions']");
        assert!(firebase.holds("firebase-functions/v2/https", missing) && !firebase.holds("@netlify/functions", installed));
        assert!(firebase.holds("parse", missing) && firebase.holds("parse/node", installed) && !firebase.holds("parse/node", missing));
        let cloud = own("[parse]");
        assert!(!cloud.holds("parse/node", installed) && !cloud.holds("parse", installed));
        assert!(own("[parse]\n[code]\nown_modules = ['parse']").holds("parse/node.js", missing));
    }
}
