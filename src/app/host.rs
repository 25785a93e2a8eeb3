//! The process as instances see it: console lines, calls of other functions, and the addresses they must not connect to.
//!
//! Invariant: no instance thread is frozen while it holds a lock of the host.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use parking_lot::Mutex;

use super::rate::Rates;
use crate::function::message::{Body, Request, Response};
use crate::invoke::Invoker;
use crate::live::Live;
use crate::runtime::call::{AnswerBytes, FaultListener, FunctionBytes};
use crate::runtime::containment::guard_hits;
use crate::runtime::ops::{ConsoleLine, HostApi, Identity, NewJob, ParseApplication};
use crate::sys::freeze;
use crate::telemetry::event::ConsoleEvent;
use crate::telemetry::{self, Event};
use crate::trigger::jobs::{self, JobOrder, JobStatus, Jobs};

/// The source of jobs that a schedule runs.
const SCHEDULE: &str = "schedule";

/// Where the host listens, the main address first: functions must not call it there.
#[derive(Clone, Default)]
pub(super) struct Listeners(pub(super) Arc<Mutex<Vec<SocketAddr>>>);

/// What instances may ask of the process.
pub(super) struct RuntimeHost {
    pub(super) invoker: Arc<Invoker>,
    pub(super) listeners: Listeners,
    pub(super) body_timeout: Duration,
    pub(super) answer_bytes: Arc<AnswerBytes>,
    pub(super) live: Arc<Live>,
    pub(super) rates: Rates,
    pub(super) jobs: Arc<Jobs>,
}

impl HostApi for RuntimeHost {
    fn console(&self, line: ConsoleLine<'_>) {
        let _held_off = freeze::hold_off();
        telemetry::emit(&Event::Console(ConsoleEvent {
            writer: line.identity.map(|identity| (&*identity.function, &*identity.version, identity.instance)),
            request: line.request,
            level: line.level,
            text: line.text,
            data: line.data,
            cut: line.cut,
        }));
    }

    fn refused(&self, identity: Option<&Identity>, what: &str) {
        let _held_off = freeze::hold_off();
        let who = identity.map_or(("", "", 0), |identity| (&*identity.function, &*identity.version, identity.instance));
        guard_hits::refused(who, what);
    }

    fn listens_on(&self) -> Vec<SocketAddr> {
        let _held_off = freeze::hold_off();
        self.listeners.0.lock().clone()
    }

    fn keeps_traces(&self) -> bool {
        telemetry::traces::is_on()
    }

    fn body_timeout(&self) -> Duration {
        self.body_timeout
    }

    fn answer_bytes(&self, function: &Arc<str>) -> Option<Arc<FunctionBytes>> {
        let _held_off = freeze::hold_off();
        Some(self.answer_bytes.of(function))
    }

    fn is_within_rate(&self, function: &str, key: &str, window: Duration, count: u64) -> bool {
        let _held_off = freeze::hold_off();
        self.rates.count(function, key, window, count, Instant::now())
    }

    fn parse_function(&self, function: &str, name: &str) -> Option<String> {
        let _held_off = freeze::hold_off();
        self.live.applications().sibling(function, name).map(ToString::to_string)
    }

    fn job_ordered(&self, application: &ParseApplication, job: NewJob<'_>, request: Request) -> Result<(), String> {
        let _held_off = freeze::hold_off();
        let order = JobOrder { function: application.function.clone(), application: application.mount.to_string(), request };
        self.jobs.order(job.name, job.params, order).map_err(|refusal| refusal.to_string())
    }

    fn job_noted(&self, application: &ParseApplication, job: NewJob<'_>) -> Result<FaultListener, String> {
        let _held_off = freeze::hold_off();
        self.jobs.note(&application.mount, job.id, job.name, SCHEDULE, job.params).map_err(|refusal| refusal.to_string())?;
        let (jobs, mount, id) = (self.jobs.clone(), application.mount.clone(), job.id.to_owned());
        Ok(Box::new(move |fault| jobs.said(&mount, &id, JobStatus::Failed, &jobs::message_of(fault))))
    }

    fn job_said(&self, application: &ParseApplication, id: &str, status: &str, message: &str) {
        let _held_off = freeze::hold_off();
        let status = match status {
            "succeeded" => JobStatus::Succeeded,
            "failed" => JobStatus::Failed,
            _ => JobStatus::Running,
        };
        self.jobs.said(&application.mount, id, status, message);
    }

    fn jobs(&self, application: &ParseApplication) -> String {
        let _held_off = freeze::hold_off();
        self.jobs.list(&application.mount)
    }

    fn call(&self, name: &str, request: Request, body: Body) -> BoxFuture<'static, Response> {
        self.invoker.clone().call_in_process(name.to_owned(), request, body).boxed()
    }
}
