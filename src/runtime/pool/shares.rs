//! The shares of a function's places that the calls of other functions may have.
//!
//! `state` asks before it assigns a call and before it lets one wait; the counts stand with the instances, so that they go with them.
//!
//! Invariant: the calls of other functions leave a quarter of the places and of the queue to clients, and those of one function leave half:
//! a function that does not read its neighbour's answers holds the neighbour's places, and never all of them.

use std::sync::Arc;

use super::state::PoolState;
use crate::fault::{Fault, Kind};

/// The part of `count` that all functions may have together; at least one, or no function could call.
fn share_of_all(count: usize) -> usize {
    (count / 4 * 3 + count % 4 * 3 / 4).max(1)
}

/// The part of `count` that one function may have; at least one.
fn share_of_one(count: usize) -> usize {
    (count / 2).max(1)
}

impl PoolState {
    /// Places in all instances that there may be.
    fn places(&self) -> usize {
        (self.scale.max as usize).saturating_mul(self.scale.concurrency as usize)
    }

    /// Whether a call of this function may have a place; a client always may.
    pub(super) fn may_hold(&self, caller: Option<&Arc<str>>) -> bool {
        let Some(caller) = caller else { return true };
        let (mut all, mut own) = (0_usize, 0_usize);
        for held in self.instances.iter().map(|instance| &instance.of_functions).filter(|held| !held.is_empty()) {
            all += held.values().map(|count| *count as usize).sum::<usize>();
            own += held.get(caller).map_or(0, |count| *count as usize);
        }
        all < share_of_all(self.places()) && own < share_of_one(self.places())
    }

    /// Whether a call of this function may wait for a place; a client always may, as long as the queue has room.
    pub(super) fn may_wait(&self, caller: Option<&Arc<str>>) -> bool {
        let Some(caller) = caller else { return true };
        let callers = || self.waiting.iter().filter_map(|invocation| invocation.request.caller.as_ref());
        let room = self.queue_room();
        callers().count() < share_of_all(room) && callers().filter(|other| *other == caller).count() < share_of_one(room)
    }

    /// The fault of a call that may neither have a place nor wait for one.
    pub(super) fn full_of_functions(&self, caller: Option<&Arc<str>>) -> Fault {
        let name = caller.map(|caller| &**caller).unwrap_or_default();
        let waiting = self.waiting.iter().filter(|invocation| invocation.request.caller.as_ref() == caller).count();
        Fault::new(
            Kind::Overloaded,
            format!("the calls of `{name}` and of other functions have their share of the function's places and queue"),
        )
        .with_limit(
            format!("{} places and {} waiting for one function", share_of_one(self.places()), share_of_one(self.queue_room())),
            format!("{waiting} waiting"),
        )
        .with_retry_after(1)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_is_never_nothing_and_leaves_something_where_it_can() {
        assert_eq!([1, 2, 3, 4, 100, 256].map(share_of_all), [1, 1, 2, 3, 75, 192]);
        assert_eq!([0, 1, 2, 3, 4, 256].map(share_of_one), [1, 1, 1, 1, 2, 128]);
        assert_eq!(share_of_all(usize::MAX), usize::MAX / 4 * 3 + 2);
    }
}
