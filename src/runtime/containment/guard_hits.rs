//! Guard hits (level L0): each refusal of a guard or a limit is counted, and a few a second are logged.
//!
//! Instances report them through `ops`, on their own threads.
//!
//! Invariant: however many guard hits a function has, its lines are few, and the lines that were left out are counted.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{ContainmentLevel, record};

/// Guards that are counted by themselves.
const GUARDS_MAX: usize = 64;

/// The name of all others.
const OTHER_GUARDS: &str = "other";

/// Lines a second, of all functions together.
const LINES_MAX: u32 = 5;
const SECOND: Duration = Duration::from_secs(1);

// Lock order: see runtime.
static THROTTLE: Mutex<Throttle> = Mutex::new(Throttle { since: None, lines: 0, left_out: 0, counts: BTreeMap::new() });

/// A guard refused `what` to an instance, given by function, version and number.
pub fn refused((function, version, instance): (&str, &str, u32), what: &str) {
    record(ContainmentLevel::Prevented);
    let admitted = {
        let mut throttle = THROTTLE.lock();
        throttle.count(what);
        throttle.admit(Instant::now())
    };
    let Some(left_out) = admitted else { return };
    tracing::warn!(function, version, instance, what, left_out, "refused what could have hurt the host");
}

/// How often each guard refused something, in this process.
pub fn counts() -> Vec<(String, u64)> {
    THROTTLE.lock().counts.iter().map(|(guard, count)| (guard.clone(), *count)).collect()
}

struct Throttle {
    since: Option<Instant>,
    lines: u32,
    left_out: u64,
    /// Hits by guard.
    counts: BTreeMap<String, u64>,
}

impl Throttle {
    /// Counts a hit. The texts are those of the prelude and the ops; should one be made of anything else, it finds no place.
    fn count(&mut self, what: &str) {
        let known = self.counts.len();
        match self.counts.get_mut(what) {
            Some(count) => *count += 1,
            None if known < GUARDS_MAX => drop(self.counts.insert(what.to_owned(), 1)),
            None => *self.counts.entry(OTHER_GUARDS.to_owned()).or_insert(0) += 1,
        }
    }

    /// Whether there may be another line, and how many were left out before it.
    fn admit(&mut self, now: Instant) -> Option<u64> {
        if self.since.is_none_or(|since| now.saturating_duration_since(since) >= SECOND) {
            self.since = Some(now);
            self.lines = 0;
        }
        if self.lines == LINES_MAX {
            self.left_out += 1;
            return None;
        }
        self.lines += 1;
        Some(std::mem::take(&mut self.left_out))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_second_has_few_lines_and_the_next_tells_of_the_rest() {
        let (mut throttle, start) = (Throttle { since: None, lines: 0, left_out: 0, counts: BTreeMap::new() }, Instant::now());
        for _ in 0..LINES_MAX {
            assert_eq!(throttle.admit(start), Some(0));
        }
        assert_eq!(throttle.admit(start), None);
        assert_eq!(throttle.admit(start + SECOND / 2), None);
        assert_eq!(throttle.admit(start + SECOND), Some(2));
        assert_eq!(throttle.admit(start + SECOND), Some(0));
    }
}
