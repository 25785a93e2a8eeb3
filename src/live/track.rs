//! One version of a function as traffic reaches it: its pool, created when it is first needed, or the reason why there is none.
//!
//! `release` creates it; an `Endpoint` holds it, and so does the endpoint's successor with the same version.
//!
//! Invariant: the pool is created at most once; a superseded track lets it finish and end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::fault::{Fault, Kind};
use crate::runtime::pool::Pool;

/// Compiles or reads the version and creates its pool. Blocks.
pub type MakePool = Box<dyn Fn() -> Result<Arc<Pool>, Fault> + Send + Sync>;

/// A version and its pool.
pub struct Track {
    pool: OnceLock<Result<Arc<Pool>, Fault>>,
    superseded: AtomicBool,
    make: MakePool,
}

impl Track {
    /// A track whose pool `make` creates, once.
    pub fn new(make: MakePool) -> Arc<Self> {
        Arc::new(Self { pool: OnceLock::new(), superseded: AtomicBool::new(false), make })
    }

    /// A track of a pool that exists.
    pub fn of(pool: Arc<Pool>) -> Arc<Self> {
        let track = Self::new(Box::new(|| Err(Fault::new(Kind::BootFailed, "the pool is made"))));
        // No other thread has the track yet.
        let _ = track.pool.set(Ok(pool));
        track
    }

    /// The pool, or why it cannot be created; `None` before the first use.
    pub fn made(&self) -> Option<&Result<Arc<Pool>, Fault>> {
        self.pool.get()
    }

    /// Creates the pool unless it exists. Blocks while the function is compiled.
    pub fn make(&self) -> &Result<Arc<Pool>, Fault> {
        let made = self.pool.get_or_init(|| (self.make)());
        if self.superseded.load(Ordering::SeqCst)
            && let Ok(pool) = made
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

    /// The pool. The first call compiles the function, on a thread that may block.
    ///
    /// # Errors
    /// `boot_failed`, with the compiler's diagnostic as its detail.
    pub async fn pool(self: &Arc<Self>) -> Result<Arc<Pool>, Fault> {
        if let Some(made) = self.pool.get() {
            return made.clone();
        }
        let track = self.clone();
        match tokio::task::spawn_blocking(move || track.make().clone()).await {
            Ok(made) => made,
            Err(error) => Err(Fault::new(Kind::BootFailed, "the function cannot be compiled").with_detail(error.to_string())),
        }
    }
}
