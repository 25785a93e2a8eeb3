//! Numbers from samples: the timer loop for work that is too short to be timed alone, medians with spread, and quantiles.
//!
//! Used by every part; rendered by `report`.
//!
//! Invariant: the measured work is warmed up first, and its result reaches `black_box`, so that nothing is optimised away.

use std::hint::black_box;
use std::time::{Duration, Instant};

/// A batch is long against the clock's grain and short against a time slice.
const BATCH: Duration = Duration::from_millis(2);

/// Odd, so that the median is one of them.
const BATCHES: usize = 51;

/// Median with the quartiles beside it: the figure that is quoted, and how far to trust it. The extremes of a shared machine say only that
/// it is one.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub median: f64,
    pub low: f64,
    pub high: f64,
}

impl Spread {
    pub fn of(samples: &Samples) -> Self {
        Self { median: samples.quantile(0.5), low: samples.quantile(0.25), high: samples.quantile(0.75) }
    }
}

/// Values of one measurement, in nanoseconds or another unit of their owner.
#[derive(Clone, Debug, Default)]
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn push(&mut self, value: f64) {
        // Sorted at insertion: at most a few hundred values, and never inside the measured work.
        let at = self.0.partition_point(|known| *known < value);
        self.0.insert(at, value);
    }

    pub fn push_us(&mut self, value: Duration) {
        self.push(value.as_secs_f64() * 1e6);
    }

    /// The value that `share` of the samples do not exceed.
    pub fn quantile(&self, share: f64) -> f64 {
        let rank = (share * self.0.len() as f64).ceil() as usize;
        self.0.get(rank.saturating_sub(1).min(self.0.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
    }
}

impl FromIterator<f64> for Samples {
    fn from_iter<I: IntoIterator<Item = f64>>(values: I) -> Self {
        let mut samples = Self::default();
        values.into_iter().for_each(|value| samples.push(value));
        samples
    }
}

/// Nanoseconds per call of something short, as the spread over batches. `work` gets a running number, to vary its input with.
pub fn per_call<T>(mut work: impl FnMut(usize) -> T) -> Spread {
    let mut size = 1;
    // Also the warm-up: doubling until a batch is long enough runs the work for about two batches.
    while batch(size, &mut work) < BATCH {
        size *= 2;
    }
    let nanos = |time: Duration| time.as_secs_f64() * 1e9 / size as f64;
    Spread::of(&(0..BATCHES).map(|_| nanos(batch(size, &mut work))).collect())
}

fn batch<T>(size: usize, work: &mut impl FnMut(usize) -> T) -> Duration {
    let begin = Instant::now();
    for number in 0..size {
        black_box(work(number));
    }
    begin.elapsed()
}

/// The two properties all figures rest on, checked in every run, because a wrong ruler is worse than none.
pub fn self_check() {
    let samples: Samples = (1..=200).rev().map(f64::from).collect();
    let seen = [0.25, 0.5, 0.99, 1.0].map(|share| samples.quantile(share));
    assert_eq!(seen, [50.0, 100.0, 198.0, 200.0], "quantiles of 1..=200");
    let nothing = per_call(|number| number).median;
    assert!(nothing < 10.0, "an empty call took {nothing} ns: this is a debug build or a very busy machine");
}
