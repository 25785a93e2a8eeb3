//! Loading a function's module into a blank isolate, within the boot limits.
//!
//! Called by `event_loop` once a blank worker has its orders; what comes out is the handler's dialect or a `boot_failed` fault.
//!
//! Invariant: while modules are linked nothing is terminated; a link that does not end is parked.

use std::future::{Future, poll_fn};
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Wake, Waker};
use std::time::Duration;

use futures::task::AtomicWaker;

use crate::fault::{Fault, Kind};
use crate::runtime::isolate::{BootError, Isolate, Reason};

use super::faults::{megabytes, milliseconds};
use super::panic_barrier;
use super::{Handle, Orders, Phase};

/// Loads the function's module within the boot limits.
pub(super) async fn boot(handle: &Handle, isolate: &mut Isolate, orders: &Orders) -> Result<String, Fault> {
    let version = &orders.assignment.version;
    isolate.assign(&orders.assignment).map_err(refused)?;
    handle.limit_turn(orders.boot.cpu);
    let loaded = tokio::time::timeout(orders.boot.wall, load(handle, isolate, &version.entry)).await;
    let boot = orders.boot;
    if panic_barrier::noted(handle).is_some() {
        return Err(Fault::new(Kind::BootFailed, "the host failed while the module was loaded"));
    }
    match (loaded, handle.interrupt.reason()) {
        (_, Some(Reason::Memory)) => Err(Fault::new(Kind::BootFailed, "the module needs more memory to load than memory_mb allows")
            .with_limit(megabytes(version.manifest.limits.memory_bytes), "more")),
        (_, Some(_)) => Err(took_too_long(boot.cpu)),
        (Err(_elapsed), None) => {
            Err(Fault::new(Kind::BootFailed, "the module did not finish loading: a top-level await never settles or takes too long")
                .with_limit(milliseconds(boot.wall), format!("> {}", milliseconds(boot.wall))))
        }
        (Ok(Err(error)), None) => Err(refused(error)),
        (Ok(Ok(dialect)), None) => Ok(dialect),
    }
}

/// The fault of a module that used up its CPU time.
pub(super) fn took_too_long(cpu: Duration) -> Fault {
    Fault::new(Kind::BootFailed, "the module used too much CPU time while loading")
        .with_limit(milliseconds(cpu), format!("> {}", milliseconds(cpu)))
}

async fn load(handle: &Handle, isolate: &mut Isolate, entry: &str) -> Result<String, BootError> {
    handle.enter_phase(Phase::Loading);
    handle.interrupt.hold_back(true);
    let linked = in_turns(handle, isolate.link(entry)).await;
    handle.enter_phase(Phase::Evaluating);
    handle.interrupt.hold_back(false);
    let module = linked?;
    if handle.interrupt.reason().is_some() {
        return Err(BootError::interrupted());
    }
    in_turns(handle, isolate.evaluate(module, entry)).await
}

/// Polls a future while the watchdog looks.
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

/// Stands between the thread's own waker and a boot. deno_core forgets whom a promise that never settles would have woken, and whoever keeps the
/// thread's waker keeps the descriptors of its runtime: of 40 modules that never finished loading, 80 stayed open.
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

fn refused(error: BootError) -> Fault {
    Fault::new(Kind::BootFailed, "the function does not load").with_detail(error.detail)
}
