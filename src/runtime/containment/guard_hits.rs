//! Guard hits (level L0): each refusal of a guard or a limit is counted, and a few a second are logged.
//!
//! Instances report them through `ops`, on their own threads.
//!
//! Invariant: however many guard hits a function has, its lines are few, and the lines that were left out are counted.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::{ContainmentLevel, record};

/// Lines a second, of all functions together.
const LINES_MAX: u32 = 5;
const SECOND: Duration = Duration::from_secs(1);

// Lock order: see runtime.
static THROTTLE: Mutex<Throttle> = Mutex::new(Throttle { since: None, lines: 0, left_out: 0 });

/// A guard refused `what` to an instance, given by function, version and number.
pub fn refused((function, version, instance): (&str, &str, u32), what: &str) {
    record(ContainmentLevel::Prevented);
    let Some(left_out) = THROTTLE.lock().admit(Instant::now()) else { return };
    tracing::warn!(function, version, instance, what, left_out, "refused what could have hurt the host");
}

struct Throttle {
    since: Option<Instant>,
    lines: u32,
    left_out: u64,
}

impl Throttle {
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
        let (mut throttle, start) = (Throttle { since: None, lines: 0, left_out: 0 }, Instant::now());
        for _ in 0..LINES_MAX {
            assert_eq!(throttle.admit(start), Some(0));
        }
        assert_eq!(throttle.admit(start), None);
        assert_eq!(throttle.admit(start + SECOND / 2), None);
        assert_eq!(throttle.admit(start + SECOND), Some(2));
        assert_eq!(throttle.admit(start + SECOND), Some(0));
    }
}
