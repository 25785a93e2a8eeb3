//! Ops of a call that a schedule has caused: the moment that it is for, and the wish not to be called for it again.
//!
//! `dispatch/scheduled.js` reads the moment; `trigger::cron` heeds the wish.
//!
//! Invariant: for a call with another cause there is no moment, and the wish means nothing.

use std::sync::atomic::Ordering;

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;
use crate::function::message::Occurrence;
use crate::runtime::call::InFlightTable;

/// Lines: name, expression, moment, attempt, id, and the moments before and after, each an empty line if there is none. An empty text: no
/// schedule is the cause.
#[op2]
#[string]
pub(crate) fn op_skep_occurrence(state: &mut OpState, #[smi] id: u32) -> Result<String, JsErrorBox> {
    let read = || {
        let in_flight = state.borrow::<InFlightTable>().get(id);
        let occurrence = in_flight.and_then(|in_flight| in_flight.head.as_ref()?.occurrence.as_deref());
        occurrence.map(lines).unwrap_or_default()
    };
    catch_panic("op_skep_occurrence", id, read)
}

fn lines(occurrence: &Occurrence) -> String {
    let Occurrence { id, name, expression, due_ms, last_ms, next_ms, attempt, .. } = occurrence;
    let text = |ms: &Option<i64>| ms.map(|ms| ms.to_string()).unwrap_or_default();
    let (last, next) = (text(last_ms), text(next_ms));
    format!("{name}\n{expression}\n{due_ms}\n{attempt}\n{id}\n{last}\n{next}")
}

/// The function asks not to be called again for this moment, should it fail.
#[op2(fast)]
pub(crate) fn op_skep_no_retry(state: &mut OpState, #[smi] id: u32) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_no_retry", id, || {
        if let Some(stats) = state.borrow::<InFlightTable>().get(id).and_then(|in_flight| in_flight.stats.as_ref()) {
            stats.no_retry.store(true, Ordering::Relaxed);
        }
    })
}
