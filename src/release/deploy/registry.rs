//! The releases that this process knows: their records, their order, and those that the store remembers.
//!
//! Kept by `deployments`; a running one's entry is written by `transaction` and watched by the admin API.
//!
//! Invariant: an id is never given twice; a record that has ended is forgotten before one that has not.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::watch;

use super::order::Order;
use super::queue::Queue;
use super::record::{Record, Status};
use crate::release::store::State;

/// Releases whose records are in memory.
const RECORDS_MAX: usize = 500;

/// Releases by id, and their order.
#[derive(Default)]
pub(in crate::release) struct Ledger {
    pub(in crate::release) queue: Queue,
    pub(in crate::release) entries: BTreeMap<String, Arc<Entry>>,
    last_ms: u64,
}

/// A release, its record and the way to cancel it.
pub(in crate::release) struct Entry {
    pub(in crate::release) record: watch::Sender<Arc<Record>>,
    pub(in crate::release) cancelled: watch::Sender<bool>,
    /// What it is to do, until it begins.
    pub(in crate::release) order: Mutex<Option<Order>>,
}

impl Entry {
    /// Changes the record; whoever watches hears of it.
    pub(in crate::release) fn update(&self, change: impl FnOnce(&mut Record)) {
        self.record.send_modify(|record| change(Arc::make_mut(record)));
    }
}

impl Ledger {
    /// What the state remembers, and nothing that runs.
    pub(in crate::release) fn of(state: &State) -> Self {
        let entries = remembered(state);
        // A clock that was set back must not give an id again.
        let last_ms = entries.keys().filter_map(|id| u64::from_str_radix(id.get(1..)?, 16).ok()).max().unwrap_or(0);
        Self { entries, last_ms, ..Self::default() }
    }

    /// Time first, so that ids sort by age; two in one millisecond are a millisecond apart.
    pub(in crate::release) fn next_id(&mut self, now_ms: u64) -> String {
        self.last_ms = now_ms.max(self.last_ms + 1);
        format!("r{:012x}", self.last_ms)
    }

    pub(in crate::release) fn forget_oldest(&mut self) {
        while self.entries.len() > RECORDS_MAX {
            let oldest = self.entries.iter().find(|(_, entry)| entry.record.borrow().status.is_end()).map(|(id, _)| id.clone());
            let Some(oldest) = oldest else { return };
            self.entries.remove(&oldest);
        }
    }
}

/// The records in the store. One that had not ended when its process did was published, or it would not be there.
pub(in crate::release) fn remembered(state: &State) -> BTreeMap<String, Arc<Entry>> {
    let records = state.releases.iter().rev().take(RECORDS_MAX).filter_map(|value| serde_json::from_value::<Record>(value.clone()).ok());
    records
        .map(|mut record| {
            if !record.status.is_end() {
                end(&mut record, Status::Done);
            }
            let id = record.id.clone();
            let record = watch::Sender::new(Arc::new(record));
            (id, Arc::new(Entry { record, cancelled: watch::Sender::new(false), order: Mutex::new(None) }))
        })
        .collect()
}

pub(in crate::release) fn end(record: &mut Record, status: Status) {
    record.status = status;
    record.ended_ms = Some(now_ms());
}

pub(crate) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
