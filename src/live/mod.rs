//! THE MEETING POINT: the immutable table from route to function, swapped whole.
//!
//! `release` is the only writer; `ingress` and `ctx.call` read it for every call.
//!
//! Invariant: a reader sees one table from lookup to pool; a pool that left the table still answers what reached it.

pub mod table;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, Guard};

use crate::fault::{Fault, Kind};
use crate::function::FunctionName;
use crate::runtime::pool::Pool;

/// The table of the whole host.
pub type LiveTable = table::Table<Arc<Endpoint>>;

/// A function in the table: its pool, made when it is first needed, or the reason why there is none.
pub struct Endpoint {
    /// Its name.
    pub name: FunctionName,
    pool: OnceLock<Result<Arc<Pool>, Fault>>,
    superseded: AtomicBool,
    make: Make,
}

/// Compiles the function and makes its pool. Blocks.
pub type Make = Box<dyn Fn() -> Result<Arc<Pool>, Fault> + Send + Sync>;

impl Endpoint {
    /// An endpoint whose pool is made by `make`, once.
    pub fn new(name: FunctionName, make: Make) -> Arc<Self> {
        Arc::new(Self { name, pool: OnceLock::new(), superseded: AtomicBool::new(false), make })
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

    /// The endpoint has left the table: its pool, made or in the making, finishes what reaches it and ends.
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
        let endpoint = self.clone();
        match tokio::task::spawn_blocking(move || endpoint.make().clone()).await {
            Ok(made) => made,
            Err(error) => Err(Fault::new(Kind::BootFailed, "the function could not be compiled").with_detail(error.to_string())),
        }
    }
}

/// Brings the table up to date with the disk before a call is looked up; `skep dev` installs one.
pub trait Refresh: Send + Sync {
    /// Called before every lookup, on a thread that may block. `path` is the request's path.
    fn refresh(&self, path: &str);
}

/// The table that everybody reads.
#[derive(Default)]
pub struct Live {
    table: ArcSwap<LiveTable>,
    refresh: OnceLock<Arc<dyn Refresh>>,
}

impl Live {
    /// The table of this moment.
    pub fn table(&self) -> Guard<Arc<LiveTable>> {
        self.table.load()
    }

    /// Swaps the table. Returns the old one.
    pub fn publish(&self, table: LiveTable) -> Arc<LiveTable> {
        self.table.swap(Arc::new(table))
    }

    /// Installs the refresher of `skep dev`.
    pub fn refresh_with(&self, refresh: Arc<dyn Refresh>) {
        // There is one mode per process.
        let _ = self.refresh.set(refresh);
    }

    /// The refresher, in dev.
    pub fn refresher(&self) -> Option<&Arc<dyn Refresh>> {
        self.refresh.get()
    }
}
