//! Work that continues after the answer: `waitUntil` promises, and calls whose promise can never settle.
//!
//! `ops/answer` counts the promises; `worker` ends what takes too long.
//!
//! Invariant: background work keeps its call in the table, and its call no longer waits for it once its time is over.

use std::time::{Duration, Instant};

use super::{InFlight, InFlightTable};
use crate::fault::{Fault, Kind};

impl InFlightTable {
    /// A `waitUntil` promise begins or ends.
    pub(in crate::runtime) fn background(&mut self, id: u32, begins: bool) {
        if let Some(in_flight) = self.map.get_mut(&id) {
            if begins {
                in_flight.background += 1;
                if in_flight.is_answered() && in_flight.answered.is_none() {
                    in_flight.answered = Some(Instant::now());
                }
            } else {
                in_flight.background = in_flight.background.saturating_sub(1);
            }
            self.forget_if_over(id);
        }
    }

    /// Calls that were answered `allowed` ago or longer and still do background work. They no longer wait for it.
    pub fn end_background(&mut self, allowed: Duration) -> Vec<u32> {
        let is_late = |in_flight: &InFlight| {
            let only_background = in_flight.is_answered() && in_flight.outbound.is_none() && in_flight.background > 0;
            only_background && in_flight.answered.is_some_and(|answered| answered.elapsed() > allowed)
        };
        let late: Vec<u32> = self.map.iter().filter(|(_, in_flight)| is_late(in_flight)).map(|(id, _)| *id).collect();
        for id in late.iter() {
            if let Some(in_flight) = self.map.get_mut(id) {
                in_flight.background = 0;
            }
        }
        late
    }

    /// Ends every unanswered call, and all background work, because no promise of this instance can settle any more. Returns those calls.
    pub fn fail_unsettled(&mut self) -> Vec<u32> {
        if self.map.is_empty() {
            return Vec::new();
        }
        let ids: Vec<u32> = self.unanswered().collect();
        for id in ids.iter().copied() {
            self.answer(
                id,
                Err(Fault::new(
                    Kind::NeverSettles,
                    "the handler waits for a promise that nothing can settle: no timer, fetch or other work of this instance is left",
                )),
            );
        }
        let all: Vec<u32> = self.map.keys().copied().collect();
        for id in all {
            if let Some(in_flight) = self.map.get_mut(&id)
                && std::mem::take(&mut in_flight.background) > 0
            {
                self.forget_if_over(id);
            }
        }
        ids
    }
}
