//! The watchdog's decisions about a worker: sample it, terminate its JavaScript, freeze its thread.
//!
//! `worker::watchdog` observes (atomics and a CPU clock) and acts. This file decides, and remembers the last observation.
//!
//! Invariant: this file reads no clock and touches no worker. A worker is terminated only for one uninterrupted turn, and frozen only after
//! that.

use std::time::{Duration, Instant};

use crate::sys::freeze::FreezeCause;

/// CPU time a terminating worker may use before its thread is frozen, beside [`PATIENCE_PER_MB`].
const PATIENCE: Duration = Duration::from_millis(500);

/// More CPU time for each megabyte of the function's limit: V8 does not break off a garbage collection that has begun.
const PATIENCE_PER_MB: Duration = Duration::from_millis(3);

/// More CPU time for a worker that was granted headroom: it may be in the middle of one long step, such as turning half a gigabyte of text
/// to lower case.
const PATIENCE_WITH_HEADROOM: Duration = Duration::from_millis(1500);

/// Takes the place of [`PATIENCE`] while a worker links its module, which is not terminated, and while it takes its isolate down.
const PATIENCE_WITHOUT_TERMINATION: Duration = Duration::from_secs(2);

/// How long a terminating worker may use no CPU time at all: it waits for an event that does not come.
const STANDSTILL: Duration = Duration::from_secs(5);

/// The phase of a worker's life; it decides how long the worker may take to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::runtime) enum WorkerPhase {
    /// It has no function yet.
    Prewarmed,
    /// It reads and links its module. Its JavaScript must not be terminated now: deno_core and V8 do not withstand that.
    Loading,
    /// It evaluates its module.
    Evaluating,
    /// It takes calls.
    Serving,
    /// Its calls are answered; it takes its isolate down.
    Ending,
}

/// The watchdog's observation of a worker.
#[derive(Clone, Copy, Debug)]
pub(in crate::runtime) struct Observation {
    /// Its thread has ended.
    pub(in crate::runtime) over: bool,
    /// Its thread is frozen.
    pub(in crate::runtime) frozen: Option<FreezeCause>,
    /// It has to end.
    pub(in crate::runtime) terminating: bool,
    /// It was granted headroom to end with.
    pub(in crate::runtime) has_headroom: bool,
    /// It waits for headroom, with others.
    pub(in crate::runtime) waits_for_headroom: bool,
    /// The function's memory limit, in megabytes.
    pub(in crate::runtime) memory_mb: u32,
    pub(in crate::runtime) phase: WorkerPhase,
    /// Odd while JavaScript may run.
    pub(in crate::runtime) turn: u64,
    /// CPU time one turn may use.
    pub(in crate::runtime) turn_limit_ns: u64,
    /// The thread's CPU clock; `None` if it cannot be read.
    pub(in crate::runtime) cpu_ns: Option<u64>,
    pub(in crate::runtime) now: Instant,
}

/// The watchdog's next step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime) enum Action {
    /// It is gone: watch it no longer.
    Forget,
    /// Its thread is frozen: have its calls answered, and watch it no longer.
    Abandon(FreezeCause),
    /// It waits.
    Rest,
    /// It runs: sample whose code runs.
    Sample,
    /// Its turn is too long: terminate.
    Terminate,
    /// It was terminated and is not gone: terminate again.
    TerminateAgain,
    /// It was terminated long ago: freeze its thread.
    Freeze,
}

/// The watchdog's memory of a worker, from one observation to the next.
#[derive(Default)]
pub(in crate::runtime) struct Escalation {
    /// The turn of the last observation, and the CPU clock when that turn was first observed.
    turn: u64,
    since_ns: u64,
    terminating: Option<Terminating>,
}

/// A worker that has to end.
struct Terminating {
    at_ns: u64,
    phase: WorkerPhase,
    /// The CPU clock of the last observation, and since when it stands still.
    seen_ns: u64,
    still_since: Instant,
}

impl Escalation {
    /// Decides the next step, and remembers the observation.
    pub(in crate::runtime) fn decide(&mut self, seen: &Observation) -> Action {
        if let Some(cause) = seen.frozen {
            return Action::Abandon(cause);
        }
        if seen.over {
            return Action::Forget;
        }
        let runs = seen.turn % 2 == 1;
        if seen.terminating || (runs && seen.phase == WorkerPhase::Ending) {
            return self.decide_terminating(seen);
        }
        let Some(now_ns) = seen.cpu_ns.filter(|_| runs) else { return Action::Rest };
        if seen.turn != self.turn {
            self.turn = seen.turn;
            self.since_ns = now_ns;
        } else if now_ns.saturating_sub(self.since_ns) > seen.turn_limit_ns {
            return Action::Terminate;
        }
        Action::Sample
    }

    fn decide_terminating(&mut self, seen: &Observation) -> Action {
        let Some(now_ns) = seen.cpu_ns else { return Action::TerminateAgain };
        let fresh = || Terminating { at_ns: now_ns, phase: seen.phase, seen_ns: now_ns, still_since: seen.now };
        let terminating = self.terminating.get_or_insert_with(fresh);
        if terminating.phase != seen.phase {
            *terminating = fresh();
        }
        if terminating.seen_ns != now_ns || seen.waits_for_headroom {
            terminating.seen_ns = now_ns;
            terminating.still_since = seen.now;
        }
        let patience = PATIENCE_PER_MB * seen.memory_mb
            + match seen.phase {
                WorkerPhase::Loading | WorkerPhase::Ending => PATIENCE_WITHOUT_TERMINATION,
                WorkerPhase::Prewarmed | WorkerPhase::Evaluating | WorkerPhase::Serving => PATIENCE,
            }
            + if seen.has_headroom { PATIENCE_WITH_HEADROOM } else { Duration::ZERO };
        let used = Duration::from_nanos(now_ns.saturating_sub(terminating.at_ns));
        let stood_still = seen.now.saturating_duration_since(terminating.still_since);
        if used > patience || stood_still > STANDSTILL { Action::Freeze } else { Action::TerminateAgain }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TICK: Duration = Duration::from_millis(10);
    const LIMIT_NS: u64 = 100_000_000;

    fn observation(turn: u64, cpu_ns: u64, now: Instant) -> Observation {
        Observation {
            over: false,
            frozen: None,
            terminating: false,
            has_headroom: false,
            waits_for_headroom: false,
            memory_mb: 0,
            phase: WorkerPhase::Serving,
            turn,
            turn_limit_ns: LIMIT_NS,
            cpu_ns: Some(cpu_ns),
            now,
        }
    }

    /// Observes a worker tick by tick; returns the tick at which `wanted` came.
    fn observations_until(escalation: &mut Escalation, wanted: Action, mut next: impl FnMut(u64) -> Observation) -> Option<u64> {
        (0..2000).find(|tick| escalation.decide(&next(*tick)) == wanted)
    }

    #[test]
    fn an_endless_turn_is_terminated_and_then_frozen() {
        let (mut escalation, start) = (Escalation::default(), Instant::now());
        let at = |tick: u64| observation(1, tick * 10_000_000, start + TICK * tick as u32);
        assert_eq!(observations_until(&mut escalation, Action::Terminate, at), Some(11));
        let terminating = |tick: u64| Observation { terminating: true, ..at(11 + tick) };
        assert_eq!(observations_until(&mut escalation, Action::Freeze, terminating), Some(51));
    }

    #[test]
    fn a_terminating_worker_that_waits_forever_is_frozen_too() {
        let (mut escalation, start) = (Escalation::default(), Instant::now());
        let waits = |tick: u64| Observation { terminating: true, ..observation(1, 7, start + TICK * tick as u32) };
        assert_eq!(observations_until(&mut escalation, Action::Freeze, waits), Some(501));
    }

    #[test]
    fn one_that_waits_for_headroom_is_not_frozen() {
        let (mut escalation, start) = (Escalation::default(), Instant::now());
        for tick in 0..2_000 {
            let waits = Observation { terminating: true, waits_for_headroom: true, ..observation(1, 7, start + TICK * tick) };
            assert_eq!(escalation.decide(&waits), Action::TerminateAgain, "{tick}");
        }
    }

    #[test]
    fn linking_and_taking_down_have_more_time() {
        for phase in [WorkerPhase::Loading, WorkerPhase::Ending] {
            let (mut escalation, start) = (Escalation::default(), Instant::now());
            let at = |tick: u64| Observation { terminating: true, phase, ..observation(1, tick * 10_000_000, start + TICK * tick as u32) };
            assert_eq!(observations_until(&mut escalation, Action::Freeze, at), Some(201), "{phase:?}");
        }
    }

    #[test]
    fn large_heaps_and_lent_memory_have_more_time() {
        for (has_headroom, memory_mb, looks) in [(false, 100, 81), (true, 0, 201), (true, 100, 231)] {
            let (mut escalation, start) = (Escalation::default(), Instant::now());
            let at = |tick: u64| Observation {
                terminating: true,
                has_headroom,
                memory_mb,
                ..observation(1, tick * 10_000_000, start + TICK * tick as u32)
            };
            assert_eq!(observations_until(&mut escalation, Action::Freeze, at), Some(looks));
        }
    }

    #[test]
    fn a_frozen_or_ended_worker_is_not_watched() {
        let now = Instant::now();
        let frozen = Observation { frozen: Some(FreezeCause::Memory), over: true, ..observation(1, 0, now) };
        assert_eq!(Escalation::default().decide(&frozen), Action::Abandon(FreezeCause::Memory));
        assert_eq!(Escalation::default().decide(&Observation { over: true, ..observation(1, 0, now) }), Action::Forget);
    }

    prop_compose! {
        fn step()(advance in 0_u64..3, cpu in 0_u64..60_000_000, wall in 0_u64..40) -> (u64, u64, u64) {
            (advance, cpu, wall)
        }
    }

    proptest! {
        /// Any worker: while it is not terminating it is never frozen, and it is terminated exactly when one turn used more than it may.
        #[test]
        fn only_a_long_turn_is_struck(steps in prop::collection::vec(step(), 1..200)) {
            let (mut escalation, mut now) = (Escalation::default(), Instant::now());
            let (mut turn, mut cpu, mut first_seen) = (0, 0, None::<(u64, u64)>);
            for (advance, used, wall) in steps {
                turn += advance;
                cpu += used;
                now += Duration::from_millis(wall);
                let action = escalation.decide(&observation(turn, cpu, now));
                if turn % 2 == 0 {
                    prop_assert_eq!(action, Action::Rest);
                    continue;
                }
                let began = match first_seen {
                    Some((seen, began)) if seen == turn => began,
                    _ => { first_seen = Some((turn, cpu)); cpu }
                };
                let expected = if cpu - began > LIMIT_NS { Action::Terminate } else { Action::Sample };
                prop_assert_eq!(action, expected);
            }
        }

        /// A terminating worker is terminated at every observation until it is frozen, and it is frozen only if it used up its patience or
        /// stood still.
        #[test]
        fn a_terminating_worker_is_terminated_again_until_it_is_frozen(steps in prop::collection::vec(step(), 1..200)) {
            let (mut escalation, begun) = (Escalation::default(), Instant::now());
            let (mut now, mut cpu, mut first, mut moved) = (begun, 0, None, begun);
            for (_, used, wall) in steps {
                cpu += used;
                now += Duration::from_millis(wall);
                if first.is_none() || used > 0 {
                    moved = now;
                }
                let first = *first.get_or_insert(cpu);
                let action = escalation.decide(&Observation { terminating: true, ..observation(1, cpu, now) });
                let worn_out = cpu - first > 500_000_000 || now - moved > STANDSTILL;
                prop_assert_eq!(action, if worn_out { Action::Freeze } else { Action::TerminateAgain });
            }
        }
    }
}
