//! The handle of a worker: the commands that any thread may send to it, and the events that it reports.
//!
//! `pool` holds handles and sends commands; the worker's own thread reads its mailbox.
//!
//! Invariant: any thread may hold a handle; the listener is notified of the end exactly once.

use std::sync::atomic::{AtomicBool, AtomicI32, AtomicU8, AtomicU32, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::fault::Fault;
use crate::function::Limits;
use crate::runtime::call::batch;
use crate::runtime::call::{CALL_IDS, QueuedInvocation};
use crate::runtime::isolate::{Assignment, Interrupt, Loaded, MemoryUse, TerminationReason};
use crate::runtime::limits::cpu_escalation::WorkerPhase;
use crate::runtime::ops::{HostApi, Identity};
use crate::sys::cpu_clock::CpuClock;
use crate::sys::freeze::{FreezeCause, FreezeSlot};
use crate::sys::scheduling;
use crate::telemetry::metrics::FunctionMetrics;
use crate::telemetry::metrics::labels::InstanceFrom;

use super::mailbox::Mailbox;

/// Heap of a prewarmed isolate before it has a function; a function's larger limit is granted when V8 asks.
pub const PREWARMED_HEAP_BYTES: usize = 32 << 20;

/// Receives the events of a worker that runs a function.
pub trait InstanceListener: Send + Sync {
    /// The module is loaded and a handler found.
    fn ready(&self, worker: &Arc<Handle>, loaded: Loaded);

    /// The module did not load. The worker ends.
    fn boot_failed(&self, worker: &Arc<Handle>, fault: Fault);

    /// The worker's thread sleeps forever and never answers the calls it has. `fault` returns the fault of a call, by its id. `ended`
    /// follows.
    fn lost(&self, worker: &Arc<Handle>, fault: &dyn Fn(u32) -> Fault);

    /// The counters of its function; `None`: nothing of it is counted.
    fn metrics(&self) -> Option<Arc<FunctionMetrics>> {
        None
    }

    /// The worker has ended, for whatever reason; always the last event. `unheard` are calls that never reached its JavaScript.
    fn ended(&self, worker: &Arc<Handle>, exit: Exit, unheard: Vec<QueuedInvocation>);
}

/// Why a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    /// It was told to end, and had nothing left to do.
    Retired,
    /// Its isolate was terminated: a limit was passed, or the host ended it.
    Interrupted(TerminationReason),
    /// Its module did not load.
    NotLoaded,
    /// V8, the host's own code or the thread failed.
    Crashed,
    /// Its thread could not be ended and sleeps forever.
    Frozen(FreezeCause),
}

/// A command to a worker.
pub enum WorkerCommand {
    /// Become an instance of a function.
    Assign(Box<BootRequest>),
    /// Handle a call under this id.
    Call(u32, QueuedInvocation),
    /// The caller of the call with this id left.
    Abort(u32),
    /// Stop waiting for background work that takes too long.
    Tidy,
    /// Give back memory that an idle instance does not need.
    Trim,
    /// Finish what is open, then end.
    Retire,
}

/// What a prewarmed worker needs to become an instance.
pub struct BootRequest {
    /// Its identity and its version.
    pub assignment: Assignment,
    /// Receives its events.
    pub listener: Arc<dyn InstanceListener>,
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

/// The handle of a worker.
pub struct Handle {
    /// Number of the worker, unique in the process.
    pub id: u32,
    pub(super) host: Arc<dyn HostApi>,
    pub(super) mailbox: Mailbox<WorkerCommand>,
    pub(super) interrupt: Arc<Interrupt>,
    pub(super) next_call: AtomicU32,
    /// CPU clock of the thread; 0 until it runs.
    pub(super) cpu_clock: AtomicI32,
    pub(super) phase: AtomicU8,
    /// The call that is being dispatched; 0 between dispatches.
    pub(super) running: AtomicU32,
    pub(super) freeze_slot: FreezeSlot,
    pub(super) weight: scheduling::CpuWeight,
    pub(super) heap_bytes: AtomicUsize,
    pub(super) external_bytes: AtomicUsize,
    /// Receives the worker's events; the thread that reports the end takes it out.
    // Lock order: see runtime.
    pub(super) listener: Mutex<Option<Arc<dyn InstanceListener>>>,
    /// When it was created, and when it was asked to become an instance.
    pub(super) made: Instant,
    pub(super) asked: OnceLock<Instant>,
    /// Whether it was kept ready for any function.
    pub(super) was_prewarmed: AtomicBool,
    /// Its identity and limits, once it has a function.
    pub(super) assigned: OnceLock<(Identity, Limits)>,
    /// Nanoseconds of CPU one uninterrupted turn may use.
    pub(super) turn_cpu_ns: AtomicU64,
    /// Counts the worker off when its thread has ended or is frozen.
    pub(super) on_gone: Box<dyn Fn() + Send + Sync>,
}

/// Compiles only while a handle may be held and used by any thread.
const _: () = {
    const fn is_shared<T: Send + Sync>() {}
    is_shared::<Handle>();
};

impl Handle {
    /// A worker whose thread does not run yet.
    pub(super) fn new(host: Arc<dyn HostApi>, on_gone: Box<dyn Fn() + Send + Sync>) -> Arc<Self> {
        static NEXT: AtomicU32 = AtomicU32::new(1);
        Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            host,
            mailbox: Mailbox::default(),
            interrupt: Arc::default(),
            next_call: AtomicU32::new(0),
            cpu_clock: AtomicI32::new(0),
            phase: AtomicU8::new(WorkerPhase::Prewarmed as u8),
            running: AtomicU32::new(0),
            freeze_slot: FreezeSlot::default(),
            weight: scheduling::CpuWeight::default(),
            heap_bytes: AtomicUsize::new(0),
            external_bytes: AtomicUsize::new(0),
            listener: Mutex::new(None),
            made: Instant::now(),
            asked: OnceLock::new(),
            was_prewarmed: AtomicBool::new(false),
            assigned: OnceLock::new(),
            turn_cpu_ns: AtomicU64::new(u64::MAX),
            on_gone,
        })
    }

    /// Sends a call. Returns its id, by which [`Handle::abort`] names it.
    ///
    /// # Errors
    /// The invocation comes back if the worker has ended.
    pub fn call(self: &Arc<Self>, invocation: QueuedInvocation) -> Result<u32, QueuedInvocation> {
        let id = self.next_call.fetch_add(1, Ordering::Relaxed) % (CALL_IDS - 1) + 1;
        match self.mailbox.put(WorkerCommand::Call(id, invocation)) {
            Ok(()) => {
                batch::wake(self);
                Ok(id)
            }
            Err(WorkerCommand::Call(_, invocation)) => Err(invocation),
            Err(_) => Ok(id),
        }
    }

    /// The caller of `id` left.
    pub fn abort(&self, id: u32) {
        let _ = self.mailbox.send(WorkerCommand::Abort(id));
    }

    /// Gives a prewarmed worker its function.
    ///
    /// # Errors
    /// The request comes back if the worker has ended.
    pub fn assign(&self, request: Box<BootRequest>) -> Result<(), Box<BootRequest>> {
        self.weight.is_wanted();
        let _ = self.asked.set(Instant::now());
        match self.mailbox.send(WorkerCommand::Assign(request)) {
            Err(WorkerCommand::Assign(request)) => Err(request),
            _ => Ok(()),
        }
    }

    /// It waits for any function that needs an instance.
    pub fn is_prewarmed(&self) {
        self.was_prewarmed.store(true, Ordering::Relaxed);
    }

    /// Where an instance of it comes from.
    pub fn came_from(&self) -> InstanceFrom {
        if self.was_prewarmed.load(Ordering::Relaxed) { InstanceFrom::Blank } else { InstanceFrom::Fresh }
    }

    /// Has a worker stop waiting for background work that takes too long.
    pub fn tidy(&self) {
        let _ = self.mailbox.send(WorkerCommand::Tidy);
    }

    /// Lets an idle worker give memory back.
    pub fn trim(&self) {
        let _ = self.mailbox.send(WorkerCommand::Trim);
    }

    /// Lets the worker finish what it has and end.
    pub fn retire(&self) {
        let _ = self.mailbox.send(WorkerCommand::Retire);
    }

    /// Ends the worker now.
    pub fn terminate(&self, reason: TerminationReason) {
        self.interrupt.terminate(reason);
        self.mailbox.wake();
    }

    /// Whether the worker has to end: it takes no more calls.
    pub fn is_condemned(&self) -> bool {
        self.interrupt.reason().is_some()
    }

    /// Why its thread is frozen, if it is.
    pub fn freeze_cause(&self) -> Option<FreezeCause> {
        self.freeze_slot.cause()
    }

    /// Whether the process was out of memory when the thread froze: then that is no evidence against its function.
    pub fn was_starved(&self) -> bool {
        self.freeze_slot.was_starved()
    }

    pub(super) fn gone(&self) {
        (self.on_gone)();
    }

    /// The memory of its isolate at the last check.
    pub fn memory(&self) -> MemoryUse {
        MemoryUse { heap_bytes: self.heap_bytes.load(Ordering::Relaxed), external_bytes: self.external_bytes.load(Ordering::Relaxed) }
    }

    /// CPU time that its thread has used, in nanoseconds; `None` before it runs and after it has ended.
    pub fn cpu_ns(&self) -> Option<u64> {
        CpuClock::from_raw(self.cpu_clock.load(Ordering::Acquire))?.read_ns()
    }

    pub(super) fn note_memory(&self, memory: MemoryUse) {
        self.heap_bytes.store(memory.heap_bytes, Ordering::Relaxed);
        self.external_bytes.store(memory.external_bytes, Ordering::Relaxed);
    }

    pub(super) fn begin_call(&self, id: u32) {
        self.running.store(id, Ordering::Relaxed);
        self.interrupt.next_turn();
    }

    pub(super) fn end_call(&self) {
        self.running.store(0, Ordering::Relaxed);
    }

    /// The call to blame for the end, as far as it is known without the isolate.
    pub(super) fn offender(&self) -> Option<u32> {
        self.interrupt.offender().or_else(|| Some(self.running.load(Ordering::Relaxed)).filter(|id| *id != 0))
    }

    pub(super) fn enter_phase(&self, phase: WorkerPhase) {
        self.phase.store(phase as u8, Ordering::SeqCst);
    }

    pub(super) fn phase(&self) -> WorkerPhase {
        let phases = [WorkerPhase::Prewarmed, WorkerPhase::Loading, WorkerPhase::Evaluating, WorkerPhase::Serving, WorkerPhase::Ending];
        phases.into_iter().find(|phase| *phase as u8 == self.phase.load(Ordering::SeqCst)).unwrap_or(WorkerPhase::Ending)
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
    /// Takes the place of `worker::spawn`.
    pub fn unmanned(host: Arc<dyn HostApi>, _heap_bytes: usize, on_gone: Box<dyn Fn() + Send + Sync>) -> std::io::Result<Arc<Self>> {
        Ok(Self::new(host, on_gone))
    }

    /// The commands that came since the last call of this method.
    pub fn take_commands(&self) -> Vec<WorkerCommand> {
        let mut commands = std::collections::VecDeque::new();
        let _ = self.mailbox.poll_take(&mut std::task::Context::from_waker(std::task::Waker::noop()), &mut commands);
        commands.into()
    }

    /// Does what the end of its thread does. Returns the commands that it never executed.
    pub fn end(&self) -> Vec<WorkerCommand> {
        self.gone();
        self.mailbox.close()
    }
}
