//! The faults with which the calls of an ended instance are answered.
//!
//! `event_loop` uses it for an instance that ended by a limit, `abandon` for one whose thread was frozen.
//!
//! Invariant: the call to blame gets the limit as its fault, the others get a fault that allows a retry. If the call to blame is not known,
//! all get the limit. If the host ended the instance, no call is to blame.

use std::time::Duration;

use crate::fault::{Fault, Kind};
use crate::function::Limits;
use crate::runtime::isolate::TerminationReason;
use crate::sys::freeze::FreezeCause;

/// The fault of a call whose instance was ended for `reason`.
pub(super) fn interrupted(reason: TerminationReason, limits: &Limits, is_offender: bool) -> Fault {
    match reason {
        TerminationReason::Shutdown => {
            Fault::new(Kind::Draining, "the instance was ended before it answered: the time to finish its calls was over")
                .with_retry_after(1)
        }
        _ if !is_offender => lost("the instance ended because of another request; this one may be sent again"),
        TerminationReason::Cpu => Fault::new(Kind::CpuLimit, "the request used more CPU time than cpu_ms allows")
            .with_limit(milliseconds(limits.cpu), format!("> {}", milliseconds(limits.cpu))),
        TerminationReason::Memory => Fault::new(Kind::MemoryLimit, "the function used more memory than memory_mb allows")
            .with_limit(megabytes(limits.memory_bytes), format!("> {}", megabytes(limits.memory_bytes))),
        TerminationReason::Boot => lost("the instance was ended"),
    }
}

/// The fault of a call whose instance's thread was frozen.
pub(super) fn frozen(cause: FreezeCause, reason: Option<TerminationReason>, limits: &Limits, is_offender: bool) -> Fault {
    match (cause, reason) {
        (FreezeCause::Wedged, Some(TerminationReason::Shutdown)) => interrupted(TerminationReason::Shutdown, limits, false),
        _ if !is_offender => lost("the instance ended because of another request; this one may be sent again"),
        (FreezeCause::Wedged, Some(reason)) => interrupted(reason, limits, true),
        (FreezeCause::Memory, _) => interrupted(TerminationReason::Memory, limits, true),
        (cause, _) => Fault::new(Kind::Crashed, format!("V8 gave the instance up: {}", cause.label())),
    }
}

/// The fault of a call in whose instance V8 or the host's own code failed.
pub(super) fn crashed(is_offender: bool) -> Fault {
    if is_offender {
        Fault::new(Kind::Crashed, "V8 or the host failed in the instance")
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

/// The fault of a module that used up its CPU time.
pub(super) fn took_too_long(cpu: Duration) -> Fault {
    Fault::new(Kind::BootFailed, "the module used too much CPU time while loading")
        .with_limit(milliseconds(cpu), format!("> {}", milliseconds(cpu)))
}
