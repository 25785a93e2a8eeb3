//! The history of one function, or of the host: the last five minutes by the second, the last hour by ten seconds, the last day by the minute.
//!
//! `store` keeps one for each function that was called lately, and adds to it once a second what the counters say.
//!
//! Invariant: a longer step is made of the counters themselves, not of shorter steps: its quantiles are as exact as theirs.

use std::collections::VecDeque;
use std::time::Duration;

use super::ring::{FIGURES, HistorySample, Point, Ring};
use crate::telemetry::metrics::buckets::FINE;
use crate::telemetry::metrics::histogram::HistogramCounts;

/// Seconds between two marks of the counters.
const MARK_S: u64 = 10;

/// Marks that are kept: the oldest is a minute old.
const MARKS: usize = 6;

/// A range of the history.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::admin::metrics) enum HistoryRange {
    /// Five minutes.
    Minutes,
    /// An hour.
    Hour,
    /// A day.
    Day,
}

impl HistoryRange {
    /// Seconds of a step.
    pub(in crate::admin::metrics) fn step_s(self) -> u64 {
        match self {
            Self::Minutes => 1,
            Self::Hour => MARK_S,
            Self::Day => MARK_S * MARKS as u64,
        }
    }

    /// Steps.
    pub(in crate::admin::metrics) fn steps(self) -> usize {
        match self {
            Self::Minutes => 300,
            Self::Hour => 360,
            Self::Day => 1440,
        }
    }
}

/// What the counters say at one moment.
#[derive(Clone, Debug, Default)]
pub(in crate::admin::metrics) struct Reading {
    pub(in crate::admin::metrics) calls: u64,
    pub(in crate::admin::metrics) faults: u64,
    pub(in crate::admin::metrics) cpu: Duration,
    pub(in crate::admin::metrics) memory_bytes: u64,
    pub(in crate::admin::metrics) in_flight: u64,
    pub(in crate::admin::metrics) instances: u64,
}

/// The counters at a moment before.
#[derive(Clone, Debug)]
struct Mark {
    calls: u64,
    faults: u64,
    cpu: Duration,
    /// Durations by exponential bucket, the zero bucket first; modulo 2³².
    durations: Box<[u32; FINE + 1]>,
}

impl Mark {
    fn new(reading: &Reading, durations: &HistogramCounts) -> Self {
        let mut buckets = Box::new([0; FINE + 1]);
        let all = std::iter::once(&durations.zero).chain(&durations.fine);
        buckets.iter_mut().zip(all).for_each(|(bucket, hits)| *bucket = *hits as u32);
        Self { calls: reading.calls, faults: reading.faults, cpu: reading.cpu, durations: buckets }
    }

    /// What happened until now.
    fn until(&self, reading: &Reading, durations: &HistogramCounts) -> HistorySample {
        let calls = reading.calls.saturating_sub(self.calls);
        let quantiles = (calls > 0).then(|| {
            let mut since = HistogramCounts::default();
            let all = std::iter::once(&durations.zero).chain(&durations.fine);
            let mut hits = all.zip(self.durations.iter()).map(|(now, before)| u64::from((*now as u32).wrapping_sub(*before)));
            since.zero = hits.next().unwrap_or(0);
            since.fine.iter_mut().zip(hits).for_each(|(bucket, hits)| *bucket = hits);
            (since.quantile(0.5), since.quantile(0.99))
        });
        let (p50, p99) = quantiles.unwrap_or_default();
        HistorySample {
            calls,
            faults: reading.faults.saturating_sub(self.faults),
            p50,
            p99,
            cpu: reading.cpu.saturating_sub(self.cpu),
            memory_bytes: reading.memory_bytes,
            in_flight: reading.in_flight,
            instances: reading.instances,
        }
    }
}

/// The history of one function, or of the host.
#[derive(Debug)]
pub(super) struct HistorySeries {
    seconds: Ring,
    tens: Ring,
    minutes: Ring,
    /// A second ago.
    last: Mark,
    /// Every ten seconds, the oldest first.
    marks: VecDeque<Mark>,
    /// The last minute, as it was at the last sample.
    minute: HistorySample,
    /// The second of the last sample in which there was a call.
    pub(super) active_s: u64,
}

impl HistorySeries {
    /// Bytes that one takes, whatever it holds.
    pub(super) const BYTES: usize = (300 + 360 + 1440) * FIGURES * size_of::<u32>()
        + (MARKS + 1) * (size_of::<Mark>() + (FINE + 1) * size_of::<u32>())
        + size_of::<Self>();

    /// One that begins at this second.
    pub(super) fn new(reading: &Reading, durations: &HistogramCounts, now_s: u64) -> Self {
        let last = Mark::new(reading, durations);
        Self {
            seconds: Ring::new(HistoryRange::Minutes.steps()),
            tens: Ring::new(HistoryRange::Hour.steps()),
            minutes: Ring::new(HistoryRange::Day.steps()),
            marks: VecDeque::from([last.clone()]),
            last,
            minute: HistorySample::default(),
            active_s: now_s,
        }
    }

    /// Calls of the last sample.
    pub(super) fn calls(&self) -> u64 {
        self.last.calls
    }

    /// A second of which nobody knows anything.
    pub(super) fn skip(&mut self, second: u64) {
        self.push(second, Point::NONE, Point::NONE, Point::NONE);
    }

    /// Adds the second that ends now.
    pub(super) fn add(&mut self, reading: &Reading, durations: &HistogramCounts, now_s: u64) {
        let second = self.last.until(reading, durations);
        if second.calls > 0 {
            self.active_s = now_s;
        }
        let ten = self.marks.back().unwrap_or(&self.last).until(reading, durations);
        self.minute = self.marks.front().unwrap_or(&self.last).until(reading, durations);
        self.push(now_s, Point::new(&second), Point::new(&ten), Point::new(&self.minute));
        self.last = Mark::new(reading, durations);
        if now_s.is_multiple_of(MARK_S) {
            if self.marks.len() == MARKS {
                self.marks.pop_front();
            }
            self.marks.push_back(self.last.clone());
        }
    }

    /// Adds a second in which nothing was called.
    pub(super) fn add_quiet(&mut self, reading: &Reading, durations: impl FnOnce() -> HistogramCounts, now_s: u64) {
        // Only the end of a longer step looks at the durations again.
        if now_s.is_multiple_of(MARK_S) || self.minute.calls > 0 {
            return self.add(reading, &durations(), now_s);
        }
        let cpu = reading.cpu.saturating_sub(self.last.cpu);
        let Reading { memory_bytes, in_flight, instances, .. } = *reading;
        let faults = reading.faults.saturating_sub(self.last.faults);
        let quiet = HistorySample { faults, cpu, memory_bytes, in_flight, instances, ..HistorySample::default() };
        let minute_cpu = self.marks.front().map_or(cpu, |mark| reading.cpu.saturating_sub(mark.cpu));
        self.minute = HistorySample { cpu: minute_cpu, ..quiet };
        self.seconds.push(Point::new(&quiet));
        (self.last.cpu, self.last.faults) = (reading.cpu, reading.faults);
    }

    fn push(&mut self, second: u64, one: Point, ten: Point, minute: Point) {
        self.seconds.push(one);
        if second.is_multiple_of(HistoryRange::Hour.step_s()) {
            self.tens.push(ten);
        }
        if second.is_multiple_of(HistoryRange::Day.step_s()) {
            self.minutes.push(minute);
        }
    }

    /// The last minute.
    pub(super) fn minute(&self) -> HistorySample {
        self.minute
    }

    /// The points of a range, oldest first.
    pub(super) fn points(&self, range: HistoryRange) -> impl Iterator<Item = Point> + '_ {
        let ring = match range {
            HistoryRange::Minutes => &self.seconds,
            HistoryRange::Hour => &self.tens,
            HistoryRange::Day => &self.minutes,
        };
        ring.last(range.steps())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::metrics::histogram::Histogram;
    use crate::telemetry::metrics::thread::Writer;

    /// Counters that grow.
    #[derive(Default)]
    struct Counted(Histogram, Reading);

    impl Counted {
        fn call(&mut self, millis: u64) {
            self.0.observe(Duration::from_millis(millis), Writer::Alone);
            self.1.calls += 1;
            self.1.cpu += Duration::from_millis(1);
        }

        fn durations(&self) -> HistogramCounts {
            let mut counts = HistogramCounts::default();
            counts.add(&self.0);
            counts
        }
    }

    fn near(found: Option<Duration>, millis: f64) -> bool {
        found.is_some_and(|found| (found.as_secs_f64() * 1e3 / millis - 1.0).abs() < 0.05)
    }

    #[test]
    fn each_step_has_its_own_sums_and_quantiles() {
        let mut counted = Counted::default();
        let mut series = HistorySeries::new(&counted.1, &counted.durations(), 100);
        for second in 101..=160 {
            counted.call(if second <= 150 { 10 } else { 100 });
            series.add(&counted.1, &counted.durations(), second);
        }
        let calls = |range| series.points(range).filter_map(|point| point.figures()[0]).collect::<Vec<_>>();
        assert_eq!(calls(HistoryRange::Minutes), vec![1; 60]);
        assert_eq!(calls(HistoryRange::Hour), vec![10; 6]);
        assert_eq!(calls(HistoryRange::Day), [20], "the first minute ends at second 120");
        let minute = series.minute();
        assert_eq!((minute.calls, minute.cpu), (60, Duration::from_millis(60)));
        assert!(near(minute.p50, 10.0) && near(minute.p99, 100.0), "{minute:?}");
    }

    #[test]
    fn quiet_seconds_cost_nothing_and_the_last_minute_empties() {
        let mut counted = Counted::default();
        let mut series = HistorySeries::new(&counted.1, &counted.durations(), 0);
        counted.call(10);
        series.add(&counted.1, &counted.durations(), 1);
        for second in 2..=200 {
            series.add_quiet(&counted.1, || counted.durations(), second);
        }
        assert_eq!(series.minute().calls, 0);
        assert_eq!(series.active_s, 1);
        let calls: Vec<_> = series.points(HistoryRange::Minutes).map(|point| point.figures()[0]).collect();
        assert_eq!(calls.len(), 300);
        assert_eq!(calls.iter().flatten().sum::<u64>(), 1);
        assert_eq!(calls.iter().filter(|calls| calls.is_none()).count(), 100);
        let minutes: Vec<_> = series.points(HistoryRange::Day).filter_map(|point| point.figures()[0]).collect();
        assert_eq!(minutes, [1, 0, 0]);
        series.skip(201);
        assert_eq!(series.points(HistoryRange::Minutes).last(), Some(Point::NONE));
    }

    #[test]
    fn some_four_hundred_and_fifty_fit_into_the_default() {
        let fit = (32 << 20) / HistorySeries::BYTES;
        assert!((440..480).contains(&fit), "{fit}");
    }
}
