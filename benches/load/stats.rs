//! Numbers from samples: a histogram of latencies that costs one array increment per request, and medians with spread.

use std::time::Duration;

/// Log-linear histogram of nanoseconds: 128 buckets per power of two, so a quantile is within 0.8 % of the truth.
#[derive(Clone)]
pub struct Histogram {
    buckets: Vec<u64>,
    count: u64,
    max_ns: u64,
}

const SUB_BITS: u32 = 7;
const SUB: u64 = 1 << SUB_BITS;

impl Default for Histogram {
    fn default() -> Self {
        Self { buckets: vec![0; (64 - SUB_BITS as usize + 1) << SUB_BITS], count: 0, max_ns: 0 }
    }
}

impl Histogram {
    pub fn record(&mut self, value: Duration) {
        let ns = u64::try_from(value.as_nanos()).unwrap_or(u64::MAX);
        self.buckets[index(ns)] += 1;
        self.count += 1;
        self.max_ns = self.max_ns.max(ns);
    }

    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.buckets.iter_mut().zip(&other.buckets) {
            *mine += theirs;
        }
        self.count += other.count;
        self.max_ns = self.max_ns.max(other.max_ns);
    }

    /// The value that `share` of the samples do not exceed, in microseconds; 1.0 is the exact maximum.
    pub fn quantile_us(&self, share: f64) -> f64 {
        let rank = ((share * self.count as f64).ceil() as u64).clamp(1, self.count.max(1));
        let mut seen = 0;
        for (bucket, count) in self.buckets.iter().enumerate() {
            seen += count;
            if seen >= rank {
                let ns = if seen == self.count && rank == self.count { self.max_ns } else { middle(bucket) };
                return ns.min(self.max_ns) as f64 / 1e3;
            }
        }
        f64::NAN
    }

    pub fn count(&self) -> u64 {
        self.count
    }
}

/// Values below 256 ns have a bucket each; above, the top eight bits name the bucket.
fn index(ns: u64) -> usize {
    let shift = (63 - (ns | 1).leading_zeros()).saturating_sub(SUB_BITS);
    ((u64::from(shift) << SUB_BITS) + (ns >> shift)) as usize
}

fn middle(bucket: usize) -> u64 {
    let bucket = bucket as u64;
    let shift = (bucket >> SUB_BITS).saturating_sub(1);
    ((bucket - (shift << SUB_BITS)) << shift) + ((1 << shift) >> 1)
}

/// Median with the extremes beside it: the figure that is quoted, and how far to trust it.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    pub median: f64,
    pub min: f64,
    pub max: f64,
}

impl Spread {
    pub fn of(values: impl IntoIterator<Item = f64>) -> Self {
        let mut sorted: Vec<f64> = values.into_iter().collect();
        sorted.sort_by(f64::total_cmp);
        let at = |index: usize| sorted.get(index).copied().unwrap_or(f64::NAN);
        let half = sorted.len() / 2;
        let median = if sorted.len().is_multiple_of(2) && half > 0 { (at(half - 1) + at(half)) / 2.0 } else { at(half) };
        Self { median, min: at(0), max: at(sorted.len().saturating_sub(1)) }
    }

    /// `0.62 (0.60–0.63)`
    pub fn ratio(self) -> String {
        format!("{:.2} ({:.2}–{:.2})", self.median, self.min, self.max)
    }

    pub fn json(self) -> serde_json::Value {
        serde_json::json!({ "median": self.median, "min": self.min, "max": self.max })
    }
}

/// Checks of the histogram against exact values; run with every bench, because a wrong ruler is worse than none.
pub fn self_check() {
    assert_eq!(SUB, 128);
    for ns in [0, 1, 127, 128, 255, 256, 257, 999, 12_345, 1_000_000, 87_654_321, u64::MAX / 3] {
        let seen = middle(index(ns));
        assert!(seen.abs_diff(ns) <= ns / 128, "histogram: {ns} ns came back as {seen}");
    }
    let mut histogram = Histogram::default();
    (1..=1000).for_each(|us| histogram.record(Duration::from_micros(us)));
    for (share, us) in [(0.5, 500.0), (0.99, 990.0), (1.0, 1000.0)] {
        let seen = histogram.quantile_us(share);
        assert!((seen - us).abs() <= us / 100.0, "histogram: quantile {share} is {seen} instead of {us}");
    }
}
