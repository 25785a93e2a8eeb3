//! The points of one history, in a ring of fixed length.
//!
//! `series` keeps three rings of different steps.
//!
//! Invariant: a ring never holds more points than it was made for, and takes its memory at once.

use std::collections::VecDeque;
use std::time::Duration;

/// Figures of a point.
pub(super) const FIGURES: usize = 8;

/// What stands for a figure that there is not.
const ABSENT: u32 = u32::MAX;

/// The unit of memory: so a figure holds up to four terabytes.
const MEMORY_UNIT: u64 = 1 << 10;

/// What happened in one step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(in crate::admin::metrics) struct HistorySample {
    /// Calls that ended.
    pub(in crate::admin::metrics) calls: u64,
    /// Those that failed.
    pub(in crate::admin::metrics) faults: u64,
    /// How long half of them took at most.
    pub(in crate::admin::metrics) p50: Option<Duration>,
    /// How long all but one in a hundred took at most.
    pub(in crate::admin::metrics) p99: Option<Duration>,
    /// CPU time of instances.
    pub(in crate::admin::metrics) cpu: Duration,
    /// Memory of instances at its end.
    pub(in crate::admin::metrics) memory_bytes: u64,
    /// Calls in instances at its end.
    pub(in crate::admin::metrics) in_flight: u64,
    /// Instances at its end.
    pub(in crate::admin::metrics) instances: u64,
}

/// A sample, small.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Point([u32; FIGURES]);

impl Point {
    /// A step that nobody looked at.
    pub(super) const NONE: Self = Self([ABSENT; FIGURES]);

    pub(super) fn new(sample: &HistorySample) -> Self {
        let micros = |duration: Duration| u64::try_from(duration.as_micros()).unwrap_or(u64::MAX);
        let figures = [
            Some(sample.calls),
            Some(sample.faults),
            sample.p50.map(micros),
            sample.p99.map(micros),
            Some(micros(sample.cpu)),
            Some(sample.memory_bytes.div_ceil(MEMORY_UNIT)),
            Some(sample.in_flight),
            Some(sample.instances),
        ];
        Self(figures.map(|figure| figure.map_or(ABSENT, |figure| u32::try_from(figure).unwrap_or(ABSENT).min(ABSENT - 1))))
    }

    /// Its figures: calls, faults, microseconds of half and of 99 %, microseconds of CPU, bytes, calls in flight, instances.
    pub(super) fn figures(self) -> [Option<u64>; FIGURES] {
        let mut figures = self.0.map(|figure| (figure != ABSENT).then_some(u64::from(figure)));
        if let Some(Some(memory)) = figures.get_mut(5) {
            *memory *= MEMORY_UNIT;
        }
        figures
    }
}

/// The newest points of a step.
#[derive(Debug)]
pub(super) struct Ring {
    points: VecDeque<Point>,
    most: usize,
}

impl Ring {
    pub(super) fn new(most: usize) -> Self {
        Self { points: VecDeque::with_capacity(most), most }
    }

    pub(super) fn push(&mut self, point: Point) {
        if self.points.len() == self.most {
            self.points.pop_front();
        }
        self.points.push_back(point);
    }

    /// The newest `count` points, oldest first; where there are fewer, the first ones are absent.
    pub(super) fn last(&self, count: usize) -> impl Iterator<Item = Point> + '_ {
        let missing = count.saturating_sub(self.points.len());
        let from = self.points.len().saturating_sub(count);
        std::iter::repeat_n(Point::NONE, missing).chain(self.points.range(from..).copied())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn point(calls: u64) -> Point {
        Point::new(&HistorySample { calls, ..HistorySample::default() })
    }

    #[test]
    fn a_ring_keeps_the_newest_and_shows_what_is_missing() {
        let mut ring = Ring::new(3);
        ring.push(point(1));
        assert_eq!(ring.last(2).collect::<Vec<_>>(), [Point::NONE, point(1)]);
        (2..6).for_each(|calls| ring.push(point(calls)));
        assert_eq!(ring.last(3).collect::<Vec<_>>(), [point(3), point(4), point(5)]);
        assert_eq!(ring.last(1).collect::<Vec<_>>(), [point(5)]);
    }

    #[test]
    fn figures_come_back_and_what_is_too_large_is_the_largest() {
        let sample = HistorySample {
            calls: 7,
            faults: 1,
            p50: Some(Duration::from_micros(250)),
            p99: None,
            cpu: Duration::from_millis(3),
            memory_bytes: 5 << 20,
            in_flight: 2,
            instances: u64::MAX,
        };
        let figures = Point::new(&sample).figures();
        assert_eq!(figures[..4], [Some(7), Some(1), Some(250), None]);
        assert_eq!(figures[4..], [Some(3000), Some(5 << 20), Some(2), Some(u64::from(ABSENT) - 1)]);
        assert_eq!(Point::NONE.figures(), [None; FIGURES]);
    }
}
