//! Which versions leave the disk.
//!
//! A release sweeps the state, commits it, and then asks `Store` to remove the files. A crash in between leaves files that no state names,
//! and `Store::open` removes those.
//!
//! Invariant: the live version, the candidate and the predecessor of the live version never leave.

use std::cmp::Reverse;
use std::time::Duration;

use super::state::{FunctionState, StoredState, StoredVersion};
use crate::function::{FunctionName, VersionId};

/// How many old versions of each function are kept, and for how long.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// At most this many versions, those that never leave included.
    pub count: usize,
    /// And none that was used last longer ago than this.
    pub age: Duration,
}

impl StoredState {
    /// Removes the versions that leave from the state, and returns them. `Store::remove` removes their files after the next commit.
    pub fn sweep(&mut self, keep: Keep, now_ms: u64) -> Vec<(FunctionName, VersionId)> {
        let mut all = Vec::new();
        for (name, function_state) in &mut self.functions {
            let leaving = surplus(function_state, keep, now_ms);
            function_state.versions.retain(|stored| !leaving.contains(&stored.version));
            all.extend(leaving.into_iter().map(|version| (name.clone(), version)));
        }
        all
    }
}

/// The versions of a function that leave: beyond the number, those that were used last longest ago, and all that are too old.
pub fn surplus(function_state: &FunctionState, keep: Keep, now_ms: u64) -> Vec<VersionId> {
    let predecessor = function_state.predecessor().map(|stored| &stored.version);
    let candidate = function_state.candidate.as_ref().map(|candidate| &candidate.version);
    let stays = |stored: &&StoredVersion| [function_state.live.as_ref(), candidate, predecessor].contains(&Some(&stored.version));
    // Newest first, so that of two with the same last use the older one leaves.
    let (staying, mut others): (Vec<_>, Vec<_>) = function_state.versions.iter().rev().partition(stays);
    others.sort_by_key(|stored| Reverse(last_used_ms(stored)));
    let room = keep.count.saturating_sub(staying.len());
    let age_ms = u64::try_from(keep.age.as_millis()).unwrap_or(u64::MAX);
    let is_too_old = |stored: &StoredVersion| now_ms.saturating_sub(last_used_ms(stored)) > age_ms;
    let leaving = others.into_iter().enumerate().filter(|(place, stored)| *place >= room || is_too_old(stored));
    leaving.map(|(_, stored)| stored.version.clone()).collect()
}

fn last_used_ms(stored: &StoredVersion) -> u64 {
    stored.live_ms.unwrap_or(0).max(stored.stored_ms)
}

/// Whether a file in `versions/<name>/` belongs to a version that the state does not keep. Files with other names are left alone.
pub(super) fn is_orphan(state: &StoredState, name: &FunctionName, file: &str) -> bool {
    let Some((id, "json" | "code")) = file.rsplit_once('.') else { return false };
    VersionId::parse(id).is_some_and(|id| state.stored_version(name, &id).is_none())
}
