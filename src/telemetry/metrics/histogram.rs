//! A histogram of durations: how often each bucket was hit, by one thread or by many.
//!
//! Rooms count into it where something ends; `admin::metrics` reads it, and merges those of several threads.
//!
//! An exemplar, once traces are kept, belongs to a classic bucket: its place is beside `classic`.
//!
//! Invariant: observing takes no lock and no memory; a reader never finds more in the classic buckets than in the exponential ones.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::buckets::{self, CLASSIC, FINE};
use super::thread::Writer;

/// A histogram of durations.
#[derive(Debug)]
pub struct Histogram {
    sum_ns: AtomicU64,
    zero: AtomicU64,
    classic: [AtomicU64; CLASSIC],
    fine: [AtomicU64; FINE],
}

impl Histogram {
    /// An empty one.
    pub const fn new() -> Self {
        Self {
            sum_ns: AtomicU64::new(0),
            zero: AtomicU64::new(0),
            classic: [const { AtomicU64::new(0) }; CLASSIC],
            fine: [const { AtomicU64::new(0) }; FINE],
        }
    }

    /// Counts a duration.
    #[inline]
    pub fn observe(&self, duration: Duration, writer: Writer) {
        self.add(Observed::new(duration), writer);
    }

    /// Counts a duration whose buckets are known.
    #[inline]
    pub(super) fn add(&self, observed: Observed, writer: Writer) {
        writer.add(&self.sum_ns, observed.nanos);
        writer.add(observed.fine.and_then(|index| self.fine.get(index)).unwrap_or(&self.zero), 1);
        // Last: see `HistogramCounts::add`.
        if let Some(bucket) = self.classic.get(observed.classic) {
            writer.add_last(bucket, 1);
        }
    }
}

/// A duration and its buckets: it is looked up once, however many histograms count it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Observed {
    nanos: u64,
    fine: Option<usize>,
    classic: usize,
}

impl Observed {
    #[inline]
    pub(super) fn new(duration: Duration) -> Self {
        let nanos = duration.as_secs().saturating_mul(1_000_000_000).saturating_add(u64::from(duration.subsec_nanos()));
        Self { nanos, fine: buckets::fine(nanos), classic: buckets::classic(nanos) }
    }
}

impl Default for Histogram {
    fn default() -> Self {
        Self::new()
    }
}

/// What histograms held when they were read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HistogramCounts {
    /// All durations together, in nanoseconds.
    pub sum_ns: u64,
    /// Durations in the zero bucket.
    pub zero: u64,
    /// Durations in each classic bucket; longer ones are in none.
    pub classic: [u64; CLASSIC],
    /// Durations in each exponential bucket.
    pub fine: [u64; FINE],
}

impl Default for HistogramCounts {
    fn default() -> Self {
        Self { sum_ns: 0, zero: 0, classic: [0; CLASSIC], fine: [0; FINE] }
    }
}

impl HistogramCounts {
    /// Adds what a histogram holds.
    pub fn add(&mut self, histogram: &Histogram) {
        // First: a duration that is seen here is seen in the exponential buckets too.
        add_all(&mut self.classic, &histogram.classic, Ordering::Acquire);
        add_all(&mut self.fine, &histogram.fine, Ordering::Relaxed);
        self.zero += histogram.zero.load(Ordering::Relaxed);
        self.sum_ns = self.sum_ns.wrapping_add(histogram.sum_ns.load(Ordering::Relaxed));
    }

    /// How many durations there are.
    pub fn count(&self) -> u64 {
        self.zero + self.fine.iter().sum::<u64>()
    }

    /// Their sum in seconds.
    pub fn sum_seconds(&self) -> f64 {
        Duration::from_nanos(self.sum_ns).as_secs_f64()
    }

    /// What was counted since `before` was read.
    pub fn since(&self, before: &Self) -> Self {
        let mut counts = self.clone();
        counts.sum_ns = counts.sum_ns.wrapping_sub(before.sum_ns);
        counts.zero = counts.zero.saturating_sub(before.zero);
        counts.classic.iter_mut().zip(before.classic).for_each(|(now, before)| *now = now.saturating_sub(before));
        counts.fine.iter_mut().zip(before.fine).for_each(|(now, before)| *now = now.saturating_sub(before));
        counts
    }

    /// Adds other counts.
    pub fn merge(&mut self, other: &Self) {
        self.sum_ns = self.sum_ns.wrapping_add(other.sum_ns);
        self.zero += other.zero;
        self.classic.iter_mut().zip(other.classic).for_each(|(sum, more)| *sum += more);
        self.fine.iter_mut().zip(other.fine).for_each(|(sum, more)| *sum += more);
    }

    /// The duration that a part `q` of all are no longer than, within 4.5 %; `None` if there are none. Below the first exponential bucket
    /// it is a middle too, and as far off as that bucket is wide.
    pub fn quantile(&self, q: f64) -> Option<Duration> {
        let count = self.count();
        // The rank of the one that is asked for, from 1 on.
        let rank = ((q.clamp(0.0, 1.0) * count as f64).ceil() as u64).max(1);
        if count == 0 {
            return None;
        }
        let mut seen = self.zero;
        if rank <= seen {
            return Some(Duration::from_secs_f64(buckets::ZERO_THRESHOLD / 2.0));
        }
        for (index, hits) in self.fine.iter().enumerate() {
            seen += hits;
            if rank <= seen {
                return Some(Duration::from_secs_f64(buckets::middle(index)));
            }
        }
        None
    }
}

fn add_all<const N: usize>(sums: &mut [u64; N], cells: &[AtomicU64; N], order: Ordering) {
    sums.iter_mut().zip(cells).for_each(|(sum, cell)| *sum += cell.load(order));
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// From the end of the zero bucket to that of the last one, in nanoseconds.
    const MEASURED: std::ops::Range<u64> = 30_520..512_000_000_000;

    fn counted(durations: &[u64]) -> HistogramCounts {
        let histogram = Histogram::new();
        for nanos in durations {
            histogram.observe(Duration::from_nanos(*nanos), Writer::Alone);
        }
        let mut counts = HistogramCounts::default();
        counts.add(&histogram);
        counts
    }

    proptest! {
        #[test]
        fn a_quantile_is_off_by_no_more_than_four_and_a_half_percent(
            mut durations in proptest::collection::vec(MEASURED, 1..200),
            q in 0.0..=1.0f64,
        ) {
            let found = counted(&durations).quantile(q).unwrap().as_secs_f64();
            durations.sort_unstable();
            let rank = ((q * durations.len() as f64).ceil() as usize).max(1);
            let exact = durations[rank - 1] as f64 / 1e9;
            prop_assert!((found / exact - 1.0).abs() <= 0.045, "{found} for {exact}");
        }

        #[test]
        fn counts_of_parts_are_those_of_the_whole(
            first in proptest::collection::vec(0..u64::MAX / 1024, 0..100),
            second in proptest::collection::vec(0..u64::MAX / 1024, 0..100),
        ) {
            let whole = counted(&[first.clone(), second.clone()].concat());
            let (first_counts, second_counts) = (counted(&first), counted(&second));
            let mut merged = first_counts.clone();
            merged.merge(&second_counts);
            prop_assert_eq!(&merged, &whole);
            prop_assert_eq!(whole.since(&first_counts), second_counts);
            prop_assert_eq!(whole.count(), (first.len() + second.len()) as u64);
        }

        #[test]
        fn classic_buckets_count_what_their_bounds_say(durations in proptest::collection::vec(0..60_000_000_000u64, 0..200)) {
            let counts = counted(&durations);
            let mut below = 0;
            for (bound, hits) in buckets::CLASSIC_BOUNDS.iter().zip(counts.classic) {
                below += hits;
                let exact = durations.iter().filter(|nanos| **nanos as f64 <= bound * 1e9).count() as u64;
                prop_assert_eq!(below, exact, "up to {} s", bound);
            }
        }
    }

    #[test]
    fn nothing_has_no_quantile_and_what_is_too_short_has_a_small_one() {
        assert_eq!(HistogramCounts::default().quantile(0.5), None);
        assert!(counted(&[5]).quantile(0.5).unwrap() < Duration::from_micros(31));
        assert_eq!(counted(&[5]).sum_ns, 5);
    }

    #[test]
    fn a_reader_beside_a_writer_never_finds_more_classic_than_fine() {
        let histogram = Histogram::new();
        let done = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                for step in 0..200_000u64 {
                    histogram.observe(Duration::from_nanos(step * 1000), Writer::Alone);
                }
                done.store(true, Ordering::Release);
            });
            while !done.load(Ordering::Acquire) {
                let mut counts = HistogramCounts::default();
                counts.add(&histogram);
                assert!(counts.classic.iter().sum::<u64>() <= counts.count());
            }
        });
    }
}
