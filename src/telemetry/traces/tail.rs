//! The decision whether a trace is kept, made when its first call is over: faults, answers of 5xx, slow calls, and a few of the others.
//!
//! Invariant: no lock and no allocation; functions that share a place of the table share its share.

use std::hash::BuildHasher as _;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use foldhash::fast::FixedState;

use crate::config::TracesConfig;

/// Places for the counters of functions.
const PLACES: usize = 4_096;

/// Why a trace is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum KeepReason {
    /// One of the first of its second.
    Sampled,
    /// It took long.
    Slow,
    /// The answer's status is 500 or more.
    Error,
    /// The call failed.
    Fault,
}

impl KeepReason {
    /// Its name in answers of the admin API.
    pub fn label(self) -> &'static str {
        match self {
            Self::Sampled => "sampled",
            Self::Slow => "slow",
            Self::Error => "error",
            Self::Fault => "fault",
        }
    }
}

/// What is known of a call that is over.
#[derive(Clone, Copy, Debug)]
pub struct TailFacts<'a> {
    /// The function; `None`: none was found.
    pub function: Option<&'a str>,
    /// Whether the host or the function is to blame for a fault.
    pub is_fault: bool,
    /// The status that the caller saw.
    pub status: u16,
    /// From the request's head to the answer's last byte.
    pub wall: Duration,
    /// Now.
    pub now: Instant,
}

/// The rules, and how many ordinary traces each function has had in the present second.
pub(super) struct Tail {
    config: TracesConfig,
    start: Instant,
    /// In each place: the second in the upper half, the traces of that second in the lower one.
    places: Box<[AtomicU64]>,
}

impl Tail {
    pub(super) fn new(config: TracesConfig) -> Self {
        Self { config, start: Instant::now(), places: (0..PLACES).map(|_| AtomicU64::new(0)).collect() }
    }

    /// Why a trace is kept. A call of no function is kept only if it is a fault.
    pub(super) fn reason(&self, facts: &TailFacts<'_>) -> Option<KeepReason> {
        if facts.is_fault {
            return Some(KeepReason::Fault);
        }
        let function = facts.function?;
        if facts.status >= 500 {
            return Some(KeepReason::Error);
        }
        if facts.wall >= self.config.slow {
            return Some(KeepReason::Slow);
        }
        self.has_room(function, facts.now).then_some(KeepReason::Sampled)
    }

    fn has_room(&self, function: &str, now: Instant) -> bool {
        let second = now.saturating_duration_since(self.start).as_secs() + 1;
        let hash = FixedState::default().hash_one(function);
        let Some(place) = self.places.get((hash % PLACES as u64) as usize) else { return false };
        let seen = place.load(Ordering::Relaxed);
        if seen >> 32 != second & 0xffff_ffff {
            // Two threads may begin a second at a time: then there is a trace more.
            place.store(second << 32 | 1, Ordering::Relaxed);
            return self.config.per_second > 0;
        }
        if seen as u32 >= self.config.per_second {
            return false;
        }
        place.fetch_add(1, Ordering::Relaxed);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_errors_and_slow_calls_are_kept_and_a_few_others() {
        let tail = Tail::new(TracesConfig { bytes: 1, per_second: 2, slow: Duration::from_secs(1) });
        let now = Instant::now();
        let facts = |function, is_fault, status, ms, later| TailFacts {
            function,
            is_fault,
            status,
            wall: Duration::from_millis(ms),
            now: now + Duration::from_secs(later),
        };
        assert_eq!(tail.reason(&facts(None, true, 404, 0, 0)), Some(KeepReason::Fault));
        assert_eq!(tail.reason(&facts(None, false, 500, 5_000, 0)), None);
        assert_eq!(tail.reason(&facts(Some("a"), false, 503, 0, 0)), Some(KeepReason::Error));
        assert_eq!(tail.reason(&facts(Some("a"), false, 200, 1_000, 0)), Some(KeepReason::Slow));
        for second in [0, 1, 5] {
            let kept: Vec<_> = (0..4).map(|_| tail.reason(&facts(Some("a"), false, 200, 0, second)).is_some()).collect();
            assert_eq!(kept, [true, true, false, false], "second {second}");
        }
    }
}
