//! What the calls of an instance are told when it ends.
//!
//! `event_loop` uses it for an instance that ended by a limit, `undertaker` for one whose thread was parked.
//!
//! Invariant: the call that is to blame hears the limit, the others hear that they may be made again; if nobody knows whose fault it was, all hear the limit.
//! If the host ended the instance, nobody is to blame.

use std::time::Duration;

use crate::fault::{Fault, Kind};
use crate::function::Limits;
use crate::runtime::containment::freeze::Cause;
use crate::runtime::isolate::Reason;

/// The fault of a call whose instance was ended for `reason`.
pub(super) fn interrupted(reason: Reason, limits: &Limits, is_culprit: bool) -> Fault {
    match reason {
        Reason::Shutdown => Fault::new(Kind::Draining, "the instance was ended before it answered: the time to finish its calls was over")
            .with_retry_after(1),
        _ if !is_culprit => lost("the instance ended because of another request; this one may be sent again"),
        Reason::Cpu => Fault::new(Kind::CpuLimit, "the request used more CPU time than cpu_ms allows")
            .with_limit(milliseconds(limits.cpu), format!("> {}", milliseconds(limits.cpu))),
        Reason::Memory => Fault::new(Kind::MemoryLimit, "the function used more memory than memory_mb allows")
            .with_limit(megabytes(limits.memory_bytes), format!("> {}", megabytes(limits.memory_bytes))),
        Reason::Boot => lost("the instance was ended"),
    }
}

/// The fault of a call whose instance's thread was parked.
pub(super) fn parked(cause: Cause, reason: Option<Reason>, limits: &Limits, is_culprit: bool) -> Fault {
    match (cause, reason) {
        (Cause::Wedged, Some(Reason::Shutdown)) => interrupted(Reason::Shutdown, limits, false),
        _ if !is_culprit => lost("the instance ended because of another request; this one may be sent again"),
        (Cause::Wedged, Some(reason)) => interrupted(reason, limits, true),
        (Cause::Memory, _) => interrupted(Reason::Memory, limits, true),
        (cause, _) => Fault::new(Kind::Crashed, format!("the engine gave the instance up: {}", cause.label())),
    }
}

/// The fault of a call in whose instance something of the host's own failed.
pub(super) fn crashed(is_culprit: bool) -> Fault {
    if is_culprit {
        Fault::new(Kind::Crashed, "the engine gave the instance up")
    } else {
        lost("the instance ended because of another request; this one may be sent again")
    }
}

pub(super) fn lost(why: &str) -> Fault {
    Fault::new(Kind::InstanceLost, why)
}

pub(super) fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

pub(super) fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
}
