//! The life of a worker's thread: blank, then loading, then serving, then gone.
//!
//! One future on a current-thread runtime: commands first, then one turn of JavaScript's event loop, then the limits.
//!
//! Invariant: after an interrupt nothing of the isolate is used but the exchanges, which are failed; every call that was accepted is answered.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::Arc;

use crate::fault::{Fault, Kind};
use crate::function::Limits;
use crate::process::crash_note;
use crate::runtime::containment::{self, Rung};
use crate::runtime::isolate::{Isolate, Reason, sampler};

use super::boot::boot;
use super::faults::{crashed, interrupted, lost};
use super::panic_barrier;
use super::turn::Turn;
use super::{Command, Exit, Handle, Orders, Phase};

/// The body of a worker's thread.
pub(super) fn run(handle: &Arc<Handle>, heap_bytes: usize) {
    let _parkable = handle.slot.enter(handle.id);
    handle.note_thread();
    handle.weight.enter();
    let mut left = VecDeque::new();
    // A panic of ours must not leave callers without an answer; the isolate it happened in is gone either way.
    let outcome = panic_barrier::stopped("a worker", || live(handle, heap_bytes, &mut left));
    panic_barrier::noted(handle);
    let exit = outcome.unwrap_or(Exit::Crashed);
    crash_note::leave();
    handle.interrupt.end_grace();
    left.extend(handle.mailbox.close());
    let mut unheard = Vec::new();
    for command in left {
        match command {
            Command::Call(_, job) => unheard.push(job),
            // It ended before it could become an instance: whoever wanted one hears of it.
            Command::Assign(orders) => {
                let fault = Fault::new(Kind::Overloaded, "the system gives no more isolates").with_retry_after(1);
                orders.owner.boot_failed(handle, fault);
                *handle.owner.lock() = Some(orders.owner);
            }
            _ => {}
        }
    }
    let owner = handle.owner.lock().take();
    if let Some(owner) = owner {
        owner.ended(handle, exit, unheard);
    }
    handle.weight.leave();
    handle.gone();
}

fn live(handle: &Arc<Handle>, heap_bytes: usize, left: &mut VecDeque<Command>) -> Exit {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(4).build() else {
        return Exit::Crashed;
    };
    let exit = runtime.block_on(async {
        let mut isolate = match Isolate::blank(handle.host.clone(), handle.interrupt.clone(), heap_bytes) {
            Ok(isolate) => isolate,
            Err(error) => {
                tracing::error!(error = %error.detail, "an isolate could not be made");
                return Exit::Crashed;
            }
        };
        let Some(orders) = wait_for_orders(handle).await else { return Exit::Retired };
        let exit = work(handle, &mut isolate, &orders, left).await;
        if matches!(handle.interrupt.reason(), Some(Reason::Cpu | Reason::Memory)) && !handle.interrupt.was_graced() {
            containment::record(Rung::Interrupted);
        }
        // Its callers have their answers; what is left is to take the isolate down, within a bound of its own.
        handle.enter_phase(Phase::Ending);
        handle.begin_turn();
        drop(isolate);
        handle.end_turn();
        exit
    });
    // Blocking work of the function (DNS, crypto) must not hold the thread's end back.
    runtime.shutdown_background();
    exit
}

/// Becomes an instance and serves until the end.
async fn work(handle: &Arc<Handle>, isolate: &mut Isolate, orders: &Orders, left: &mut VecDeque<Command>) -> Exit {
    let limits = orders.assignment.version.manifest.limits.clone();
    let _ = handle.assigned.set((orders.assignment.identity.clone(), limits.clone()));
    *handle.owner.lock() = Some(orders.owner.clone());
    name_thread(&orders.assignment.identity.function);
    crash_note::enter(handle.id, &orders.assignment.identity.function, &orders.assignment.identity.version);
    match boot(handle, isolate, orders).await {
        Ok(dialect) => {
            handle.note_memory(isolate.check_memory());
            orders.owner.ready(handle, &dialect);
        }
        Err(fault) => {
            orders.owner.boot_failed(handle, fault);
            return Exit::NotLoaded;
        }
    }
    handle.enter_phase(Phase::Serving);
    serve(handle, isolate, &limits, left).await
}

/// Sleeps until the worker is assigned or told to end.
async fn wait_for_orders(handle: &Handle) -> Option<Box<Orders>> {
    let mut commands = VecDeque::new();
    loop {
        poll_fn(|cx| handle.mailbox.poll_take(cx, &mut commands)).await;
        for command in commands.drain(..) {
            match command {
                Command::Assign(orders) => return Some(orders),
                Command::Retire => return None,
                Command::Call(_, job) => {
                    job.reply.send(Err(lost("a call reached an instance without a function")));
                }
                Command::Abort(_) | Command::Trim | Command::Tidy => {}
            }
        }
    }
}

/// Serves calls until told to end or ended by a limit.
async fn serve(handle: &Handle, isolate: &mut Isolate, limits: &Limits, left: &mut VecDeque<Command>) -> Exit {
    handle.limit_turn(limits.cpu);
    sampler::limit(limits.cpu);
    let mut turn = Turn::new(handle, limits);
    let exit = poll_fn(|cx| turn.poll(isolate, cx)).await;
    match exit {
        Exit::Interrupted(reason) => {
            let culprit = culprit(handle, isolate);
            if let Some(stack) = sampler::stack() {
                let function = handle.assigned.get().map_or("", |(identity, _)| &identity.function);
                tracing::warn!(function, instance = handle.id, ?reason, stack, "where it was seen last");
            }
            isolate.with_exchanges(|exchanges| {
                exchanges.fail_all(|id| interrupted(reason, limits, culprit.is_none_or(|culprit| culprit == id)));
            });
        }
        Exit::Crashed => {
            let culprit = turn.crashed_in().filter(|id| *id != 0).or_else(|| culprit(handle, isolate));
            isolate.with_exchanges(|exchanges| exchanges.fail_all(|id| crashed(culprit.is_none_or(|culprit| culprit == id))));
        }
        Exit::Retired | Exit::NotLoaded | Exit::Parked(_) => {}
    }
    left.append(&mut turn.into_commands());
    exit
}

/// The call to blame: the one that was being dispatched, the one a sample saw, the one V8 says ran last, or the only one there is.
fn culprit(handle: &Handle, isolate: &mut Isolate) -> Option<u32> {
    if let Some(known) = handle.culprit() {
        return Some(known);
    }
    let open: Vec<u32> = isolate.with_exchanges(|exchanges| exchanges.unanswered().collect());
    match open[..] {
        [only] => Some(only),
        _ => isolate.running_call().filter(|id| open.contains(id)),
    }
}

/// Thread names show in `top -H`, debuggers and crash reports; Linux keeps 15 bytes.
fn name_thread(function: &str) {
    let mut name: Vec<u8> = function.bytes().take(15).collect();
    name.push(0);
    #[allow(unsafe_code, reason = "the standard library can name only threads that do not run yet")]
    // SAFETY: the name is NUL-terminated and at most 16 bytes with the NUL.
    unsafe {
        libc::pthread_setname_np(libc::pthread_self(), name.as_ptr().cast());
    }
}
