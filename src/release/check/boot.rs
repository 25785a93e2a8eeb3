//! Loads a version in an instance of its own, which ends as soon as it is ready.
//!
//! `skep check` and the self-test boot versions here; a release boots an instance of the version's own pool instead.
//!
//! Invariant: the instance takes no call.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::fault::{Fault, Kind};
use crate::function::Version;
use crate::runtime::call::QueuedInvocation;
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::{Assignment, Loaded};
use crate::runtime::ops::Identity;
use crate::runtime::worker::{BootLimits, BootRequest, Exit, Handle, InstanceListener};

/// Loads the version in an instance of its own. Returns what it is.
///
/// # Errors
/// `boot_failed` with the reason, or why there is no instance.
pub async fn boot(version: Arc<Version>, fleet: &Fleet) -> Result<Loaded, Fault> {
    let limits = BootLimits { cpu: fleet.config().boot_cpu, wall: fleet.config().boot_wall };
    boot_within(version, fleet, limits).await
}

/// The same, within the given limits.
pub(super) async fn boot_within(version: Arc<Version>, fleet: &Fleet, limits: BootLimits) -> Result<Loaded, Fault> {
    let worker = fleet.spawn_for_check(version.manifest.limits.memory_bytes)?;
    let (outcome_tx, outcome_rx) = oneshot::channel();
    let identity = Identity { function: version.function.as_str().into(), version: version.id.as_str().into(), instance: worker.id };
    let request = BootRequest {
        assignment: Assignment { identity, version },
        listener: Arc::new(BootListener { outcome_tx: Mutex::new(Some(outcome_tx)) }),
        boot: limits,
    };
    let gone = || Fault::new(Kind::InstanceLost, "the instance ended before it reported an outcome");
    worker.assign(Box::new(request)).map_err(|_| gone())?;
    outcome_rx.await.unwrap_or_else(|_| Err(gone()))
}

struct BootListener {
    outcome_tx: Mutex<Option<oneshot::Sender<Result<Loaded, Fault>>>>,
}

impl BootListener {
    /// Sends the first outcome; later ones do not count.
    fn send(&self, outcome: Result<Loaded, Fault>) {
        if let Some(outcome_tx) = self.outcome_tx.lock().take() {
            let _ = outcome_tx.send(outcome);
        }
    }
}

impl InstanceListener for BootListener {
    fn ready(&self, worker: &Arc<Handle>, loaded: Loaded) {
        self.send(Ok(loaded));
        worker.retire();
    }

    fn boot_failed(&self, _worker: &Arc<Handle>, fault: Fault) {
        self.send(Err(fault));
    }

    fn lost(&self, _worker: &Arc<Handle>, _fault: &dyn Fn(u32) -> Fault) {}

    fn ended(&self, _worker: &Arc<Handle>, exit: Exit, _unheard: Vec<QueuedInvocation>) {
        self.send(Err(Fault::new(Kind::Crashed, format!("the instance ended while it loaded: {exit:?}"))));
    }
}
