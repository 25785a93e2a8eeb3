//! The life of a worker's thread: blank, then loading, then serving, then gone.
//!
//! One future on a current-thread runtime: commands first, then one turn of JavaScript's event loop, then the limits.
//!
//! Invariant: after an interrupt nothing of the isolate is used but the exchanges, which are failed; every call that was accepted is answered.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::fault::{Fault, Kind};
use crate::function::Limits;
use crate::runtime::isolate::{BootError, Isolate, Reason};
use crate::runtime::ops::{Exchanges, Host};

use super::watchdog::own_cpu_ns;
use super::{Command, Exit, Handle, Orders, Owner};

/// Calls taken in before JavaScript's event loop gets its turn, so that a flood of calls cannot starve timers and promises.
const CALLS_PER_ROUND: usize = 64;

/// Rounds before the runtime's own timers and sockets get their turn.
const ROUNDS_PER_POLL: usize = 8;

/// CPU time after which memory is looked at again: whoever allocates much, computes.
const MEMORY_CHECK_NS: u64 = 200_000;

/// Answers of one round leave together unless the round takes longer than this.
const ANSWERS_WAIT_MAX: Duration = Duration::from_micros(200);

/// The body of a worker's thread.
pub(super) fn run(handle: &Arc<Handle>, host: Arc<dyn Host>, heap_bytes: usize) {
    handle.note_thread();
    let mut owner = None;
    let mut left = VecDeque::new();
    // A panic of ours must not leave callers without an answer; the isolate it happened in is gone either way.
    let outcome = std::panic::catch_unwind(AssertUnwindSafe(|| live(handle, host, heap_bytes, &mut owner, &mut left)));
    let exit = outcome.unwrap_or(Exit::Crashed);
    left.extend(handle.mailbox.close());
    let mut unheard = Vec::new();
    for command in left {
        match command {
            Command::Call(_, job) => unheard.push(job),
            // It ended before it could become an instance: whoever wanted one hears of it.
            Command::Assign(orders) => {
                let fault = Fault::new(Kind::Overloaded, "the system gives no more isolates").with_retry_after(1);
                orders.owner.boot_failed(handle, fault);
                owner = Some(orders.owner);
            }
            _ => {}
        }
    }
    if let Some(owner) = owner {
        owner.ended(handle, exit, unheard);
    }
    handle.gone();
}

fn live(
    handle: &Arc<Handle>,
    host: Arc<dyn Host>,
    heap_bytes: usize,
    owner: &mut Option<Arc<dyn Owner>>,
    left: &mut VecDeque<Command>,
) -> Exit {
    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(4).build() else {
        return Exit::Crashed;
    };
    let exit = runtime.block_on(async {
        let mut isolate = match Isolate::blank(host, handle.interrupt.clone(), heap_bytes) {
            Ok(isolate) => isolate,
            Err(error) => {
                tracing::error!(error = %error.detail, "an isolate could not be made");
                return Exit::Crashed;
            }
        };
        let Some(orders) = wait_for_orders(handle).await else { return Exit::Retired };
        *owner = Some(orders.owner.clone());
        name_thread(&orders.assignment.identity.function);
        let limits = orders.assignment.version.manifest.limits.clone();
        match boot(handle, &mut isolate, &orders).await {
            Ok(dialect) => orders.owner.ready(handle, &dialect),
            Err(fault) => {
                orders.owner.boot_failed(handle, fault);
                return Exit::NotLoaded;
            }
        }
        serve(handle, &mut isolate, &limits, left).await
    });
    // Blocking work of the function (DNS, crypto) must not hold the thread's end back.
    runtime.shutdown_background();
    exit
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
                Command::Abort(_) | Command::Trim => {}
            }
        }
    }
}

/// Loads the function's module within the boot limits.
async fn boot(handle: &Handle, isolate: &mut Isolate, orders: &Orders) -> Result<String, Fault> {
    let version = &orders.assignment.version;
    isolate.assign(&orders.assignment).map_err(boot_fault)?;
    handle.limit_turn(orders.boot.cpu);
    let mut loading = Box::pin(isolate.load(&version.entry));
    let turns = poll_fn(|cx| {
        handle.begin_turn();
        let polled = loading.as_mut().poll(cx);
        handle.end_turn();
        polled
    });
    let loaded = tokio::time::timeout(orders.boot.wall, turns).await;
    drop(loading);
    let boot = orders.boot;
    match (loaded, handle.interrupt.reason()) {
        (_, Some(Reason::Memory)) => Err(Fault::new(Kind::BootFailed, "the module needs more memory to load than memory_mb allows")
            .with_limit(megabytes(version.manifest.limits.memory_bytes), "more")),
        (_, Some(_)) => Err(Fault::new(Kind::BootFailed, "the module used too much CPU time while loading")
            .with_limit(milliseconds(boot.cpu), format!("> {}", milliseconds(boot.cpu)))),
        (Err(_elapsed), None) => {
            Err(Fault::new(Kind::BootFailed, "the module did not finish loading: a top-level await never settles or takes too long")
                .with_limit(milliseconds(boot.wall), format!("> {}", milliseconds(boot.wall))))
        }
        (Ok(Err(error)), None) => Err(boot_fault(error)),
        (Ok(Ok(dialect)), None) => Ok(dialect),
    }
}

fn boot_fault(error: BootError) -> Fault {
    Fault::new(Kind::BootFailed, "the function does not load").with_detail(error.detail)
}

/// Serves calls until told to end or ended by a limit.
async fn serve(handle: &Handle, isolate: &mut Isolate, limits: &Limits, left: &mut VecDeque<Command>) -> Exit {
    handle.limit_turn(limits.cpu);
    let mut turn = Turn { commands: VecDeque::new(), retiring: false, charged_ns: own_cpu_ns(), running: None, unchecked_ns: 0 };
    let exit = poll_fn(|cx| turn.take(handle, isolate, limits, cx)).await;
    match exit {
        Exit::Interrupted(reason) => {
            let culprit = culprit(isolate, turn.running);
            isolate.with_exchanges(|exchanges| fail_all(exchanges, reason, culprit, limits));
        }
        Exit::Crashed => isolate.with_exchanges(|exchanges| {
            exchanges.fail_all(|_| Fault::new(Kind::Crashed, "the engine gave the instance up"));
        }),
        Exit::Retired | Exit::NotLoaded => {}
    }
    left.append(&mut turn.commands);
    exit
}

/// What one poll of the serving future carries over to the next.
struct Turn {
    commands: VecDeque<Command>,
    retiring: bool,
    /// CPU clock up to which calls were charged.
    charged_ns: u64,
    /// The call being dispatched.
    running: Option<u32>,
    /// CPU time since memory was looked at.
    unchecked_ns: u64,
}

impl Turn {
    fn take(&mut self, handle: &Handle, isolate: &mut Isolate, limits: &Limits, cx: &mut Context<'_>) -> Poll<Exit> {
        for _ in 0..ROUNDS_PER_POLL {
            let waiting = self.commands.is_empty() && handle.mailbox.poll_take(cx, &mut self.commands).is_pending();
            handle.begin_turn();
            let exit = self.round(handle, isolate, limits, cx);
            handle.end_turn();
            self.settle(isolate, limits);
            if let Some(reason) = handle.interrupt.reason() {
                return Poll::Ready(Exit::Interrupted(reason));
            }
            if exit.is_ready() || waiting {
                return exit;
            }
        }
        // Timers and sockets of the function get their turn before more calls.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    /// Takes calls in, then turns JavaScript's event loop once.
    fn round(&mut self, handle: &Handle, isolate: &mut Isolate, limits: &Limits, cx: &mut Context<'_>) -> Poll<Exit> {
        let mut settled = Instant::now();
        for _ in 0..CALLS_PER_ROUND {
            match self.commands.pop_front() {
                // Nobody waits for it any more: it must not have effects either.
                Some(Command::Call(_, job)) if job.reply.is_closed() => drop(job),
                Some(Command::Call(id, job)) => {
                    self.running = Some(id);
                    // A new call is a new turn: the bound is on one call, not on many that came together.
                    handle.next_turn();
                    isolate.dispatch(id, job);
                    if settled.elapsed() > ANSWERS_WAIT_MAX {
                        self.settle(isolate, limits);
                        settled = Instant::now();
                    }
                }
                Some(Command::Abort(id)) => isolate.give_up(id),
                Some(Command::Trim) => isolate.trim(),
                Some(Command::Retire) => self.retiring = true,
                Some(Command::Assign(_)) => {}
                None => break,
            }
            if handle.interrupt.reason().is_some() {
                return Poll::Pending;
            }
        }
        self.running = None;
        match isolate.poll(cx) {
            Poll::Ready(Ok(())) => {
                for id in isolate.with_exchanges(Exchanges::fail_unsettled) {
                    isolate.abort(id);
                }
            }
            Poll::Ready(Err(error)) => {
                tracing::warn!(error = %error.detail, "the event loop of an instance failed");
                return Poll::Ready(Exit::Crashed);
            }
            Poll::Pending => {}
        }
        if self.retiring && self.commands.is_empty() && isolate.with_exchanges(|exchanges| exchanges.is_idle()) {
            return Poll::Ready(Exit::Retired);
        }
        Poll::Pending
    }

    /// Charges the CPU time since the last call of this function, and lets the answers go.
    fn settle(&mut self, isolate: &mut Isolate, limits: &Limits) {
        let now_ns = own_cpu_ns();
        let spent_ns = now_ns.saturating_sub(self.charged_ns);
        self.charged_ns = now_ns;
        let over = isolate.with_exchanges(|exchanges| exchanges.end_turn(spent_ns, limits.cpu));
        for id in over {
            isolate.abort(id);
        }
        self.unchecked_ns += spent_ns;
        if self.unchecked_ns > MEMORY_CHECK_NS {
            self.unchecked_ns = 0;
            isolate.check_memory();
        }
    }
}

/// The call to blame: the one being dispatched, the one V8 says ran last, or the only one there is.
fn culprit(isolate: &mut Isolate, dispatched: Option<u32>) -> Option<u32> {
    let open: Vec<u32> = isolate.with_exchanges(|exchanges| exchanges.unanswered().collect());
    match open[..] {
        [only] => Some(only),
        _ => dispatched.or_else(|| isolate.running_call()).filter(|id| open.contains(id)),
    }
}

fn fail_all(exchanges: &mut Exchanges, reason: Reason, culprit: Option<u32>, limits: &Limits) {
    exchanges.fail_all(|id| {
        if culprit.is_some_and(|culprit| culprit != id) {
            return lost("the instance ended because of another request; this one may be sent again");
        }
        match reason {
            Reason::Cpu => Fault::new(Kind::CpuLimit, "the request used more CPU time than cpu_ms allows")
                .with_limit(milliseconds(limits.cpu), format!("> {}", milliseconds(limits.cpu))),
            Reason::Memory => Fault::new(Kind::MemoryLimit, "the function used more memory than memory_mb allows")
                .with_limit(megabytes(limits.memory_bytes), format!("> {}", megabytes(limits.memory_bytes))),
            Reason::Boot | Reason::Shutdown => lost("the instance was ended"),
        }
    });
}

fn lost(why: &str) -> Fault {
    Fault::new(Kind::InstanceLost, why)
}

fn milliseconds(duration: Duration) -> String {
    format!("{} ms", duration.as_millis())
}

fn megabytes(bytes: u64) -> String {
    format!("{} MB", bytes >> 20)
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
