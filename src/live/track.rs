//! One version of a function as traffic reaches it: its pool, made when it is first needed, or the reason why there is none.
//!
//! Made by `release`, held by an [`Endpoint`](super::Endpoint), and by its successor while both are in a table.
//!
//! Invariant: the pool is made at most once; a track that was superseded lets it finish and end.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use crate::fault::{Fault, Kind};
use crate::runtime::pool::Pool;

/// Compiles or reads the version and makes its pool. Blocks.
pub type Make = Box<dyn Fn() -> Result<Arc<Pool>, Fault> + Send + Sync>;

/// A version and its pool.
pub struct Track {
    pool: OnceLock<Result<Arc<Pool>, Fault>>,
    superseded: AtomicBool,
    make: Make,
}

impl Track {
    /// A track whose pool is made by `make`, once.
    pub fn new(make: Make) -> Arc<Self> {
        Arc::new(Self { pool: OnceLock::new(), superseded: AtomicBool::new(false), make })
    }

    /// A track whose pool is there.
    pub fn of(pool: Arc<Pool>) -> Arc<Self> {
        let track = Self::new(Box::new(|| Err(Fault::new(Kind::BootFailed, "the pool is made"))));
        // Nobody else knows the track yet.
        let _ = track.pool.set(Ok(pool));
        track
    }

    /// The pool, if it was made already (or could not be).
    pub fn made(&self) -> Option<&Result<Arc<Pool>, Fault>> {
        self.pool.get()
    }

    /// Makes the pool if nobody has. Blocks while the function is compiled.
    pub fn make(&self) -> &Result<Arc<Pool>, Fault> {
        let made = self.pool.get_or_init(|| (self.make)());
        if self.superseded.load(Ordering::SeqCst)
            && let Ok(pool) = made
        {
            pool.retire();
        }
        made
    }

    /// No table has it any more: its pool, made or in the making, finishes what reaches it and ends.
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
            Err(error) => Err(Fault::new(Kind::BootFailed, "the function could not be compiled").with_detail(error.to_string())),
        }
    }
}
