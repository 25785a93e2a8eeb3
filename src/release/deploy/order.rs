//! What somebody asks of a release: which functions, and what is to become of each.
//!
//! Made by the admin API and by the automatic return; carried out by `transaction`.
//!
//! Invariant: an order that was taken in names each function once.

use std::collections::{BTreeMap, BTreeSet};

use super::record::Purpose;
use crate::fault::Fault;
use crate::function::{FunctionName, VersionId};
use crate::release::source::archive::Files;

/// A release that somebody wants.
#[derive(Debug)]
pub struct Order {
    /// What it is for.
    pub purpose: Purpose,
    /// What is to become of each function. All of it happens, or none.
    pub changes: Vec<Change>,
    /// The uploaded files: what the functions folder would hold.
    pub files: Option<Files>,
    /// What is said about it.
    pub note: Option<String>,
    /// Who asks.
    pub by: Option<String>,
}

/// What is to become of one function.
#[derive(Debug)]
pub struct Change {
    /// Which function.
    pub function: FunctionName,
    /// What becomes of it.
    pub what: What,
}

/// What may become of a function.
#[derive(Clone, Debug)]
pub enum What {
    /// The uploaded files become its live version, or with a share its candidate.
    Deploy(Option<Share>),
    /// A version that is kept becomes live; `None`: the one that was live before.
    Return(Option<VersionId>),
    /// The version `to` becomes live in place of `from`, if that still is.
    ReturnFrom {
        /// What failed.
        from: VersionId,
        /// What was live before it.
        to: VersionId,
    },
    /// The candidate becomes live.
    Promote,
    /// The candidate gets another share.
    Weigh(Share),
    /// The candidate goes.
    DropCandidate,
    /// Its variables change: a value is set, `None` takes the variable away.
    Configure(Variables),
    /// The function goes, with all its versions.
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
pub struct Share {
    /// Of [`SHARE_WHOLE`](crate::live::SHARE_WHOLE).
    pub parts: u16,
    /// `header:NAME` or `cookie:NAME`, checked.
    pub sticky: Option<String>,
}

impl Order {
    /// The names of its functions.
    pub fn functions(&self) -> BTreeSet<String> {
        self.changes.iter().map(|change| change.function.to_string()).collect()
    }

    /// Whether a newer order for the same functions makes this one pointless: only whole new code does.
    pub fn is_replaceable(&self) -> bool {
        self.purpose == Purpose::Deploy && self.changes.iter().all(|change| matches!(change.what, What::Deploy(None)))
    }
}

/// Why an order was not taken in.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The host does not do this, whatever the order.
    #[error("{0}")]
    Unavailable(String),
    /// It is on its way down.
    #[error("the host is shutting down, or hands over to a fresh engine: try again")]
    Closed,
    /// What is there now does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// There is no such thing.
    #[error("{0}")]
    NotFound(String),
    /// It makes no sense.
    #[error("{0}")]
    Invalid(String),
    /// Too many wait.
    #[error("{0}")]
    Busy(String),
    /// The disk fails.
    #[error("{0}")]
    Failed(String),
}

/// Why a step failed.
#[derive(Debug)]
pub(in crate::release) struct Trouble {
    /// In one line.
    pub(in crate::release) reason: String,
    /// The whole diagnostic.
    pub(in crate::release) detail: Option<String>,
}

impl Trouble {
    pub(in crate::release) fn new(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), detail: None }
    }
}

impl From<Fault> for Trouble {
    fn from(fault: Fault) -> Self {
        let facts = fault.facts();
        let limit = facts.limit.iter().zip(&facts.used).map(|(limit, used)| format!(" (limit {limit}, used {used})"));
        let first = facts.detail.as_deref().and_then(|detail| detail.lines().next()).filter(|line| !facts.message.contains(*line));
        let first = first.map(|line| format!(": {line}"));
        let reason = format!("{fault}{}{}", limit.collect::<String>(), first.unwrap_or_default());
        Self { reason, detail: facts.detail.as_deref().map(str::to_owned) }
    }
}

impl From<crate::release::store::StoreError> for Trouble {
    fn from(error: crate::release::store::StoreError) -> Self {
        Self::new(error.to_string())
    }
}
