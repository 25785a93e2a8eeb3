//! The releases that this process knows: their records, their queue, and the records that the store has kept.
//!
//! `deployments` holds it; a transaction writes the record of its own release, and the admin API watches it.
//!
//! Invariant: an id is never given twice; a record that has ended is forgotten before one that has not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::order::{Order, StepError};
use super::queue::Queue;
use crate::api::release::{Failure, Record, ReleaseStatus, Step, StepState};
use crate::function::FunctionName;
use crate::release::store::StoredState;

/// Releases whose records are in memory.
const RECORDS_MAX: usize = 500;

/// Releases by id, and their queue.
#[derive(Default)]
pub(super) struct Registry {
    pub(super) queue: Queue,
    pub(super) entries: BTreeMap<String, Arc<RegistryEntry>>,
    last_ms: u64,
}

/// A release, its record and the way to cancel it.
pub(super) struct RegistryEntry {
    pub(super) record_tx: watch::Sender<Arc<Record>>,
    pub(super) cancelled_tx: watch::Sender<bool>,
    /// Its order, until it begins.
    pub(super) order: Mutex<Option<Order>>,
}

impl RegistryEntry {
    pub(super) fn new(record: Arc<Record>, order: Option<Order>) -> Arc<Self> {
        Arc::new(Self { record_tx: watch::Sender::new(record), cancelled_tx: watch::Sender::new(false), order: Mutex::new(order) })
    }

    /// The record as it is now.
    pub(super) fn record(&self) -> Arc<Record> {
        self.record_tx.borrow().clone()
    }

    /// Changes the record and notifies its watchers.
    pub(super) fn update(&self, change: impl FnOnce(&mut Record)) {
        self.record_tx.send_modify(|record| change(Arc::make_mut(record)));
    }

    /// Ends the release.
    pub(super) fn end(&self, status: ReleaseStatus) {
        self.update(|record| end(record, status));
    }

    /// Moves a step of a function on.
    pub(super) fn mark(&self, function: &FunctionName, step: Step, state: StepState, detail: Option<String>) {
        self.update(|record| {
            if let Some(function) = record.function_mut(function) {
                function.set(step, state, now_ms(), detail);
            }
        });
    }

    /// Marks a step of a function as failed. Returns the failure, for the end of the release.
    pub(super) fn fail(&self, function: &FunctionName, step: Step, step_error: StepError) -> Failure {
        self.mark(function, step, StepState::Failed, Some(step_error.reason.clone()));
        Failure { step, function: function.clone(), reason: step_error.reason, detail: step_error.detail }
    }
}

impl Registry {
    /// The releases that the state keeps; none of them runs.
    pub(super) fn of(state: &StoredState) -> Self {
        let entries = remembered(state);
        // A clock that was set back must not give an id again.
        let last_ms = entries.keys().filter_map(|id| u64::from_str_radix(id.get(1..)?, 16).ok()).max().unwrap_or(0);
        Self { entries, last_ms, ..Self::default() }
    }

    /// Time first, so that ids sort by age; two in one millisecond are a millisecond apart.
    pub(super) fn next_id(&mut self, now_ms: u64) -> String {
        self.last_ms = now_ms.max(self.last_ms + 1);
        format!("r{:012x}", self.last_ms)
    }

    /// Forgets the oldest releases beyond the limit that have ended.
    pub(super) fn forget_oldest(&mut self) {
        while self.entries.len() > RECORDS_MAX {
            let oldest = self.entries.iter().find(|(_, entry)| entry.record_tx.borrow().status.is_end()).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else { return };
            self.entries.remove(&oldest);
        }
    }
}

/// The records in the store. One that had not ended when its process died was published, or it would not be in the store.
pub(super) fn remembered(state: &StoredState) -> BTreeMap<String, Arc<RegistryEntry>> {
    let records = state.releases.iter().rev().take(RECORDS_MAX).filter_map(|value| serde_json::from_value::<Record>(value.clone()).ok());
    records
        .map(|mut record| {
            if !record.status.is_end() {
                end(&mut record, ReleaseStatus::Done);
            }
            (record.id.clone(), RegistryEntry::new(Arc::new(record), None))
        })
        .collect()
}

fn end(record: &mut Record, status: ReleaseStatus) {
    record.status = status;
    record.ended_ms = Some(now_ms());
}

/// The time, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
