//! One OS thread with one isolate: an instance, or a blank that waits to become one.
//!
//! `pool` spawns workers and sends them commands; answers leave through the exchanges, events through [`Owner`].
//!
//! Invariant: [`Handle`] may be held anywhere, the isolate never leaves its thread, and the owner hears of the end exactly once.

mod abandon;
mod boot;
mod event_loop;
mod faults;
mod mailbox;
mod panic_barrier;
mod turn;
pub mod watchdog;

use std::io;
use std::sync::atomic::{AtomicI32, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use parking_lot::Mutex;

use crate::fault::Fault;
use crate::function::Limits;
use crate::runtime::call::batch;
use crate::runtime::call::{CALL_IDS, Job};
use crate::runtime::containment::freeze::{Cause, ParkSlot};
use crate::runtime::isolate::{Assignment, Interrupt, MemoryUse, Reason};
use crate::runtime::limits::cpu_escalation::WorkerPhase as Phase;
use crate::runtime::ops::{Host, Identity};
use crate::sys::cpu_clock::CpuClock;
use crate::sys::scheduling;

use mailbox::Mailbox;

/// V8 takes 984 KiB of it; the rest is for native recursion. Virtual: pages are touched as they are used.
const STACK_BYTES: usize = 8 << 20;

/// Heap of a blank isolate before it has a function; a function's larger limit is granted when V8 asks.
pub const BLANK_HEAP_BYTES: usize = 32 << 20;

/// Who hears what becomes of a worker that runs a function.
pub trait Owner: Send + Sync {
    /// The module is loaded and a handler found.
    fn ready(&self, worker: &Arc<Handle>, dialect: &str);

    /// The module did not load. The worker ends.
    fn boot_failed(&self, worker: &Arc<Handle>, fault: Fault);

    /// The worker's thread sleeps for ever, and with it the calls it had. `fault` says what becomes of the call of an id. `ended` follows.
    fn lost(&self, worker: &Arc<Handle>, fault: &dyn Fn(u32) -> Fault);

    /// The worker has ended, for whatever reason; always the last event. `unheard` are calls that never reached its JavaScript.
    fn ended(&self, worker: &Arc<Handle>, exit: Exit, unheard: Vec<Job>);
}

/// Why a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// Told to, and nothing was left to do.
    Retired,
    /// A limit struck.
    Interrupted(Reason),
    /// Its module did not load.
    NotLoaded,
    /// The engine or the thread failed.
    Crashed,
    /// Its thread could not be ended and sleeps for ever.
    Parked(Cause),
}

/// What a worker is told.
pub enum Command {
    /// Become an instance of a function.
    Assign(Box<Orders>),
    /// Handle a call under this id.
    Call(u32, Job),
    /// The caller of this id left.
    Abort(u32),
    /// Stop waiting for background work that takes too long.
    Tidy,
    /// Give back memory that an idle instance does not need.
    Trim,
    /// Finish what is open, then end.
    Retire,
}

/// What a blank worker needs to become an instance.
pub struct Orders {
    /// Who and what it is.
    pub assignment: Assignment,
    /// Who hears of it.
    pub owner: Arc<dyn Owner>,
    /// Bounds on loading the module.
    pub boot: BootLimits,
}

/// How long loading a module may take.
#[derive(Clone, Copy, Debug)]
pub struct BootLimits {
    /// CPU time.
    pub cpu: Duration,
    /// Wall-clock time.
    pub wall: Duration,
}

/// The outside of a worker.
pub struct Handle {
    /// Number of the worker, unique in the process.
    pub id: u32,
    host: Arc<dyn Host>,
    mailbox: Mailbox,
    interrupt: Arc<Interrupt>,
    next_call: AtomicU32,
    /// CPU clock of the thread; 0 until it runs.
    cpu_clock: AtomicI32,
    phase: AtomicU8,
    /// The call that is being dispatched; 0 between dispatches.
    running: AtomicU32,
    slot: ParkSlot,
    weight: scheduling::Weight,
    heap_bytes: AtomicUsize,
    external_bytes: AtomicUsize,
    /// Who hears of the end; taken by whoever tells it.
    owner: Mutex<Option<Arc<dyn Owner>>>,
    /// What it became.
    assigned: OnceLock<(Identity, Limits)>,
    /// Nanoseconds of CPU one uninterrupted turn may use.
    turn_cpu_ns: AtomicU64,
    /// Counts the worker off when its thread has ended.
    on_gone: Box<dyn Fn() + Send + Sync>,
}

impl Handle {
    /// Starts a worker with a blank isolate. `on_gone` is called when its thread ends.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn spawn(host: Arc<dyn Host>, heap_bytes: usize, on_gone: Box<dyn Fn() + Send + Sync>) -> io::Result<Arc<Self>> {
        let handle = Self::new(host, on_gone);
        let inner = handle.clone();
        std::thread::Builder::new()
            .name("skep blank".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || event_loop::run(&inner, heap_bytes))?;
        watchdog::watch(&handle);
        Ok(handle)
    }

    /// A worker whose thread does not run yet.
    fn new(host: Arc<dyn Host>, on_gone: Box<dyn Fn() + Send + Sync>) -> Arc<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            host,
            mailbox: Mailbox::default(),
            interrupt: Arc::default(),
            next_call: AtomicU32::new(0),
            cpu_clock: AtomicI32::new(0),
            phase: AtomicU8::new(Phase::Blank as u8),
            running: AtomicU32::new(0),
            slot: ParkSlot::default(),
            weight: scheduling::Weight::default(),
            heap_bytes: AtomicUsize::new(0),
            external_bytes: AtomicUsize::new(0),
            owner: Mutex::new(None),
            assigned: OnceLock::new(),
            turn_cpu_ns: AtomicU64::new(u64::MAX),
            on_gone,
        })
    }

    /// Sends a call. Returns its id, by which [`Handle::abort`] names it.
    ///
    /// # Errors
    /// The job comes back if the worker has ended.
    pub fn call(self: &Arc<Self>, job: Job) -> Result<u32, Job> {
        let id = self.next_call.fetch_add(1, Ordering::Relaxed) % (CALL_IDS - 1) + 1;
        match self.mailbox.put(Command::Call(id, job)) {
            Ok(()) => {
                batch::wake(self);
                Ok(id)
            }
            Err(Command::Call(_, job)) => Err(job),
            Err(_) => Ok(id),
        }
    }

    /// The caller of `id` left.
    pub fn abort(&self, id: u32) {
        let _ = self.mailbox.send(Command::Abort(id));
    }

    /// Gives a blank worker its function.
    ///
    /// # Errors
    /// The orders come back if the worker has ended.
    pub fn assign(&self, orders: Box<Orders>) -> Result<(), Box<Orders>> {
        match self.mailbox.send(Command::Assign(orders)) {
            Err(Command::Assign(orders)) => Err(orders),
            _ => Ok(()),
        }
    }

    /// Lets a worker look after background work that takes too long.
    pub fn tidy(&self) {
        let _ = self.mailbox.send(Command::Tidy);
    }

    /// Lets an idle worker give memory back.
    pub fn trim(&self) {
        let _ = self.mailbox.send(Command::Trim);
    }

    /// Lets the worker finish what it has and end.
    pub fn retire(&self) {
        let _ = self.mailbox.send(Command::Retire);
    }

    /// Ends the worker now.
    pub fn strike(&self, reason: Reason) {
        self.interrupt.strike(reason);
        self.mailbox.wake();
    }

    /// Whether the worker has to end: it takes no more calls.
    pub fn is_condemned(&self) -> bool {
        self.interrupt.reason().is_some()
    }

    fn gone(&self) {
        (self.on_gone)();
    }

    /// What its isolate used when it was looked at last.
    pub fn memory(&self) -> MemoryUse {
        MemoryUse { heap_bytes: self.heap_bytes.load(Ordering::Relaxed), external_bytes: self.external_bytes.load(Ordering::Relaxed) }
    }

    /// CPU time that its thread has used, in nanoseconds; `None` before it runs and after it has ended.
    pub fn cpu_ns(&self) -> Option<u64> {
        CpuClock::from_raw(self.cpu_clock.load(Ordering::Acquire))?.read_ns()
    }

    fn note_memory(&self, memory: MemoryUse) {
        self.heap_bytes.store(memory.heap_bytes, Ordering::Relaxed);
        self.external_bytes.store(memory.external_bytes, Ordering::Relaxed);
    }

    fn begin_call(&self, id: u32) {
        self.running.store(id, Ordering::Relaxed);
        self.interrupt.next_turn();
    }

    fn end_call(&self) {
        self.running.store(0, Ordering::Relaxed);
    }

    /// The call to blame for the end, as far as that can be told without the isolate.
    fn culprit(&self) -> Option<u32> {
        self.interrupt.culprit().or_else(|| Some(self.running.load(Ordering::Relaxed)).filter(|id| *id != 0))
    }

    fn enter_phase(&self, phase: Phase) {
        self.phase.store(phase as u8, Ordering::SeqCst);
    }

    fn phase(&self) -> Phase {
        let phases = [Phase::Blank, Phase::Loading, Phase::Evaluating, Phase::Serving, Phase::Ending];
        phases.into_iter().find(|phase| *phase as u8 == self.phase.load(Ordering::SeqCst)).unwrap_or(Phase::Ending)
    }

    /// Whether the worker's thread has ended.
    pub fn is_over(&self) -> bool {
        self.mailbox.is_closed()
    }
}

impl batch::Sleeper for Handle {
    fn wake(&self) {
        self.mailbox.wake();
    }
}

/// A worker without a thread: a test does what its thread would.
#[cfg(test)]
impl Handle {
    /// Takes the place of [`Handle::spawn`].
    pub fn unmanned(host: Arc<dyn Host>, _heap_bytes: usize, on_gone: Box<dyn Fn() + Send + Sync>) -> io::Result<Arc<Self>> {
        Ok(Self::new(host, on_gone))
    }

    /// What it was told since this was asked last.
    pub fn told(&self) -> Vec<Command> {
        let mut told = std::collections::VecDeque::new();
        let _ = self.mailbox.poll_take(&mut std::task::Context::from_waker(std::task::Waker::noop()), &mut told);
        told.into()
    }

    /// Its thread has ended. Returns what it was told and never did.
    pub fn end(&self) -> Vec<Command> {
        self.gone();
        self.mailbox.close()
    }
}
