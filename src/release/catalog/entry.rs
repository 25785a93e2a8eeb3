//! A function of the catalog: its endpoint, its routes and its origin; and the report of its start.
//!
//! `folder` and `deploy` create entries, the catalog publishes them. The start-up table and `skep check` print the reports.
//!
//! Invariant: an entry never changes: a function that changes gets another entry.

use std::sync::Arc;

use crate::function::VersionId;
use crate::function::route::Route;
use crate::live::Endpoint;
use crate::release::source::Problem;

/// A function of the catalog.
pub struct Entry {
    /// Its name and tracks.
    pub endpoint: Arc<Endpoint>,
    /// The routes of the live version beside `/<name>`.
    pub routes: Vec<Route>,
    /// Whether its code may be a Parse application's, or may claim routes; only then it is loaded to learn them.
    pub may_name_addresses: bool,
    /// The live version, where it is known before it is read.
    pub version: Option<VersionId>,
    /// Where it comes from.
    pub origin: EntryOrigin,
}

/// Where a function comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryOrigin {
    /// The functions directory.
    Folder,
    /// A release.
    Deployed,
}

/// The outcome of a function's start, for the start-up table.
#[derive(Clone, Debug)]
pub struct Report {
    /// The name of the function, or of the entry that is not a function.
    pub name: String,
    /// Routes beside `/<name>`.
    pub routes: Vec<String>,
    /// The version, `None` while it is not compiled, or the error in one line.
    pub outcome: Result<Option<VersionId>, String>,
    /// The whole diagnostic.
    pub diagnostic: Option<String>,
}

impl Entry {
    /// The live version, if it is known by now.
    pub(super) fn known_version(&self) -> Option<VersionId> {
        let made = || Some(self.endpoint.live.made()?.as_ref().ok()?.version().id.clone());
        self.version.clone().or_else(made)
    }

    /// The outcome of its start.
    pub(super) fn report(&self) -> Report {
        let (outcome, diagnostic) = match self.endpoint.live.made() {
            Some(Ok(pool)) => (Ok(Some(pool.version().id.clone())), None),
            Some(Err(fault)) => {
                let detail = fault.facts().detail.as_deref().unwrap_or(&fault.facts().message);
                (Err(detail.lines().next().unwrap_or_default().to_owned()), Some(detail.to_owned()))
            }
            None => (Ok(None), None),
        };
        Report { name: self.endpoint.name.to_string(), routes: self.routes.iter().map(Route::to_string).collect(), outcome, diagnostic }
    }
}

impl Report {
    /// The report of an entry that is not a function.
    pub(super) fn of_problem(problem: &Problem) -> Self {
        Self { name: problem.entry.clone(), routes: Vec::new(), outcome: Err(problem.kind.to_string()), diagnostic: None }
    }
}
