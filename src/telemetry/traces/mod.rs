//! Kept traces: which traces are worth keeping once their call is over, and a ring of them in memory.
//!
//! `invoke` asks [`reason`] at the end of each call, and gives the spans of those that are kept to [`keep`]; `admin` reads the ring. Faults
//! are grouped beside it, so that a fault that comes a thousand times is one line.
//!
//! Invariant: a call whose trace is not kept costs a look at a counter. The ring has a size in bytes, and loses the oldest of its least
//! important class first.

mod ring;
mod tail;
mod faults;

use std::sync::{Arc, OnceLock};

pub use faults::{FaultGroup, FaultReport, TREND_SLOT_MS, TREND_SLOTS};
pub use ring::KeptTrace;
pub use tail::{KeepReason, TailFacts};

use crate::config::TracesConfig;
use faults::FaultGroups;
use ring::TraceRing;
use tail::Tail;

struct Traces {
    tail: Tail,
    ring: TraceRing,
    faults: FaultGroups,
}

static TRACES: OnceLock<Traces> = OnceLock::new();

/// Sets up the ring, once. Without it no trace is kept.
pub fn init(config: TracesConfig) {
    if config.bytes > 0 {
        let traces = Traces { tail: Tail::new(config), ring: TraceRing::new(config.bytes), faults: FaultGroups::default() };
        // The first one counts.
        let _ = TRACES.set(traces);
    }
}

/// Whether traces are kept at all: without that no call needs a buffer for its spans.
pub fn is_on() -> bool {
    TRACES.get().is_some()
}

/// Why the trace of a call that is over is kept; `None`: it is not.
pub fn reason(facts: &TailFacts<'_>) -> Option<KeepReason> {
    TRACES.get()?.tail.reason(facts)
}

/// Keeps a trace.
pub fn keep(trace: KeptTrace) {
    if let Some(traces) = TRACES.get() {
        traces.ring.push(trace);
    }
}

/// Counts a fault among those of its kind and place.
pub fn note_fault(report: &FaultReport<'_>) {
    if let Some(traces) = TRACES.get() {
        traces.faults.note(report);
    }
}

/// The kept traces that `wanted` wants, the newest first.
pub fn list(wanted: impl Fn(&KeptTrace) -> bool, limit: usize) -> Vec<Arc<KeptTrace>> {
    TRACES.get().map(|traces| traces.ring.list(wanted, limit)).unwrap_or_default()
}

/// One kept trace.
pub fn find(trace_id: u128) -> Option<Arc<KeptTrace>> {
    TRACES.get()?.ring.find(trace_id)
}

/// The groups of faults, those that came last first.
pub fn faults(function: Option<&str>, since_ms: u64) -> Vec<FaultGroup> {
    TRACES.get().map(|traces| traces.faults.list(function, since_ms)).unwrap_or_default()
}
