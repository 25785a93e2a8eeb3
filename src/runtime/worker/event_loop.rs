//! The life of a worker's thread: prewarmed, then loading, then serving, then gone.
//!
//! One future on a current-thread runtime: commands first, then one turn of JavaScript's event loop, then the limits.
//!
//! Invariant: after an interrupt nothing of the isolate is used but the in-flight table, whose calls fail; every call that was accepted is
//! answered.

use std::collections::{HashMap, VecDeque};
use std::future::poll_fn;
use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::runtime::Runtime;

use crate::fault::{Fault, Kind};
use crate::function::Limits;
use crate::process::crash_note;
use crate::runtime::containment::{self, ContainmentLevel};
use crate::runtime::isolate::{Isolate, TerminationReason, sampler};
use crate::sys::cpu_clock::own_cpu_ns;
use crate::sys::thread;
use crate::telemetry::metrics::labels::{ColdPhase, CpuUse};

use super::boot::boot;
use super::cold_start::ColdStart;
use super::faults::{crashed, interrupted, lost};
use super::handle::{BootRequest, Exit, Handle, WorkerCommand};
use super::panic_barrier;
use super::turn::Turn;
use crate::runtime::limits::cpu_escalation::WorkerPhase;

/// The body of a worker's thread. `live` serves until the end; it puts the commands that it took and did not execute into its argument.
pub(super) fn run(handle: &Arc<Handle>, live: impl FnOnce(&mut VecDeque<WorkerCommand>) -> Exit) {
    let _freezable = handle.freeze_slot.enter(handle.id);
    handle.note_thread();
    handle.weight.enter();
    let mut left = VecDeque::new();
    // A panic of ours must not leave callers without an answer; the isolate it happened in is gone either way.
    let outcome = panic_barrier::run("a worker", || live(&mut left));
    panic_barrier::caught(handle);
    let exit = outcome.unwrap_or(Exit::Crashed);
    crash_note::leave();
    handle.interrupt.return_headroom();
    left.extend(handle.mailbox.close());
    let mut unheard = Vec::new();
    for command in left {
        match command {
            WorkerCommand::Call(_, invocation) => unheard.push(invocation),
            // The worker ended before it could become an instance: its pool is notified.
            WorkerCommand::Assign(request) => {
                let fault = Fault::new(Kind::Overloaded, "the host cannot create another isolate").with_retry_after(1);
                request.listener.boot_failed(handle, fault);
                *handle.listener.lock() = Some(request.listener);
            }
            _ => {}
        }
    }
    let listener = handle.listener.lock().take();
    if let Some(listener) = listener {
        listener.ended(handle, exit, unheard);
    }
    handle.weight.leave();
    handle.gone();
}

/// Creates an isolate and serves with it.
pub(super) fn live(handle: &Arc<Handle>, heap_bytes: usize, left: &mut VecDeque<WorkerCommand>) -> Exit {
    let Ok(runtime) = runtime_of(handle) else { return Exit::Crashed };
    let mut cold_start = ColdStart::begin(handle);
    let exit = runtime.block_on(async {
        let mut isolate = match Isolate::prewarmed(handle.host.clone(), handle.interrupt.clone(), heap_bytes) {
            Ok(isolate) => isolate,
            Err(error) => {
                tracing::error!(error = %error.detail, "cannot create an isolate");
                return Exit::Crashed;
            }
        };
        cold_start.done(ColdPhase::Isolate);
        let Some(request) = wait_for_request(handle).await else { return Exit::Retired };
        let exit = work(handle, &mut isolate, &request, (left, cold_start)).await;
        if matches!(handle.interrupt.reason(), Some(TerminationReason::Cpu | TerminationReason::Memory)) && !handle.interrupt.has_headroom()
        {
            containment::record(ContainmentLevel::Interrupted);
        }
        // Its callers have their answers. The isolate is taken down within a bound of its own.
        handle.enter_phase(WorkerPhase::Ending);
        handle.begin_turn();
        drop(isolate);
        handle.end_turn();
        exit
    });
    // Blocking work of the function (DNS, crypto) must not delay the thread's exit.
    runtime.shutdown_background();
    exit
}

/// The worker's runtime. The threads of its blocking work (DNS, crypto) stand in the crash note as the worker does: what they raise is the
/// function's.
fn runtime_of(handle: &Arc<Handle>) -> io::Result<Runtime> {
    let helped = handle.clone();
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .max_blocking_threads(crash_note::HELPERS_MAX)
        .on_thread_start(move || {
            if let Some((identity, _)) = helped.assigned.get() {
                crash_note::enter(helped.id, &identity.function, &identity.version);
            }
        })
        .on_thread_stop(crash_note::leave)
        .build()
}

/// Becomes an instance and serves until it has to end.
async fn work(
    handle: &Arc<Handle>,
    isolate: &mut Isolate,
    request: &BootRequest,
    (left, mut cold_start): (&mut VecDeque<WorkerCommand>, ColdStart),
) -> Exit {
    let limits = request.assignment.version.manifest.limits.clone();
    let _ = handle.assigned.set((request.assignment.identity.clone(), limits.clone()));
    *handle.listener.lock() = Some(request.listener.clone());
    thread::set_name(&request.assignment.identity.function);
    crash_note::enter(handle.id, &request.assignment.identity.function, &request.assignment.identity.version);
    let metrics = request.listener.metrics();
    isolate.count_in(metrics.clone());
    let before_ns = own_cpu_ns();
    let booted = boot(handle, isolate, request, &mut cold_start).await;
    if let Some(metrics) = &metrics {
        metrics.used_cpu(CpuUse::Boot, own_cpu_ns().saturating_sub(before_ns));
    }
    match booted {
        Ok(loaded) => {
            // Before the instance is ready: a release stores the code that is kept by then.
            isolate.keep_code();
            handle.note_memory(isolate.check_memory());
            request.listener.ready(handle, loaded);
        }
        Err(fault) => {
            request.listener.boot_failed(handle, fault);
            return Exit::NotLoaded;
        }
    }
    handle.enter_phase(WorkerPhase::Serving);
    let counted = metrics.map(|metrics| (metrics, cold_start.ready(handle)));
    serve(isolate, Turn::new(handle, &limits, counted), left).await
}

/// Sleeps until the worker is assigned or told to end.
pub(super) async fn wait_for_request(handle: &Handle) -> Option<Box<BootRequest>> {
    let mut commands = VecDeque::new();
    loop {
        poll_fn(|cx| handle.mailbox.poll_take(cx, &mut commands)).await;
        for command in commands.drain(..) {
            match command {
                WorkerCommand::Assign(request) => return Some(request),
                WorkerCommand::Retire => return None,
                WorkerCommand::Call(_, invocation) => {
                    invocation.reply.send(Err(lost("a call reached an instance without a function")));
                }
                WorkerCommand::Abort(_) | WorkerCommand::Trim | WorkerCommand::Tidy => {}
            }
        }
    }
}

/// Serves calls until told to end or ended by a limit.
async fn serve(isolate: &mut Isolate, mut turn: Turn<'_>, left: &mut VecDeque<WorkerCommand>) -> Exit {
    let (handle, limits) = (turn.handle, turn.limits);
    handle.limit_turn(limits.cpu);
    sampler::limit(limits.cpu);
    let exit = poll_fn(|cx| turn.poll(isolate, cx)).await;
    match exit {
        Exit::Interrupted(reason) => {
            let offender = offender(handle, isolate);
            if let Some(stack) = sampler::stack() {
                let function = handle.assigned.get().map_or("", |(identity, _)| &identity.function);
                tracing::warn!(function, instance = handle.id, ?reason, stack, "where it was seen last");
            }
            isolate.with_in_flight(|table| {
                let own: HashMap<u32, Duration> = table.own_cpu_limits().collect();
                table.fail_all(|id| {
                    let limits = Limits { cpu: own.get(&id).copied().unwrap_or(limits.cpu), ..limits.clone() };
                    interrupted(reason, &limits, offender.is_none_or(|offender| offender == id))
                });
            });
        }
        Exit::Crashed => {
            let offender = turn.crashed_in().filter(|id| *id != 0).or_else(|| offender(handle, isolate));
            isolate.with_in_flight(|table| table.fail_all(|id| crashed(offender.is_none_or(|offender| offender == id))));
        }
        Exit::Retired | Exit::NotLoaded | Exit::Frozen(_) => {}
    }
    left.append(&mut turn.into_commands());
    exit
}

/// The call to blame: the one that was being dispatched, the one a sample saw, the one V8 says ran last, or the only one there is.
fn offender(handle: &Handle, isolate: &mut Isolate) -> Option<u32> {
    if let Some(known) = handle.offender() {
        return Some(known);
    }
    let open: Vec<u32> = isolate.with_in_flight(|table| table.unanswered().collect());
    match open[..] {
        [only] => Some(only),
        _ => isolate.running_call().filter(|id| open.contains(id)),
    }
}
