//! Ops of Parse functions: what is counted for all instances of a function, and the folder of another Parse function.
//!
//! `js-prelude/dialects/parse` calls them. The host counts, so that another instance, and the next one, counts on.
//!
//! Invariant: what a function counts is its own; no function reads or changes the counts of another one.

use std::sync::Arc;
use std::time::Duration;

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;
use super::host::{HostApi, Identity};

/// Longest key that is counted, in bytes.
const KEY_BYTES_MAX: usize = 1_024;
/// Most jobs of an instance that are under way.
const JOBS_MAX: usize = 1_000;
/// Longest window: a day.
const WINDOW_MAX: Duration = Duration::from_secs(86_400);

/// Counts one more use of `key` within `window_ms`. False if that makes more than `count`.
#[op2(nofast)]
pub(crate) fn op_skep_rate_limit(state: &mut OpState, #[string] key: &str, window_ms: f64, count: f64) -> Result<bool, JsErrorBox> {
    catch_panic("op_skep_rate_limit", 0, || {
        let (Some(host), Some(identity)) = (state.try_borrow::<Arc<dyn HostApi>>(), state.try_borrow::<Identity>()) else { return true };
        let window = Duration::from_millis(window_ms.max(0.0) as u64).min(WINDOW_MAX);
        host.is_within_rate(&identity.function, head_of(key), window, count.max(0.0) as u64)
    })
}

/// The name of the function that has registered a Parse function in the same application; empty if none has.
#[op2]
#[string]
pub(crate) fn op_skep_parse_function(state: &mut OpState, #[string] name: &str) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_parse_function", 0, || {
        let (Some(host), Some(identity)) = (state.try_borrow::<Arc<dyn HostApi>>(), state.try_borrow::<Identity>()) else {
            return String::new();
        };
        host.parse_function(&identity.function, name).unwrap_or_default()
    })
}

/// A job begins: its id, its name and the JSON text of its parameters.
#[op2(nofast)]
pub(crate) fn op_skep_job_start(
    state: &mut OpState,
    #[smi] call: u32,
    #[string] id: &str,
    #[string] name: &str,
    #[string] params: &str,
) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_job_start", call, || {
        let (Some(host), Some(identity)) = (state.try_borrow::<Arc<dyn HostApi>>(), state.try_borrow::<Identity>()) else { return };
        let (host, identity) = (host.clone(), identity.clone());
        host.job_began(&identity.function, id, name, params);
        if !state.has::<JobsOfInstance>() {
            state.put(JobsOfInstance { host, function: identity.function, ids: Vec::new() });
        }
        let own = state.borrow_mut::<JobsOfInstance>();
        if own.ids.len() < JOBS_MAX {
            own.ids.push(id.into());
        }
    })
}

/// A job says something, or has ended: `status` is `running`, `succeeded` or `failed`; an empty message keeps the last one.
#[op2(nofast)]
pub(crate) fn op_skep_job_update(
    state: &mut OpState,
    #[string] id: &str,
    #[string] status: &str,
    #[string] message: &str,
) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_job_update", 0, || {
        let Some(own) = state.try_borrow_mut::<JobsOfInstance>() else { return };
        // A job of another instance is not this one's to change.
        if !own.ids.iter().any(|own| **own == *id) {
            return;
        }
        own.host.job_said(&own.function, id, status, message);
        if status != "running" {
            own.ids.retain(|own| **own != *id);
        }
    })
}

/// The jobs of the application, newest first, as a JSON list of `{id, name, params, status, message, created, updated, finished}`; times in
/// milliseconds since 1970.
#[op2]
#[string]
pub(crate) fn op_skep_job_list(state: &mut OpState) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_job_list", 0, || {
        let (Some(host), Some(identity)) = (state.try_borrow::<Arc<dyn HostApi>>(), state.try_borrow::<Identity>()) else {
            return "[]".to_owned();
        };
        host.jobs(&identity.function)
    })
}

/// The jobs that an instance has begun and not ended. They fail with it.
struct JobsOfInstance {
    host: Arc<dyn HostApi>,
    function: Arc<str>,
    ids: Vec<Box<str>>,
}

impl Drop for JobsOfInstance {
    fn drop(&mut self) {
        for id in &self.ids {
            self.host.job_said(&self.function, id, "failed", "the instance that ran the job ended before it");
        }
    }
}

fn head_of(key: &str) -> &str {
    key.get(..key.floor_char_boundary(KEY_BYTES_MAX)).unwrap_or_default()
}
