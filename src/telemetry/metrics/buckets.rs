//! The buckets of a histogram: which of them a duration falls into, and what they are in seconds.
//!
//! `histogram` counts by these indices; `admin::metrics` writes the bounds.
//!
//! The exponential buckets are those of Prometheus' native histograms of schema 3: bucket `i` ends at 2^(i/8) seconds and holds its end. The
//! array begins with the bucket above 2⁻¹⁵ s and ends with the one up to 2⁹ s.
//!
//! Invariant: pure; a duration that the exponential buckets do not reach falls into the last one, or into the zero bucket.

use std::f64::consts::SQRT_2;

/// Exponential buckets.
pub const FINE: usize = 192;

/// Classic buckets, without the one that has no end.
pub const CLASSIC: usize = 15;

/// Buckets for a power of two, as a power of two: the schema.
pub const SCHEMA: i32 = 3;

/// Up to here a duration falls into the zero bucket, in seconds: 2⁻¹⁵.
pub const ZERO_THRESHOLD: f64 = 1.0 / 32_768.0;

/// Prometheus' index of the first exponential bucket.
pub const FIRST_INDEX: i32 = -119;

/// The ends of the classic buckets, in seconds.
pub const CLASSIC_BOUNDS: [f64; CLASSIC] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The same in nanoseconds.
const CLASSIC_NS: [u64; CLASSIC] = [
    500_000,
    1_000_000,
    2_500_000,
    5_000_000,
    10_000_000,
    25_000_000,
    50_000_000,
    100_000_000,
    250_000_000,
    500_000_000,
    1_000_000_000,
    2_500_000_000,
    5_000_000_000,
    10_000_000_000,
    30_000_000_000,
];

/// Buckets for a power of two.
const PER_OCTAVE: i32 = 1 << SCHEMA;

/// The beginnings of the eight buckets of a power of two, as Prometheus has them.
const STEPS: [f64; 8] = [
    1.0,
    1.090_507_732_665_257_7,
    1.189_207_115_002_721,
    1.296_839_554_651_009_6,
    SQRT_2,
    1.542_210_825_407_940_7,
    1.681_792_830_507_428_8,
    1.834_008_086_409_342_2,
];

/// Bits of the fraction of a 64-bit float.
const FRACTION_BITS: u32 = f64::MANTISSA_DIGITS - 1;
const FRACTION: u64 = (1 << FRACTION_BITS) - 1;
const EXPONENT_BIAS: i32 = f64::MAX_EXP - 1;

/// `STEPS` as fractions: floats of one power of two compare as these do.
const STEP_FRACTIONS: [u64; 8] = {
    let mut fractions = [0; 8];
    let mut at = 0;
    while at < fractions.len() {
        fractions[at] = STEPS[at].to_bits() & FRACTION;
        at += 1;
    }
    fractions
};

/// The classic bucket of a duration; [`CLASSIC`] if it is longer than all of them.
pub(super) fn classic(nanos: u64) -> usize {
    CLASSIC_NS.partition_point(|bound| *bound < nanos)
}

/// The exponential bucket of a duration; `None`: the zero bucket.
pub(super) fn fine(nanos: u64) -> Option<usize> {
    let bits = (nanos as f64 / 1e9).to_bits();
    let exponent = i32::try_from(bits >> FRACTION_BITS).unwrap_or(0) - EXPONENT_BIAS;
    let fraction = bits & FRACTION;
    let step = STEP_FRACTIONS.iter().map(|begin| i32::from(fraction > *begin)).sum::<i32>();
    let index = exponent * PER_OCTAVE + step - FIRST_INDEX;
    usize::try_from(index).ok().map(|index| index.min(FINE - 1))
}

/// The middle of an exponential bucket, in seconds: no value of the bucket is further away than 4.5 %.
pub(super) fn middle(index: usize) -> f64 {
    let index = f64::from(i32::try_from(index).unwrap_or(i32::MAX) + FIRST_INDEX);
    ((index - 0.5) / f64::from(PER_OCTAVE)).exp2()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    fn nanos(seconds: f64) -> u64 {
        Duration::from_secs_f64(seconds).as_nanos() as u64
    }

    #[test]
    fn a_bucket_holds_its_end_and_not_its_beginning() {
        assert_eq!(classic(500_000), 0);
        assert_eq!(classic(500_001), 1);
        assert_eq!(classic(30_000_000_000), CLASSIC - 1);
        assert_eq!(classic(30_000_000_001), CLASSIC);
        // A second is 2^0: Prometheus' bucket 0.
        assert_eq!(fine(1_000_000_000), Some(119));
        assert_eq!(fine(1_000_000_001), Some(120));
        assert_eq!(fine(2_000_000_000), Some(119 + 8));
        assert_eq!(fine(250_000_000), Some(119 - 16));
    }

    #[test]
    fn what_no_bucket_reaches_is_in_the_first_or_the_last() {
        assert_eq!(fine(0), None);
        // 2^-15 s lie between the two.
        assert_eq!((fine(30_517), fine(30_518)), (None, Some(0)));
        assert_eq!(fine(512_000_000_000), Some(FINE - 1));
        assert_eq!(fine(u64::MAX), Some(FINE - 1));
    }

    #[test]
    fn the_bounds_say_the_same_in_seconds_and_in_nanoseconds() {
        for (seconds, nanoseconds) in CLASSIC_BOUNDS.iter().zip(CLASSIC_NS) {
            assert_eq!(nanos(*seconds), nanoseconds);
        }
    }
}
