//! Why a version does not pass: the reason in one line, and the whole diagnostic.
//!
//! Invariant: the reason names the limit that the version exceeded, if it was one.

use crate::fault::Fault;

/// Why a version does not pass.
#[derive(Debug)]
pub struct CheckError {
    /// In one line.
    pub reason: String,
    /// The whole diagnostic.
    pub detail: Option<String>,
}

impl CheckError {
    pub(super) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), detail: None }
    }
}

impl From<Fault> for CheckError {
    fn from(fault: Fault) -> Self {
        let facts = fault.facts();
        let limit = facts.limit.iter().zip(&facts.used).map(|(limit, used)| format!(" (limit {limit}, used {used})"));
        // A fault without a detail of its own has its message there.
        let first = facts.detail.as_deref().and_then(|detail| detail.lines().next()).filter(|line| *line != facts.message);
        let first = first.map(|line| format!(": {line}"));
        let reason = format!("{fault}{}{}", limit.collect::<String>(), first.unwrap_or_default());
        Self { reason, detail: facts.detail.as_deref().map(str::to_owned) }
    }
}
