//! Tries a version out before it gets traffic: does it load within its limits, is there a handler, and does it say that it works?
//!
//! Used by `skep check`, by the self-test, and by every release.
//!
//! Invariant: nothing of it becomes live here.

pub mod self_test;

use std::sync::Arc;

use http::uri::PathAndQuery;
use parking_lot::Mutex;
use tokio::sync::oneshot;
use tokio::time::error::Elapsed;

use super::deploy::order::Trouble;
use crate::fault::{Fault, Kind};
use crate::function::message::CallShape;
use crate::function::{Body, Request, Response, Version};
use crate::invoke::{self, BodyEnd, Invocation, Origin};
use crate::runtime::call::Job;
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::Assignment;
use crate::runtime::ops::Identity;
use crate::runtime::pool::Pool;
use crate::runtime::worker::{BootLimits, Exit, Handle, Orders, Owner};

/// Loads the version in an instance of its own. Returns the handler's dialect.
///
/// # Errors
/// `boot_failed` with the reason, or why there was no instance.
pub async fn boot(version: Arc<Version>, fleet: &Fleet) -> Result<String, Fault> {
    let limits = BootLimits { cpu: fleet.config().boot_cpu, wall: fleet.config().boot_wall };
    boot_within(version, fleet, limits).await
}

/// The same within limits of its own.
pub(in crate::release) async fn boot_within(version: Arc<Version>, fleet: &Fleet, limits: BootLimits) -> Result<String, Fault> {
    let worker = fleet.spare(version.manifest.limits.memory_bytes)?;
    let (tx, rx) = oneshot::channel();
    let identity = Identity { function: version.function.as_str().into(), version: version.id.as_str().into(), instance: worker.id };
    let orders =
        Orders { assignment: Assignment { identity, version }, owner: Arc::new(Checker { verdict: Mutex::new(Some(tx)) }), boot: limits };
    let gone = || Fault::new(Kind::InstanceLost, "the instance ended before it said anything");
    worker.assign(Box::new(orders)).map_err(|_| gone())?;
    rx.await.unwrap_or_else(|_| Err(gone()))
}

/// Asks what `[check]` and an exported `check()` say. Returns what was asked.
pub(in crate::release) async fn ask(pool: &Arc<Pool>) -> Result<Option<String>, Trouble> {
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

/// What a module without `check` answers (js-prelude/99_dispatch.js).
const NO_CHECK: u16 = 204;

async fn answer(pool: &Arc<Pool>, path: &str, shape: CallShape, what: &str) -> Result<u16, Trouble> {
    let path = PathAndQuery::try_from(path).map_err(|error| Trouble::new(format!("{what}: {error}")))?;
    let timeout = pool.version().manifest.check.timeout;
    let request = Request::made_here(http::Method::GET, path, "check", shape);
    let mut invocation = Invocation::of(Origin::Release, &request);
    let answered = tokio::time::timeout(timeout, invoke::invoke_pool(&mut invocation, pool.clone(), request, || Body::Empty)).await;
    end(invocation, &answered);
    match answered {
        Err(_elapsed) => Err(Trouble::new(format!("{what} did not answer within timeout_ms ({} ms)", timeout.as_millis()))),
        Ok(Err(fault)) => {
            let Trouble { reason, detail } = Trouble::from(fault);
            Err(Trouble { reason: format!("{what} failed: {reason}"), detail })
        }
        Ok(Ok(response)) if (200..300).contains(&response.status) => Ok(response.status),
        Ok(Ok(response)) => Err(Trouble::new(format!("{what} answered {}, and not 2xx", response.status))),
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

struct Checker {
    verdict: Mutex<Option<oneshot::Sender<Result<String, Fault>>>>,
}

impl Checker {
    fn say(&self, verdict: Result<String, Fault>) {
        if let Some(tx) = self.verdict.lock().take() {
            let _ = tx.send(verdict);
        }
    }
}

impl Owner for Checker {
    fn ready(&self, worker: &Arc<Handle>, dialect: &str) {
        self.say(Ok(dialect.to_owned()));
        worker.retire();
    }

    fn boot_failed(&self, _worker: &Arc<Handle>, fault: Fault) {
        self.say(Err(fault));
    }

    fn lost(&self, _worker: &Arc<Handle>, _fault: &dyn Fn(u32) -> Fault) {}

    fn ended(&self, _worker: &Arc<Handle>, exit: Exit, _unheard: Vec<Job>) {
        self.say(Err(Fault::new(Kind::Crashed, format!("the instance ended while it loaded: {exit:?}"))));
    }
}
