//! The one swap of a release: the new state goes to the disk, and then the new entries into the table.
//!
//! A transaction publishes when all its steps have succeeded.
//!
//! Invariant: the state on the disk names every version that the table has; before the swap nothing that traffic sees has changed, and
//! after it nothing can fail any more.

use std::sync::Arc;

use super::context::{DeployContext, KEEP};
use super::function::FunctionRelease;
use super::order::{StepError, SubmitError};
use super::plan::{self, Plan};
use super::registry::{RegistryEntry, now_ms};
use super::rescale;
use crate::api::release::{Record, Step, StepState};
use crate::function::FunctionName;
use crate::release::catalog::{Swap, SwapError};
use crate::release::store::{StoreError, StoredState, WriterLock};
use crate::runtime::pool::Pool;

/// Why a release is not published.
pub(super) enum PublishError {
    /// Nothing has changed.
    Refused(StepError),
    /// The new state may be on the disk all the same: its versions must stay, because a restart may need them.
    InDoubt(StepError),
}

impl From<StepError> for PublishError {
    fn from(step_error: StepError) -> Self {
        Self::Refused(step_error)
    }
}

impl From<SubmitError> for PublishError {
    fn from(error: SubmitError) -> Self {
        Self::Refused(StepError::new(error.to_string()))
    }
}

/// Publishes a release. Returns the pools that have left the table.
pub(super) fn publish(
    context: &DeployContext,
    entry: &RegistryEntry,
    releases: &[FunctionRelease],
    note: Option<&str>,
) -> Result<Vec<(FunctionName, Arc<Pool>)>, PublishError> {
    let writer = context.writer_now()?;
    let changing = || releases.iter().filter(|release| !release.unchanged);
    changing().for_each(|release| entry.mark(&release.function, Step::Published, StepState::Running, None));
    let mut state = context.state();
    let now = now_ms();
    let Plan { state: mut next, swaps, retired } = Plan::of(context, &state, changing(), now, note)?;
    next.serial += 1;
    let mut swept = next.sweep(KEEP, now);
    swept.extend(plan::removed(&state, &next));
    plan::remember(&mut next, &published(entry, now));
    let swapped = context.catalog.swap(&swaps, || context.factory.store.commit(&writer, &next));
    swapped.map_err(|error| refused(context, &writer, &mut state, next.serial, error))?;
    *state = next;
    context.factory.pools.scales.replace(&state);
    rescale_pools(&state, &swaps);
    if let Err(error) = context.factory.store.remove(&writer, &state, &swept) {
        tracing::warn!(%error, "cannot remove a version that is not kept any more");
    }
    drop(state);
    for release in releases {
        let step = if release.unchanged { StepState::Skipped } else { StepState::Done };
        entry.mark(&release.function, Step::Published, step, None);
    }
    Ok(retired)
}

/// The record as it will be, for the state: its published step is done if the state is ever read.
fn published(entry: &RegistryEntry, now_ms: u64) -> Record {
    let mut record = Record::clone(&entry.record());
    for function in &mut record.functions {
        function.set(Step::Published, StepState::Done, now_ms, None);
    }
    record
}

fn refused(context: &DeployContext, writer: &WriterLock, state: &mut StoredState, serial: u64, error: SwapError) -> PublishError {
    match error {
        SwapError::Store(error) => {
            let step_error = StepError::new(format!("the state cannot be written: {error}"));
            match undo_commit(context, writer, state, serial) {
                Ok(()) => PublishError::Refused(step_error),
                Err(error) => {
                    tracing::error!(%error, "the state folder may hold a release that was undone: repair it and restart");
                    PublishError::InDoubt(step_error)
                }
            }
        }
        SwapError::OfFolder(_) | SwapError::Conflict(_) => PublishError::Refused(StepError::new(error.to_string())),
    }
}

/// Writes the old state again after a failed commit, because the new one may be on the disk all the same, if only its last step failed.
///
/// # Errors
/// If the old state cannot be written either.
fn undo_commit(context: &DeployContext, writer: &WriterLock, state: &mut StoredState, serial: u64) -> Result<(), StoreError> {
    let store = &context.factory.store;
    if store.reload().is_ok_and(|found| found.serial != serial) {
        return Ok(());
    }
    let mut back = state.clone();
    back.serial = serial + 1;
    store.commit(writer, &back)?;
    *state = back;
    Ok(())
}

/// A scale may have changed since the pools were made.
fn rescale_pools(state: &StoredState, swaps: &[Swap]) {
    for (function, after) in swaps {
        if let (Some(after), Some(function_state)) = (after, state.functions.get(function)) {
            rescale::apply(&after.endpoint, &function_state.scale);
        }
    }
}
