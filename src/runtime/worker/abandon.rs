//! The end of a worker whose thread is frozen: its calls are answered, its listener is notified, and the process is examined.
//!
//! The watchdog finds the frozen thread; this runs on a thread of its own, because the examination takes time.
//!
//! Invariant: nothing here waits for a lock that the frozen thread may hold; a process that fails its examination ends at once.

use std::sync::Arc;
use std::time::Duration;

use crate::runtime::call::QueuedInvocation;
use crate::runtime::containment::frozen::{self, FrozenThread};
use crate::runtime::containment::{self, Taint};

use super::probe;
use crate::runtime::ops::HostApi;
use crate::sys::freeze::FreezeCause;

use crate::runtime::limits::cpu_escalation::WorkerPhase;
use crate::runtime::limits::headroom;

use super::faults;
use super::handle::{Exit, Handle, WorkerCommand};

/// The longest time for which a live thread holds a lock.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// Answers the calls of a worker whose thread is frozen, and examines the process.
pub(super) fn abandon(handle: Arc<Handle>, cause: FreezeCause) {
    note(&handle);
    let examination = {
        let handle = handle.clone();
        move || {
            answer_for(&handle, cause);
            examine(&handle, cause);
        }
    };
    if std::thread::Builder::new().name("skep abandon".to_owned()).spawn(examination).is_err() {
        // The process cannot spawn a thread for the examination: the calls are answered, and a broken process shows soon enough.
        answer_for(&handle, cause);
    }
}

/// Counts the thread, and what it keeps: no other instance gets that memory while the process lives.
fn note(handle: &Handle) {
    let memory = handle.memory();
    let assigned = handle.assigned.get();
    let limit = assigned.map_or(0, |(_, limits)| limits.memory_bytes);
    let of_headroom = if handle.interrupt.lose_headroom() { headroom::KEPT_BYTES } else { 0 };
    // Its memory was read before its last turn, and may be more by now.
    let bytes = limit.max(memory.heap_bytes.saturating_add(memory.external_bytes) as u64).saturating_add(of_headroom as u64);
    frozen::note(FrozenThread { version: assigned.map(|(identity, _)| (&*identity.function, &*identity.version)), bytes });
}

fn answer_for(handle: &Arc<Handle>, cause: FreezeCause) {
    let (phase, reason) = (handle.phase(), handle.interrupt.reason());
    let identity = handle.assigned.get().map(|(identity, _)| identity);
    let (function, version) = identity.map_or(("", ""), |identity| (&identity.function, &identity.version));
    tracing::error!(
        function,
        version,
        instance = handle.id,
        cause = cause.label(),
        // Then the locks of a collection are held forever, and the examination is expected to find it.
        collecting = handle.freeze_slot.was_collecting(),
        starved = handle.freeze_slot.was_starved(),
        ?phase,
        ?reason,
        "an instance's thread could not be ended and is frozen; its memory is lost until the process is replaced"
    );
    let Some(waiting) = handle.mailbox.close_within(LOCK_WAIT) else {
        containment::die("a frozen thread holds a lock that the others need");
    };
    let Some(listener) = handle.listener.try_lock_for(LOCK_WAIT).and_then(|mut listener| listener.take()) else {
        return handle.gone();
    };
    if let Some((_, limits)) = handle.assigned.get() {
        let offender = handle.offender();
        listener.lost(handle, &|call| faults::frozen(cause, reason, limits, offender.is_none_or(|offender| offender == call)));
        if matches!(phase, WorkerPhase::Loading | WorkerPhase::Evaluating) {
            let fault = match cause {
                FreezeCause::Wedged => faults::took_too_long(handle.turn_limit()),
                cause => crate::fault::Fault::new(
                    crate::fault::Kind::BootFailed,
                    format!("V8 gave the instance up while it loaded its module: {}", cause.label()),
                ),
            };
            listener.boot_failed(handle, fault);
        }
    }
    listener.ended(handle, Exit::Frozen(cause), waiting.into_iter().filter_map(unheard).collect());
    handle.gone();
}

fn unheard(command: WorkerCommand) -> Option<QueuedInvocation> {
    match command {
        WorkerCommand::Call(_, invocation) => Some(invocation),
        _ => None,
    }
}

/// A frozen thread may hold a lock of V8 or of the allocator: better to die at once than to stall later.
fn examine(handle: &Handle, cause: FreezeCause) {
    let host: Arc<dyn HostApi> = handle.host.clone();
    if let Err(why) = probe::run(host) {
        containment::die(&format!("the process no longer works beside a frozen thread: {why}"));
    }
    // Where the process is out of memory the first thread that asks gives up, not the one that used it up.
    let identity = handle.assigned.get().map(|(identity, _)| identity).filter(|_| !handle.freeze_slot.was_starved());
    containment::taint(&Taint {
        cause,
        function: identity.map(|identity| identity.function.to_string()),
        version: identity.map(|identity| identity.version.to_string()),
        urgent: frozen::is_full() || headroom::is_lost(),
    });
}
