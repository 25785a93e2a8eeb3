//! Turns of a serving worker: calls in, one turn of JavaScript's event loop, the bill for it, answers out.
//!
//! Polled by `event_loop` on the worker's thread; commands come from the mailbox, answers leave through the exchanges.
//!
//! Invariant: JavaScript runs only between `begin_turn` and `end_turn`, where the watchdog looks; once a reason to end is set, no call is charged
//! or answered here any more.

use std::collections::VecDeque;
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use crate::function::Limits;
use crate::runtime::call::Exchanges;
use crate::runtime::containment::{self, Rung};
use crate::runtime::isolate::{Isolate, Reason, sampler};
use crate::runtime::limits::cpu_account::CpuSlice;
use crate::sys::cpu_clock::own_cpu_ns;

use super::{Command, Exit, Handle, panic_barrier};
use crate::runtime::limits::cpu_account::{LateWork, Ledger};

/// Calls taken in before JavaScript's event loop gets its turn, so that a flood of calls cannot starve timers and promises.
const CALLS_PER_ROUND: usize = 64;

/// Rounds before the runtime's own timers and sockets get their turn.
const ROUNDS_PER_POLL: usize = 8;

/// CPU time after which memory is looked at again: whoever allocates much, computes.
const MEMORY_CHECK_NS: u64 = 200_000;

/// Answers of one round leave together unless the round takes longer than this.
const ANSWERS_WAIT_MAX: Duration = Duration::from_micros(200);

/// What one poll of the serving future carries over to the next.
pub(super) struct Turn<'a> {
    handle: &'a Handle,
    limits: &'a Limits,
    commands: VecDeque<Command>,
    retiring: bool,
    ledger: Ledger,
    late: LateWork,
    samples: Vec<CpuSlice>,
    /// CPU time since memory was looked at.
    unchecked_ns: u64,
    /// The call below which something of ours panicked; 0 if it is not known whose it was.
    crashed_in: Option<u32>,
}

impl<'a> Turn<'a> {
    pub(super) fn new(handle: &'a Handle, limits: &'a Limits) -> Self {
        Self {
            handle,
            limits,
            commands: VecDeque::new(),
            retiring: false,
            ledger: Ledger::new(own_cpu_ns()),
            late: LateWork::new(limits.cpu),
            samples: Vec::new(),
            unchecked_ns: 0,
            crashed_in: None,
        }
    }

    /// Serves until there is nothing to do for the moment, or the worker has to end.
    pub(super) fn poll(&mut self, isolate: &mut Isolate, cx: &mut Context<'_>) -> Poll<Exit> {
        let exit = panic_barrier::stopped("the event loop", || self.take(isolate, cx));
        if exit.is_none() && self.handle.interrupt.turn() % 2 == 1 {
            self.handle.end_turn();
        }
        self.notice_crash();
        if self.crashed_in.is_some() { Poll::Ready(Exit::Crashed) } else { exit.unwrap_or(Poll::Ready(Exit::Crashed)) }
    }

    /// The call below which something of ours panicked, if something did; 0 if it is not known whose it was.
    pub(super) fn crashed_in(&self) -> Option<u32> {
        self.crashed_in
    }

    /// What was taken from the mailbox and not done.
    pub(super) fn into_commands(self) -> VecDeque<Command> {
        self.commands
    }

    fn take(&mut self, isolate: &mut Isolate, cx: &mut Context<'_>) -> Poll<Exit> {
        for _ in 0..ROUNDS_PER_POLL {
            let waiting = self.commands.is_empty() && self.handle.mailbox.poll_take(cx, &mut self.commands).is_pending();
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
            if exit.is_ready() || (waiting && self.commands.is_empty()) {
                return exit;
            }
        }
        // Timers and sockets of the function get their turn before more calls.
        cx.waker().wake_by_ref();
        Poll::Pending
    }

    fn notice_crash(&mut self) {
        self.crashed_in = self.crashed_in.or_else(|| panic_barrier::noted(self.handle));
    }

    /// Takes calls in, then turns JavaScript's event loop once.
    fn round(&mut self, isolate: &mut Isolate, cx: &mut Context<'_>) -> Poll<Exit> {
        let begun = Instant::now();
        let mut now = begun;
        let mut settled = begun;
        for _ in 0..CALLS_PER_ROUND {
            let Some(command) = self.commands.pop_front() else { break };
            if let Some(id) = self.obey(isolate, command) {
                let before = std::mem::replace(&mut now, Instant::now());
                self.ledger.dispatched(id, now.duration_since(before));
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
        self.ledger.polled(now.elapsed());
        if self.handle.interrupt.reason().is_some() {
            // What the loop says of an isolate that was ended means nothing.
            return Poll::Pending;
        }
        match polled {
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

    /// Does what a command says; returns the call it dispatched.
    fn obey(&mut self, isolate: &mut Isolate, command: Command) -> Option<u32> {
        match command {
            // Nobody waits for it any more: it must not have effects either.
            Command::Call(_, job) if job.reply.is_closed() => drop(job),
            Command::Call(id, job) => {
                // A new call is a new turn: the bound is on one call, not on many that came together.
                self.handle.begin_call(id);
                isolate.dispatch(id, job);
                if self.handle.interrupt.reason().is_none() {
                    self.handle.end_call();
                }
                return Some(id);
            }
            Command::Abort(id) => {
                self.late.expect(id, Instant::now());
                isolate.give_up(id);
            }
            Command::Trim => {
                isolate.trim();
                self.handle.note_memory(isolate.check_memory());
                self.ledger.skip(own_cpu_ns());
            }
            Command::Tidy => {
                for id in isolate.with_exchanges(|exchanges| exchanges.end_background(self.limits.wall)) {
                    tracing::warn!(
                        instance = self.handle.id,
                        call = id,
                        "waitUntil work took longer than wall_ms and is waited for no longer"
                    );
                    self.late.expect(id, Instant::now());
                    isolate.give_up(id);
                }
            }
            Command::Retire => self.retiring = true,
            Command::Assign(_) => {}
        }
        None
    }

    /// Charges the CPU time since the last call of this function, and lets the answers go. `polled`: the event loop turned since.
    fn settle(&mut self, isolate: &mut Isolate, polled: bool) {
        if self.handle.interrupt.reason().is_some() {
            // The instance is at its end: whoever ends it answers.
            return;
        }
        let now_ns = own_cpu_ns();
        self.samples.clear();
        sampler::collect(&mut self.samples, now_ns);
        // Samples of dispatches tell nothing new.
        let samples = if polled { &self.samples[..] } else { &[] };
        let now = Instant::now();
        let strays = self.late.is_expected(now);
        let (ledger, limits) = (&mut self.ledger, self.limits);
        let (charged, spent_ns) = isolate.with_exchanges(|exchanges| {
            let (charges, spent_ns) = ledger.settle(now_ns, samples, exchanges.unanswered(), strays);
            let charged = exchanges.charge(charges, limits.cpu);
            exchanges.end_turn();
            (charged, spent_ns)
        });
        for id in charged.over {
            containment::record(Rung::Interrupted);
            self.late.expect(id, now);
            self.commands.push_front(Command::Abort(id));
        }
        let late = &mut self.late;
        if let Some((id, _)) = charged.late.into_iter().find(|(id, cpu_ns)| late.charge(*id, *cpu_ns, now)) {
            self.handle.interrupt.strike_for(Reason::Cpu, id);
        }
        self.unchecked_ns += spent_ns;
        if self.unchecked_ns > MEMORY_CHECK_NS {
            self.unchecked_ns = 0;
            self.handle.note_memory(isolate.check_memory());
        }
    }
}
