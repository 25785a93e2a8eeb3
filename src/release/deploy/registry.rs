//! The releases that this process knows: their records, their queue, and the records that the store has kept.
//!
//! `deployments` holds it; a transaction writes the record of its own release, and the admin API watches it.
//!
//! Invariant: an id is never given twice; a record is not forgotten before its release has ended, and no token's releases drive the records of
//! another out.

use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::counted::{ReleaseLabel, StepLabel};
use super::order::{Order, StepError};
use super::queue::Queue;
use crate::api::release::{Failure, Record, ReleaseStatus, Step, StepState};
use crate::function::FunctionName;
use crate::release::store::StoredState;
use crate::telemetry::metrics::HOST;

/// Releases that have ended and whose records are in memory.
const RECORDS_MAX: usize = 500;

/// Bytes of these records.
const RECORDS_BYTES_MAX: usize = 32 << 20;

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
    /// Bytes of the record, once the release has ended.
    ended_bytes: AtomicUsize,
}

impl RegistryEntry {
    pub(super) fn new(record: Arc<Record>, order: Option<Order>) -> Arc<Self> {
        let ended_bytes = AtomicUsize::new(if record.status.is_end() { record.bytes() } else { 0 });
        Arc::new(Self {
            record_tx: watch::Sender::new(record),
            cancelled_tx: watch::Sender::new(false),
            order: Mutex::new(order),
            ended_bytes,
        })
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
        self.update(|record| {
            HOST.released(ReleaseLabel(record.purpose, status));
            end(record, status);
            self.ended_bytes.store(record.bytes(), Ordering::Relaxed);
        });
    }

    /// Moves a step of a function on.
    pub(super) fn mark(&self, function: &FunctionName, step: Step, state: StepState, detail: Option<String>) {
        self.update(|record| {
            if let Some(function) = record.function_mut(function) {
                function.set(step, state, now_ms(), detail);
                if let (StepState::Done, Some(took_ms)) = (state, function.took_ms(step)) {
                    HOST.release_step(StepLabel(step), Duration::from_millis(took_ms));
                }
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

    /// Forgets releases that have ended, as long as they are too many or too large: the oldest of the token that has most of them.
    pub(super) fn forget_oldest(&mut self) {
        while let Some(oldest) = self.surplus() {
            self.entries.remove(&oldest);
        }
    }

    /// The release to forget, if there are more than may be remembered.
    fn surplus(&self) -> Option<String> {
        let mut by_token: HashMap<Option<String>, EndedRecords<'_>> = HashMap::new();
        for (id, entry) in &self.entries {
            let bytes = entry.ended_bytes.load(Ordering::Relaxed);
            if bytes > 0 {
                let by = entry.record_tx.borrow().by.clone();
                let own = by_token.entry(by).or_insert(EndedRecords { oldest: id, count: 0, bytes: 0 });
                (own.count, own.bytes) = (own.count + 1, own.bytes + bytes);
            }
        }
        let of_all = |part: fn(&EndedRecords<'_>) -> usize| by_token.values().map(part).sum::<usize>();
        let most = |part: fn(&EndedRecords<'_>) -> usize| by_token.values().max_by_key(|own| part(own)).map(|own| own.oldest.clone());
        if of_all(|own| own.bytes) > RECORDS_BYTES_MAX {
            return most(|own| own.bytes);
        }
        if of_all(|own| own.count) > RECORDS_MAX { most(|own| own.count) } else { None }
    }

    /// Records, newest first: so many of them, of those that were asked for before the release `before`.
    pub(super) fn records(&self, limit: usize, before: Option<&str>) -> Vec<Arc<Record>> {
        let end = before.map_or(Bound::Unbounded, Bound::Excluded);
        self.entries.range::<str, _>((Bound::Unbounded, end)).rev().take(limit).map(|(_, entry)| entry.record()).collect()
    }
}

/// The records of one token whose releases have ended.
struct EndedRecords<'a> {
    oldest: &'a String,
    count: usize,
    bytes: usize,
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
    record.forget_steps_not_begun();
}

/// The time, in milliseconds since 1970.
pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::release::{FunctionRecord, Purpose};

    /// A release of a token that waits, of so many functions.
    fn submit(registry: &mut Registry, by: &str, functions: usize) -> Arc<RegistryEntry> {
        let id = registry.next_id(1);
        let name = |number| FunctionName::parse(&format!("f{number}")).unwrap();
        let record = Record {
            id: id.clone(),
            purpose: Purpose::Deploy,
            status: ReleaseStatus::Waiting,
            note: None,
            by: Some(by.to_owned()),
            created_ms: 1,
            ended_ms: None,
            unchanged: false,
            functions: (0..functions).map(|number| FunctionRecord::new(name(number))).collect(),
            more_functions: 0,
            failure: None,
        };
        let entry = RegistryEntry::new(Arc::new(record), None);
        registry.entries.insert(id, entry.clone());
        registry.forget_oldest();
        entry
    }

    fn kept(registry: &Registry, by: &str) -> usize {
        registry.entries.values().filter(|entry| entry.record().by.as_deref() == Some(by)).count()
    }

    #[test]
    fn one_token_does_not_drive_the_records_of_another_out() {
        let mut registry = Registry::default();
        let first = submit(&mut registry, "one", 1);
        first.end(ReleaseStatus::Done);
        let waits = submit(&mut registry, "two", 1);
        for _ in 0..2 * RECORDS_MAX {
            submit(&mut registry, "two", 1).end(ReleaseStatus::Superseded);
        }
        registry.forget_oldest();
        assert_eq!((kept(&registry, "one"), kept(&registry, "two")), (1, RECORDS_MAX));
        assert!(registry.entries.contains_key(&waits.record().id), "it has not ended");
    }

    #[test]
    fn records_have_a_bound_in_bytes_and_one_that_never_began_has_no_steps() {
        let mut registry = Registry::default();
        let first = submit(&mut registry, "one", 1);
        first.mark(&FunctionName::parse("f0").unwrap(), Step::Received, StepState::Done, None);
        first.end(ReleaseStatus::Undone);
        assert_eq!(first.record().functions[0].steps.len(), Step::ALL.len());
        for _ in 0..RECORDS_MAX - 1 {
            let entry = submit(&mut registry, "two", 1999);
            entry.end(ReleaseStatus::Superseded);
            assert!(entry.record().functions.iter().all(|function| function.steps.is_empty()));
        }
        registry.forget_oldest();
        let bytes: usize = registry.entries.values().map(|entry| entry.record().bytes()).sum();
        assert!(bytes <= RECORDS_BYTES_MAX, "{bytes}");
        assert_eq!(kept(&registry, "one"), 1);
        assert!((50..RECORDS_MAX - 1).contains(&kept(&registry, "two")), "{}", kept(&registry, "two"));
    }

    #[test]
    fn records_come_newest_first_a_page_at_a_time() {
        let mut registry = Registry::default();
        let ids: Vec<String> = (0..5).map(|_| submit(&mut registry, "one", 1).record().id.clone()).collect();
        let page = |limit, before: Option<&str>| -> Vec<String> {
            registry.records(limit, before).iter().map(|record| record.id.clone()).collect()
        };
        assert_eq!(page(2, None), [ids[4].as_str(), ids[3].as_str()]);
        assert_eq!(page(9, Some(&ids[3])), [ids[2].as_str(), ids[1].as_str(), ids[0].as_str()]);
        assert!(page(9, Some(&ids[0])).is_empty() && page(9, Some("0")).is_empty());
    }
}
