//! Which versions leave the disk.
//!
//! Whoever releases sweeps the state, commits it, and then has `Store` remove the files; a crash in between leaves files that no state names,
//! and `Store::open` removes those.
//!
//! Invariant: the live version, the candidate and the predecessor of the live one never leave.

use std::cmp::Reverse;
use std::time::Duration;

use super::state::{Held, Kept, State};
use crate::function::{FunctionName, VersionId};

/// How much of the past is kept of each function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Keep {
    /// At most so many versions, those that may not leave included.
    pub count: usize,
    /// And none that was last of use so long ago.
    pub age: Duration,
}

impl State {
    /// Takes the versions that leave out of the state, and says which. Their files go after the next commit, with `Store::remove`.
    pub fn sweep(&mut self, keep: Keep, now_ms: u64) -> Vec<(FunctionName, String)> {
        let mut all = Vec::new();
        for (name, held) in &mut self.functions {
            let leaving = surplus(held, keep, now_ms);
            held.versions.retain(|kept| !leaving.contains(&kept.version));
            // A state whose names are no names is not committed.
            if let Ok(name) = FunctionName::parse(name) {
                all.extend(leaving.into_iter().map(|version| (name.clone(), version)));
            }
        }
        all
    }
}

/// The versions of a function that leave: beyond the number, those that were of use longest ago, and whatever is too old.
pub fn surplus(held: &Held, keep: Keep, now_ms: u64) -> Vec<String> {
    let predecessor = held.predecessor().map(|kept| &kept.version);
    let candidate = held.candidate.as_ref().map(|candidate| &candidate.version);
    let stays = |kept: &&Kept| [held.live.as_ref(), candidate, predecessor].contains(&Some(&kept.version));
    // Newest first, so that of two that were of use at the same time the older one leaves.
    let (staying, mut others): (Vec<_>, Vec<_>) = held.versions.iter().rev().partition(stays);
    others.sort_by_key(|kept| Reverse(last_of_use(kept)));
    let room = keep.count.saturating_sub(staying.len());
    let age_ms = u64::try_from(keep.age.as_millis()).unwrap_or(u64::MAX);
    let is_too_old = |kept: &Kept| now_ms.saturating_sub(last_of_use(kept)) > age_ms;
    let leaving = others.into_iter().enumerate().filter(|(place, kept)| *place >= room || is_too_old(kept));
    leaving.map(|(_, kept)| kept.version.clone()).collect()
}

fn last_of_use(kept: &Kept) -> u64 {
    kept.live_ms.unwrap_or(0).max(kept.stored_ms)
}

/// Whether a file in `versions/<name>/` is a version's that the state does not keep. Files of other kinds are not ours to judge.
pub(super) fn is_orphan(state: &State, name: &FunctionName, file: &str) -> bool {
    let Some((id, "json" | "code")) = file.rsplit_once('.') else { return false };
    let is_kept = || state.functions.get(name.as_str()).is_some_and(|held| held.kept(id).is_some());
    VersionId::parse(id).is_some() && !is_kept()
}
