//! One version of a function as traffic reaches it: its pool, created when it is first needed, or the reason why there is none.
//!
//! `release` creates it; an `Endpoint` holds it, and so does the endpoint's successor with the same version.
//!
//! Invariant: the pool is created at most once, by one thread at a time; a superseded track lets it finish and end. However many calls wait
//! for it, they hold one thread, and none of those that serve other calls.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;
use tokio::sync::watch;

use crate::fault::{Fault, Kind};
use crate::runtime::pool::Pool;

/// Functions that are compiled or read for their first call at a time; the calls of others are rejected until one is done.
const MAKING_MAX: usize = 1_024;

/// Seconds after which a rejected call is worth another try.
const RETRY_AFTER_S: u32 = 1;

/// Stack of a thread that creates a pool: the parsers of a manifest and of a stored version are the deepest calls.
const STACK_BYTES: usize = 1 << 20;

/// Threads that create pools for calls.
static MAKING: AtomicUsize = AtomicUsize::new(0);

/// Compiles or reads the version and creates its pool. Blocks.
pub type MakePool = Box<dyn Fn() -> Result<Arc<Pool>, MakeError> + Send + Sync>;

/// The pool that was created, or the fault of its creation.
type Made = Result<Arc<Pool>, Fault>;

/// Why there is no pool.
pub enum MakeError {
    /// It is the version's doing, and stays so.
    Lasting(Fault),
    /// It is the host's: the next call tries again.
    Passing(Fault),
}

impl From<Fault> for MakeError {
    fn from(fault: Fault) -> Self {
        Self::Lasting(fault)
    }
}

/// A version and its pool.
pub struct Track {
    pool: OnceLock<Made>,
    superseded: AtomicBool,
    make: MakePool,
    /// Held while the pool is created.
    making: Mutex<()>,
    /// The result of the thread that creates the pool for the calls that wait.
    coming: Mutex<Option<watch::Receiver<Option<Made>>>>,
}

impl Track {
    /// A track whose pool `make` creates, once.
    pub fn new(make: MakePool) -> Arc<Self> {
        let superseded = AtomicBool::new(false);
        Arc::new(Self { pool: OnceLock::new(), superseded, make, making: Mutex::default(), coming: Mutex::default() })
    }

    /// A track of a pool that exists.
    pub fn of(pool: Arc<Pool>) -> Arc<Self> {
        let track = Self::new(Box::new(|| Err(Fault::new(Kind::BootFailed, "the pool is made").into())));
        // No other thread has the track yet.
        let _ = track.pool.set(Ok(pool));
        track
    }

    /// The pool, or why it cannot be created; `None` before the first use.
    pub fn made(&self) -> Option<&Made> {
        self.pool.get()
    }

    /// Creates the pool unless it exists. Blocks while the function is compiled.
    ///
    /// # Errors
    /// The fault of every call, or of this one if the host is to blame.
    pub fn make(&self) -> Made {
        if let Some(made) = self.pool.get() {
            return made.clone();
        }
        let _making = self.making.lock();
        if let Some(made) = self.pool.get() {
            return made.clone();
        }
        let made = match (self.make)() {
            Ok(pool) => Ok(pool),
            Err(MakeError::Lasting(fault)) => Err(fault),
            Err(MakeError::Passing(fault)) => return Err(fault),
        };
        // Nothing else sets it while `making` is held.
        let _ = self.pool.set(made.clone());
        if self.superseded.load(Ordering::SeqCst)
            && let Ok(pool) = &made
        {
            pool.retire();
        }
        made
    }

    /// Ends a track that no table has any more: its pool, also one that is being created, finishes the calls that reach it.
    pub fn supersede(&self) {
        self.superseded.store(true, Ordering::SeqCst);
        if let Some(Ok(pool)) = self.pool.get() {
            pool.retire();
        }
    }

    /// The pool. The first call compiles the function, on a thread of its own; the others wait for that.
    ///
    /// # Errors
    /// `boot_failed`, with the compiler's diagnostic as its detail; `overloaded` if the host cannot compile now.
    pub async fn pool(self: &Arc<Self>) -> Made {
        if let Some(made) = self.pool.get() {
            return made.clone();
        }
        let mut made_rx = self.make_on_a_thread()?;
        let made = made_rx.wait_for(Option::is_some).await.ok().and_then(|made| made.clone());
        // A thread that ends without a result has panicked.
        made.unwrap_or_else(|| Err(Fault::new(Kind::BootFailed, "the function cannot be compiled")))
    }

    /// The result of the thread that creates the pool, which is spawned unless it runs.
    fn make_on_a_thread(self: &Arc<Self>) -> Result<watch::Receiver<Option<Made>>, Fault> {
        let mut coming = self.coming.lock();
        if let Some(made_rx) = &*coming {
            return Ok(made_rx.clone());
        }
        let busy = |why: String| {
            Fault::new(Kind::Overloaded, "the function cannot be compiled now").with_detail(why).with_retry_after(RETRY_AFTER_S)
        };
        let ticket =
            Ticket::take().ok_or_else(|| busy(format!("{MAKING_MAX} functions are being compiled or read for their first call")))?;
        let (made_tx, made_rx) = watch::channel(None);
        let track = self.clone();
        let make = move || {
            let _ticket = ticket;
            let coming_in = Coming(track);
            let made = coming_in.0.make();
            // Before the result: a call that comes now sees the pool, or tries again.
            drop(coming_in);
            let _ = made_tx.send(Some(made));
        };
        std::thread::Builder::new()
            .name("skep make".to_owned())
            .stack_size(STACK_BYTES)
            .spawn(make)
            .map_err(|error| busy(format!("cannot spawn a thread: {error}")))?;
        *coming = Some(made_rx.clone());
        Ok(made_rx)
    }
}

/// While a thread creates the pool of a track for calls.
struct Coming(Arc<Track>);

impl Drop for Coming {
    fn drop(&mut self) {
        *self.0.coming.lock() = None;
    }
}

/// The right to one of `MAKING_MAX` threads.
struct Ticket;

impl Ticket {
    fn take() -> Option<Self> {
        let taken = MAKING.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |making| (making < MAKING_MAX).then_some(making + 1));
        taken.is_ok().then_some(Self)
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        MAKING.fetch_sub(1, Ordering::Relaxed);
    }
}
