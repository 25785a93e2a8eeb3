//! The record of a release: its steps, each with state and time, and how it ended.
//!
//! `release::deploy` writes it while the release runs and keeps it in the store when it has ended; the admin API shows and streams it; the commands
//! that release print it.
//!
//! Invariant: plain data; a release that has ended never changes any more.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::function::{FunctionName, VersionId};

/// The name of the event that carries a record in the stream of a release.
pub const RELEASE_EVENT: &str = "release";

/// Releases of a list, unless its client wants another number.
pub const LISTED_DEFAULT: u32 = 50;

/// Most releases of one list.
pub const LISTED_MAX: u32 = 200;

/// Which releases to list.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ReleasesQuery {
    /// How many, the newest first; 50 if it is left out.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<u32>,
    /// Only releases that were asked for before this one: the last id of the list before.
    #[param(pattern = "^[0-9a-z]{1,32}$")]
    pub before: Option<String>,
}

/// The purpose of a release.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// New code.
    Deploy,
    /// A version that is kept becomes live again.
    Rollback,
    /// The same, by itself: the new version failed too often.
    #[serde(alias = "automatic_return")]
    AutomaticRollback,
    /// The candidate becomes live.
    Promote,
    /// The same code with other variables.
    Configure,
    /// Another weight for the candidate, or none any more.
    Canary,
    /// The function goes.
    Remove,
}

/// Where a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ReleaseStatus {
    /// Another release of one of its functions is not finished.
    Waiting,
    /// It is at one of its steps.
    Running,
    /// Every step is done.
    Done,
    /// A step failed; everything before it was undone.
    Undone,
    /// It was cancelled before it was published.
    Cancelled,
    /// A newer release of the same functions came before it had begun.
    Superseded,
}

impl Purpose {
    /// Every purpose.
    pub const ALL: [Self; 7] =
        [Self::Deploy, Self::Rollback, Self::AutomaticRollback, Self::Promote, Self::Configure, Self::Canary, Self::Remove];

    /// Its name in answers and series.
    pub fn label(self) -> &'static str {
        match self {
            Self::Deploy => "deploy",
            Self::Rollback => "rollback",
            Self::AutomaticRollback => "automatic_rollback",
            Self::Promote => "promote",
            Self::Configure => "configure",
            Self::Canary => "canary",
            Self::Remove => "remove",
        }
    }
}

impl ReleaseStatus {
    /// The ends that a release may have.
    pub const ENDS: [Self; 4] = [Self::Done, Self::Undone, Self::Cancelled, Self::Superseded];

    /// Its name in answers and series.
    pub fn label(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Running => "running",
            Self::Done => "done",
            Self::Undone => "undone",
            Self::Cancelled => "cancelled",
            Self::Superseded => "superseded",
        }
    }

    /// Whether it will never change any more.
    pub fn is_end(self) -> bool {
        !matches!(self, Self::Waiting | Self::Running)
    }
}

/// The steps of a release, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// The upload is whole and its names are free.
    Received,
    /// The source has become a version, which is stored.
    Compiled,
    /// A spare instance has loaded it within its limits.
    Booted,
    /// Its routes are in conflict with no other function's, and it says of itself that it works.
    Checked,
    /// It has as many instances as the version before.
    Warmed,
    /// The live table has it.
    Published,
    /// The version before has finished its requests.
    Drained,
}

impl Step {
    /// Every step.
    pub const ALL: [Step; 7] = [Self::Received, Self::Compiled, Self::Booted, Self::Checked, Self::Warmed, Self::Published, Self::Drained];

    /// Its name in answers and logs.
    pub fn label(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Compiled => "compiled",
            Self::Booted => "booted",
            Self::Checked => "checked",
            Self::Warmed => "warmed",
            Self::Published => "published",
            Self::Drained => "drained",
        }
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Begun.
    Running,
    /// Done.
    Done,
    /// There was nothing to do.
    Skipped,
    /// Why the release was undone.
    Failed,
}

/// One step of one function.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct StepRecord {
    /// Which.
    pub step: Step,
    /// How far it is.
    pub state: StepState,
    /// When it began, in milliseconds since 1970.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub began_ms: Option<u64>,
    /// How long it took, in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub took_ms: Option<u64>,
    /// A remark about it: sizes, counts, or the reason of a failure.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One function of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FunctionRecord {
    /// Its name.
    pub function: FunctionName,
    /// The version that the release brings, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// The version that was live before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<VersionId>,
    /// Its steps, in their order. None in a list, and none of a release that ended before it began.
    pub steps: Vec<StepRecord>,
}

/// Why a release was undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// At which step.
    pub step: Step,
    /// Because of which function.
    pub function: FunctionName,
    /// The reason, in one line.
    pub reason: String,
    /// The whole diagnostic: compiler's output or stack.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// A release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Record {
    /// Unique on this host; later ones sort after earlier ones.
    pub id: String,
    /// Its purpose.
    pub purpose: Purpose,
    /// Where it is.
    pub status: ReleaseStatus,
    /// The note of its client.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The name of the token that asked for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    /// When it was asked for, in milliseconds since 1970.
    pub created_ms: u64,
    /// When it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_ms: Option<u64>,
    /// Whether it brought nothing new.
    #[serde(default)]
    pub unchanged: bool,
    /// Its functions. In a list the first 20.
    pub functions: Vec<FunctionRecord>,
    /// How many more functions it has.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub more_functions: usize,
    /// Why it was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

fn is_zero(number: &usize) -> bool {
    *number == 0
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_record_is_read_back_as_the_same_json() {
        let written = json!({
            "id": "r01a20fdb5db2", "purpose": "deploy", "status": "undone", "by": "ci", "created_ms": 1, "ended_ms": 2, "unchanged": false,
            "functions": [{
                "function": "hello", "version": "v000000000002", "before": "v000000000001",
                "steps": [{ "step": "received", "state": "done", "began_ms": 1, "took_ms": 0 }, { "step": "compiled", "state": "failed", "detail": "no" }],
            }],
            "failure": { "step": "compiled", "function": "hello", "reason": "no" },
        });
        let read: Record = serde_json::from_value(written.clone()).unwrap();
        assert!(read.status.is_end());
        assert_eq!(serde_json::to_value(&read).unwrap(), written);
    }

    #[test]
    fn a_record_of_an_older_skep_is_read() {
        let older = json!({ "id": "r1", "purpose": "automatic_rollback", "status": "done", "created_ms": 1, "functions": [] });
        let record: Record = serde_json::from_value(older).unwrap();
        assert_eq!((record.purpose, record.unchanged), (Purpose::AutomaticRollback, false));
    }
}
