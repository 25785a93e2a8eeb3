//! Orders: which functions a release changes, and how.
//!
//! The admin API and the automatic rollback create them; `transaction` carries them out.
//!
//! Invariant: an order that was accepted names at least one function, and each once.

use std::collections::{BTreeMap, BTreeSet};

use crate::api::release::Purpose;
use crate::fault::Fault;
use crate::function::{FunctionName, VersionId};
use crate::live::Sticky;
use crate::release::check::CheckError;
use crate::release::source::Files;
use crate::release::store::{FunctionState, StoreError};

/// A requested release.
#[derive(Debug)]
pub struct Order {
    /// What it is for.
    pub purpose: Purpose,
    /// The change of each function. All of them happen, or none.
    pub changes: Vec<Change>,
    /// The uploaded files, as a functions directory would hold them.
    pub files: Option<Files>,
    /// A note of the client.
    pub note: Option<String>,
    /// The name of the client's token.
    pub by: Option<String>,
}

/// The change of one function.
#[derive(Debug)]
pub struct Change {
    /// The function.
    pub function: FunctionName,
    /// The change.
    pub what: FunctionChange,
}

/// The changes of a function.
#[derive(Clone, Debug)]
pub enum FunctionChange {
    /// The uploaded files become its live version, or with a weight its candidate.
    Deploy(Option<TrafficWeight>),
    /// A kept version becomes live; `None`: the one that was live before.
    Rollback(Option<VersionId>),
    /// The version `to` becomes live in place of `from`, if `from` is still live.
    RollbackFrom {
        /// The version that failed.
        from: VersionId,
        /// The version that was live before it.
        to: VersionId,
    },
    /// The candidate becomes live.
    Promote,
    /// The candidate gets another weight.
    SetWeight(TrafficWeight),
    /// The candidate is removed.
    DropCandidate,
    /// Its variables change: a value is set, `None` removes the variable.
    Configure(Variables),
    /// The function is removed, with all its versions.
    Remove,
}

/// Changes of variables.
#[derive(Clone, Debug, Default)]
pub struct Variables {
    /// Those that may be read.
    pub env: BTreeMap<String, Option<String>>,
    /// Those that may not.
    pub secrets: BTreeMap<String, Option<String>>,
}

/// A candidate's part of the traffic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TrafficWeight {
    /// Of [`WEIGHT_WHOLE`](crate::live::WEIGHT_WHOLE).
    pub basis_points: u16,
    /// The header or cookie that keeps a client on one version.
    pub sticky: Option<Sticky>,
}

impl Order {
    /// The names of its functions.
    pub fn functions(&self) -> BTreeSet<FunctionName> {
        self.changes.iter().map(|change| change.function.clone()).collect()
    }

    /// Whether a newer order for the same functions makes this one pointless: only whole new code does.
    pub fn is_replaceable(&self) -> bool {
        self.purpose == Purpose::Deploy && self.changes.iter().all(|change| matches!(change.what, FunctionChange::Deploy(None)))
    }
}

impl Variables {
    /// Sets and removes variables. A name is a variable or a secret, never both.
    pub(super) fn apply_to(&self, function_state: &mut FunctionState) {
        apply(&self.env, &mut function_state.env, &mut function_state.secrets);
        apply(&self.secrets, &mut function_state.secrets, &mut function_state.env);
    }
}

fn apply(changes: &BTreeMap<String, Option<String>>, known: &mut BTreeMap<String, String>, other: &mut BTreeMap<String, String>) {
    for (name, value) in changes {
        match value {
            Some(value) => {
                other.remove(name);
                known.insert(name.clone(), value.clone());
            }
            None => drop(known.remove(name)),
        }
    }
}

/// Why an order is not accepted. Each variant is one status of the admin API; its text is the message.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SubmitError {
    /// The host never accepts such an order.
    #[error("{0}")]
    Unavailable(String),
    /// The process is about to exit.
    #[error("the host is shutting down, or hands over to a fresh engine: try again")]
    Closed,
    /// The present state does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// A function, version or release does not exist.
    #[error("{0}")]
    NotFound(String),
    /// The order is invalid.
    #[error("{0}")]
    Invalid(String),
    /// Too many releases wait.
    #[error("{0}")]
    Busy(String),
    /// The disk fails.
    #[error("{0}")]
    Failed(String),
}

/// Why a step failed.
#[derive(Debug)]
pub(super) struct StepError {
    /// In one line.
    pub(super) reason: String,
    /// The whole diagnostic.
    pub(super) detail: Option<String>,
}

impl StepError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), detail: None }
    }
}

impl From<CheckError> for StepError {
    fn from(CheckError { reason, detail }: CheckError) -> Self {
        Self { reason, detail }
    }
}

impl From<Fault> for StepError {
    fn from(fault: Fault) -> Self {
        CheckError::from(fault).into()
    }
}

impl From<StoreError> for StepError {
    fn from(error: StoreError) -> Self {
        Self::new(error.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_a_variable_or_a_secret() {
        let changes = |pairs: &[(&str, Option<&str>)]| -> BTreeMap<String, Option<String>> {
            pairs.iter().map(|(name, value)| ((*name).to_owned(), value.map(str::to_owned))).collect()
        };
        let mut state = FunctionState::default();
        let first = Variables { env: changes(&[("A", Some("1")), ("B", Some("2"))]), secrets: changes(&[("C", Some("3"))]) };
        let second = Variables { env: changes(&[("C", Some("4")), ("B", None)]), secrets: changes(&[("A", Some("5"))]) };
        first.apply_to(&mut state);
        second.apply_to(&mut state);
        assert_eq!(state.env, BTreeMap::from([("C".to_owned(), "4".to_owned())]));
        assert_eq!(state.secrets, BTreeMap::from([("A".to_owned(), "5".to_owned())]));
    }
}
