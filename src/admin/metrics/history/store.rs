//! The histories that are kept: the host's, and one for each function that was called lately.
//!
//! `sampler` adds to them; the operations read.
//!
//! Invariant: no more functions than fit into the memory that the operator allows; the one that was called longest ago makes room.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use super::ring::{FIGURES, HistorySample};
use super::series::{HistoryRange, HistorySeries, Reading};
use crate::function::FunctionName;
use crate::telemetry::metrics::histogram::HistogramCounts;

/// The histories that are kept.
#[derive(Debug)]
pub(in crate::admin::metrics) struct HistoryStore {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    host: Option<HistorySeries>,
    functions: HashMap<FunctionName, HistorySeries>,
    /// The second of the last samples, and its time in milliseconds since 1970.
    last_s: u64,
    end_ms: u64,
}

/// A range of one history: each figure with its points, oldest first.
pub(in crate::admin::metrics) struct HistoryPoints {
    /// The end of the last point, in milliseconds since 1970.
    pub(in crate::admin::metrics) end_ms: u64,
    pub(in crate::admin::metrics) figures: [Vec<Option<u64>>; FIGURES],
}

/// What one function's counters say.
pub(in crate::admin::metrics) struct FunctionReading {
    pub(in crate::admin::metrics) name: FunctionName,
    pub(in crate::admin::metrics) reading: Reading,
    pub(in crate::admin::metrics) durations: Box<dyn FnOnce() -> HistogramCounts>,
}

impl HistoryStore {
    /// A store of this many bytes; 0: nothing is kept.
    pub(in crate::admin::metrics) fn new(bytes: usize) -> Arc<Self> {
        // The host's is one of them.
        Arc::new(Self { most: (bytes / HistorySeries::BYTES).saturating_sub(1), kept: Mutex::default() })
    }

    /// Adds the second that ends now.
    pub(in crate::admin::metrics) fn add(&self, now_s: u64, host: (Reading, HistogramCounts), functions: Vec<FunctionReading>) {
        if self.most == 0 {
            return;
        }
        let mut kept = self.kept.lock();
        let kept = &mut *kept;
        let skipped = (kept.last_s + 1).max(now_s.saturating_sub(HistoryRange::Day.step_s() * HistoryRange::Day.steps() as u64))..now_s;
        if kept.host.is_some() {
            for second in skipped {
                kept.host.iter_mut().chain(kept.functions.values_mut()).for_each(|series| series.skip(second));
            }
        }
        (kept.last_s, kept.end_ms) = (now_s, now_ms());
        let (reading, durations) = host;
        match &mut kept.host {
            Some(series) => series.add(&reading, &durations, now_s),
            none => *none = Some(HistorySeries::new(&reading, &durations, now_s)),
        }
        let mut seen = std::collections::HashSet::with_capacity(functions.len());
        for FunctionReading { name, reading, durations } in functions {
            seen.insert(name.clone());
            match kept.functions.get_mut(&name) {
                Some(series) if series.calls() == reading.calls => series.add_quiet(&reading, durations, now_s),
                Some(series) => series.add(&reading, &durations(), now_s),
                None => kept.begin(name, (reading, durations), self.most, now_s),
            }
        }
        // Those of functions that are gone.
        kept.functions.retain(|name, _| seen.contains(name));
    }

    /// The last minute of the host.
    pub(in crate::admin::metrics) fn host_minute(&self) -> Option<HistorySample> {
        self.kept.lock().host.as_ref().map(HistorySeries::minute)
    }

    /// The last minute of every function that has a history.
    pub(in crate::admin::metrics) fn minutes(&self) -> HashMap<FunctionName, HistorySample> {
        self.kept.lock().functions.iter().map(|(name, series)| (name.clone(), series.minute())).collect()
    }

    /// A range of a function's history, or of the host's; `None`: it has none.
    pub(in crate::admin::metrics) fn read(&self, function: Option<&FunctionName>, range: HistoryRange) -> Option<HistoryPoints> {
        let kept = self.kept.lock();
        let series = match function {
            Some(name) => kept.functions.get(name)?,
            None => kept.host.as_ref()?,
        };
        let mut figures: [Vec<Option<u64>>; FIGURES] = std::array::from_fn(|_| Vec::with_capacity(range.steps()));
        for point in series.points(range) {
            figures.iter_mut().zip(point.figures()).for_each(|(points, figure)| points.push(figure));
        }
        // The last step that has ended.
        let since_end_s = kept.last_s % range.step_s();
        Some(HistoryPoints { end_ms: kept.end_ms.saturating_sub(since_end_s * 1000), figures })
    }
}

impl Kept {
    /// Begins the history of a function, in the place of the one that was called longest ago if there is no other.
    fn begin(
        &mut self,
        name: FunctionName,
        (reading, durations): (Reading, Box<dyn FnOnce() -> HistogramCounts>),
        most: usize,
        now_s: u64,
    ) {
        if self.functions.len() >= most {
            let oldest = self.functions.iter().min_by_key(|(_, series)| series.active_s);
            // One that is as young as this one stays: else they would take each other's place again and again.
            let Some(oldest) = oldest.filter(|(_, series)| series.active_s + KEEP_S < now_s).map(|(name, _)| name.clone()) else { return };
            self.functions.remove(&oldest);
        }
        self.functions.insert(name, HistorySeries::new(&reading, &durations(), now_s));
    }
}

/// Seconds for which a function keeps its history against others.
const KEEP_S: u64 = 60;

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(name: &str) -> FunctionName {
        FunctionName::parse(name).unwrap()
    }

    fn of(function: &str, calls: u64) -> FunctionReading {
        let reading = Reading { calls, ..Reading::default() };
        FunctionReading { name: name(function), reading, durations: Box::new(HistogramCounts::default) }
    }

    fn add(store: &HistoryStore, second: u64, functions: Vec<FunctionReading>) {
        store.add(second, (Reading::default(), HistogramCounts::default()), functions);
    }

    #[test]
    fn a_function_that_is_called_takes_the_place_of_one_that_is_not() {
        let store = HistoryStore::new(3 * HistorySeries::BYTES);
        add(&store, 1, vec![of("a", 1), of("b", 1), of("c", 1)]);
        let has = |function| store.read(Some(&name(function)), HistoryRange::Minutes).is_some();
        assert!(has("a") && has("b") && !has("c"), "two fit beside the host");
        for second in 2..=100 {
            add(&store, second, vec![of("a", second), of("b", 1), of("c", second)]);
        }
        assert!(has("a") && !has("b") && has("c"));
        add(&store, 101, vec![of("c", 1)]);
        assert!(!has("a"), "it is gone");
    }

    #[test]
    fn seconds_that_nobody_looked_at_are_absent() {
        let store = HistoryStore::new(10 * HistorySeries::BYTES);
        add(&store, 10, vec![of("a", 1)]);
        add(&store, 11, vec![of("a", 3)]);
        add(&store, 14, vec![of("a", 4)]);
        let points = store.read(Some(&name("a")), HistoryRange::Minutes).unwrap();
        assert_eq!(points.figures[0].len(), 300);
        assert_eq!(points.figures[0][295..], [None, Some(2), None, None, Some(1)]);
        assert!(store.read(None, HistoryRange::Day).is_some());
        assert!(store.read(Some(&name("z")), HistoryRange::Day).is_none());
    }

    #[test]
    fn without_memory_nothing_is_kept() {
        let store = HistoryStore::new(0);
        add(&store, 1, vec![of("a", 1)]);
        assert!(store.read(None, HistoryRange::Minutes).is_none());
    }
}
