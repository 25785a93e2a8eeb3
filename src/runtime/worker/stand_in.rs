//! A worker without V8: a Rust function answers where JavaScript would.
//!
//! `benches/instructions` uses it to count the instructions of a request outside V8. Mailbox, turns, accounts and answers are those of
//! every worker. There is no module to load, and the watchdog does not watch the thread, because the function is the bench's own.
//!
//! Invariant: no setting and no request leads here; V8 need not be set up.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::task::{Context, Poll};

use crate::function::Dialect;
use crate::function::message::Request;
use crate::runtime::call::{InFlightTable, QueuedInvocation, Reply};
use crate::runtime::isolate::{BootError, Loaded, MemoryUse};
use crate::runtime::limits::cpu_escalation::WorkerPhase;
use crate::runtime::ops::HostApi;

use super::event_loop;
use super::handle::{Exit, Handle, WorkerCommand};
use super::isolate_api::IsolateApi;
use super::turn::Turn;

/// The name of such a worker's thread.
pub const THREAD_NAME: &str = "skep stand-in";

/// Answers one request, at once.
pub type AnswerFn = fn(&Request) -> Reply;

/// Takes the place of [`spawn`](super::spawn): starts a worker that lets `answer` answer, whatever version it is given.
///
/// # Errors
/// If the system cannot spawn a thread.
pub fn spawn(host: Arc<dyn HostApi>, on_gone: Box<dyn Fn() + Send + Sync>, answer: AnswerFn) -> io::Result<Arc<Handle>> {
    let handle = Handle::new(host, on_gone);
    let inner = handle.clone();
    std::thread::Builder::new().name(THREAD_NAME.to_owned()).spawn(move || event_loop::run(&inner, |left| live(&inner, answer, left)))?;
    Ok(handle)
}

/// Serves without an isolate.
fn live(handle: &Arc<Handle>, answer: AnswerFn, left: &mut VecDeque<WorkerCommand>) -> Exit {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().build() else { return Exit::Crashed };
    runtime.block_on(async {
        let Some(request) = event_loop::wait_for_request(handle).await else { return Exit::Retired };
        let limits = request.assignment.version.manifest.limits.clone();
        let _ = handle.assigned.set((request.assignment.identity.clone(), limits.clone()));
        *handle.listener.lock() = Some(request.listener.clone());
        request.listener.ready(handle, Loaded::of(Dialect::Plain));
        handle.enter_phase(WorkerPhase::Serving);
        let counted = request.listener.metrics().map(|metrics| (metrics, handle.came_from()));
        let mut turn = Turn::new(handle, &limits, counted);
        let mut stand_in = StandIn { answer, in_flight: InFlightTable::default() };
        // A call that is still open then is dropped with the table, which its caller sees as a lost instance.
        let exit = poll_fn(|cx| turn.poll(&mut stand_in, cx)).await;
        left.append(&mut turn.into_commands());
        exit
    })
}

/// Answers at once, so it has nothing left to do between two turns.
struct StandIn {
    answer: AnswerFn,
    in_flight: InFlightTable,
}

impl IsolateApi for StandIn {
    fn dispatch(&mut self, id: u32, invocation: QueuedInvocation) {
        let reply = (self.answer)(&invocation.request);
        self.in_flight.begin(id, invocation);
        self.in_flight.answer(id, reply);
    }

    fn poll(&mut self, _: &mut Context<'_>) -> Poll<Result<(), BootError>> {
        Poll::Ready(Ok(()))
    }

    fn with_in_flight<T>(&mut self, work: impl FnOnce(&mut InFlightTable) -> T) -> T {
        work(&mut self.in_flight)
    }

    fn abort(&mut self, _: u32) {}

    fn settle(&mut self, _id: u32) {}

    fn give_up(&mut self, id: u32) {
        self.in_flight.give_up(id);
    }

    fn trim(&mut self) {}

    fn check_memory(&mut self) -> MemoryUse {
        MemoryUse::default()
    }
}
