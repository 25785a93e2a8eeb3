//! Asks a version whether it works: a GET of `[check] path`, and a call of an exported `check()`.
//!
//! A release asks before it publishes; the calls go through `invoke` like any other.
//!
//! Invariant: only a 2xx response within `timeout_ms` passes, and no check counts as traffic.

use std::sync::Arc;

use http::uri::PathAndQuery;
use tokio::time::error::Elapsed;

use super::error::CheckError;
use crate::fault::Fault;
use crate::function::message::CallShape;
use crate::function::{Body, Request, Response};
use crate::invoke::{self, BodyEnd, Invocation, InvocationOrigin};
use crate::runtime::pool::Pool;

/// The status of a module without `check` (js-prelude/dispatch/index.js).
const NO_CHECK: u16 = 204;

/// Asks `[check] path` and an exported `check()`. Returns the questions that were asked.
///
/// # Errors
/// If one of them does not pass.
pub(in crate::release) async fn ask(pool: &Arc<Pool>) -> Result<Option<String>, CheckError> {
    let check = &pool.version().manifest.check;
    let mut asked = Vec::new();
    if let Some(path) = &check.path {
        let status = answer(pool, path, CallShape::Http, &format!("GET {path}")).await?;
        asked.push(format!("GET {path}: {status}"));
    }
    let status = answer(pool, "/", CallShape::Check, "check()").await?;
    if status != NO_CHECK {
        asked.push("check()".to_owned());
    }
    Ok((!asked.is_empty()).then(|| asked.join(", ")))
}

async fn answer(pool: &Arc<Pool>, path: &str, shape: CallShape, what: &str) -> Result<u16, CheckError> {
    let path = PathAndQuery::try_from(path).map_err(|error| CheckError::new(format!("{what}: {error}")))?;
    let timeout = pool.version().manifest.check.timeout;
    let request = Request::made_here(http::Method::GET, path, "check", shape);
    let mut invocation = Invocation::of(InvocationOrigin::Release, &request);
    let answered = tokio::time::timeout(timeout, invoke::invoke_pool(&mut invocation, pool.clone(), request, || Body::Empty)).await;
    end(invocation, &answered);
    match answered {
        Err(_elapsed) => Err(CheckError::new(format!("{what} did not answer within timeout_ms ({} ms)", timeout.as_millis()))),
        Ok(Err(fault)) => {
            let CheckError { reason, detail } = CheckError::from(fault);
            Err(CheckError { reason: format!("{what} failed: {reason}"), detail })
        }
        Ok(Ok(response)) if (200..300).contains(&response.status) => Ok(response.status),
        Ok(Ok(response)) => Err(CheckError::new(format!("{what} answered {}, and not 2xx", response.status))),
    }
}

/// Records the check: the release reads the status and no byte of the body.
fn end(mut invocation: Invocation, answered: &Result<Result<Response, Fault>, Elapsed>) {
    match answered {
        Ok(Ok(response)) => invocation.answered(response.status),
        Ok(Err(fault)) => invocation.failed(fault.clone()),
        // The release left before the answer came.
        Err(_) => return,
    }
    invocation.end(&BodyEnd::Whole);
}
