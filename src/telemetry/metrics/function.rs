//! The counters of one function, over all its versions.
//!
//! `invoke` counts calls, `runtime` what instances do, `trigger` what schedules do; `admin::metrics` reads them.
//!
//! A function has counters from its first instance or call on, and series from its first call on: then it gets its tier. What is counted of
//! a folded function goes to the one that all folded functions share.
//!
//! Invariant: counting takes no lock but at the first call; no count goes down as long as the function exists.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use super::budget::{SeriesBudget, SeriesTier};
use super::call::{CallCount, TrackCounts, TrackTotals};
use super::exact::{ExactCounts, ExactKinds, MethodTotals};
use super::histogram::{Histogram, HistogramCounts, Observed};
use super::labels::{CallTrigger, Counters, CpuUse, FetchEnd, InstanceEnd, InstanceFrom, LineDrop, LineLevel, ReleaseTrack, RunEnd};
use super::thread::Sharded;
use crate::function::FunctionName;

/// The name under which folded functions are counted: no function can have it.
pub const OTHER: &str = "_other";

/// What all functions share.
#[derive(Debug)]
pub(super) struct AllFunctions {
    pub(super) budget: SeriesBudget,
    /// How long the calls of all of them took.
    pub(super) durations: Sharded<Histogram>,
}

/// The counters of one function.
#[derive(Debug)]
pub struct FunctionMetrics {
    /// `None`: of all folded functions.
    name: Option<FunctionName>,
    all: Arc<AllFunctions>,
    /// Known from the first call on.
    tier: OnceLock<SeriesTier>,
    /// Where a folded function counts.
    other: Option<Arc<FunctionMetrics>>,
    tracks: [Sharded<TrackCounts>; ReleaseTrack::ALL.len()],
    waits: Sharded<WaitCounts>,
    exact: OnceLock<Box<ExactCounts>>,
    remade: AtomicU64,
    /// In nanoseconds.
    cpu: Counters<{ CpuUse::ALL.len() }>,
    started: Counters<{ InstanceFrom::ALL.len() }>,
    ended: Counters<{ InstanceEnd::ALL.len() }>,
    fetches: Counters<{ FetchEnd::ALL.len() }>,
    lines: Counters<{ LineLevel::ALL.len() }>,
    dropped: Counters<{ LineDrop::ALL.len() }>,
    cron_runs: Counters<{ RunEnd::ALL.len() }>,
}

/// How long calls waited, of a function with all families.
#[derive(Debug, Default)]
struct WaitCounts {
    head: Histogram,
    queue: Histogram,
}

/// How long calls waited, of all threads.
#[derive(Clone, Debug, Default)]
pub struct WaitTotals {
    /// Until the answer's head.
    pub head: HistogramCounts,
    /// Until the instance's thread took them.
    pub queue: HistogramCounts,
}

impl FunctionMetrics {
    pub(super) fn new(name: FunctionName, all: Arc<AllFunctions>, other: Arc<FunctionMetrics>) -> Self {
        Self::made(Some((name, other)), all, OnceLock::new())
    }

    /// The counters of all folded functions.
    pub(super) fn of_folded(all: Arc<AllFunctions>) -> Self {
        Self::made(None, all, OnceLock::from(SeriesTier::Core))
    }

    fn made(own: Option<(FunctionName, Arc<FunctionMetrics>)>, all: Arc<AllFunctions>, tier: OnceLock<SeriesTier>) -> Self {
        let (name, other) = own.unzip();
        Self {
            name,
            all,
            tier,
            other,
            tracks: Default::default(),
            waits: Sharded::default(),
            exact: OnceLock::new(),
            remade: AtomicU64::new(0),
            cpu: Counters::new(),
            started: Counters::new(),
            ended: Counters::new(),
            fetches: Counters::new(),
            lines: Counters::new(),
            dropped: Counters::new(),
            cron_runs: Counters::new(),
        }
    }

    /// The function's name in series.
    pub fn label(&self) -> &str {
        self.name.as_ref().map_or(OTHER, FunctionName::as_str)
    }

    /// Which series it has; `None`: it was never called.
    pub fn tier(&self) -> Option<SeriesTier> {
        self.tier.get().copied()
    }

    /// Where it counts.
    #[inline]
    fn counted(&self) -> &Self {
        match (self.tier.get(), &self.other) {
            (Some(SeriesTier::Folded), Some(other)) => other,
            _ => self,
        }
    }

    /// The first call: from now on it has series.
    #[cold]
    fn begin(&self) {
        let tier = *self.tier.get_or_init(|| self.all.budget.admit(self.label()));
        if let (SeriesTier::Folded, Some(other)) = (tier, &self.other) {
            other.take_over(self);
        }
    }

    /// Takes the counts of a function that is folded from now on.
    fn take_over(&self, folded: &Self) {
        folded.cpu.move_to(&self.cpu);
        folded.started.move_to(&self.started);
        folded.ended.move_to(&self.ended);
        folded.fetches.move_to(&self.fetches);
        folded.lines.move_to(&self.lines);
        folded.dropped.move_to(&self.dropped);
        folded.cron_runs.move_to(&self.cron_runs);
    }

    /// A call has ended.
    #[inline]
    pub fn call(&self, call: &CallCount<'_>) {
        if self.tier.get().is_none() {
            self.begin();
        }
        let wall = Observed::new(call.wall);
        self.all.durations.count(true, |durations, writer| durations.add(wall, writer));
        let counted = self.counted();
        // The others are many: a part for each thread would take more memory than they are worth.
        let is_full = counted.tier() == Some(SeriesTier::Full);
        if let Some(track) = counted.tracks.get(call.track as usize) {
            track.count(is_full, |counts, writer| counts.call(call, wall, writer));
        }
        if is_full {
            counted.waits.count(true, |waits, writer| {
                // Of a whole answer the head is ready with the rest.
                waits.head.add(if call.head == call.wall { wall } else { Observed::new(call.head) }, writer);
                if let Some(queue) = call.queue {
                    waits.queue.observe(queue, writer);
                }
            });
            let kinds = self.all.budget.limits.exact;
            if kinds != ExactKinds::default() {
                counted.exact.get_or_init(|| Box::new(ExactCounts::new(kinds))).call(call, kinds);
            }
        }
    }

    /// A call is made again, because the instance that had it was lost.
    pub fn remade(&self) {
        self.counted().remade.fetch_add(1, Ordering::Relaxed);
    }

    /// Its instances used CPU time.
    #[inline]
    pub fn used_cpu(&self, by: CpuUse, nanos: u64) {
        if nanos > 0 {
            self.counted().cpu.add(by, nanos);
        }
    }

    /// An instance was made.
    pub fn instance_started(&self, from: InstanceFrom) {
        self.counted().started.add(from, 1);
    }

    /// An instance has ended.
    pub fn instance_ended(&self, why: InstanceEnd) {
        self.counted().ended.add(why, 1);
    }

    /// A request to another server has ended.
    pub fn fetched(&self, end: FetchEnd) {
        self.counted().fetches.add(end, 1);
    }

    /// It wrote a line.
    pub fn wrote_line(&self, level: LineLevel) {
        self.counted().lines.add(level, 1);
    }

    /// A line, or its end, was dropped.
    pub fn dropped_line(&self, why: LineDrop) {
        self.counted().dropped.add(why, 1);
    }

    /// The calls for a moment of a schedule have ended.
    pub fn cron_run(&self, end: RunEnd) {
        self.counted().cron_runs.add(end, 1);
    }
}

/// Reading.
impl FunctionMetrics {
    /// The calls of a track; `None`: there were none.
    pub fn track(&self, track: ReleaseTrack) -> Option<TrackTotals> {
        let mut parts = self.tracks.get(track as usize)?.parts().peekable();
        parts.peek()?;
        Some(parts.fold(TrackTotals::default(), |mut totals, part| {
            totals.add(part);
            totals
        }))
    }

    /// Calls of both tracks that have ended, and those of them that failed.
    pub fn calls(&self) -> (u64, u64) {
        let parts = self.tracks.iter().flat_map(Sharded::parts);
        parts.fold((0, 0), |(calls, faults), part| (calls + part.calls_ended(), faults + part.faults_ended()))
    }

    /// Adds how long the calls of both tracks took.
    pub fn add_durations(&self, to: &mut HistogramCounts) {
        self.tracks.iter().flat_map(Sharded::parts).for_each(|part| part.add_durations(to));
    }

    /// How long calls took by their status, those that there were.
    pub fn statuses(&self) -> Vec<(u16, HistogramCounts)> {
        self.exact.get().map(|exact| exact.statuses()).unwrap_or_default()
    }

    /// Calls by method, those that there were.
    pub fn methods(&self) -> Vec<MethodTotals> {
        self.exact.get().map(|exact| exact.methods()).unwrap_or_default()
    }

    /// How long calls waited; `None`: that is not counted.
    pub fn waits(&self) -> Option<WaitTotals> {
        let mut parts = self.waits.parts().peekable();
        parts.peek()?;
        Some(parts.fold(WaitTotals::default(), |mut totals, part| {
            totals.head.add(&part.head);
            totals.queue.add(&part.queue);
            totals
        }))
    }

    /// Calls that were made again.
    pub fn remade_calls(&self) -> u64 {
        self.remade.load(Ordering::Relaxed)
    }

    /// CPU time that instances used.
    pub fn cpu(&self, by: CpuUse) -> Duration {
        Duration::from_nanos(self.cpu.get(by))
    }

    /// Instances that were made.
    pub fn started(&self, from: InstanceFrom) -> u64 {
        self.started.get(from)
    }

    /// Instances that have ended.
    pub fn ended(&self, why: InstanceEnd) -> u64 {
        self.ended.get(why)
    }

    /// Requests to other servers.
    pub fn fetches(&self, end: FetchEnd) -> u64 {
        self.fetches.get(end)
    }

    /// Lines that were written.
    pub fn lines(&self, level: LineLevel) -> u64 {
        self.lines.get(level)
    }

    /// Lines that were dropped.
    pub fn dropped_lines(&self, why: LineDrop) -> u64 {
        self.dropped.get(why)
    }

    /// Moments of schedules that are done with.
    pub fn cron_runs(&self, end: RunEnd) -> u64 {
        self.cron_runs.get(end)
    }

    /// Calls by what caused them, of both tracks.
    pub fn calls_by(&self, trigger: CallTrigger) -> u64 {
        self.tracks.iter().flat_map(Sharded::parts).map(|part| part.calls_by(trigger)).sum()
    }
}

impl Drop for FunctionMetrics {
    fn drop(&mut self) {
        if let (Some(tier), Some(_)) = (self.tier.get(), &self.other) {
            self.all.budget.give_back(*tier);
        }
    }
}
