//! Ops of Parse functions: what is counted for all instances of a function, and the folder of another Parse function.
//!
//! `js-prelude/dialects/parse` calls them. The host counts, so that another instance, and the next one, counts on. `jobs` has the jobs.
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

fn head_of(key: &str) -> &str {
    key.get(..key.floor_char_boundary(KEY_BYTES_MAX)).unwrap_or_default()
}
