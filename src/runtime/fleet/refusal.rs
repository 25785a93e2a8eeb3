//! Versions that get no instance: those in quarantine, and those that were frozen in a process that holds enough of that.
//!
//! A pool asks before it creates an instance, and reports its frozen ones; the quarantine tells the fleet when it grows.
//!
//! Invariant: a version in quarantine gets no instance, whoever put it in; its pool answers the calls that wait.

use std::sync::Arc;
use std::time::Instant;

use super::registry::Fleet;
use crate::fault::{Fault, Kind};
use crate::function::{Version, VersionId};
use crate::process::quarantine::{Quarantine, frozen_thread};
use crate::runtime::containment::frozen;
use crate::runtime::worker::Handle;
use crate::sys::freeze::FreezeCause;

/// The fault of a version in quarantine.
pub fn quarantined(version: &VersionId, reason: &str) -> Fault {
    Fault::new(Kind::Quarantined, format!("version {version} of the function is refused until it changes: {reason}"))
}

impl Fleet {
    /// Heeds this quarantine from now on. Called once.
    pub fn heed(self: &Arc<Self>, quarantine: Arc<Quarantine>) {
        let fleet = Arc::downgrade(self);
        quarantine.on_add(move || {
            if let Some(fleet) = fleet.upgrade() {
                fleet.members().iter().for_each(|pool| pool.heed_quarantine());
            }
        });
        let _ = self.quarantine.set(quarantine);
    }

    /// Why a version must not run any more.
    pub(in crate::runtime) fn forbids(&self, version: &Version) -> Option<Fault> {
        let reason = self.quarantine.get()?.reason(version.function.as_str(), version.id.as_str())?;
        Some(quarantined(&version.id, &reason))
    }

    /// Whether a version may have another instance, or why not.
    pub(in crate::runtime) fn may_start(&self, version: &Version) -> Result<(), Fault> {
        if let Some(fault) = self.forbids(version) {
            return Err(fault);
        }
        let Some(used) = frozen::refuses(version.function.as_str(), version.id.as_str()) else { return Ok(()) };
        let why =
            "a thread of this version is frozen, and this process keeps as many frozen threads as it may: the next process takes calls";
        let amount = |threads: usize, bytes: u64| format!("{threads} threads, {} MB", bytes >> 20);
        Err(Fault::new(Kind::Quarantined, why)
            .with_limit(amount(used.threads_max, used.bytes_max), amount(used.threads, used.bytes))
            .with_retry_after(1))
    }

    /// The thread of an instance was frozen: the second one of a version within ten minutes puts it into quarantine. The supervisor comes to
    /// the same decision when it hears of both. Takes the state of pools.
    pub(in crate::runtime) fn note_frozen(&self, version: &Version, worker: &Handle) {
        if !worker.was_starved()
            && let Some(quarantine) = self.quarantine.get()
        {
            let how = frozen_thread(worker.freeze_cause().map_or("lost", FreezeCause::label));
            quarantine.offend(version.function.as_str(), version.id.as_str(), &how, Instant::now());
        }
    }
}
