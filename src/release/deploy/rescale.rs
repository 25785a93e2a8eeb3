//! What may be changed of a function without a release: how many instances it has.
//!
//! Asked for by the admin API; written into the state, then told to the pools that are there.
//!
//! Invariant: what a pool is told is what the state says, and a value out of range changes nothing.

use super::Deployments;
use super::order::Refused;
use super::stored::scale;
use crate::function::Scale;
use crate::function::manifest::{CONCURRENCY_MAX, IDLE_S_MAX, INSTANCES_MAX, QUEUE_MAX};
use crate::live::Endpoint;
use crate::release::store::{Held, ScaleChange};

impl Deployments {
    /// Lays a change over the scale of a function, of the functions folder too. What the change leaves out stays as it was; `reset` first takes
    /// back what was changed before. Returns the scale that counts, if the version is known.
    ///
    /// # Errors
    /// If there is no such function, a value is out of range, or the state cannot be written.
    pub fn rescale(&self, function: &str, change: &ScaleChange, reset: bool) -> Result<Option<Scale>, Refused> {
        check(change)?;
        let endpoint = self.releaser.endpoints().remove(function);
        let endpoint = endpoint.ok_or_else(|| Refused::NotFound(format!("there is no function `{function}`")))?;
        let writer = self.writer_now()?;
        let mut state = self.state();
        let mut next = state.clone();
        let held: &mut Held = next.functions.entry(function.to_owned()).or_default();
        let before = if reset { ScaleChange::default() } else { held.scale.clone() };
        held.scale = ScaleChange {
            min: change.min.or(before.min),
            max: change.max.or(before.max),
            concurrency: change.concurrency.or(before.concurrency),
            queue: change.queue.or(before.queue),
            idle_s: change.idle_s.or(before.idle_s),
        };
        if let (Some(min), Some(max)) = (held.scale.min, held.scale.max)
            && min > max
        {
            return Err(Refused::Invalid(format!("min = {min} is greater than max = {max}")));
        }
        let change = held.scale.clone();
        next.serial += 1;
        self.maker.store.commit(&writer, &next).map_err(|error| Refused::Failed(error.to_string()))?;
        *state = next;
        self.releaser.scales.replace(&state);
        // Under the lock: a release that was published meanwhile has brought another pool.
        let endpoint = self.releaser.endpoints().remove(function).unwrap_or(endpoint);
        let scale = apply(&endpoint, &change);
        drop(state);
        Ok(scale)
    }
}

/// Tells every pool of the function; returns the scale of the live one.
pub(in crate::release) fn apply(endpoint: &Endpoint, change: &ScaleChange) -> Option<Scale> {
    let pools = endpoint.tracks().filter_map(|track| track.made()?.as_ref().ok());
    let scales: Vec<Scale> = pools
        .map(|pool| {
            let scale = scale(&pool.version().manifest.scale, change);
            pool.rescale(scale.clone());
            scale
        })
        .collect();
    scales.into_iter().next()
}

/// The ranges of `[scale]`.
fn check(change: &ScaleChange) -> Result<(), Refused> {
    let within = |name: &str, value: Option<u64>, least: u64, most: u64| match value {
        Some(value) if !(least..=most).contains(&value) => {
            Err(Refused::Invalid(format!("{name} = {value} is out of range: allowed is {least} to {most}")))
        }
        _ => Ok(()),
    };
    within("min", change.min.map(u64::from), 0, INSTANCES_MAX.into())?;
    within("max", change.max.map(u64::from), 1, INSTANCES_MAX.into())?;
    within("concurrency", change.concurrency.map(u64::from), 1, CONCURRENCY_MAX.into())?;
    within("queue", change.queue.map(u64::from), 0, QUEUE_MAX.into())?;
    within("idle_s", change.idle_s, 1, IDLE_S_MAX)
}
