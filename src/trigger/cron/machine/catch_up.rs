//! The last moments of a long time, without looking at all of it.
//!
//! A schedule of every second has 86,400 moments a day, and a host may have been off for weeks.
//!
//! Invariant: the work depends on the number of moments that are wanted, not on the time between.

use crate::function::schedule::Evaluator;

/// The first piece of time that is looked at.
const FIRST_SPAN_S: i64 = 60;

/// Each further piece is this much longer.
const GROWTH: i64 = 8;

/// Moments that are looked at in one piece: of a schedule with bursts a piece may hold many more than the one before.
const LOOKED_AT_MAX: usize = 100_000;

/// The last `most` moments after `from_s` up to and with `until_s`, the earliest first.
pub(super) fn latest_between(evaluator: &Evaluator, from_s: i64, until_s: i64, most: usize) -> Vec<i64> {
    if most == 0 || until_s <= from_s {
        return Vec::new();
    }
    let mut span_s = FIRST_SPAN_S;
    loop {
        let begin_s = from_s.max(until_s - span_s);
        let mut found = evaluator.between(begin_s, until_s, LOOKED_AT_MAX);
        if found.len() >= most || begin_s == from_s {
            found.drain(..found.len().saturating_sub(most));
            return found;
        }
        span_s *= GROWTH;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::schedule::Schedule;

    #[test]
    fn the_last_moments_are_found_whatever_the_time() {
        let evaluator = |text: &str| Schedule::parse(text).unwrap().evaluator().unwrap();
        let year = 365 * 86_400;
        assert_eq!(latest_between(&evaluator("* * * * * *"), 0, year, 3), [year - 2, year - 1, year]);
        assert_eq!(latest_between(&evaluator("0 0 1 1 *"), -1, year - 1, 2), [0]);
        assert_eq!(latest_between(&evaluator("@daily"), 0, 3 * 86_400, 100), [86_400, 2 * 86_400, 3 * 86_400]);
        assert_eq!(latest_between(&evaluator("@daily"), 0, 100, 100), [0_i64; 0]);
        assert_eq!(latest_between(&evaluator("@daily"), 0, year, 0), [0_i64; 0]);
    }
}
