//! Loading a function's module into a prewarmed isolate, within the boot limits.
//!
//! Called by `event_loop` once a prewarmed worker has its boot request; the result is the handler's dialect or a `boot_failed` fault.
//!
//! Invariant: nothing is terminated while modules are linked; a thread whose link does not end is frozen.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};

use futures::task::AtomicWaker;

use crate::fault::{Fault, Kind};
use crate::function::Dialect;
use crate::runtime::isolate::{BootError, Isolate, Loaded, TerminationReason};

use super::cold_start::ColdStart;
use super::faults::{megabytes, milliseconds, took_too_long};
use super::handle::{BootRequest, Handle};
use super::panic_barrier;
use crate::runtime::limits::cpu_escalation::WorkerPhase;
use crate::telemetry::metrics::labels::ColdPhase;

/// Loads the function's module within the boot limits.
pub(super) async fn boot(
    handle: &Handle,
    isolate: &mut Isolate,
    request: &BootRequest,
    cold_start: &mut ColdStart,
) -> Result<Loaded, Fault> {
    let version = &request.assignment.version;
    cold_start.resume();
    isolate.assign(&request.assignment).map_err(does_not_load)?;
    cold_start.done(ColdPhase::Assign);
    handle.limit_turn(request.boot.cpu);
    let loaded = tokio::time::timeout(request.boot.wall, load(handle, isolate, &version.entry, cold_start)).await;
    let boot = request.boot;
    if panic_barrier::caught(handle).is_some() {
        return Err(Fault::new(Kind::BootFailed, "the host failed while the module was loaded"));
    }
    match (loaded, handle.interrupt.reason()) {
        (_, Some(TerminationReason::Memory)) => {
            Err(Fault::new(Kind::BootFailed, "the module needs more memory to load than memory_mb allows")
                .with_limit(megabytes(version.manifest.limits.memory_bytes), "more"))
        }
        (_, Some(_)) => Err(took_too_long(boot.cpu)),
        (Err(_elapsed), None) => {
            Err(Fault::new(Kind::BootFailed, "the module did not finish loading: a top-level await never settles or takes too long")
                .with_limit(milliseconds(boot.wall), format!("> {}", milliseconds(boot.wall))))
        }
        (Ok(Err(error)), None) => Err(does_not_load(error)),
        (Ok(Ok(loaded)), None) => match loaded.schedules.unanswered(&version.manifest) {
            None => Ok(loaded),
            Some(rule) => {
                Err(Fault::new(Kind::BootFailed, "the function does not load").with_detail(no_handler(&rule.name, loaded.dialect)))
            }
        },
    }
}

async fn load(handle: &Handle, isolate: &mut Isolate, entry: &str, cold_start: &mut ColdStart) -> Result<Loaded, BootError> {
    handle.enter_phase(WorkerPhase::Loading);
    handle.interrupt.hold_back(true);
    let linked = in_turns(handle, isolate.link(entry)).await;
    handle.enter_phase(WorkerPhase::Evaluating);
    handle.interrupt.hold_back(false);
    let module = linked?;
    cold_start.done(ColdPhase::Compile);
    if handle.interrupt.reason().is_some() {
        return Err(BootError::interrupted());
    }
    let loaded = in_turns(handle, isolate.evaluate(module, entry)).await;
    cold_start.done(ColdPhase::Evaluate);
    loaded
}

/// Polls a future in turns, which the watchdog observes.
async fn in_turns<T>(handle: &Handle, work: impl Future<Output = T>) -> T {
    let mut work = pin!(work);
    let relay = Relay::default();
    let waker = Waker::from(relay.0.clone());
    poll_fn(|cx| {
        relay.0.0.register(cx.waker());
        handle.begin_turn();
        let polled = work.as_mut().poll(&mut Context::from_waker(&waker));
        handle.end_turn();
        polled
    })
    .await
}

/// Stands between the thread's own waker and a boot. deno_core never frees the waker of a promise that never settles, and the thread's
/// waker keeps the descriptors of its runtime open: of 40 modules that never finished loading, 80 descriptors stayed open.
#[derive(Default)]
struct Relay(Arc<ToThread>);

#[derive(Default)]
struct ToThread(AtomicWaker);

impl Wake for ToThread {
    fn wake(self: Arc<Self>) {
        self.0.wake();
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        self.0.0.take();
    }
}

/// Why a schedule of the manifest cannot be kept.
fn no_handler(name: &str, dialect: Dialect) -> String {
    format!(
        "the `[[cron]]` {name:?} has no `path`, and the module ({dialect}) has no handler for schedules: give it a `path`, export `scheduled(controller, env, ctx)` beside `fetch`, register it by `Deno.cron({name:?}, …)`, or call it as one is called that the module registers"
    )
}

fn does_not_load(error: BootError) -> Fault {
    Fault::new(Kind::BootFailed, "the function does not load").with_detail(error.detail)
}
