//! The parts that every release shares: the catalog, the store behind the factory of pools, the state in memory, and the writer lock.
//!
//! `deployments` creates it from the state folder; transactions, the automatic rollback and `rescale` use it.
//!
//! Invariant: the state in memory is the one on the disk: every change goes to the disk first.

use std::sync::Arc;
use std::time::Duration;

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::watch;

use super::order::SubmitError;
use super::stored::PoolFactory;
use crate::function::FunctionName;
use crate::release::catalog::Catalog;
use crate::release::store::{FunctionState, Keep, StoreError, StoredState, WriterLock};

/// Versions of a function that are kept, those that never leave included, and for how long.
pub const KEEP: Keep = Keep { count: 10, age: Duration::from_secs(90 * 86_400) };

/// The parts that every release shares.
pub(super) struct DeployContext {
    pub(super) catalog: Arc<Catalog>,
    pub(super) factory: PoolFactory,
    /// How long an old version may finish its calls.
    pub(super) drain: Duration,
    /// Locked before the state of the catalog.
    state: Mutex<StoredState>,
    writer_tx: watch::Sender<Option<Arc<WriterLock>>>,
    closed_tx: watch::Sender<bool>,
}

impl DeployContext {
    /// The context of a state that was read; this process may not write yet.
    pub(super) fn new(catalog: Arc<Catalog>, factory: PoolFactory, drain: Duration, state: StoredState) -> Arc<Self> {
        let (writer_tx, closed_tx) = (watch::Sender::new(None), watch::Sender::new(false));
        Arc::new(Self { catalog, factory, drain, state: Mutex::new(state), writer_tx, closed_tx })
    }

    /// The state, locked.
    pub(super) fn state(&self) -> MutexGuard<'_, StoredState> {
        self.state.lock()
    }

    /// The state of one function.
    pub(super) fn function_state(&self, function: &FunctionName) -> Option<FunctionState> {
        self.state().functions.get(function).cloned()
    }

    /// Changes the state: on the disk, and then in memory.
    ///
    /// # Errors
    /// If the state cannot be written; then it stays unchanged in memory.
    pub(super) fn commit(
        &self,
        writer: &WriterLock,
        state: &mut StoredState,
        change: impl FnOnce(&mut StoredState),
    ) -> Result<(), StoreError> {
        let mut next = state.clone();
        change(&mut next);
        next.serial += 1;
        self.factory.store.commit(writer, &next)?;
        *state = next;
        Ok(())
    }

    /// From now on this process may write.
    pub(super) fn allow_writing(&self, lock: WriterLock) {
        self.writer_tx.send_replace(Some(Arc::new(lock)));
    }

    /// From now on another process may write.
    pub(super) fn stop_writing(&self) {
        self.writer_tx.send_replace(None);
    }

    /// The writer lock, once this process has it.
    pub(super) async fn writer(&self) -> Option<Arc<WriterLock>> {
        let mut writer_rx = self.writer_tx.subscribe();
        writer_rx.wait_for(Option::is_some).await.ok().and_then(|lock| lock.clone())
    }

    /// The writer lock, if this process has it.
    ///
    /// # Errors
    /// If another engine of this host still has it.
    pub(super) fn writer_now(&self) -> Result<Arc<WriterLock>, SubmitError> {
        self.writer_tx.borrow().clone().ok_or(SubmitError::Closed)
    }

    /// Refuses new orders from now on.
    pub(super) fn close(&self) {
        self.closed_tx.send_replace(true);
    }

    /// Whether new orders are refused.
    pub(super) fn is_closed(&self) -> bool {
        *self.closed_tx.borrow()
    }

    /// Waits until new orders are refused: the process is about to exit.
    pub(super) async fn closing(&self) {
        // The sender lives as long as this.
        let _ = self.closed_tx.subscribe().wait_for(|closed| *closed).await;
    }
}
