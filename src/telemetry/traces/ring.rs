//! The kept traces in memory, up to a number of bytes.
//!
//! Invariant: a trace that does not fit pushes out the oldest ones, sampled ones before slow ones, those before faults.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::KeepReason;
use crate::function::span::Span;

/// Most bytes of one trace; what is beyond is left out, and counted.
const TRACE_BYTES_MAX: usize = 256 << 10;

/// A trace that is kept.
#[derive(Debug)]
pub struct KeptTrace {
    /// Its id.
    pub trace_id: u128,
    /// Why it is kept.
    pub reason: KeepReason,
    /// The name of its first span.
    pub name: String,
    /// The function that was called first.
    pub function: Option<Arc<str>>,
    /// Its version.
    pub version: Option<Arc<str>>,
    /// When it began, in milliseconds since 1970.
    pub started_ms: u64,
    /// The same moment on the clock of the spans.
    pub began: Instant,
    /// How long it took.
    pub duration: Duration,
    /// The status that the caller saw.
    pub status: u16,
    /// The kind of its fault.
    pub fault: Option<&'static str>,
    /// The id of its request.
    pub request_id: Arc<str>,
    /// Its spans, the first one first.
    pub spans: Vec<Span>,
    /// Spans that had no room.
    pub left_out: u64,
}

/// The ring.
pub(super) struct TraceRing {
    bytes_max: usize,
    // Nothing else is locked while it is held.
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    /// Sampled ones, slow ones, and faults: each the oldest first.
    classes: [VecDeque<(u64, Arc<KeptTrace>, usize)>; 3],
    by_id: HashMap<u128, Arc<KeptTrace>>,
    bytes: usize,
    pushed: u64,
}

fn class(reason: KeepReason) -> usize {
    match reason {
        KeepReason::Sampled => 0,
        KeepReason::Slow => 1,
        KeepReason::Error | KeepReason::Fault => 2,
    }
}

impl TraceRing {
    pub(super) fn new(bytes_max: usize) -> Self {
        Self { bytes_max, held: Mutex::default() }
    }

    pub(super) fn push(&self, mut trace: KeptTrace) {
        let bytes = cut(&mut trace);
        let trace = Arc::new(trace);
        let mut dropped = Vec::new();
        let mut held = self.held.lock();
        held.pushed += 1;
        let number = held.pushed;
        held.bytes += bytes;
        held.by_id.insert(trace.trace_id, trace.clone());
        if let Some(class) = held.classes.get_mut(class(trace.reason)) {
            class.push_back((number, trace, bytes));
        }
        while held.bytes > self.bytes_max {
            let Some((_, oldest, bytes)) = held.classes.iter_mut().find_map(VecDeque::pop_front) else { break };
            held.bytes -= bytes;
            // Two calls of a client may have one trace: the newer one answers for it.
            if held.by_id.get(&oldest.trace_id).is_some_and(|known| Arc::ptr_eq(known, &oldest)) {
                held.by_id.remove(&oldest.trace_id);
            }
            dropped.push(oldest);
        }
        drop(held);
        // Freed outside the lock.
        drop(dropped);
    }

    pub(super) fn find(&self, trace_id: u128) -> Option<Arc<KeptTrace>> {
        self.held.lock().by_id.get(&trace_id).cloned()
    }

    pub(super) fn list(&self, wanted: impl Fn(&KeptTrace) -> bool, limit: usize) -> Vec<Arc<KeptTrace>> {
        // The lock is held for copies of pointers alone.
        let mut all: Vec<_> = {
            let held = self.held.lock();
            held.classes.iter().flatten().map(|(number, trace, _)| (*number, trace.clone())).collect()
        };
        all.sort_unstable_by_key(|(number, _)| std::cmp::Reverse(*number));
        all.into_iter().map(|(_, trace)| trace).filter(|trace| wanted(trace)).take(limit).collect()
    }
}

/// Leaves out the last spans of a trace that is too large. Returns its bytes.
fn cut(trace: &mut KeptTrace) -> usize {
    let mut bytes = size_of::<KeptTrace>() + trace.name.len();
    let mut kept = 0;
    for span in &trace.spans {
        let of_span = span.bytes();
        if bytes + of_span > TRACE_BYTES_MAX {
            break;
        }
        bytes += of_span;
        kept += 1;
    }
    trace.left_out += (trace.spans.len() - kept) as u64;
    trace.spans.truncate(kept);
    trace.spans.shrink_to_fit();
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::span::{SpanKind, SpanValue};

    fn trace(id: u128, reason: KeepReason, text: usize) -> KeptTrace {
        let mut span = Span::begin(1, 0, "GET /a/*", SpanKind::Server);
        span.attributes.push(("t", SpanValue::Text("x".repeat(text).into())));
        KeptTrace {
            trace_id: id,
            reason,
            name: "GET /a/*".to_owned(),
            function: Some("a".into()),
            version: None,
            started_ms: 0,
            began: Instant::now(),
            duration: Duration::ZERO,
            status: 200,
            fault: None,
            request_id: "r".into(),
            spans: vec![span.clone(), span],
            left_out: 0,
        }
    }

    fn ids(ring: &TraceRing) -> Vec<u128> {
        ring.list(|_| true, 100).into_iter().map(|trace| trace.trace_id).collect()
    }

    #[test]
    fn the_oldest_of_the_least_important_leave_first() {
        let ring = TraceRing::new(16_000);
        ring.push(trace(1, KeepReason::Fault, 2_000));
        ring.push(trace(2, KeepReason::Sampled, 2_000));
        ring.push(trace(3, KeepReason::Slow, 2_000));
        ring.push(trace(4, KeepReason::Sampled, 2_000));
        assert_eq!(ids(&ring), [4, 3, 1]);
        assert!(ring.find(2).is_none() && ring.find(1).is_some());
        ring.push(trace(5, KeepReason::Slow, 2_000));
        ring.push(trace(6, KeepReason::Slow, 2_000));
        assert_eq!(ids(&ring), [6, 5, 1]);
        assert_eq!(ring.list(|trace| trace.reason == KeepReason::Slow, 1).len(), 1);
    }

    #[test]
    fn a_trace_that_is_too_large_loses_its_last_spans() {
        let ring = TraceRing::new(10 << 20);
        ring.push(trace(1, KeepReason::Slow, 200 << 10));
        let kept = ring.find(1).unwrap();
        assert_eq!((kept.spans.len(), kept.left_out), (1, 1));
    }
}
