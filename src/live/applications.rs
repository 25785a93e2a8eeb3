//! Parse applications: which function answers a name below which mount.
//!
//! `release::applications` learns the names that Parse functions register, and is the only writer; `invoke` asks for an address that the route
//! table does not know, and for `Parse.Cloud.run`.
//!
//! Invariant: an index never changes. What it does not know may still be known later as long as it is not complete.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use percent_encoding::percent_decode_str;

use super::Endpoint;
use crate::function::FunctionName;

/// What stands before the name of a job.
const JOB: &str = "job:";

/// Where clients may call a function without its mount.
const FUNCTIONS: &str = "functions";

/// The functions that share one mount, and the names that they have registered.
#[derive(Default)]
pub struct Application {
    /// The folders, in the order of their names; the first one answers what belongs to no name.
    pub folders: Vec<Arc<Endpoint>>,
    /// The folder of each function.
    pub functions: BTreeMap<String, Arc<Endpoint>>,
    /// The folder of each job.
    pub jobs: BTreeMap<String, Arc<Endpoint>>,
    /// A folder whose names are not known, because it does not load.
    pub broken: Option<Arc<Endpoint>>,
    /// Names that two folders have.
    pub clashes: Vec<NameClash>,
}

/// A name of Parse that two folders of one mount define.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameClash {
    /// `function` or `job`.
    pub kind: &'static str,
    /// The name.
    pub name: String,
    /// The folder whose code answers.
    pub holder: FunctionName,
    /// The folder whose code is never called by this name.
    pub refused: FunctionName,
}

impl NameClash {
    /// Whether it is the same name of the same two folders, whichever answers.
    pub fn is_between(&self, other: &Self) -> bool {
        let folders = |clash: &Self| [clash.holder.clone().min(clash.refused.clone()), clash.holder.clone().max(clash.refused.clone())];
        self.kind == other.kind && self.name == other.name && folders(self) == folders(other)
    }

    /// Why a release that would bring it is refused.
    pub fn refusal(&self) -> String {
        let Self { kind, name, holder, refused } = self;
        format!("functions `{holder}` and `{refused}` both define the Parse {kind} {name:?}")
    }

    /// Whether the function is one of the two folders.
    pub fn concerns(&self, function: &FunctionName) -> bool {
        self.holder == *function || self.refused == *function
    }
}

impl fmt::Display for NameClash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, name, holder, refused } = self;
        write!(f, "both `{holder}` and `{refused}` define the Parse {kind} {name:?}; that of `{holder}` answers")
    }
}

/// Every Parse application, by its mount.
#[derive(Default)]
pub struct Applications {
    /// `/parse`, and what is below it.
    pub mounts: BTreeMap<String, Application>,
    /// Functions that may be applications, while that is not known.
    pub learning: Vec<FunctionName>,
    /// Whether the names of all folders are known.
    pub is_complete: bool,
    /// Whether routes that code claims are not yet in the table.
    pub lacks_routes: bool,
}

/// The function that answers an address of a Parse client.
pub struct Answering<'a> {
    /// The function.
    pub endpoint: &'a Arc<Endpoint>,
    /// Whether the address names a function or a job that nobody has registered.
    pub is_unknown: bool,
}

impl Applications {
    /// Whether the function is a part of an application, or may be one.
    pub fn hold(&self, function: &FunctionName) -> bool {
        self.learning.contains(function)
            || self.mounts.values().any(|application| application.folders.iter().any(|folder| folder.name == *function))
    }

    /// The function that answers a path, if it is one below a mount, or `/functions/NAME`.
    pub fn resolve(&self, path: &str) -> Option<Answering<'_>> {
        let below = |mount: &str| path.strip_prefix(mount).filter(|rest| rest.is_empty() || rest.starts_with('/'));
        // The longest mount counts.
        let mounted = self.mounts.iter().filter_map(|(mount, application)| Some((application, below(mount)?, mount.len())));
        if let Some((application, rest, _)) = mounted.max_by_key(|(.., length)| *length) {
            return application.resolve(rest);
        }
        path.strip_prefix('/')?.strip_prefix(FUNCTIONS)?.strip_prefix('/')?;
        let mut found = self.mounts.values().filter_map(|application| application.resolve(path));
        let first = found.next()?;
        Some(if first.is_unknown { found.find(|other| !other.is_unknown).unwrap_or(first) } else { first })
    }

    /// Names that two folders define.
    pub fn clashes(&self) -> impl Iterator<Item = &NameClash> {
        self.mounts.values().flat_map(|application| &application.clashes)
    }

    /// The function that has registered a name of Parse, or a job if `job:` stands before it, in the application that `function` is a part of.
    pub fn sibling(&self, function: &str, name: &str) -> Option<&FunctionName> {
        let is_own = |application: &&Application| application.folders.iter().any(|folder| folder.name.as_str() == function);
        let application = self.mounts.values().find(is_own)?;
        let found = match name.strip_prefix(JOB) {
            Some(job) => application.jobs.get(job),
            None => application.functions.get(name),
        };
        found.map(|endpoint| &endpoint.name)
    }
}

impl Application {
    /// The folder that has registered a `function` or a `job` of this name.
    pub fn holder(&self, kind: &str, name: &str) -> Option<&FunctionName> {
        let index = if kind == "job" { &self.jobs } else { &self.functions };
        index.get(name).map(|endpoint| &endpoint.name)
    }

    fn resolve(&self, rest: &str) -> Option<Answering<'_>> {
        let home = self.folders.first()?;
        let mut segments = rest.trim_matches('/').splitn(2, '/');
        let names = match segments.next() {
            Some("functions" | "webhooks") => Some(&self.functions),
            Some("jobs") => Some(&self.jobs),
            _ => None,
        };
        let (Some(names), Some(name)) = (names, segments.next()) else { return Some(Answering { endpoint: home, is_unknown: false }) };
        let name: Cow<'_, str> = percent_decode_str(name).decode_utf8_lossy();
        Some(match names.get(&*name) {
            Some(endpoint) => Answering { endpoint, is_unknown: false },
            // It may be one of a folder that does not load: its fault says so.
            None => Answering { endpoint: self.broken.as_ref().unwrap_or(home), is_unknown: true },
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::live::Track;

    fn endpoint(name: &str) -> Arc<Endpoint> {
        let track = Track::new(Box::new(|| Err(crate::fault::Fault::new(crate::fault::Kind::BootFailed, "").into())));
        Endpoint::new(FunctionName::parse(name).unwrap(), track)
    }

    fn application(folders: &[(&str, &[&str])]) -> Application {
        let mut application = Application::default();
        for (folder, names) in folders {
            let folder = endpoint(folder);
            application.functions.extend(names.iter().map(|name| ((*name).to_owned(), folder.clone())));
            application.folders.push(folder);
        }
        application
    }

    #[test]
    fn a_path_leads_to_the_folder_of_its_name_or_to_the_first_one() {
        let mounts = BTreeMap::from([
            ("/parse".to_owned(), application(&[("a", &["one"]), ("b", &["two", "with.dot", "ä"])])),
            ("/parse/second".to_owned(), application(&[("c", &["one", "three"])])),
        ]);
        let applications = Applications { mounts, is_complete: true, ..Applications::default() };
        let found = |path: &str| applications.resolve(path).map(|found| (found.endpoint.name.to_string(), found.is_unknown));
        let of = |name: &str, is_unknown| Some((name.to_owned(), is_unknown));
        for (path, expected) in [
            ("/parse/functions/one", of("a", false)),
            ("/parse/functions/two/", of("b", false)),
            ("/parse/functions/with.dot", of("b", false)),
            ("/parse/functions/%C3%A4", of("b", false)),
            ("/parse/webhooks/two", of("b", false)),
            ("/parse/functions/none", of("a", true)),
            ("/parse/jobs/one", of("a", true)),
            ("/parse/classes/Thing", of("a", false)),
            ("/parse", of("a", false)),
            ("/parser/functions/one", None),
            ("/parse/second/functions/one", of("c", false)),
            ("/functions/three", of("c", false)),
            ("/functions/one", of("a", false)),
            ("/functions/none", of("a", true)),
            ("/functions", None),
            ("/other", None),
        ] {
            assert_eq!(found(path), expected, "{path}");
        }
        assert_eq!(applications.sibling("b", "one").map(FunctionName::as_str), Some("a"));
        assert_eq!(applications.sibling("c", "two"), None);
        assert!(applications.hold(&FunctionName::parse("b").unwrap()) && !applications.hold(&FunctionName::parse("x").unwrap()));
    }
}
