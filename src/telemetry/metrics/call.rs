//! The counters of calls: how many, how they ended, how long they took, and how many bytes they carried.
//!
//! `function` keeps them by track, and each thread that counts for itself has its own.
//!
//! Invariant: one call is counted once, when its last byte has left or its caller has.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use http::Method;

use super::histogram::{Histogram, HistogramCounts, Observed};
use super::labels::{CallTrigger, Counters, ReleaseTrack, StatusClass};
use super::thread::Writer;
use crate::fault::Kind;

const TRIGGERS: usize = CallTrigger::ALL.len();
const CLASSES: usize = StatusClass::ALL.len();
const KINDS: usize = Kind::ALL.len();

/// A call that has ended.
#[derive(Clone, Copy, Debug)]
pub struct CallCount<'c> {
    /// Whose version answered.
    pub track: ReleaseTrack,
    /// What caused it.
    pub trigger: CallTrigger,
    /// Its method.
    pub method: &'c Method,
    /// The status of its answer.
    pub status: u16,
    /// The fault with which it failed.
    pub fault: Option<Kind>,
    /// From the first byte of its head to the last byte of its answer.
    pub wall: Duration,
    /// To the head of its answer.
    pub head: Duration,
    /// From admission to the instance's thread; `None`: it reached no instance.
    pub queue: Option<Duration>,
    /// Bytes of its body that were read.
    pub request_bytes: u64,
    /// Bytes of its answer's body.
    pub response_bytes: u64,
}

/// The counters of a track.
#[derive(Debug)]
pub(super) struct TrackCounts {
    /// By trigger, and within that by class.
    calls: [Counters<CLASSES>; TRIGGERS],
    faults: Counters<KINDS>,
    request_bytes: AtomicU64,
    response_bytes: AtomicU64,
    duration: Histogram,
}

impl Default for TrackCounts {
    fn default() -> Self {
        Self::new()
    }
}

impl TrackCounts {
    pub(super) const fn new() -> Self {
        Self {
            calls: [const { Counters::new() }; TRIGGERS],
            faults: Counters::new(),
            request_bytes: AtomicU64::new(0),
            response_bytes: AtomicU64::new(0),
            duration: Histogram::new(),
        }
    }

    #[inline]
    pub(super) fn call(&self, call: &CallCount<'_>, wall: Observed, writer: Writer) {
        let class = StatusClass::of(call.status);
        if let Some(cell) = self.calls.get(call.trigger as usize).and_then(|calls| calls.cell(class)) {
            writer.add(cell, 1);
        }
        if let Some(cell) = call.fault.and_then(|kind| self.faults.cell(kind)) {
            writer.add(cell, 1);
        }
        if call.request_bytes > 0 {
            writer.add(&self.request_bytes, call.request_bytes);
        }
        writer.add(&self.response_bytes, call.response_bytes);
        self.duration.add(wall, writer);
    }

    pub(super) fn calls_by(&self, trigger: CallTrigger) -> u64 {
        let calls = self.calls.get(trigger as usize);
        calls.map_or(0, |calls| StatusClass::ALL.iter().map(|class| calls.get(*class)).sum())
    }

    pub(super) fn calls_ended(&self) -> u64 {
        CallTrigger::ALL.iter().map(|trigger| self.calls_by(*trigger)).sum()
    }

    pub(super) fn faults_ended(&self) -> u64 {
        Kind::ALL.iter().map(|kind| self.faults.get(*kind)).sum()
    }

    pub(super) fn add_durations(&self, to: &mut HistogramCounts) {
        to.add(&self.duration);
    }
}

/// The calls of a track, of all threads.
#[derive(Clone, Debug)]
pub struct TrackTotals {
    calls: [[u64; CLASSES]; TRIGGERS],
    faults: [u64; KINDS],
    /// Bytes of requests' bodies.
    pub request_bytes: u64,
    /// Bytes of answers' bodies.
    pub response_bytes: u64,
    /// How long they took.
    pub duration: HistogramCounts,
}

impl Default for TrackTotals {
    fn default() -> Self {
        Self {
            calls: [[0; CLASSES]; TRIGGERS],
            faults: [0; KINDS],
            request_bytes: 0,
            response_bytes: 0,
            duration: HistogramCounts::default(),
        }
    }
}

impl TrackTotals {
    pub(super) fn add(&mut self, counts: &TrackCounts) {
        for (sums, cells) in self.calls.iter_mut().zip(&counts.calls) {
            for (sum, class) in sums.iter_mut().zip(StatusClass::ALL) {
                *sum += cells.get(class);
            }
        }
        for (sum, kind) in self.faults.iter_mut().zip(Kind::ALL) {
            *sum += counts.faults.get(*kind);
        }
        self.request_bytes += counts.request_bytes.load(Ordering::Relaxed);
        self.response_bytes += counts.response_bytes.load(Ordering::Relaxed);
        self.duration.add(&counts.duration);
    }

    /// Calls by cause and status, those that there were.
    pub fn calls(&self) -> impl Iterator<Item = (CallTrigger, StatusClass, u64)> + '_ {
        let by_trigger = CallTrigger::ALL.into_iter().zip(&self.calls);
        by_trigger.flat_map(|(trigger, calls)| {
            let by_class = StatusClass::ALL.into_iter().zip(calls).filter(|(_, count)| **count > 0);
            by_class.map(move |(class, count)| (trigger, class, *count))
        })
    }

    /// Faults by kind, those that there were.
    pub fn faults(&self) -> impl Iterator<Item = (Kind, u64)> + '_ {
        Kind::ALL.iter().copied().zip(self.faults).filter(|(_, count)| *count > 0)
    }
}
