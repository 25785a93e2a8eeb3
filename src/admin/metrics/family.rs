//! A family of series: its name, and the rows that it has at one moment.
//!
//! `functions`, `host` and `compat` list families; `form` has them written in one of the forms that Prometheus reads.
//!
//! Invariant: a family without rows is not written at all; a row has the labels that its family names, and no others.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use prometheus_client::collector::Collector;
use prometheus_client::encoding::{DescriptorEncoder, MetricEncoder, NativeHistogram, NativeHistogramBuckets, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

use super::snapshot::Snapshot;
use crate::telemetry::metrics::buckets::{CLASSIC_BOUNDS, FIRST_INDEX, SCHEMA, ZERO_THRESHOLD};
use crate::telemetry::metrics::histogram::HistogramCounts;

/// Series of a histogram in the text form: its buckets, its sum and its count.
const HISTOGRAM_SERIES: usize = CLASSIC_BOUNDS.len() + 3;

/// Series of a histogram without its buckets: the one without an end stays.
const SUMMED_SERIES: usize = 3;

/// The unit of a family, which its name ends with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FamilyUnit {
    None,
    Seconds,
    Bytes,
}

/// The type of a family.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum FamilyKind {
    /// Its name ends with `_total`.
    Counter,
    Gauge,
    Histogram,
    /// Written as it is named.
    Unknown,
}

/// A family of series.
pub(super) struct Family {
    /// Without unit and `_total`.
    pub(super) name: &'static str,
    pub(super) help: &'static str,
    pub(super) kind: FamilyKind,
    pub(super) unit: FamilyUnit,
    /// Calls its argument with every row.
    pub(super) rows: fn(&Snapshot, &mut Rows<'_>) -> fmt::Result,
}

/// Takes rows: labels and value.
pub(super) type Rows<'r> = dyn FnMut(&[(&str, &str)], RowValue<'_>) -> fmt::Result + 'r;

/// The value of a row.
#[derive(Clone, Copy)]
pub(super) enum RowValue<'v> {
    Count(u64),
    Float(f64),
    Histogram(&'v HistogramCounts),
    /// Its sum and its count alone.
    Summed(&'v HistogramCounts),
}

/// A family at one moment.
pub(super) struct FamilyAt {
    pub(super) family: &'static Family,
    pub(super) snapshot: Arc<Snapshot>,
    /// Counts the series that are written.
    pub(super) series: Arc<AtomicUsize>,
}

impl fmt::Debug for FamilyAt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.family.name)
    }
}

impl Collector for FamilyAt {
    fn encode(&self, mut encoder: DescriptorEncoder<'_>) -> fmt::Result {
        if self.is_empty() {
            return Ok(());
        }
        let Family { name, help, kind, unit, rows } = self.family;
        let unit = match unit {
            FamilyUnit::None => None,
            FamilyUnit::Seconds => Some(Unit::Seconds),
            FamilyUnit::Bytes => Some(Unit::Bytes),
        };
        let metric_type = match kind {
            FamilyKind::Counter => MetricType::Counter,
            FamilyKind::Gauge => MetricType::Gauge,
            FamilyKind::Histogram => MetricType::Histogram,
            FamilyKind::Unknown => MetricType::Unknown,
        };
        let mut series = 0;
        let mut metric = encoder.encode_descriptor(name, help, unit.as_ref(), metric_type)?;
        rows(&self.snapshot, &mut |labels, value| {
            series += match value {
                RowValue::Count(_) | RowValue::Float(_) => 1,
                RowValue::Histogram(_) => HISTOGRAM_SERIES,
                RowValue::Summed(_) => SUMMED_SERIES,
            };
            match labels {
                [] => write(&mut metric, *kind, value),
                labels => write(&mut metric.encode_family(&labels)?, *kind, value),
            }
        })?;
        self.series.fetch_add(series, Ordering::Relaxed);
        Ok(())
    }
}

impl FamilyAt {
    fn is_empty(&self) -> bool {
        // The first row ends the walk.
        (self.family.rows)(&self.snapshot, &mut |_, _| Err(fmt::Error)).is_ok()
    }
}

fn write(metric: &mut MetricEncoder<'_>, kind: FamilyKind, value: RowValue<'_>) -> fmt::Result {
    match (kind, value) {
        (FamilyKind::Counter, RowValue::Count(count)) => metric.encode_counter::<NoLabelSet, _, u64>(&count, None),
        (FamilyKind::Counter, RowValue::Float(number)) => metric.encode_counter::<NoLabelSet, _, u64>(&number, None),
        (_, RowValue::Count(count)) => metric.encode_gauge(&count),
        (_, RowValue::Float(number)) => metric.encode_gauge(&number),
        (_, RowValue::Histogram(counts)) => write_histogram(metric, counts),
        (_, RowValue::Summed(counts)) => metric.encode_histogram::<NoLabelSet>(counts.sum_seconds(), counts.count(), &[], None),
    }
}

fn write_histogram(metric: &mut MetricEncoder<'_>, counts: &HistogramCounts) -> fmt::Result {
    let count = counts.count();
    let mut buckets: Vec<(f64, u64)> = CLASSIC_BOUNDS.into_iter().zip(counts.classic).collect();
    let in_buckets: u64 = counts.classic.iter().sum();
    buckets.push((f64::INFINITY, count.saturating_sub(in_buckets)));
    let (spans, deltas) = spans(&counts.fine);
    let native = NativeHistogram {
        schema: SCHEMA,
        zero_threshold: ZERO_THRESHOLD,
        zero_count: counts.zero,
        negative: NativeHistogramBuckets { spans: &[], deltas: &[] },
        positive: NativeHistogramBuckets { spans: &spans, deltas: &deltas },
        created: None,
    };
    metric.encode_histogram_with_native::<NoLabelSet>(counts.sum_seconds(), count, &buckets, None, native)
}

/// The buckets that hold anything, as runs and as differences from one to the next.
fn spans(fine: &[u64]) -> (Vec<(i32, u32)>, Vec<i64>) {
    let (mut spans, mut deltas): (Vec<(i32, u32)>, Vec<i64>) = (Vec::new(), Vec::new());
    let (mut next, mut before) = (0, 0);
    for (at, hits) in (FIRST_INDEX..).zip(fine).filter(|(_, hits)| **hits > 0) {
        match spans.last_mut() {
            Some((_, length)) if at == next => *length += 1,
            Some(_) => spans.push((at - next, 1)),
            None => spans.push((at, 1)),
        }
        let hits = i64::try_from(*hits).unwrap_or(i64::MAX);
        deltas.push(hits - before);
        (next, before) = (at + 1, hits);
    }
    (spans, deltas)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn native_buckets_are_runs_and_differences() {
        let mut fine = [0; 192];
        assert_eq!(spans(&fine), (Vec::new(), Vec::new()));
        (fine[0], fine[1], fine[5], fine[191]) = (3, 1, 1, 7);
        assert_eq!(spans(&fine), (vec![(-119, 2), (3, 1), (185, 1)], vec![3, -2, 0, 6]));
    }
}
