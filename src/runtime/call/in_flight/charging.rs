//! CPU time of the calls in the table: charged to the call whose code used it, and held against `cpu_ms`.
//!
//! `worker` passes the charges of a turn; the costs go to the call's stats.
//!
//! Invariant: a call that passed its limit is answered with a fault once, and CPU time that no caller waits for is reported as late.

use std::time::Duration;

use super::InFlightTable;
use crate::fault::{Fault, Kind};

/// The result of charging.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Overruns {
    /// Calls that passed their limit just now.
    pub over: Vec<u32>,
    /// CPU time that no caller waits for, by call.
    pub late: Vec<(u32, u64)>,
}

impl InFlightTable {
    /// The calls with a CPU limit of their own that are not answered.
    pub fn own_cpu_limits(&self) -> impl Iterator<Item = (u32, Duration)> + '_ {
        let open = self.map.iter().filter(|(_, in_flight)| !in_flight.is_answered());
        open.filter_map(|(id, in_flight)| Some((*id, in_flight.own_cpu()?)))
    }

    /// Charges CPU time to the calls it was used for. Those that passed `limit`, or their own, are answered with a fault; their handlers still run.
    pub fn charge(&mut self, charges: &[(u32, u64)], limit: Duration) -> Overruns {
        let mut overruns = Overruns::default();
        // Answers leave in the order of their calls, as a rule, and charges come in it: the search goes on where the last one ended.
        let mut at = 0;
        for (id, cpu_ns) in charges.iter().copied().filter(|(_, cpu_ns)| *cpu_ns > 0) {
            let Some(in_flight) = self.map.get(&id) else {
                let (before, after) = self.outbox.split_at(at.min(self.outbox.len()));
                let found = after.iter().chain(before).position(|answered| answered.id == id);
                if let Some(steps) = found {
                    at = (at + steps) % self.outbox.len();
                }
                let answered = found.and_then(|_| self.outbox.get(at));
                match answered.and_then(|answered| answered.stats.as_ref()) {
                    // It was answered in this very turn: the answer has not left yet.
                    Some(stats) => drop(stats.charge(cpu_ns)),
                    None => overruns.late.push((id, cpu_ns)),
                }
                continue;
            };
            let limit = in_flight.own_cpu().unwrap_or(limit);
            let spent = in_flight.stats.as_ref().map_or(0, |stats| stats.charge(cpu_ns));
            if in_flight.is_answered() {
                overruns.late.push((id, cpu_ns));
            } else if u128::from(spent) > limit.as_nanos() {
                overruns.over.push(id);
                let fault = Fault::new(Kind::CpuLimit, "the request used more CPU time than cpu_ms allows")
                    .with_limit(format!("{} ms", limit.as_millis()), format!("{} ms", spent / 1_000_000));
                self.answer(id, Err(fault));
            }
        }
        overruns
    }
}
