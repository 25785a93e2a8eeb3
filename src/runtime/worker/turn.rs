//! Turns of a serving worker: calls in, one turn of JavaScript's event loop, the charges for it, answers out.
//!
//! Polled by `event_loop` on the worker's thread; commands come from the mailbox, answers leave through the in-flight table.
//!
//! Invariant: JavaScript runs only between `begin_turn` and `end_turn`, where the watchdog observes it; once a reason to end is set, no
//! call is charged or answered here any more.

use std::collections::VecDeque;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::function::Limits;
use crate::runtime::call::InFlightTable;
use crate::runtime::containment::{self, ContainmentLevel};
use crate::runtime::isolate::{TerminationReason, sampler};
use crate::runtime::limits::cpu_account::CpuSlice;
use crate::sys::cpu_clock::own_cpu_ns;
use crate::telemetry::metrics::labels::{ColdPhase, CpuUse, InstanceFrom};
use crate::telemetry::metrics::{FunctionMetrics, HOST};

use super::handle::{Exit, Handle, WorkerCommand};
use super::isolate_api::IsolateApi;
use super::panic_barrier;
use crate::runtime::limits::cpu_account::{BackgroundBudget, CpuAccount};

/// Calls taken in before JavaScript's event loop gets its turn, so that a flood of calls cannot starve timers and promises.
const CALLS_PER_ROUND: usize = 64;

/// Rounds before the runtime's own timers and sockets get their turn.
const ROUNDS_PER_POLL: usize = 8;

/// CPU time after which the memory is checked again: code that allocates much also computes.
const MEMORY_CHECK_NS: u64 = 200_000;

/// Answers of one round leave together unless the round takes longer than this.
const ANSWERS_WAIT_MAX: Duration = Duration::from_micros(200);

/// The state of a serving worker between two polls.
pub(super) struct Turn<'a> {
    pub(super) handle: &'a Handle,
    pub(super) limits: &'a Limits,
    /// The counters of its function.
    metrics: Option<Arc<FunctionMetrics>>,
    /// Where the instance came from, until it is called for the first time.
    uncalled: Option<InstanceFrom>,
    commands: VecDeque<WorkerCommand>,
    retiring: bool,
    /// Whether JavaScript ran in this round after the event loop had turned.
    ran_late: bool,
    cpu_account: CpuAccount,
    background: BackgroundBudget,
    samples: Vec<CpuSlice>,
    /// The longest CPU time that an open call may use by a limit of its own.
    own_cpu: Option<Duration>,
    /// CPU time since the last check of the memory.
    unchecked_ns: u64,
    /// The call below which the host's own code panicked; 0 if the call is not known.
    crashed_in: Option<u32>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(handle: &'a Handle, limits: &'a Limits, counted: Option<(Arc<FunctionMetrics>, InstanceFrom)>) -> Self {
        let (metrics, uncalled) = counted.unzip();
        Self {
            handle,
            limits,
            metrics,
            uncalled,
            commands: VecDeque::new(),
            retiring: false,
            ran_late: false,
            cpu_account: CpuAccount::new(own_cpu_ns()),
            background: BackgroundBudget::new(limits.cpu),
            samples: Vec::new(),
            own_cpu: None,
            unchecked_ns: 0,
            crashed_in: None,
        }
    }

    /// Serves until there is nothing to do for the moment, or the worker has to end.
    pub(super) fn poll(&mut self, isolate: &mut impl IsolateApi, cx: &mut Context<'_>) -> Poll<Exit> {
        let exit = panic_barrier::run("the event loop", || self.take(isolate, cx));
        if exit.is_none() && self.handle.interrupt.turn() % 2 == 1 {
            self.handle.end_turn();
        }
        self.notice_crash();
        if self.crashed_in.is_some() { Poll::Ready(Exit::Crashed) } else { exit.unwrap_or(Poll::Ready(Exit::Crashed)) }
    }

    /// The call below which the host's own code panicked, if it did; 0 if the call is not known.
    pub(super) fn crashed_in(&self) -> Option<u32> {
        self.crashed_in
    }

    /// The commands that were taken from the mailbox and not executed.
    pub(super) fn into_commands(self) -> VecDeque<WorkerCommand> {
        self.commands
    }

    fn take(&mut self, isolate: &mut impl IsolateApi, cx: &mut Context<'_>) -> Poll<Exit> {
        // In this wake the event loop turned, and no JavaScript ran after it: it has nothing left to do.
        let mut is_drained = false;
        for _ in 0..ROUNDS_PER_POLL {
            let is_waiting = self.commands.is_empty() && self.handle.mailbox.poll_take(cx, &mut self.commands).is_pending();
            if is_waiting && is_drained {
                return Poll::Pending;
            }
            self.ran_late = false;
            self.handle.begin_turn();
            let exit = self.round(isolate, cx);
            self.handle.end_turn();
            self.settle(isolate, true);
            self.notice_crash();
            if self.crashed_in.is_some() {
                return Poll::Ready(Exit::Crashed);
            }
            if let Some(reason) = self.handle.interrupt.reason() {
                return Poll::Ready(Exit::Interrupted(reason));
            }
            if exit.is_ready() {
                return exit;
            }
            // Only the settling of the last calls shows that a retiring instance is idle.
            is_drained = !self.ran_late && (is_waiting || !self.retiring);
        }
        // Timers and sockets of the function get their turn before more calls.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn notice_crash(&mut self) {
        self.crashed_in = self.crashed_in.or_else(|| panic_barrier::caught(self.handle));
    }

    /// Takes calls in, then turns JavaScript's event loop once.
    fn round(&mut self, isolate: &mut impl IsolateApi, cx: &mut Context<'_>) -> Poll<Exit> {
        let begun = Instant::now();
        let mut now = begun;
        let mut settled = begun;
        for _ in 0..CALLS_PER_ROUND {
            let Some(command) = self.commands.pop_front() else { break };
            if let Some(id) = self.execute(isolate, command) {
                let before = std::mem::replace(&mut now, Instant::now());
                let took = now.duration_since(before);
                self.cpu_account.dispatched(id, took);
                if let Some(from) = self.uncalled.take() {
                    HOST.cold_start(ColdPhase::FirstCall, from, took);
                }
                if now.duration_since(settled) > ANSWERS_WAIT_MAX {
                    self.settle(isolate, false);
                    settled = now;
                }
            }
            self.notice_crash();
            if self.crashed_in.is_some() || self.handle.interrupt.reason().is_some() {
                return Poll::Pending;
            }
        }
        self.handle.interrupt.next_turn();
        let polled = isolate.poll(cx);
        let polled_for = now.elapsed();
        self.cpu_account.polled(polled_for);
        HOST.turn(self.handle.id, now.duration_since(begun) + polled_for);
        if self.handle.interrupt.reason().is_some() {
            // The event loop's result means nothing once the isolate has to end.
            return Poll::Pending;
        }
        match polled {
            Poll::Ready(Ok(())) => {
                let unanswered: Vec<u32> = isolate.with_in_flight(|table| table.unanswered().collect());
                for id in unanswered {
                    isolate.settle(id);
                    self.ran_late = true;
                }
                for id in isolate.with_in_flight(InFlightTable::fail_unsettled) {
                    isolate.abort(id);
                    self.ran_late = true;
                }
            }
            Poll::Ready(Err(error)) => {
                tracing::warn!(error = %error.detail, "the event loop of an instance failed");
                return Poll::Ready(Exit::Crashed);
            }
            Poll::Pending => {}
        }
        if self.retiring && self.commands.is_empty() && isolate.with_in_flight(|table| table.is_idle()) {
            return Poll::Ready(Exit::Retired);
        }
        Poll::Pending
    }

    /// Executes a command; returns the call it dispatched.
    fn execute(&mut self, isolate: &mut impl IsolateApi, command: WorkerCommand) -> Option<u32> {
        match command {
            // The caller has left: the call must not have effects either.
            WorkerCommand::Call(_, invocation) if invocation.reply.is_closed() => drop(invocation),
            WorkerCommand::Call(id, invocation) => {
                if let Some(cpu) = invocation.request.own_cpu() {
                    self.limit_turn(self.own_cpu.max(Some(cpu)));
                }
                // A new call is a new turn: the bound is on one call, not on many that came together.
                self.handle.begin_call(id);
                isolate.dispatch(id, invocation);
                if self.handle.interrupt.reason().is_none() {
                    self.handle.end_call();
                }
                return Some(id);
            }
            WorkerCommand::Abort(id) => {
                self.background.expect(id, Instant::now());
                isolate.give_up(id);
            }
            WorkerCommand::Trim => {
                isolate.trim();
                self.handle.note_memory(isolate.check_memory());
                self.cpu_account.skip(own_cpu_ns());
            }
            WorkerCommand::Tidy => {
                for id in isolate.with_in_flight(|table| table.end_background(self.limits.wall)) {
                    tracing::warn!(
                        instance = self.handle.id,
                        call = id,
                        "waitUntil work took longer than wall_ms: the instance no longer waits for it"
                    );
                    self.background.expect(id, Instant::now());
                    isolate.give_up(id);
                }
            }
            WorkerCommand::Retire => self.retiring = true,
            WorkerCommand::Assign(_) => {}
        }
        None
    }

    /// Bounds a turn by the function's limit, or by the longest of open calls that have their own.
    fn limit_turn(&mut self, own_cpu: Option<Duration>) {
        self.own_cpu = own_cpu;
        let cpu = own_cpu.map_or(self.limits.cpu, |own| own.max(self.limits.cpu));
        self.handle.limit_turn(cpu);
        sampler::limit(cpu);
    }

    /// Charges the CPU time since the last call of this function, and sends the answers. `polled`: the event loop turned since.
    fn settle(&mut self, isolate: &mut impl IsolateApi, polled: bool) {
        if self.handle.interrupt.reason().is_some() {
            // The instance has to end: `event_loop` or `abandon` answers its calls.
            return;
        }
        let now_ns = own_cpu_ns();
        self.samples.clear();
        sampler::collect(&mut self.samples, now_ns);
        // Samples of dispatches add nothing: each dispatch was measured.
        let samples = if polled { &self.samples[..] } else { &[] };
        let now = Instant::now();
        let strays = self.background.is_expected(now);
        let (cpu_account, limits, metrics) = (&mut self.cpu_account, self.limits, self.metrics.as_deref());
        let (overruns, spent_ns) = isolate.with_in_flight(|table| {
            let (charges, spent_ns) = cpu_account.settle(now_ns, samples, table.unanswered(), strays);
            let overruns = table.charge(charges, limits.cpu);
            if let Some(metrics) = metrics {
                let late_ns: u64 = overruns.late.iter().map(|(_, cpu_ns)| cpu_ns).sum();
                let charged_ns: u64 = charges.iter().map(|(_, cpu_ns)| cpu_ns).sum();
                metrics.used_cpu(CpuUse::Call, charged_ns.saturating_sub(late_ns));
                metrics.used_cpu(CpuUse::Background, late_ns);
            }
            table.end_turn();
            (overruns, spent_ns)
        });
        for id in overruns.over {
            containment::record(ContainmentLevel::Interrupted);
            self.background.expect(id, now);
            self.commands.push_front(WorkerCommand::Abort(id));
        }
        let background = &mut self.background;
        if let Some((id, _)) = overruns.late.into_iter().find(|(id, cpu_ns)| background.charge(*id, *cpu_ns, now)) {
            self.handle.interrupt.terminate_for(TerminationReason::Cpu, id);
        }
        if self.own_cpu.is_some() {
            let longest = isolate.with_in_flight(|table| table.own_cpu_limits().map(|(_, cpu)| cpu).max());
            self.limit_turn(longest);
        }
        self.unchecked_ns += spent_ns;
        if self.unchecked_ns > MEMORY_CHECK_NS {
            self.unchecked_ns = 0;
            self.handle.note_memory(isolate.check_memory());
        }
    }
}
