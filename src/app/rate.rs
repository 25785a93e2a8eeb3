//! Counts uses within windows of time, for functions that limit their callers.
//!
//! Parse functions count through `runtime::ops`.
//!
//! Invariant: a function has a bounded number of windows; beyond that the oldest ones are forgotten, of that function alone.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

/// Windows that one function may have open.
const WINDOWS_MAX: usize = 10_000;

/// One window of one key.
struct Window {
    begins: Instant,
    length: Duration,
    uses: u64,
}

/// The open windows of one function, by key.
type Windows = HashMap<Box<str>, Window>;

/// The open windows, by function.
#[derive(Default)]
pub(super) struct Rates(Mutex<HashMap<Box<str>, Windows>>);

impl Rates {
    /// Counts one more use. False if that makes more than `count` since the window began.
    pub(super) fn count(&self, function: &str, key: &str, length: Duration, count: u64, now: Instant) -> bool {
        let mut functions = self.0.lock();
        let windows = functions.entry(function.into()).or_default();
        if windows.len() >= WINDOWS_MAX && !windows.contains_key(key) {
            windows.retain(|_, window| now.saturating_duration_since(window.begins) < window.length);
            if windows.len() >= WINDOWS_MAX
                && let Some(oldest) = windows.iter().min_by_key(|(_, window)| window.begins).map(|(key, _)| key.clone())
            {
                windows.remove(&oldest);
            }
        }
        let window = windows.entry(key.into()).or_insert(Window { begins: now, length, uses: 0 });
        if now.saturating_duration_since(window.begins) >= window.length {
            *window = Window { begins: now, length, uses: 0 };
        }
        window.uses = window.uses.saturating_add(1);
        window.uses <= count
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_takes_so_many_uses_and_another_one_begins_after_it() {
        let rates = Rates::default();
        let start = Instant::now();
        let count = |key: &str, after: u64| rates.count("f", key, Duration::from_millis(100), 2, start + Duration::from_millis(after));
        assert_eq!([count("a", 0), count("a", 50), count("a", 99), count("b", 99), count("a", 100)], [true, true, false, true, true]);
        assert!(rates.count("g", "a", Duration::from_millis(100), 1, start), "another function counts for itself");
    }

    #[test]
    fn a_function_that_counts_without_end_forgets_its_oldest_windows() {
        let rates = Rates::default();
        let start = Instant::now();
        for key in 0..=WINDOWS_MAX as u64 {
            rates.count("f", &key.to_string(), Duration::from_secs(60), 1, start + Duration::from_micros(key));
        }
        assert_eq!(rates.0.lock()["f"].len(), WINDOWS_MAX);
        assert!(rates.count("f", "0", Duration::from_secs(60), 1, start), "the oldest one is forgotten");
    }
}
