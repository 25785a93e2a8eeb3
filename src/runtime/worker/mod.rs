//! One OS thread with one isolate: an instance, or a blank that waits to become one.
//!
//! `pool` spawns workers and sends them commands; answers leave through the exchanges, events through [`Owner`].
//!
//! Invariant: [`Handle`] may be held anywhere, the isolate never leaves its thread, and the owner hears of the end exactly once.

pub mod batch;
mod event_loop;
mod mailbox;
pub mod watchdog;

use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicI32, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

use crate::fault::Fault;
use crate::runtime::isolate::{Assignment, Interrupt, Reason};
use crate::runtime::ops::{CALL_IDS, Host, Job};

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
}

/// What a worker is told.
pub enum Command {
    /// Become an instance of a function.
    Assign(Box<Orders>),
    /// Handle a call under this id.
    Call(u32, Job),
    /// The caller of this id left.
    Abort(u32),
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
    mailbox: Mailbox,
    interrupt: Arc<Interrupt>,
    next_call: AtomicU32,
    /// Odd while JavaScript may run; the watchdog compares.
    turn: AtomicU64,
    /// `clockid_t` of the thread; 0 until it runs.
    cpu_clock: AtomicI32,
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
        static NEXT: AtomicU32 = AtomicU32::new(1);
        let handle = Arc::new(Self {
            id: NEXT.fetch_add(1, Ordering::Relaxed),
            mailbox: Mailbox::default(),
            interrupt: Arc::default(),
            next_call: AtomicU32::new(0),
            turn: AtomicU64::new(0),
            cpu_clock: AtomicI32::new(0),
            turn_cpu_ns: AtomicU64::new(u64::MAX),
            on_gone,
        });
        let inner = handle.clone();
        std::thread::Builder::new()
            .name("skep blank".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(move || event_loop::run(&inner, host, heap_bytes))?;
        watchdog::watch(&handle);
        Ok(handle)
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

    /// Whether the worker's thread has ended.
    pub fn is_over(&self) -> bool {
        self.mailbox.is_closed()
    }
}
