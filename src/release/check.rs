//! Boots a version in a spare instance: does it load within its limits, and is there a handler?
//!
//! Used by `skep check`; later by every release.
//!
//! Invariant: nothing of it becomes live; the instance is ended afterwards.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::fault::{Fault, Kind};
use crate::function::Version;
use crate::runtime::isolate::Assignment;
use crate::runtime::ops::{Identity, Job};
use crate::runtime::pool::Blanks;
use crate::runtime::worker::{BootLimits, Exit, Handle, Orders, Owner};

/// Loads the version in an instance of its own. Returns the handler's dialect.
///
/// # Errors
/// `boot_failed` with the reason, or why there was no instance.
pub async fn boot(version: Arc<Version>, blanks: &Blanks) -> Result<String, Fault> {
    let limits = BootLimits { cpu: blanks.config().boot_cpu, wall: blanks.config().boot_wall };
    boot_within(version, blanks, limits).await
}

/// The same within limits of its own.
pub(super) async fn boot_within(version: Arc<Version>, blanks: &Blanks, limits: BootLimits) -> Result<String, Fault> {
    let worker = blanks.spare(version.manifest.limits.memory_bytes)?;
    let (tx, rx) = oneshot::channel();
    let identity = Identity { function: version.function.as_str().into(), version: version.id.as_str().into(), instance: worker.id };
    let orders =
        Orders { assignment: Assignment { identity, version }, owner: Arc::new(Checker { verdict: Mutex::new(Some(tx)) }), boot: limits };
    let gone = || Fault::new(Kind::InstanceLost, "the instance ended before it said anything");
    worker.assign(Box::new(orders)).map_err(|_| gone())?;
    rx.await.unwrap_or_else(|_| Err(gone()))
}

struct Checker {
    verdict: Mutex<Option<oneshot::Sender<Result<String, Fault>>>>,
}

impl Checker {
    fn say(&self, verdict: Result<String, Fault>) {
        if let Some(tx) = self.verdict.lock().take() {
            let _ = tx.send(verdict);
        }
    }
}

impl Owner for Checker {
    fn ready(&self, worker: &Arc<Handle>, dialect: &str) {
        self.say(Ok(dialect.to_owned()));
        worker.retire();
    }

    fn boot_failed(&self, _worker: &Arc<Handle>, fault: Fault) {
        self.say(Err(fault));
    }

    fn lost(&self, _worker: &Arc<Handle>, _fault: &dyn Fn(u32) -> Fault) {}

    fn ended(&self, _worker: &Arc<Handle>, exit: Exit, _unheard: Vec<Job>) {
        self.say(Err(Fault::new(Kind::Crashed, format!("the instance ended while it loaded: {exit:?}"))));
    }
}
