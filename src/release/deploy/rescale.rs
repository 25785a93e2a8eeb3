//! The change of a function that needs no release: how many instances it has.
//!
//! The admin API asks for it; it is written into the state, and then the pools of the function follow.
//!
//! Invariant: the scale of a pool is the one in the state, and a value out of range changes nothing.

use super::context::DeployContext;
use super::order::SubmitError;
use crate::function::manifest::{CONCURRENCY_MAX, IDLE_S_MAX, INSTANCES_MAX, QUEUE_MAX};
use crate::function::{FunctionName, Scale};
use crate::live::Endpoint;
use crate::release::catalog::scales::overlay;
use crate::release::store::ScaleChange;

/// Lays a change over the scale of a function, of the functions directory too. A value that the change leaves out stays; `reset` first
/// removes all earlier changes. Returns the effective scale, if the version is known.
///
/// # Errors
/// If there is no such function, a value is out of range, or the state cannot be written.
pub(super) fn rescale(
    context: &DeployContext,
    function: &FunctionName,
    change: &ScaleChange,
    reset: bool,
) -> Result<Option<Scale>, SubmitError> {
    check(change)?;
    let find = || context.catalog.entry(function);
    let entry = find().ok_or_else(|| SubmitError::NotFound(format!("there is no function `{function}`")))?;
    let writer = context.writer_now()?;
    let mut state = context.state();
    let before = state.functions.get(function).filter(|_| !reset).map(|function_state| function_state.scale.clone());
    let change = merged(before.unwrap_or_default(), change);
    if let (Some(min), Some(max)) = (change.min, change.max)
        && min > max
    {
        return Err(SubmitError::Invalid(format!("min = {min} is greater than max = {max}")));
    }
    let set = |next: &mut crate::release::store::StoredState| next.functions.entry(function.clone()).or_default().scale = change.clone();
    context.commit(&writer, &mut state, set).map_err(|error| SubmitError::Failed(error.to_string()))?;
    context.factory.pools.scales.replace(&state);
    // Still under the lock: a release that was published meanwhile has brought another pool.
    Ok(apply(&find().unwrap_or(entry).endpoint, &change))
}

/// Gives every pool of the function its scale; returns that of the live one.
pub(super) fn apply(endpoint: &Endpoint, change: &ScaleChange) -> Option<Scale> {
    let pools = endpoint.tracks().filter_map(|track| track.made()?.as_ref().ok());
    let scales: Vec<Scale> = pools
        .map(|pool| {
            let scale = overlay(&pool.version().manifest.scale, change);
            pool.rescale(scale.clone());
            scale
        })
        .collect();
    scales.into_iter().next()
}

fn merged(before: ScaleChange, change: &ScaleChange) -> ScaleChange {
    ScaleChange {
        min: change.min.or(before.min),
        max: change.max.or(before.max),
        concurrency: change.concurrency.or(before.concurrency),
        queue: change.queue.or(before.queue),
        idle_s: change.idle_s.or(before.idle_s),
    }
}

/// The ranges of `[scale]`.
fn check(change: &ScaleChange) -> Result<(), SubmitError> {
    let within = |name: &str, value: Option<u64>, least: u64, most: u64| match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(SubmitError::Invalid(format!("{name} = {value} is out of range: allowed is {least} to {most}")))
        }
        _ => Ok(()),
    };
    within("min", change.min.map(u64::from), 0, INSTANCES_MAX.into())?;
    within("max", change.max.map(u64::from), 1, INSTANCES_MAX.into())?;
    within("concurrency", change.concurrency.map(u64::from), 1, CONCURRENCY_MAX.into())?;
    within("queue", change.queue.map(u64::from), 0, QUEUE_MAX.into())?;
    within("idle_s", change.idle_s, 1, IDLE_S_MAX)
}
