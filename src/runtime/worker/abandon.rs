//! What is done about a worker whose thread was parked: its calls are answered, its owner hears of the end, and the process is examined.
//!
//! The watchdog finds the parked thread; this runs on a thread of its own, because the examination takes time.
//!
//! Invariant: nothing here waits for a lock that the parked thread may hold; a process that fails its examination ends at once.

use std::sync::Arc;
use std::time::Duration;

use crate::runtime::call::Job;
use crate::runtime::containment::freeze::Cause;
use crate::runtime::containment::{self, Taint, probe};
use crate::runtime::ops::Host;

use super::{Command, Exit, Handle, Phase, boot, faults};

/// How long a lock may be held by somebody alive.
const LOCK_WAIT: Duration = Duration::from_secs(2);

/// Sees to a worker whose thread was parked.
pub(super) fn bury(handle: Arc<Handle>, cause: Cause) {
    containment::parked_one();
    let undertaker = {
        let handle = handle.clone();
        move || {
            answer_for(&handle, cause);
            examine(&handle, cause);
        }
    };
    if std::thread::Builder::new().name("skep undertaker".to_owned()).spawn(undertaker).is_err() {
        // No thread for the examination either: the calls are answered, and what is wrong shows soon enough.
        answer_for(&handle, cause);
    }
}

fn answer_for(handle: &Arc<Handle>, cause: Cause) {
    let (phase, reason) = (handle.phase(), handle.interrupt.reason());
    let identity = handle.assigned.get().map(|(identity, _)| identity);
    let (function, version) = identity.map_or(("", ""), |identity| (&identity.function, &identity.version));
    tracing::error!(
        function,
        version,
        instance = handle.id,
        cause = cause.label(),
        ?phase,
        ?reason,
        "an instance's thread could not be ended and is parked; its memory is lost until the process is replaced"
    );
    handle.interrupt.end_grace();
    let Some(waiting) = handle.mailbox.close_within(LOCK_WAIT) else {
        containment::die("a parked thread holds a lock that the others need");
    };
    let Some(owner) = handle.owner.try_lock_for(LOCK_WAIT).and_then(|mut owner| owner.take()) else {
        return handle.gone();
    };
    if let Some((_, limits)) = handle.assigned.get() {
        let culprit = handle.culprit();
        owner.lost(handle, &|call| faults::parked(cause, reason, limits, culprit.is_none_or(|culprit| culprit == call)));
        if matches!(phase, Phase::Loading | Phase::Evaluating) {
            let fault = match cause {
                Cause::Wedged => boot::took_too_long(handle.turn_limit()),
                cause => crate::fault::Fault::new(
                    crate::fault::Kind::BootFailed,
                    format!("the engine gave the instance up while its module was loaded: {}", cause.label()),
                ),
            };
            owner.boot_failed(handle, fault);
        }
    }
    owner.ended(handle, Exit::Parked(cause), waiting.into_iter().filter_map(unheard).collect());
    handle.gone();
}

fn unheard(command: Command) -> Option<Job> {
    match command {
        Command::Call(_, job) => Some(job),
        _ => None,
    }
}

/// A parked thread may hold a lock of the engine or the allocator: better to die at once than to stall later.
fn examine(handle: &Handle, cause: Cause) {
    let host: Arc<dyn Host> = handle.host.clone();
    if let Err(why) = probe::run(host) {
        containment::die(&format!("the process does not work any more beside a parked thread: {why}"));
    }
    let identity = handle.assigned.get().map(|(identity, _)| identity);
    containment::taint(&Taint {
        cause,
        function: identity.map(|identity| identity.function.to_string()),
        version: identity.map(|identity| identity.version.to_string()),
    });
}
