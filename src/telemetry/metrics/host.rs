//! The counters of the process that belong to no function.
//!
//! Every room counts here; `admin::metrics` reads.
//!
//! Invariant: counting takes no lock; what is locked are lists that grow when a thread begins.

use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::time::Duration;

use parking_lot::Mutex;

use super::call::{CallCount, TrackCounts, TrackTotals};
use super::histogram::{Histogram, HistogramCounts, Observed};
use super::labels::{ColdPhase, ConnectionEnd, Counters, GcKind, InstanceFrom, ListenerKind, MetricLabel, RuntimeKind, WireProtocol};
use super::thread::Writer;
use crate::sys::cpu_clock::CpuClock;

/// The counters of the process.
pub static HOST: HostMetrics = HostMetrics::new();

/// Parts of a histogram that many threads write.
const STRIPES: usize = 8;

/// Why bytes were no request: at most so many reasons.
const REFUSALS: usize = 32;

/// Kinds of releases, each with its outcomes: at most so many.
const RELEASES: usize = 64;

/// Steps of a release: at most so many.
const STEPS: usize = 8;

const FROM: usize = InstanceFrom::ALL.len();
const PROTOCOLS: usize = WireProtocol::ALL.len();

/// The counters of the process.
#[derive(Debug)]
pub struct HostMetrics {
    unreached: TrackCounts,
    turns: [Histogram; STRIPES],
    fetches: Histogram,
    cold: [[Histogram; FROM]; ColdPhase::ALL.len()],
    /// In nanoseconds.
    gc: Counters<{ GcKind::ALL.len() }>,
    connections: [[AtomicI64; PROTOCOLS]; ListenerKind::ALL.len()],
    connections_ended: Counters<{ ConnectionEnd::ALL.len() }>,
    refused: Counters<REFUSALS>,
    io_lag: Histogram,
    io_threads: Mutex<Vec<(String, CpuClock)>>,
    runtimes: Mutex<Vec<(RuntimeKind, tokio::runtime::Handle)>>,
    releases: Counters<RELEASES>,
    release_steps: [Histogram; STEPS],
    release_cut: AtomicU64,
    cron_lag: Histogram,
}

impl HostMetrics {
    const fn new() -> Self {
        Self {
            unreached: TrackCounts::new(),
            turns: [const { Histogram::new() }; STRIPES],
            fetches: Histogram::new(),
            cold: [const { [const { Histogram::new() }; FROM] }; ColdPhase::ALL.len()],
            gc: Counters::new(),
            connections: [const { [const { AtomicI64::new(0) }; PROTOCOLS] }; ListenerKind::ALL.len()],
            connections_ended: Counters::new(),
            refused: Counters::new(),
            io_lag: Histogram::new(),
            io_threads: Mutex::new(Vec::new()),
            runtimes: Mutex::new(Vec::new()),
            releases: Counters::new(),
            release_steps: [const { Histogram::new() }; STEPS],
            release_cut: AtomicU64::new(0),
            cron_lag: Histogram::new(),
        }
    }
}

/// Counting.
impl HostMetrics {
    /// A call that reached no function has ended.
    pub fn unreached_call(&self, call: &CallCount<'_>) {
        self.unreached.call(call, Observed::new(call.wall), Writer::Shared);
    }

    /// JavaScript ran on the thread of worker `worker` without a pause.
    #[inline]
    pub fn turn(&self, worker: u32, took: Duration) {
        if let Some(stripe) = self.turns.get(worker as usize % STRIPES) {
            stripe.observe(took, Writer::Shared);
        }
    }

    /// The head of an answer to a function's request has come.
    pub fn fetched(&self, took: Duration) {
        self.fetches.observe(took, Writer::Shared);
    }

    /// A part of a cold start is over.
    pub fn cold_start(&self, phase: ColdPhase, from: InstanceFrom, took: Duration) {
        if let Some(histogram) = self.cold.get(phase.index()).and_then(|by| by.get(from.index())) {
            histogram.observe(took, Writer::Shared);
        }
    }

    /// V8 has collected garbage.
    pub fn collected(&self, kind: GcKind, took: Duration) {
        self.gc.add(kind, u64::try_from(took.as_nanos()).unwrap_or(u64::MAX));
    }

    /// Connections more, or fewer.
    pub(super) fn connections_changed(&self, listener: ListenerKind, protocol: WireProtocol, by: i64) {
        if let Some(cell) = self.connections.get(listener.index()).and_then(|by| by.get(protocol.index())) {
            cell.fetch_add(by, Ordering::Relaxed);
        }
    }

    /// A connection has ended.
    pub fn connection_ended(&self, why: ConnectionEnd) {
        self.connections_ended.add(why, 1);
    }

    /// Bytes were no request.
    pub fn refused(&self, why: impl MetricLabel) {
        self.refused.add(why, 1);
    }

    /// A probe of an I/O thread came this late.
    pub fn io_lag(&self, late: Duration) {
        self.io_lag.observe(late, Writer::Shared);
    }

    /// The calling thread is an I/O thread of this name.
    pub fn io_thread(&self, name: String) {
        if let Some(clock) = CpuClock::own() {
            self.io_threads.lock().push((name, clock));
        }
    }

    /// A runtime has begun, and runs until the process ends.
    pub fn runtime(&self, kind: RuntimeKind, handle: tokio::runtime::Handle) {
        self.runtimes.lock().push((kind, handle));
    }

    /// A release has ended.
    pub fn released(&self, how: impl MetricLabel) {
        self.releases.add(how, 1);
    }

    /// A step of a release was done.
    pub fn release_step(&self, step: impl MetricLabel, took: Duration) {
        if let Some(histogram) = self.release_steps.get(step.index()) {
            histogram.observe(took, Writer::Shared);
        }
    }

    /// Calls of a version that was replaced were cut.
    pub fn release_cut(&self, calls: usize) {
        self.release_cut.fetch_add(calls as u64, Ordering::Relaxed);
    }

    /// A call for a moment of a schedule began this late.
    pub fn cron_lag(&self, late: Duration) {
        self.cron_lag.observe(late, Writer::Shared);
    }
}

fn read<'h>(histograms: impl IntoIterator<Item = &'h Histogram>) -> HistogramCounts {
    let mut counts = HistogramCounts::default();
    histograms.into_iter().for_each(|histogram| counts.add(histogram));
    counts
}

/// Reading.
impl HostMetrics {
    /// Calls that reached no function.
    pub fn unreached(&self) -> TrackTotals {
        let mut totals = TrackTotals::default();
        totals.add(&self.unreached);
        totals
    }

    /// Stretches of JavaScript.
    pub fn turns(&self) -> HistogramCounts {
        read(&self.turns)
    }

    /// Requests of functions to other servers.
    pub fn fetches(&self) -> HistogramCounts {
        read([&self.fetches])
    }

    /// A part of cold starts.
    pub fn cold_starts(&self, phase: ColdPhase, from: InstanceFrom) -> HistogramCounts {
        read(self.cold.get(phase.index()).and_then(|by| by.get(from.index())))
    }

    /// Time of garbage collections.
    pub fn collections(&self, kind: GcKind) -> Duration {
        Duration::from_nanos(self.gc.get(kind))
    }

    /// Connections that are open.
    pub fn connections(&self, listener: ListenerKind, protocol: WireProtocol) -> u64 {
        let cell = self.connections.get(listener.index()).and_then(|by| by.get(protocol.index()));
        cell.map_or(0, |cell| u64::try_from(cell.load(Ordering::Relaxed)).unwrap_or(0))
    }

    /// Connections that have ended.
    pub fn connections_ended(&self, why: ConnectionEnd) -> u64 {
        self.connections_ended.get(why)
    }

    /// Bytes that were no request.
    pub fn refusals(&self, why: impl MetricLabel) -> u64 {
        self.refused.get(why)
    }

    /// How late probes of the I/O threads came.
    pub fn io_lags(&self) -> HistogramCounts {
        read([&self.io_lag])
    }

    /// The I/O threads, and the CPU time that each has used.
    pub fn io_threads(&self) -> Vec<(String, Duration)> {
        let threads = self.io_threads.lock();
        threads.iter().map(|(name, clock)| (name.clone(), Duration::from_nanos(clock.read_ns().unwrap_or(0)))).collect()
    }

    /// The runtimes of a kind.
    pub fn runtimes(&self, kind: RuntimeKind) -> Vec<tokio::runtime::RuntimeMetrics> {
        let runtimes = self.runtimes.lock();
        runtimes.iter().filter(|(known, _)| *known == kind).map(|(_, handle)| handle.metrics()).collect()
    }

    /// Releases that have ended.
    pub fn releases(&self, how: impl MetricLabel) -> u64 {
        self.releases.get(how)
    }

    /// How long a step of releases took.
    pub fn release_steps(&self, step: impl MetricLabel) -> HistogramCounts {
        read(self.release_steps.get(step.index()))
    }

    /// Calls that releases cut.
    pub fn release_cuts(&self) -> u64 {
        self.release_cut.load(Ordering::Relaxed)
    }

    /// How late calls for schedules began.
    pub fn cron_lags(&self) -> HistogramCounts {
        read([&self.cron_lag])
    }
}

/// An open connection. Dropping it counts it off.
#[derive(Debug)]
pub struct OpenConnection {
    listener: ListenerKind,
    protocol: WireProtocol,
}

impl OpenConnection {
    /// A connection was accepted.
    pub fn new(listener: ListenerKind) -> Self {
        let protocol = WireProtocol::Http1;
        HOST.connections_changed(listener, protocol, 1);
        Self { listener, protocol }
    }

    /// It turns out to be one of HTTP/2.
    pub fn is_http2(&mut self) {
        HOST.connections_changed(self.listener, self.protocol, -1);
        self.protocol = WireProtocol::Http2;
        HOST.connections_changed(self.listener, self.protocol, 1);
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        HOST.connections_changed(self.listener, self.protocol, -1);
    }
}
