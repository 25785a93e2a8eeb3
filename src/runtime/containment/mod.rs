//! The containment ladder: what was done about functions that misbehaved, counted per rung.
//!
//! Every place that stops, refuses or parks something records it here; the admin API reads the counts, the log gets one line each.
//!
//! Invariant: a rung is recorded exactly when it acted, by the one place that acts; see the table in README "What is promised".

pub mod freeze;
pub mod guard_hits;
pub mod probe;

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};

use crate::process::counters::Acts;

/// How far a fault had to climb before it was contained.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rung {
    /// L0: a guard refused what would have hurt the host.
    Prevented,
    /// L1: an instance was ended by terminating its JavaScript.
    Interrupted,
    /// L2: V8 asked for more heap than the function may have; the instance got enough to unwind, and was ended.
    Graced,
    /// L3: a thread could not be ended, or V8 gave up on it: it sleeps for ever.
    Parked,
    /// L4: a fresh engine process took over from one that was tainted.
    HandedOver,
    /// L5: an engine process died and was replaced.
    Restarted,
}

impl Rung {
    /// All, lowest first.
    pub const ALL: [Self; 6] = [Self::Prevented, Self::Interrupted, Self::Graced, Self::Parked, Self::HandedOver, Self::Restarted];

    /// The name in metrics and in the admin API.
    pub fn label(self) -> &'static str {
        match self {
            Self::Prevented => "prevented",
            Self::Interrupted => "interrupted",
            Self::Graced => "graced",
            Self::Parked => "parked",
            Self::HandedOver => "handed_over",
            Self::Restarted => "restarted",
        }
    }
}

/// The counts of a process without a supervisor.
static OWN: Acts = [const { AtomicU64::new(0) }; 6];

/// The counts that all engines of a supervisor share.
static SHARED: OnceLock<&'static Acts> = OnceLock::new();

/// Counts go on where earlier engine processes left them. Before the first isolate.
pub fn share(acts: &'static Acts) {
    let _ = SHARED.set(acts);
}

fn acts() -> &'static Acts {
    SHARED.get().copied().unwrap_or(&OWN)
}

/// Counts one act of a rung. Async-signal-safe. Whoever calls it writes the log line, because only that place knows the story.
pub fn record(rung: Rung) {
    if let Some(count) = acts().get(rung as usize) {
        count.fetch_add(1, Ordering::Relaxed);
    }
}

/// How often a rung acted since the host started.
pub fn count(rung: Rung) -> u64 {
    acts().get(rung as usize).map_or(0, |count| count.load(Ordering::Relaxed))
}

/// Threads of this process that sleep for ever.
pub fn parked_here() -> u64 {
    PARKED_HERE.load(Ordering::Relaxed)
}

/// One more of them.
pub fn parked_one() {
    PARKED_HERE.fetch_add(1, Ordering::Relaxed);
    record(Rung::Parked);
}

static PARKED_HERE: AtomicU64 = AtomicU64::new(0);

/// Why a process should be replaced: one of its threads was parked.
#[derive(Clone, Debug)]
pub struct Taint {
    /// Why it was parked.
    pub cause: freeze::Cause,
    /// The function that ran on it, if one did.
    pub function: Option<String>,
    /// That function's version.
    pub version: Option<String>,
}

type OnTaint = Box<dyn Fn(&Taint) + Send + Sync>;

static ON_TAINT: OnceLock<OnTaint> = OnceLock::new();

/// Who is told that the process should be replaced. Once.
pub fn on_taint(tell: impl Fn(&Taint) + Send + Sync + 'static) {
    let _ = ON_TAINT.set(Box::new(tell));
}

/// The process goes on, but should be replaced.
pub fn taint(taint: &Taint) {
    if let Some(tell) = ON_TAINT.get() {
        tell(taint);
    }
}

/// Ends the process at once: it cannot keep its promises any more. A supervisor starts the next one.
#[allow(unsafe_code, reason = "nothing of this process may run any more, destructors least of all")]
pub fn die(why: &str) -> ! {
    freeze::tell(&[b"fatal: ", why.as_bytes(), b"\n"]);
    // SAFETY: ends the process without running anything of it.
    unsafe { libc::_exit(EXIT_BROKEN) }
}

/// Exit status of a process that found itself broken; as `ExitCode::Internal`.
const EXIT_BROKEN: i32 = 70;
