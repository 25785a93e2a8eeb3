//! Blank isolates that wait for a function, so that a cold start costs only the function's own modules.
//!
//! Pools take blanks; one thread refills the stock and ends instances that had nothing to do for long.
//!
//! Invariant: every worker was admitted by the budget, and leaves it when its thread ends.

use std::io;
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::Pool;
use super::budget::{Budget, upgraded};
use crate::fault::{Fault, Kind};
use crate::runtime::allocator;
use crate::runtime::ops::Host;
use crate::runtime::worker::{BLANK_HEAP_BYTES, Handle};

/// How long the stock is left alone after a blank was taken: making the next one would compete with the cold start it was taken for.
const REFILL_PAUSE: Duration = Duration::from_millis(20);

/// Instances that collect their garbage at a time: it costs milliseconds of CPU each, which others may need.
const TRIMS_PER_SWEEP: usize = 2;

/// How often idle instances are looked for.
const SWEEP_EVERY: Duration = Duration::from_secs(1);

/// The host-wide numbers.
#[derive(Clone, Debug)]
pub struct BlanksConfig {
    /// Blank isolates to keep ready.
    pub warm: usize,
    /// Workers at a time, blank ones included.
    pub max_instances: usize,
    /// Memory the process may use before idle workers are ended and new ones refused.
    pub memory_bytes: u64,
    /// CPU time a module may use while it loads.
    pub boot_cpu: Duration,
    /// Wall-clock time a module may take to load.
    pub boot_wall: Duration,
}

/// Starts the thread of a worker.
type MakeWorker = fn(Arc<dyn Host>, usize, Box<dyn Fn() + Send + Sync>) -> io::Result<Arc<Handle>>;

/// The stock of blank workers, and the list of pools with instances.
pub struct Blanks {
    config: BlanksConfig,
    host: Arc<dyn Host>,
    make: MakeWorker,
    stock: Mutex<Stock>,
    wanted: Condvar,
    budget: Arc<Budget>,
}

#[derive(Default)]
struct Stock {
    blanks: Vec<Arc<Handle>>,
    taken: Option<Instant>,
    pools: Vec<Weak<Pool>>,
}

impl Blanks {
    /// Starts the thread that keeps the stock.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(config: BlanksConfig, host: Arc<dyn Host>) -> io::Result<Arc<Self>> {
        let blanks = Arc::new(Self::new(config, host, Handle::spawn));
        let weak = Arc::downgrade(&blanks);
        std::thread::Builder::new().name("skep stock".to_owned()).spawn(move || keep_stock(&weak))?;
        Ok(blanks)
    }

    /// A stock that nobody keeps.
    pub(super) fn new(config: BlanksConfig, host: Arc<dyn Host>, make: MakeWorker) -> Self {
        let budget = Arc::new(Budget::new(config.max_instances, config.memory_bytes));
        Self { config, host, make, stock: Mutex::default(), wanted: Condvar::new(), budget }
    }

    /// The numbers it was started with.
    pub fn config(&self) -> &BlanksConfig {
        &self.config
    }

    /// Workers that exist, blank ones included.
    pub fn workers(&self) -> usize {
        self.budget.workers()
    }

    /// Calls in instances and waiting, of all pools.
    pub fn in_flight(&self) -> usize {
        self.pools().iter().map(|pool| pool.status()).map(|status| status.in_flight + status.waiting).sum()
    }

    /// A blank worker, from the stock if its heap fits, for a function that has so many `instances`.
    pub(super) fn take(&self, memory_bytes: u64, instances: usize) -> Result<Arc<Handle>, Fault> {
        let memory = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        if memory < BLANK_HEAP_BYTES {
            // A heap limit can be raised, never lowered: small functions get an isolate of their own size.
            return self.spawn(memory, instances, || self.pools());
        }
        let blank = {
            let mut stock = self.stock.lock();
            stock.blanks.retain(|blank| !blank.is_over());
            stock.taken = Some(Instant::now());
            stock.blanks.pop()
        };
        self.wanted.notify_one();
        match blank {
            Some(blank) => Ok(blank),
            None => self.spawn(BLANK_HEAP_BYTES, instances, || self.pools()),
        }
    }

    /// A blank worker that nobody waits for: nobody is ended for it, and the stock is left for those who do wait.
    pub(super) fn make_ahead(&self, memory_bytes: u64) -> Result<Arc<Handle>, Fault> {
        if !self.budget.has_plenty() {
            return Err(Fault::new(Kind::Overloaded, "the host has no memory for instances that nobody needs yet"));
        }
        let memory = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
        self.spawn(memory.min(BLANK_HEAP_BYTES), 0, Vec::new)
    }

    /// Makes a worker for a function that has so many `instances`. `pools` may have an idle instance ended for it.
    fn spawn(&self, heap_bytes: usize, instances: usize, pools: impl FnOnce() -> Vec<Arc<Pool>>) -> Result<Arc<Handle>, Fault> {
        self.budget.admit(instances, pools)?;
        let budget = self.budget.clone();
        (self.make)(self.host.clone(), heap_bytes, Box::new(move || budget.leave())).map_err(|error| {
            self.budget.leave();
            Fault::new(Kind::Overloaded, "the system gives no more threads").with_detail(error.to_string()).with_retry_after(1)
        })
    }

    fn pools(&self) -> Vec<Arc<Pool>> {
        upgraded(&self.stock.lock().pools)
    }

    /// A worker for a check.
    ///
    /// # Errors
    /// `overloaded` if there are as many as there may be.
    pub fn spare(&self, memory_bytes: u64) -> Result<Arc<Handle>, Fault> {
        self.take(memory_bytes, 0)
    }

    /// A pool has instances from now on: they are looked after.
    pub(super) fn remember(&self, pool: &Arc<Pool>) {
        let mut stock = self.stock.lock();
        let pool = Arc::downgrade(pool);
        if !stock.pools.iter().any(|known| known.ptr_eq(&pool)) {
            stock.pools.push(pool);
        }
    }
}

impl Drop for Blanks {
    fn drop(&mut self) {
        for blank in self.stock.get_mut().blanks.drain(..) {
            blank.retire();
        }
    }
}

fn keep_stock(blanks: &Weak<Blanks>) {
    let mut swept = Instant::now();
    while let Some(blanks) = blanks.upgrade() {
        let mut full = blanks.stock.lock().taken.is_some_and(|taken| taken.elapsed() < REFILL_PAUSE);
        let pause = if full { REFILL_PAUSE } else { SWEEP_EVERY };
        while !full && blanks.stock.lock().blanks.len() < blanks.config.warm {
            // A blank is made ahead of its need: nobody is ended for it.
            match blanks.spawn(BLANK_HEAP_BYTES, 0, Vec::new) {
                Ok(worker) => blanks.stock.lock().blanks.push(worker),
                Err(_) => full = true,
            }
        }
        if swept.elapsed() >= SWEEP_EVERY {
            swept = Instant::now();
            sweep(&blanks, swept);
        }
        let mut stock = blanks.stock.lock();
        if full || stock.blanks.len() >= blanks.config.warm {
            // Sweeps take samples: they come evenly.
            blanks.wanted.wait_for(&mut stock, pause.min(SWEEP_EVERY.saturating_sub(swept.elapsed())));
        }
    }
}

fn sweep(blanks: &Blanks, now: Instant) {
    // The pools' own locks are taken without the stock's: a pool that spawns takes them the other way round.
    let pools: Vec<Arc<Pool>> = {
        let mut stock = blanks.stock.lock();
        stock.pools.retain(|pool| pool.strong_count() > 0);
        upgraded(&stock.pools)
    };
    if blanks.budget.take_freed() && !allocator::give_back_soon() {
        blanks.budget.note_freed();
    }
    let mut trims = TRIMS_PER_SWEEP;
    blanks.budget.sweep(&pools);
    for pool in pools {
        pool.sweep(now, &mut trims);
    }
    if trims < TRIMS_PER_SWEEP {
        blanks.budget.note_freed();
    }
}
