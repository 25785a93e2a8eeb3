//! The number of instances that a function should have, decided from its load.
//!
//! `scale` takes a sample of every pool once a second, asks here, and carries the decision out. Admission creates an instance for a call
//! that finds no room; the policy asks for instances before that happens, and says how many are too many. The two windows are those of
//! Knative's autoscaler.
//!
//! Invariant: this file reads no clock and touches no pool; `min <= wanted <= keep <= max`, and `wanted` is 0 only if there was no call for
//! `idle_s`.

#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use crate::function::Scale;

/// How full an instance should be, in tenths of its concurrency: the rest is for calls that come before another one is ready.
const TARGET_TENTHS: u64 = 7;

/// `wanted` falls with the average over this time, and instances that were wanted or needed at any moment of it are kept.
pub(super) const STABLE_WINDOW: Duration = Duration::from_secs(60);

/// `wanted` rises with the average over this time.
const BURST_WINDOW: Duration = Duration::from_secs(6);

/// A demand of this many times the ready instances is a burst: until it is over for a stable window, `wanted` does not fall.
const BURST_FACTOR: u32 = 2;

/// Samples that are remembered, should they come more often than once a second.
const SAMPLES_MAX: usize = 128;

/// The load of a pool at one moment.
#[derive(Clone, Copy, Debug)]
pub(super) struct LoadSample {
    pub(super) at: Instant,
    /// Calls in flight and waiting.
    pub(super) concurrency: u32,
    /// The most calls at a time since the sample before.
    pub(super) peak: u32,
    /// Instances that take calls.
    pub(super) ready: u32,
    /// For how long there was no call.
    pub(super) idle: Duration,
}

/// How many instances there should be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Decision {
    /// Fewer are too few: others are created ahead of their need.
    pub(super) wanted: u32,
    /// More are too many: the least busy ones end.
    pub(super) keep: u32,
}

/// The memory of one pool's load.
#[derive(Debug, Default)]
pub(super) struct Scaler {
    /// Not older than the stable window.
    past: VecDeque<Moment>,
    began: Option<Instant>,
    burst: Option<Burst>,
}

#[derive(Debug)]
struct Moment {
    at: Instant,
    concurrency: u32,
    /// Instances that were wanted then, or in use if those were more.
    needed: u32,
}

/// A burst that is not yet over for a stable window.
#[derive(Clone, Copy, Debug)]
struct Burst {
    seen: Instant,
    wanted: u32,
}

impl Scaler {
    /// Decides, and remembers the sample.
    pub(super) fn decide(&mut self, sample: LoadSample, scale: &Scale) -> Decision {
        let bound = |count: u32| count.min(scale.max).max(scale.min);
        self.remember(sample);
        let wanted = if sample.concurrency == 0 && sample.idle >= scale.idle {
            self.burst = None;
            bound(0)
        } else {
            let stable = self.demand(sample.at, STABLE_WINDOW, scale);
            let burst = self.burst_demand(sample, scale);
            bound(stable.max(burst).max(1))
        };
        if let Some(moment) = self.past.back_mut() {
            moment.needed = wanted.max(sample.peak.div_ceil(scale.concurrency.max(1)));
        }
        Decision { wanted, keep: bound(self.needed_at_most(sample, scale)).max(wanted) }
    }

    fn remember(&mut self, sample: LoadSample) {
        self.began.get_or_insert(sample.at);
        let is_old = |moment: &Moment| sample.at.saturating_duration_since(moment.at) >= STABLE_WINDOW;
        while self.past.len() >= SAMPLES_MAX || self.past.front().is_some_and(is_old) {
            self.past.pop_front();
        }
        self.past.push_back(Moment { at: sample.at, concurrency: sample.concurrency, needed: 0 });
    }

    /// Instances that the average concurrency of the latest `window` fills up to the target.
    fn demand(&self, now: Instant, window: Duration, scale: &Scale) -> u32 {
        let recent = self.past.iter().rev().take_while(|moment| now.saturating_duration_since(moment.at) < window);
        let (calls, samples) = recent.fold((0_u64, 0_u64), |(calls, samples), moment| (calls + u64::from(moment.concurrency), samples + 1));
        let one_takes = u64::from(scale.concurrency.max(1)) * TARGET_TENTHS;
        u32::try_from((calls * 10).div_ceil((samples * one_takes).max(1))).unwrap_or(u32::MAX)
    }

    /// The demand of the last seconds; during a burst, never less than before. Above the stable demand this counts without a burst too:
    /// admission has created an instance for every call that needed one, so a load that only grows is never twice what is ready.
    fn burst_demand(&mut self, sample: LoadSample, scale: &Scale) -> u32 {
        let demand = self.demand(sample.at, BURST_WINDOW, scale);
        let is_burst = demand >= BURST_FACTOR.saturating_mul(sample.ready.max(1));
        let known = self.burst.filter(|burst| is_burst || sample.at.saturating_duration_since(burst.seen) < STABLE_WINDOW);
        let seen = if is_burst { Some(sample.at) } else { known.map(|burst| burst.seen) };
        self.burst = seen.map(|seen| Burst { seen, wanted: demand.max(known.map_or(0, |burst| burst.wanted)) });
        self.burst.map_or(demand, |burst| burst.wanted)
    }

    /// The most instances that were needed at any moment of the stable window. Until a whole window was seen, none is too many, unless
    /// calls are missing.
    fn needed_at_most(&self, sample: LoadSample, scale: &Scale) -> u32 {
        if sample.concurrency == 0 && sample.idle >= scale.idle {
            return 0;
        }
        let seen_enough = self.began.is_some_and(|began| sample.at.saturating_duration_since(began) >= STABLE_WINDOW);
        if seen_enough { self.past.iter().map(|moment| moment.needed).max().unwrap_or(0) } else { scale.max }
    }
}
