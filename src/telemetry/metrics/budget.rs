//! How many series functions may have: which function has all of them, which the most important ones, and which shares one set with others.
//!
//! A function asks at its first call, and gives its part back when it is removed.
//!
//! Invariant: a function keeps the tier of its first call; what all functions have together is counted as the text form costs, and stays
//! below the limit.

use parking_lot::Mutex;

use super::exact::ExactKinds;
use crate::config::default::DEFAULT_METRICS_SERIES;
use crate::function::NamePattern;

/// Series of a function with all families: three histograms of 18, and the others by use.
const FULL_SERIES: usize = 75;

/// Series of a function with the most important families.
const CORE_SERIES: usize = 10;

/// Part of the limit, in percent, until which every function has all families.
const FULL_PERCENT: usize = 40;

/// Which families a function has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeriesTier {
    /// All.
    Full,
    /// The most important ones.
    Core,
    /// None: it counts in the function `_other`.
    Folded,
}

/// What an operator decides about series.
#[derive(Clone, Debug)]
pub struct SeriesLimits {
    /// Series of all functions together.
    pub series: usize,
    /// Functions that have all families as long as there is any room.
    pub full: Vec<NamePattern>,
    /// Series of a function for the names of other platforms.
    pub compatibility: usize,
    /// What those names need.
    pub exact: ExactKinds,
}

impl Default for SeriesLimits {
    fn default() -> Self {
        Self { series: DEFAULT_METRICS_SERIES as usize, full: Vec::new(), compatibility: 0, exact: ExactKinds::default() }
    }
}

/// The series that functions have.
#[derive(Debug)]
pub(super) struct SeriesBudget {
    pub(super) limits: SeriesLimits,
    taken: Mutex<Taken>,
}

#[derive(Debug, Default)]
struct Taken {
    series: usize,
    folded: usize,
}

impl SeriesBudget {
    pub(super) fn new(limits: SeriesLimits) -> Self {
        Self { limits, taken: Mutex::default() }
    }

    fn cost(&self, tier: SeriesTier) -> usize {
        match tier {
            SeriesTier::Full => FULL_SERIES + self.limits.compatibility,
            SeriesTier::Core => CORE_SERIES,
            SeriesTier::Folded => 0,
        }
    }

    /// The tier of a function that is called for the first time.
    pub(super) fn admit(&self, function: &str) -> SeriesTier {
        let goes_first = self.limits.full.iter().any(|pattern| pattern.matches(function));
        let until = if goes_first { self.limits.series } else { self.limits.series * FULL_PERCENT / 100 };
        let mut taken = self.taken.lock();
        let tier = if taken.series + self.cost(SeriesTier::Full) <= until {
            SeriesTier::Full
        } else if taken.series + self.cost(SeriesTier::Core) <= self.limits.series {
            SeriesTier::Core
        } else {
            taken.folded += 1;
            SeriesTier::Folded
        };
        taken.series += self.cost(tier);
        tier
    }

    /// A function of this tier is gone.
    pub(super) fn give_back(&self, tier: SeriesTier) {
        let mut taken = self.taken.lock();
        taken.series = taken.series.saturating_sub(self.cost(tier));
        taken.folded = taken.folded.saturating_sub(usize::from(tier == SeriesTier::Folded));
    }

    /// Functions that have no series of their own.
    pub(super) fn folded(&self) -> usize {
        self.taken.lock().folded
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget(series: usize, full: &[&str]) -> SeriesBudget {
        let full = full.iter().map(|pattern| NamePattern::parse(pattern).unwrap()).collect();
        SeriesBudget::new(SeriesLimits { series, full, ..SeriesLimits::default() })
    }

    fn tiers(budget: &SeriesBudget, functions: usize) -> [usize; 3] {
        let mut found = [0; 3];
        for function in 0..functions {
            found[budget.admit(&format!("f{function}")) as usize] += 1;
        }
        found
    }

    #[test]
    fn the_default_holds_ten_thousand_functions_and_some_hundred_in_full() {
        let budget = budget(160_000, &[]);
        assert_eq!(tiers(&budget, 10_000), [853, 9_147, 0]);
        assert_eq!(budget.folded(), 0);
    }

    #[test]
    fn what_is_over_the_limit_is_folded_and_what_is_removed_makes_room() {
        let budget = budget(400, &[]);
        assert_eq!(tiers(&budget, 40), [2, 25, 13]);
        assert_eq!(budget.folded(), 13);
        budget.give_back(SeriesTier::Folded);
        budget.give_back(SeriesTier::Core);
        assert_eq!(budget.admit("new"), SeriesTier::Core);
        assert_eq!(budget.admit("newer"), SeriesTier::Folded);
        assert_eq!(budget.folded(), 13);
    }

    #[test]
    fn named_functions_go_first() {
        let budget = budget(400, &["shop-*"]);
        assert_eq!(tiers(&budget, 3), [2, 1, 0]);
        assert_eq!(budget.admit("shop-cart"), SeriesTier::Full);
        assert_eq!(budget.admit("cart"), SeriesTier::Core);
    }
}
