//! The process as an instance sees it: the one interface through which host calls leave the isolate's thread.
//!
//! `app` implements it; the ops of this folder call it.
//!
//! Invariant: no method blocks the instance's thread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use futures::future::BoxFuture;

use crate::function::level::Level;
use crate::function::message::{Body, Request, Response};
use crate::function::trace::TraceContext;
use crate::runtime::call::{FaultListener, FunctionBytes};

/// What an instance needs of the process around it.
pub trait HostApi: Send + Sync {
    /// A line a function wrote to its console. Must not block.
    fn console(&self, line: ConsoleLine<'_>);

    /// A guard of the prelude, or a limit beside it, refused `what` before it could hurt. Must not block.
    fn refused(&self, identity: Option<&Identity>, what: &str);

    /// The addresses on which Skep itself listens: closed to functions.
    fn listens_on(&self) -> Vec<SocketAddr>;

    /// Whether traces are kept: else nothing makes spans.
    fn keeps_traces(&self) -> bool {
        false
    }

    /// How long a client or a function may take nothing of an answer before it is given up.
    fn body_timeout(&self) -> Duration {
        Duration::from_secs(60)
    }

    /// The bytes of answers that a function may have in the host. `None`: there is no bound.
    fn answer_bytes(&self, _function: &Arc<str>) -> Option<Arc<FunctionBytes>> {
        None
    }

    /// Counts one more use of `key` by a function within `window`. False if that makes more than `count`.
    fn is_within_rate(&self, _function: &str, _key: &str, _window: Duration, _count: u64) -> bool {
        true
    }

    /// The function of the same Parse application that has registered `name`.
    fn parse_function(&self, _function: &str, _name: &str) -> Option<String> {
        None
    }

    /// A job of a Parse function begins, in a call of its own.
    ///
    /// # Errors
    /// Why it does not.
    fn job_ordered(&self, _application: &ParseApplication, _order: NewJob<'_>, _request: Request) -> Result<(), String> {
        Err("this host has no jobs".to_owned())
    }

    /// A job of a Parse function begins, in a call that runs. Returns what is to be told if that call fails.
    ///
    /// # Errors
    /// Why it does not.
    fn job_noted(&self, _application: &ParseApplication, _order: NewJob<'_>) -> Result<FaultListener, String> {
        Err("this host has no jobs".to_owned())
    }

    /// A job says something, or has ended: `running`, `succeeded`, `failed`.
    fn job_said(&self, _application: &ParseApplication, _id: &str, _status: &str, _message: &str) {}

    /// The jobs of an application, as JSON.
    fn jobs(&self, _application: &ParseApplication) -> String {
        "[]".to_owned()
    }

    /// Calls a function by name; a fault comes back as the response a client would get.
    fn call(&self, name: &str, request: Request, body: Body) -> BoxFuture<'static, Response>;
}

/// Counts the console lines of a function; put into the isolate's state when it is assigned.
pub trait LineCounts: Send + Sync {
    /// One was written; `is_cut`: without its end.
    fn written(&self, level: Level, is_cut: bool);

    /// One was dropped, because the instance wrote too much.
    fn dropped(&self);
}

/// The Parse application that a function is, or a part of; put into the isolate's state when it is assigned.
#[derive(Clone)]
pub struct ParseApplication {
    /// The function.
    pub function: Arc<str>,
    /// The path below which the application is called.
    pub mount: Arc<str>,
    /// Time that a job may take.
    pub job_wall: Duration,
    /// CPU time that a job may use.
    pub job_cpu: Duration,
}

/// A job that begins.
#[derive(Clone, Copy, Debug)]
pub struct NewJob<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its name.
    pub name: &'a str,
    /// Its parameters, as JSON.
    pub params: &'a str,
}

/// The instance that an isolate is; put into its state when it is assigned.
#[derive(Clone)]
pub struct Identity {
    /// Function name.
    pub function: Arc<str>,
    /// Version id.
    pub version: Arc<str>,
    /// Number of the instance, unique in the process.
    pub instance: u32,
}

/// One line a function wrote.
pub struct ConsoleLine<'a> {
    /// The instance that wrote it; `None` if it has no function yet.
    pub identity: Option<&'a Identity>,
    /// Trace and request id of the call that wrote it, while that is open.
    pub request: Option<(TraceContext, &'a str)>,
    /// Its level.
    pub level: Level,
    /// Without the final line break.
    pub text: &'a str,
    /// What was printed, as a JSON object with `args`, `fields` and `error`; empty if it was text alone.
    pub data: &'a str,
    /// Whether the end is missing.
    pub cut: bool,
}
