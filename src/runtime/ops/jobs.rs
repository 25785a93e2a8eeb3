//! Ops of the jobs of Parse applications: one begins, says something, ends; all of them are listed.
//!
//! `js-prelude/dialects/parse` calls them. The host keeps the statuses, and calls the function for each job; an instance knows its job by the
//! call (op_skep_job_input).
//!
//! Invariant: the jobs of an application are those of its mount; a function that is no part of one has none.

use std::sync::Arc;

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;
use http::Method;
use http::uri::PathAndQuery;

use super::catch_panic::catch_panic;
use super::host::{HostApi, NewJob, ParseApplication};
use crate::function::message::{CallShape, JobRun, Request};
use crate::function::trace::random;
use crate::runtime::call::InFlightTable;

/// What an op says to a function that is no part of an application.
const NO_APPLICATION: &str = "the function is no part of a Parse application";

fn application(state: &OpState) -> Option<(Arc<dyn HostApi>, ParseApplication)> {
    Some((state.try_borrow::<Arc<dyn HostApi>>()?.clone(), state.try_borrow::<ParseApplication>()?.clone()))
}

/// Has the host call the function for a job, with `input`. The text says why it does not; empty: it does.
#[op2]
#[string]
pub(crate) fn op_skep_job_order(
    state: &mut OpState,
    #[smi] call: u32,
    #[string] id: &str,
    #[string] name: &str,
    #[string] params: &str,
    #[string] input: &str,
) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_job_order", call, || {
        let Some((host, application)) = application(state) else { return NO_APPLICATION.to_owned() };
        let in_flight = state.borrow::<InFlightTable>().get(call);
        let Some(head) = in_flight.and_then(|in_flight| in_flight.head.as_deref()) else { return "the request is over".to_owned() };
        let request = request(&application, head, id, name, input);
        host.job_ordered(&application, NewJob { id, name, params }, request).err().unwrap_or_default()
    })
}

/// The call of a job: a child of the trace that has ordered it.
fn request(application: &ParseApplication, head: &Request, id: &str, name: &str, input: &str) -> Request {
    // A name that is no part of a path is left out: the log alone has it.
    let path = PathAndQuery::try_from(format!("{}/jobs/{name}", application.mount)).unwrap_or_else(|_| PathAndQuery::from_static("/jobs"));
    let mut request = Request::made_here(Method::POST, path, id, CallShape::Scheduled);
    request.trace = head.trace.child(random());
    request.hops = head.hops.saturating_add(1);
    request.job = Some(Arc::new(JobRun {
        id: id.into(),
        name: name.into(),
        input: input.into(),
        wall: application.job_wall,
        cpu: application.job_cpu,
    }));
    request
}

/// Notes that a job begins in this call, which a schedule has caused. The text says why it cannot be; empty: it is noted.
#[op2]
#[string]
pub(crate) fn op_skep_job_note(
    state: &mut OpState,
    #[smi] call: u32,
    #[string] id: &str,
    #[string] name: &str,
    #[string] params: &str,
) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_job_note", call, || {
        let Some((host, application)) = application(state) else { return NO_APPLICATION.to_owned() };
        match host.job_noted(&application, NewJob { id, name, params }) {
            Err(reason) => reason,
            Ok(on_fault) => {
                if let Some(stats) = state.borrow::<InFlightTable>().get(call).and_then(|in_flight| in_flight.stats.as_ref()) {
                    stats.on_fault.set(on_fault);
                }
                String::new()
            }
        }
    })
}

/// Of a call that is a job: its id, its name and its input, each on a line. Empty: it is none.
#[op2]
#[string]
pub(crate) fn op_skep_job_input(state: &mut OpState, #[smi] call: u32) -> Result<String, JsErrorBox> {
    let read = || {
        let in_flight = state.borrow::<InFlightTable>().get(call);
        let job = in_flight.and_then(|in_flight| in_flight.head.as_ref()?.job.as_deref());
        job.map(|JobRun { id, name, input, .. }| format!("{id}\n{name}\n{input}")).unwrap_or_default()
    };
    catch_panic("op_skep_job_input", call, read)
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
        if let Some((host, application)) = application(state) {
            host.job_said(&application, id, status, message);
        }
    })
}

/// The jobs of the application, newest first, as a JSON list of `{id, name, source, params, status, message, created, updated, finished}`;
/// times in milliseconds since 1970.
#[op2]
#[string]
pub(crate) fn op_skep_job_list(state: &mut OpState) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_job_list", 0, || application(state).map_or_else(|| "[]".to_owned(), |(host, application)| host.jobs(&application)))
}
