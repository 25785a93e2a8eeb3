//! The process as instances see it: console lines, calls of other functions, and the addresses they must not connect to.
//!
//! Invariant: no instance thread is frozen while it holds a lock of the host.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use parking_lot::Mutex;

use super::jobs::Jobs;
use super::rate::Rates;
use crate::function::message::{Body, Request, Response};
use crate::invoke::Invoker;
use crate::live::Live;
use crate::runtime::call::{AnswerBytes, FunctionBytes};
use crate::runtime::containment::guard_hits;
use crate::runtime::ops::{ConsoleLine, HostApi, Identity};
use crate::sys::freeze;
use crate::telemetry::event::ConsoleEvent;
use crate::telemetry::{self, Event};

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
    pub(super) jobs: Jobs,
}

impl HostApi for RuntimeHost {
    fn console(&self, line: ConsoleLine<'_>) {
        let _held_off = freeze::hold_off();
        telemetry::emit(&Event::Console(ConsoleEvent {
            writer: line.identity.map(|identity| (&*identity.function, &*identity.version, identity.instance)),
            request: line.request,
            level: line.level,
            text: line.text,
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

    fn job_began(&self, function: &str, id: &str, name: &str, params: &str) {
        let _held_off = freeze::hold_off();
        self.jobs.began(&self.application_of(function), id, name, params);
    }

    fn job_said(&self, function: &str, id: &str, status: &str, message: &str) {
        let _held_off = freeze::hold_off();
        self.jobs.said(&self.application_of(function), id, status, message);
    }

    fn jobs(&self, function: &str) -> String {
        let _held_off = freeze::hold_off();
        self.jobs.list(&self.application_of(function))
    }

    fn call(&self, name: &str, request: Request, body: Body) -> BoxFuture<'static, Response> {
        self.invoker.clone().call_in_process(name.to_owned(), request, body).boxed()
    }
}

impl RuntimeHost {
    /// The Parse application that a function is a part of, by its mount; while that is not known, the function alone.
    fn application_of(&self, function: &str) -> String {
        self.live.applications().mount_of(function).map_or_else(|| function.to_owned(), str::to_owned)
    }
}
