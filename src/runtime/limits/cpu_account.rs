//! The CPU account of one instance: which calls pay for the CPU time of each turn.
//!
//! `worker::turn` reports how long each dispatch and each poll took, and reads the thread's CPU clock once a turn. The samples of
//! `isolate::sampler` name the call whose code ran inside a poll. The results are charges; `InFlightTable` holds them against `cpu_ms`.
//!
//! Invariant: this file reads no clock. CPU time is charged once, and a call that only waited is never charged for another call's turn.

use std::collections::HashMap;
use std::time::{Duration, Instant};

/// The most CPU time of polls that waits for a sample; beyond it, the open calls pay equal parts. It is long because equal parts make
/// innocent calls pay. V8 takes a sample that was requested during native work when that work returns.
const UNSAMPLED_MAX_NS: u64 = 10_000_000_000;

/// Work that no caller waits for any more may use `cpu_ms`, and a tenth of a CPU in the long run.
const LONG_RUN_DIVISOR: u32 = 10;

/// The least that such work may use at once, so that a tiny `cpu_ms` does not end an instance for its clean-up.
const CREDIT_MIN: Duration = Duration::from_millis(100);

/// A finished call that used no CPU time for this long has probably no more work.
const QUIET: Duration = Duration::from_secs(10);

/// The most finished calls whose late work is tracked at a time.
const WATCHED_MAX: usize = 512;

/// CPU time that a sample noted for one call; call 0 is code outside every call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CpuSlice {
    /// The call's id in its instance.
    pub call: u32,
    /// CPU time in nanoseconds.
    pub cpu_ns: u64,
}

/// CPU time of one instance that is not charged yet.
pub(in crate::runtime) struct CpuAccount {
    settled_ns: u64,
    dispatched: Vec<(u32, u64)>,
    polled: u64,
    unsampled_ns: u64,
    charges: Vec<(u32, u64)>,
}

impl CpuAccount {
    /// Charges begin at `now_ns` of the thread's CPU clock.
    pub(in crate::runtime) fn new(now_ns: u64) -> Self {
        Self { settled_ns: now_ns, dispatched: Vec::new(), polled: 0, unsampled_ns: 0, charges: Vec::new() }
    }

    /// Notes a dispatch: how long the call ran until it first waited.
    pub(in crate::runtime) fn dispatched(&mut self, call: u32, took: Duration) {
        self.dispatched.push((call, nanos(took)));
    }

    /// Notes a poll of the event loop.
    pub(in crate::runtime) fn polled(&mut self, took: Duration) {
        self.polled += nanos(took);
    }

    /// Charges the CPU time until `now_ns` to no call: the host collected garbage.
    pub(in crate::runtime) fn skip(&mut self, now_ns: u64) {
        self.settled_ns = now_ns;
    }

    /// Distributes the CPU time until `now_ns`. `samples` were taken inside polls; `open` are the calls that have no answer yet; `strays`
    /// says whether code of other calls may run too. A charge to call 0 belongs to no call. Returns the charges and the CPU time in all.
    pub(in crate::runtime) fn settle(
        &mut self,
        now_ns: u64,
        samples: &[CpuSlice],
        open: impl Iterator<Item = u32> + Clone,
        strays: bool,
    ) -> (&[(u32, u64)], u64) {
        let spent = now_ns.saturating_sub(self.settled_ns);
        self.settled_ns = now_ns;
        self.charges.clear();
        let weight = self.dispatched.iter().map(|(_, took)| took).sum::<u64>() + self.polled;
        let mut left = spent;
        for (call, took) in self.dispatched.drain(..) {
            let slice = part(spent, took, weight).min(left);
            left -= slice;
            self.charges.push((call, slice));
        }
        self.polled = 0;
        self.unsampled_ns += left;
        self.apportion_polls(samples, open, strays);
        (&self.charges, spent)
    }

    fn apportion_polls(&mut self, samples: &[CpuSlice], open: impl Iterator<Item = u32> + Clone, strays: bool) {
        let sampled: u64 = samples.iter().map(|slice| slice.cpu_ns).sum();
        if sampled > 0 {
            self.charges.extend(samples.iter().map(|slice| (slice.call, part(self.unsampled_ns, slice.cpu_ns, sampled))));
            self.unsampled_ns = 0;
            return;
        }
        let mut two = open.clone();
        match (two.next(), two.next()) {
            (None, _) => self.charges.push((0, std::mem::take(&mut self.unsampled_ns))),
            (Some(only), None) if !strays => self.charges.push((only, std::mem::take(&mut self.unsampled_ns))),
            _ if self.unsampled_ns > UNSAMPLED_MAX_NS => {
                let count = open.clone().count() as u64;
                let slice = std::mem::take(&mut self.unsampled_ns) / count.max(1);
                self.charges.extend(open.map(|call| (call, slice)));
            }
            _ => {}
        }
    }
}

fn part(whole: u64, weight: u64, of: u64) -> u64 {
    if of == 0 {
        return 0;
    }
    u64::try_from(u128::from(whole) * u128::from(weight) / u128::from(of)).unwrap_or(whole)
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX)
}

/// CPU time of work that no caller waits for: after the answer, after a limit answered, or outside every call.
pub(in crate::runtime) struct BackgroundBudget {
    credit: Duration,
    credits: HashMap<u32, CallCredit>,
}

struct CallCredit {
    left: Duration,
    seen: Instant,
}

impl BackgroundBudget {
    /// Each finished call, and the code outside every call, may use this much at once.
    pub(in crate::runtime) fn new(cpu: Duration) -> Self {
        Self { credit: cpu.max(CREDIT_MIN), credits: HashMap::new() }
    }

    /// Code of this call may still run, though no caller waits for it.
    pub(in crate::runtime) fn expect(&mut self, call: u32, now: Instant) {
        self.charge(call, 0, now);
    }

    /// Whether there may be such code.
    pub(in crate::runtime) fn is_expected(&mut self, now: Instant) -> bool {
        let credit = self.credit;
        self.credits
            .retain(|_, call_credit| now.saturating_duration_since(call_credit.seen) < QUIET || call_credit.after(now, credit) < credit);
        !self.credits.is_empty()
    }

    /// Charges late work of a call. Returns true if the call has used up its credit.
    pub(in crate::runtime) fn charge(&mut self, call: u32, cpu_ns: u64, now: Instant) -> bool {
        if self.credits.len() >= WATCHED_MAX {
            let credit = self.credit;
            self.credits.retain(|_, call_credit| call_credit.after(now, credit) < credit);
        }
        let credit = self.credit;
        let call_credit = self.credits.entry(call).or_insert(CallCredit { left: credit, seen: now });
        call_credit.left = call_credit.after(now, credit);
        call_credit.seen = now;
        match call_credit.left.checked_sub(Duration::from_nanos(cpu_ns)) {
            Some(left) => {
                call_credit.left = left;
                false
            }
            None => {
                call_credit.left = Duration::ZERO;
                true
            }
        }
    }
}

impl CallCredit {
    fn after(&self, now: Instant, credit: Duration) -> Duration {
        (self.left + now.saturating_duration_since(self.seen) / LONG_RUN_DIVISOR).min(credit)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn open(calls: &[u32]) -> impl Iterator<Item = u32> + Clone + '_ {
        calls.iter().copied()
    }

    #[test]
    fn dispatches_pay_by_how_long_they_took() {
        let mut cpu_account = CpuAccount::new(0);
        cpu_account.dispatched(1, Duration::from_nanos(300));
        cpu_account.dispatched(2, Duration::from_nanos(100));
        let (charges, spent) = cpu_account.settle(40, &[], open(&[1, 2]), false);
        assert_eq!((charges, spent), (&[(1, 30), (2, 10),][..], 40));
    }

    #[test]
    fn a_call_that_waits_beside_a_busy_one_pays_nothing() {
        let mut cpu_account = CpuAccount::new(0);
        cpu_account.polled(Duration::from_millis(30));
        let (charges, _) = cpu_account.settle(30_000_000, &[], open(&[1, 2]), false);
        assert_eq!(charges, [], "no call is known to have used it yet");
        cpu_account.polled(Duration::from_millis(20));
        let (charges, _) = cpu_account.settle(50_000_000, &[CpuSlice { call: 1, cpu_ns: 10_000_000 }], open(&[1, 2]), false);
        assert_eq!(charges, [(1, 50_000_000)]);
    }

    #[test]
    fn the_only_call_pays_at_once_and_no_call_is_nobody() {
        let mut cpu_account = CpuAccount::new(0);
        cpu_account.polled(Duration::from_nanos(5));
        assert_eq!(cpu_account.settle(7, &[], open(&[9]), false).0, [(9, 7)]);
        cpu_account.polled(Duration::from_nanos(5));
        assert_eq!(cpu_account.settle(10, &[], open(&[]), false).0, [(0, 3)]);
    }

    #[test]
    fn the_only_open_call_does_not_pay_for_one_that_was_answered() {
        let mut cpu_account = CpuAccount::new(0);
        cpu_account.polled(Duration::from_nanos(5));
        assert_eq!(cpu_account.settle(7, &[], open(&[9]), true).0, []);
        cpu_account.polled(Duration::from_nanos(5));
        assert_eq!(cpu_account.settle(9, &[CpuSlice { call: 4, cpu_ns: 9 }], open(&[9]), true).0, [(4, 9)]);
    }

    #[test]
    fn work_without_samples_is_shared_at_last() {
        let mut cpu_account = CpuAccount::new(0);
        cpu_account.polled(Duration::from_millis(50));
        assert_eq!(cpu_account.settle(10_000_000_002, &[], open(&[1, 2]), false).0, [(1, 5_000_000_001), (2, 5_000_000_001)]);
    }

    #[test]
    fn late_work_has_a_credit_that_comes_back_slowly() {
        let begun = Instant::now();
        let mut late = BackgroundBudget::new(Duration::from_millis(100));
        assert!(!late.charge(1, 90_000_000, begun));
        assert!(late.charge(1, 20_000_000, begun));
        assert!(!late.charge(2, 20_000_000, begun), "another call has its own");
        assert!(!late.charge(1, 40_000_000, begun + Duration::from_millis(500)));
        assert!(late.charge(1, 40_000_000, begun + Duration::from_millis(600)));
    }

    proptest! {
        #[test]
        fn nothing_is_charged_twice_or_lost(
            turns in prop::collection::vec(
                (0_u64..50_000_000, prop::collection::vec((1_u32..5, 0_u64..1000), 0..4), prop::collection::vec((0_u32..5, 1_u64..1000), 0..3)),
                1..40,
            )
        ) {
            let mut cpu_account = CpuAccount::new(0);
            let (mut now, mut charged) = (0, 0);
            for (spent, dispatched, samples) in turns {
                now += spent;
                for (call, took) in dispatched {
                    cpu_account.dispatched(call, Duration::from_nanos(took));
                }
                cpu_account.polled(Duration::from_nanos(10));
                let samples: Vec<CpuSlice> = samples.into_iter().map(|(call, cpu_ns)| CpuSlice { call, cpu_ns }).collect();
                charged += cpu_account.settle(now, &samples, [1, 2, 3].into_iter(), false).0.iter().map(|(_, ns)| ns).sum::<u64>();
            }
            // Slices are rounded down: a turn loses some nanoseconds at most.
            prop_assert!(charged + cpu_account.unsampled_ns <= now);
            prop_assert!(charged + cpu_account.unsampled_ns + 40 * 8 >= now);
        }
    }
}
