//! What the watchdog does about a worker, decided from what it sees of it.
//!
//! `watchdog` looks (atomics and a CPU clock) and acts; this decides, and remembers what it saw last.
//!
//! Invariant: no clock is read and nothing is touched here. A worker is struck only for one uninterrupted turn, and parked only after it was struck.

use std::time::{Duration, Instant};

use crate::runtime::containment::freeze::Cause;

/// CPU time a struck worker may use before its thread is parked, beside [`PATIENCE_PER_MB`].
const PATIENCE: Duration = Duration::from_millis(500);

/// More of it for each megabyte of the function's limit: a garbage collection that has begun is not broken off.
const PATIENCE_PER_MB: Duration = Duration::from_millis(3);

/// More of it for one that was lent memory: it may be in the middle of one long step, such as turning half a gigabyte of text to lower case.
const PATIENCE_IN_GRACE: Duration = Duration::from_millis(1500);

/// The same while its module is linked, which is not terminated, and while its isolate is taken down.
const PATIENCE_WITHOUT_TERMINATION: Duration = Duration::from_secs(2);

/// How long a struck worker may make no progress at all: it waits for something that does not come.
const STANDSTILL: Duration = Duration::from_secs(5);

/// Where a worker is in its life; decides how long it may take to end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(in crate::runtime) enum WorkerPhase {
    /// Without a function.
    Blank,
    /// Its module is read and linked: JavaScript must not be terminated now, the engine would not stand it.
    Loading,
    /// Its module is evaluated.
    Evaluating,
    /// It takes calls.
    Serving,
    /// Its calls are answered; the isolate is taken down.
    Ending,
}

/// What the watchdog sees of a worker.
#[derive(Clone, Copy, Debug)]
pub(in crate::runtime) struct Sight {
    /// Its thread has ended.
    pub(in crate::runtime) over: bool,
    /// Its thread is parked.
    pub(in crate::runtime) parked: Option<Cause>,
    /// It has to end.
    pub(in crate::runtime) struck: bool,
    /// It was lent memory to end with.
    pub(in crate::runtime) graced: bool,
    /// What the function may use, in megabytes.
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

/// What to do about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime) enum Verdict {
    /// It is gone: watch it no longer.
    Forget,
    /// Its thread was parked: see to its calls, and watch it no longer.
    Bury(Cause),
    /// It waits.
    Rest,
    /// It runs: have it say whose code.
    Sample,
    /// Its turn is too long: strike.
    Strike,
    /// It was struck and is not gone: terminate again.
    Terminate,
    /// It was struck long ago: park its thread.
    Park,
}

/// What is remembered of a worker from one look to the next.
#[derive(Default)]
pub(in crate::runtime) struct Judge {
    /// The turn seen last, and the CPU clock when it was first seen.
    turn: u64,
    since_ns: u64,
    struck: Option<Struck>,
}

/// A worker that has to end.
struct Struck {
    at_ns: u64,
    phase: WorkerPhase,
    /// The CPU clock seen last, and since when it stands still.
    seen_ns: u64,
    still_since: Instant,
}

impl Judge {
    /// Decides.
    pub(in crate::runtime) fn decide(&mut self, seen: &Sight) -> Verdict {
        if let Some(cause) = seen.parked {
            return Verdict::Bury(cause);
        }
        if seen.over {
            return Verdict::Forget;
        }
        let runs = seen.turn % 2 == 1;
        if seen.struck || (runs && seen.phase == WorkerPhase::Ending) {
            return self.press(seen);
        }
        let Some(now_ns) = seen.cpu_ns.filter(|_| runs) else { return Verdict::Rest };
        if seen.turn != self.turn {
            self.turn = seen.turn;
            self.since_ns = now_ns;
        } else if now_ns.saturating_sub(self.since_ns) > seen.turn_limit_ns {
            return Verdict::Strike;
        }
        Verdict::Sample
    }

    fn press(&mut self, seen: &Sight) -> Verdict {
        let Some(now_ns) = seen.cpu_ns else { return Verdict::Terminate };
        let fresh = || Struck { at_ns: now_ns, phase: seen.phase, seen_ns: now_ns, still_since: seen.now };
        let struck = self.struck.get_or_insert_with(fresh);
        if struck.phase != seen.phase {
            *struck = fresh();
        }
        if struck.seen_ns != now_ns {
            struck.seen_ns = now_ns;
            struck.still_since = seen.now;
        }
        let patience = PATIENCE_PER_MB * seen.memory_mb
            + match seen.phase {
                WorkerPhase::Loading | WorkerPhase::Ending => PATIENCE_WITHOUT_TERMINATION,
                WorkerPhase::Blank | WorkerPhase::Evaluating | WorkerPhase::Serving => PATIENCE,
            }
            + if seen.graced { PATIENCE_IN_GRACE } else { Duration::ZERO };
        let used = Duration::from_nanos(now_ns.saturating_sub(struck.at_ns));
        let stood_still = seen.now.saturating_duration_since(struck.still_since);
        if used > patience || stood_still > STANDSTILL { Verdict::Park } else { Verdict::Terminate }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TICK: Duration = Duration::from_millis(10);
    const LIMIT_NS: u64 = 100_000_000;

    fn sight(turn: u64, cpu_ns: u64, now: Instant) -> Sight {
        Sight {
            over: false,
            parked: None,
            struck: false,
            graced: false,
            memory_mb: 0,
            phase: WorkerPhase::Serving,
            turn,
            turn_limit_ns: LIMIT_NS,
            cpu_ns: Some(cpu_ns),
            now,
        }
    }

    /// Looks again and again at a worker that burns all of a CPU; returns after how many looks `wanted` came.
    fn looks_until(judge: &mut Judge, wanted: Verdict, mut next: impl FnMut(u64) -> Sight) -> Option<u64> {
        (0..2000).find(|tick| judge.decide(&next(*tick)) == wanted)
    }

    #[test]
    fn an_endless_turn_is_struck_and_then_parked() {
        let (mut judge, start) = (Judge::default(), Instant::now());
        let at = |tick: u64| sight(1, tick * 10_000_000, start + TICK * tick as u32);
        assert_eq!(looks_until(&mut judge, Verdict::Strike, at), Some(11));
        let struck = |tick: u64| Sight { struck: true, ..at(11 + tick) };
        assert_eq!(looks_until(&mut judge, Verdict::Park, struck), Some(51));
    }

    #[test]
    fn a_struck_worker_that_waits_for_ever_is_parked_too() {
        let (mut judge, start) = (Judge::default(), Instant::now());
        let waits = |tick: u64| Sight { struck: true, ..sight(1, 7, start + TICK * tick as u32) };
        assert_eq!(looks_until(&mut judge, Verdict::Park, waits), Some(501));
    }

    #[test]
    fn linking_and_taking_down_have_more_time() {
        for phase in [WorkerPhase::Loading, WorkerPhase::Ending] {
            let (mut judge, start) = (Judge::default(), Instant::now());
            let at = |tick: u64| Sight { struck: true, phase, ..sight(1, tick * 10_000_000, start + TICK * tick as u32) };
            assert_eq!(looks_until(&mut judge, Verdict::Park, at), Some(201), "{phase:?}");
        }
    }

    #[test]
    fn large_heaps_and_lent_memory_have_more_time() {
        for (graced, memory_mb, looks) in [(false, 100, 81), (true, 0, 201), (true, 100, 231)] {
            let (mut judge, start) = (Judge::default(), Instant::now());
            let at = |tick: u64| Sight { struck: true, graced, memory_mb, ..sight(1, tick * 10_000_000, start + TICK * tick as u32) };
            assert_eq!(looks_until(&mut judge, Verdict::Park, at), Some(looks));
        }
    }

    #[test]
    fn what_is_parked_or_gone_is_not_watched() {
        let now = Instant::now();
        let parked = Sight { parked: Some(Cause::Memory), over: true, ..sight(1, 0, now) };
        assert_eq!(Judge::default().decide(&parked), Verdict::Bury(Cause::Memory));
        assert_eq!(Judge::default().decide(&Sight { over: true, ..sight(1, 0, now) }), Verdict::Forget);
    }

    prop_compose! {
        fn step()(advance in 0_u64..3, cpu in 0_u64..60_000_000, wall in 0_u64..40) -> (u64, u64, u64) {
            (advance, cpu, wall)
        }
    }

    proptest! {
        /// Whatever a worker does: while it is not struck it is never parked, and it is struck exactly when one turn used more than it may.
        #[test]
        fn only_a_long_turn_is_struck(steps in prop::collection::vec(step(), 1..200)) {
            let (mut judge, mut now) = (Judge::default(), Instant::now());
            let (mut turn, mut cpu, mut first_seen) = (0, 0, None::<(u64, u64)>);
            for (advance, used, wall) in steps {
                turn += advance;
                cpu += used;
                now += Duration::from_millis(wall);
                let verdict = judge.decide(&sight(turn, cpu, now));
                if turn % 2 == 0 {
                    prop_assert_eq!(verdict, Verdict::Rest);
                    continue;
                }
                let began = match first_seen {
                    Some((seen, began)) if seen == turn => began,
                    _ => { first_seen = Some((turn, cpu)); cpu }
                };
                let expected = if cpu - began > LIMIT_NS { Verdict::Strike } else { Verdict::Sample };
                prop_assert_eq!(verdict, expected);
            }
        }

        /// A struck worker is terminated at every look until it is parked, and it is parked only if it used up its patience or stood still.
        #[test]
        fn a_struck_worker_is_pressed_until_it_is_parked(steps in prop::collection::vec(step(), 1..200)) {
            let (mut judge, begun) = (Judge::default(), Instant::now());
            let (mut now, mut cpu, mut first, mut moved) = (begun, 0, None, begun);
            for (_, used, wall) in steps {
                cpu += used;
                now += Duration::from_millis(wall);
                if first.is_none() || used > 0 {
                    moved = now;
                }
                let first = *first.get_or_insert(cpu);
                let verdict = judge.decide(&Sight { struck: true, ..sight(1, cpu, now) });
                let worn_out = cpu - first > 500_000_000 || now - moved > STANDSTILL;
                prop_assert_eq!(verdict, if worn_out { Verdict::Park } else { Verdict::Terminate });
            }
        }
    }
}
