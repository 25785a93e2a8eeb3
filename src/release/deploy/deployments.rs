//! Everything that is deployed, as the operator sees it: orders come in, records go out.
//!
//! `app` opens it on the state folder; the admin API submits orders, reads records and cancels. Each release runs as a `Transaction` on a
//! runtime of its own, when the queue allows it.
//!
//! Invariant: an order that was accepted ends in its record, also when its transaction panics.

use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use parking_lot::Mutex;
use tokio::sync::watch;

use super::auto_rollback::AutoRollback;
use super::context::DeployContext;
use super::function::FunctionRelease;
use super::order::{Order, SubmitError};
use super::precheck::precheck;
use super::queue::Ticket;
use super::registry::{Registry, RegistryEntry, now_ms};
use super::rescale::rescale;
use super::state_dir::{OpenError, StateDir};
use super::takeover;
use super::transaction::Transaction;
use super::verification::Verification;
use crate::api::release::{FunctionRecord, Record, ReleaseStatus};
use crate::function::{FunctionName, Scale};
use crate::release::catalog::Catalog;
use crate::release::source::Files;
use crate::release::store::{FunctionState, ScaleChange, StoreError, WriterLock};

/// Everything that is deployed.
pub struct Deployments {
    context: Arc<DeployContext>,
    registry: Mutex<Registry>,
    runtime: tokio::runtime::Runtime,
    /// Every release that has not ended holds a receiver.
    busy_tx: watch::Sender<()>,
    verification: Verification,
}

impl Deployments {
    /// Takes the state folder over. `waits`: another engine of this host may still write, and will release the lock.
    ///
    /// # Errors
    /// See [`OpenError`].
    pub fn open(catalog: Arc<Catalog>, state_dir: StateDir, drain: Duration, waits: bool) -> Result<Arc<Self>, OpenError> {
        let StateDir { factory, state, path } = state_dir;
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .max_blocking_threads(4)
            .thread_name("skep release")
            .enable_all()
            .build()?;
        let registry = Mutex::new(Registry::of(&state));
        let context = DeployContext::new(catalog, factory, drain, state);
        let deployments =
            Arc::new(Self { context, registry, runtime, busy_tx: watch::Sender::new(()), verification: Verification::default() });
        if waits {
            let waiting = deployments.clone();
            std::thread::Builder::new().name("skep writer".to_owned()).spawn(move || waiting.wait_for_lock())?;
        } else {
            let failed = |error| OpenError::Store { path: path.clone(), error };
            let lock = deployments.context.factory.store.try_lock().map_err(failed)?.ok_or_else(|| OpenError::InUse(path.clone()))?;
            deployments.begin_writing(lock).map_err(failed)?;
        }
        Ok(deployments)
    }

    fn wait_for_lock(&self) {
        let taken = self.context.factory.store.lock().and_then(|lock| self.begin_writing(lock));
        if let Err(error) = taken {
            tracing::error!(%error, "this engine cannot release anything");
        }
    }

    /// From now on this process writes. Releases that another engine has made since the state was read become live here.
    fn begin_writing(&self, lock: WriterLock) -> Result<(), StoreError> {
        let records = takeover::catch_up(&self.context)?;
        self.registry.lock().entries.extend(records);
        self.context.allow_writing(lock);
        Ok(())
    }

    /// Accepts an order. Returns the record of the release as it is now.
    ///
    /// # Errors
    /// See [`SubmitError`].
    pub fn submit(self: &Arc<Self>, order: Order) -> Result<Arc<Record>, SubmitError> {
        if self.context.is_closed() {
            return Err(SubmitError::Closed);
        }
        precheck(&self.context, &order)?;
        let mut registry = self.registry.lock();
        let id = registry.next_id(now_ms());
        let ticket = Ticket {
            id: id.clone(),
            functions: order.functions(),
            replaceable: order.is_replaceable(),
            bytes: order.files.as_ref().map_or(0, Files::bytes),
            by: order.by.clone(),
        };
        let submitted = registry.queue.submit(ticket).map_err(|full| SubmitError::Busy(full.to_string()))?;
        let record = Arc::new(record_of(id.clone(), &order));
        let entry = RegistryEntry::new(record.clone(), Some(order));
        registry.entries.insert(id, entry.clone());
        for older in submitted.superseded.iter().filter_map(|older| registry.entries.get(older)) {
            drop(older.order.lock().take());
            older.end(ReleaseStatus::Superseded);
        }
        registry.forget_oldest();
        drop(registry);
        if submitted.runs {
            self.start(entry);
        }
        Ok(record)
    }

    fn start(self: &Arc<Self>, entry: Arc<RegistryEntry>) {
        let Some(order) = entry.order.lock().take() else { return };
        // An order that was accepted names a function.
        let Some(first) = order.changes.first().map(|change| change.function.clone()) else { return };
        let (deployments, busy_rx) = (self.clone(), self.busy_tx.subscribe());
        self.runtime.spawn(async move {
            let id = entry.record().id.clone();
            let on_published = |releases: &[FunctionRelease]| deployments.published(&id, releases);
            let transaction = Transaction { context: &deployments.context, entry: &entry, order, first, on_published: &on_published };
            if AssertUnwindSafe(transaction.run()).catch_unwind().await.is_err() {
                tracing::error!(release = id, "a bug of Skep ended the release");
                entry.end(ReleaseStatus::Undone);
            }
            deployments.finish(&id);
            drop(busy_rx);
        });
    }

    /// A release is published. The next release of its functions need not wait until the last stream of the old version has ended, and
    /// neither may the first calls of the new version go unobserved until then.
    fn published(self: &Arc<Self>, id: &str, releases: &[FunctionRelease]) {
        self.finish(id);
        for rollback in releases.iter().filter(|release| !release.unchanged).filter_map(|release| AutoRollback::of(&self.context, release))
        {
            let deployments = Arc::downgrade(self);
            self.runtime.spawn(rollback.run(move |order| match deployments.upgrade() {
                Some(deployments) => deployments.submit(order).map(drop),
                None => Ok(()),
            }));
        }
    }

    /// A release is published, or has ended: releases that waited for its functions may begin. A second call has no effect.
    fn finish(self: &Arc<Self>, id: &str) {
        let started: Vec<Arc<RegistryEntry>> = {
            let mut registry = self.registry.lock();
            let started = registry.queue.end(id);
            started.iter().filter_map(|id| registry.entries.get(id).cloned()).collect()
        };
        for entry in started {
            self.start(entry);
        }
    }

    /// Cancels a release that is not published yet.
    ///
    /// # Errors
    /// If there is no such release, or it is published or has ended.
    pub fn cancel(self: &Arc<Self>, id: &str) -> Result<Arc<Record>, SubmitError> {
        let entry = self.entry(id)?;
        let record = entry.record();
        if record.status.is_end() || record.is_published() {
            return Err(SubmitError::Conflict(format!("release {id} cannot be cancelled any more: it is published or has ended")));
        }
        entry.cancelled_tx.send_replace(true);
        if entry.order.lock().take().is_some() {
            // It had not begun, so there is no transaction that would end it.
            entry.end(ReleaseStatus::Cancelled);
            self.finish(id);
        }
        Ok(entry.record())
    }

    /// Refuses new orders, and waits until the accepted ones have ended; then another process may write.
    pub async fn close(&self) {
        self.context.close();
        self.busy_tx.closed().await;
        self.context.stop_writing();
    }

    /// The record of a release, and every change of it.
    ///
    /// # Errors
    /// If there is no such release.
    pub fn subscribe(&self, id: &str) -> Result<watch::Receiver<Arc<Record>>, SubmitError> {
        Ok(self.entry(id)?.record_tx.subscribe())
    }

    fn entry(&self, id: &str) -> Result<Arc<RegistryEntry>, SubmitError> {
        self.registry.lock().entries.get(id).cloned().ok_or_else(|| SubmitError::NotFound(format!("there is no release {id:?}")))
    }

    /// Records, newest first: so many of them, of those that were asked for before the release `before`.
    pub fn records(&self, limit: usize, before: Option<&str>) -> Vec<Arc<Record>> {
        self.registry.lock().records(limit, before)
    }

    /// The state of a function.
    pub fn function_state(&self, function: &FunctionName) -> Option<FunctionState> {
        self.context.function_state(function)
    }

    /// Changes how many instances a function has; see [`rescale`].
    ///
    /// # Errors
    /// If there is no such function, a value is out of range, or the state cannot be written.
    pub fn rescale(&self, function: &FunctionName, change: &ScaleChange, reset: bool) -> Result<Option<Scale>, SubmitError> {
        rescale(&self.context, function, change, reset)
    }

    /// Checks every kept version against its checksum. One check runs at a time, for everyone who asks meanwhile.
    ///
    /// # Errors
    /// If the check cannot be made.
    pub async fn verify(&self) -> Result<Arc<Vec<StoreError>>, SubmitError> {
        let context = self.context.clone();
        let verify = move || {
            let state = context.state().clone();
            context.factory.store.verify(&state)
        };
        let failed = || SubmitError::Failed("the store could not be verified: there was no thread for it, or a bug ended it".to_owned());
        self.verification.shared(verify).await.ok_or_else(failed)
    }
}

/// The record of an order that has just been accepted.
fn record_of(id: String, order: &Order) -> Record {
    Record {
        id,
        purpose: order.purpose,
        status: ReleaseStatus::Waiting,
        note: order.note.clone(),
        by: order.by.clone(),
        created_ms: now_ms(),
        ended_ms: None,
        unchanged: false,
        functions: order.changes.iter().map(|change| FunctionRecord::new(change.function.clone())).collect(),
        more_functions: 0,
        failure: None,
    }
}
