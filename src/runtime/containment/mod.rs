//! The containment ladder: the acts against functions that misbehaved, counted per level.
//!
//! Every place that stops, refuses or freezes something records it here; the admin API reads the counts, the log gets one line each.
//!
//! Invariant: a level is recorded exactly when it acted, by the one place that acts; see the table in `src/supervisor/README.md`.

pub mod frozen;
pub mod guard_hits;

use crate::sys::exit;
use crate::sys::freeze::{self, FreezeCause};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::process::counters::ContainmentCounters;

/// How far a fault had to climb before it was contained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ContainmentLevel {
    /// L0: a guard refused what would have hurt the host.
    Prevented,
    /// L1: an instance was ended by terminating its JavaScript.
    Interrupted,
    /// L2: V8 asked for more heap than the function may have; the instance got headroom to unwind in, and was ended.
    HeadroomGranted,
    /// L3: a thread could not be ended, or V8 gave up on it: it sleeps forever.
    Frozen,
    /// L4: a fresh engine process took over from one that was tainted.
    HandedOver,
    /// L5: an engine process died and was replaced.
    Restarted,
}

impl ContainmentLevel {
    /// All, lowest first.
    pub const ALL: [Self; 6] = [Self::Prevented, Self::Interrupted, Self::HeadroomGranted, Self::Frozen, Self::HandedOver, Self::Restarted];

    /// The name in metrics and in the admin API.
    pub fn label(self) -> &'static str {
        match self {
            Self::Prevented => "prevented",
            Self::Interrupted => "interrupted",
            Self::HeadroomGranted => "graced",
            Self::Frozen => "parked",
            Self::HandedOver => "handed_over",
            Self::Restarted => "restarted",
        }
    }
}

/// The counts of a process without a supervisor.
static OWN: ContainmentCounters = [const { AtomicU64::new(0) }; 6];

/// The counts that all engines of a supervisor share.
static SHARED: OnceLock<&'static ContainmentCounters> = OnceLock::new();

/// Continues the counts of earlier engine processes. Must be called before the first isolate exists.
pub fn use_shared_counters(counters: &'static ContainmentCounters) {
    let _ = SHARED.set(counters);
}

fn counters() -> &'static ContainmentCounters {
    SHARED.get().copied().unwrap_or(&OWN)
}

/// Counts one act of a level. Async-signal-safe. The caller writes the log line, because only the caller knows the details.
pub fn record(level: ContainmentLevel) {
    if let Some(count) = counters().get(level as usize) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// How often a level acted since the host started.
pub fn count(level: ContainmentLevel) -> u64 {
    counters().get(level as usize).map_or(0, |count| count.load(Ordering::Relaxed))
}

/// Why a process should be replaced: one of its threads was frozen.
#[derive(Clone, Debug)]
pub struct Taint {
    /// Why it was frozen.
    pub cause: FreezeCause,
    /// The function that ran on it, if one did.
    pub function: Option<String>,
    /// That function's version.
    pub version: Option<String>,
    /// Whether the process should be replaced at once: its frozen threads keep as much as they may.
    pub urgent: bool,
}

type OnTaint = Box<dyn Fn(&Taint) + Send + Sync>;

static ON_TAINT: OnceLock<OnTaint> = OnceLock::new();

/// Sets the function that is notified when the process should be replaced. Called once.
pub fn on_taint(report: impl Fn(&Taint) + Send + Sync + 'static) {
    let _ = ON_TAINT.set(Box::new(report));
}

/// Reports that the process continues, but should be replaced.
pub fn taint(taint: &Taint) {
    if let Some(report) = ON_TAINT.get() {
        report(taint);
    }
}

/// Ends the process at once: it cannot keep its promises any more. A supervisor starts the next one.
pub fn die(why: &str) -> ! {
    freeze::write_stderr(&[b"fatal: ", why.as_bytes(), b"\n"]);
    exit::now(EXIT_BROKEN)
}

/// Exit status of a process that found itself broken; as `ExitCode::Internal`.
const EXIT_BROKEN: i32 = 70;
