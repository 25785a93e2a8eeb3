//! What is known of a release: its steps, each with state and time, and how it ended.
//!
//! Written by `transaction` as it goes; read by the admin API, which shows and streams it, and kept in the store when it has ended.
//!
//! Invariant: plain data; a release that has ended never changes any more.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What a release is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Purpose {
    /// New code.
    Deploy,
    /// A version that is kept becomes live again.
    Rollback,
    /// The same, by itself: the new version failed too often.
    AutomaticReturn,
    /// The candidate becomes live.
    Promote,
    /// The same code with other variables.
    Configure,
    /// Another share for the candidate, or none any more.
    Canary,
    /// The function goes.
    Remove,
}

/// Where a release is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Another release of one of its functions is not finished.
    Waiting,
    /// It is at one of its steps.
    Running,
    /// Every step is done.
    Done,
    /// A step failed; everything before it was undone.
    Undone,
    /// Somebody cancelled it before it was published.
    Cancelled,
    /// A newer release of the same functions came before it had begun.
    Superseded,
}

impl Status {
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
    /// Its routes clash with nobody's, and it says of itself that it works.
    Checked,
    /// It has as many instances as the version before.
    Warmed,
    /// The live table has it.
    Published,
    /// The version before has finished what it had.
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
    /// What is worth knowing about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One function of a release.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FunctionRecord {
    /// Its name.
    pub function: String,
    /// The version that the release brings, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// The version that was live before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// Its steps, in their order.
    pub steps: Vec<StepRecord>,
}

/// Why a release was undone.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Failure {
    /// At which step.
    pub step: Step,
    /// Because of which function.
    pub function: String,
    /// What went wrong, in one line.
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
    /// What it is for.
    pub purpose: Purpose,
    /// Where it is.
    pub status: Status,
    /// What whoever asked for it said about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// Who asked for it: the name of a token.
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
    /// Its functions.
    pub functions: Vec<FunctionRecord>,
    /// Why it was undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure: Option<Failure>,
}

impl Record {
    /// The function of this name.
    pub fn function_mut(&mut self, name: &str) -> Option<&mut FunctionRecord> {
        self.functions.iter_mut().find(|function| function.function == name)
    }

    /// Whether the live table has what it brings.
    pub fn is_published(&self) -> bool {
        let published =
            |function: &FunctionRecord| function.steps.iter().any(|step| step.step == Step::Published && step.state == StepState::Done);
        self.functions.iter().any(published)
    }
}

impl FunctionRecord {
    /// A function nothing has been done for.
    pub fn new(function: &str) -> Self {
        let pending = |step| StepRecord { step, state: StepState::Pending, began_ms: None, took_ms: None, detail: None };
        Self { function: function.to_owned(), version: None, before: None, steps: Step::ALL.map(pending).to_vec() }
    }

    /// Moves a step on. `now_ms` is when.
    pub fn set(&mut self, step: Step, state: StepState, now_ms: u64, detail: Option<String>) {
        let Some(record) = self.steps.iter_mut().find(|record| record.step == step) else { return };
        record.state = state;
        match state {
            StepState::Pending | StepState::Skipped => {}
            StepState::Running => record.began_ms = Some(now_ms),
            StepState::Done | StepState::Failed => {
                let began = *record.began_ms.get_or_insert(now_ms);
                record.took_ms = Some(now_ms.saturating_sub(began));
            }
        }
        if detail.is_some() {
            record.detail = detail;
        }
    }
}
