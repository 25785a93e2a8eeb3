//! What metrics keep beside the counters: the history, how full the host is, and what is read rarely because it costs much.
//!
//! `app` makes one for the admin address; `sampler` writes, scrapes and the overview read.
//!
//! Invariant: nothing here is read or written by a call.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::history::HistoryStore;
use crate::config::{MetricsCompat, MetricsConfig};
use crate::sys::process_facts;

/// What metrics keep beside the counters.
#[derive(Debug)]
pub struct MetricsService {
    config: MetricsConfig,
    engine_version: &'static str,
    history: Arc<HistoryStore>,
    started_s: f64,
    /// A number of 64 bits.
    load_ratio: AtomicU64,
    /// In nanoseconds.
    last_scrape: AtomicU64,
    series: AtomicUsize,
    maps: Mutex<Option<(Instant, u64)>>,
    helpers: OnceLock<Vec<i32>>,
    /// One scrape at a time.
    pub(super) turn: Semaphore,
    /// Scrapes that run or wait.
    pub(super) places: Arc<Semaphore>,
}

/// How old the count of memory maps may be.
const MAPS_AGE: Duration = Duration::from_secs(60);

/// Scrapes that may wait.
const SCRAPES_MAX: usize = 16;

impl MetricsService {
    /// With an empty history. `engine_version` is that of V8.
    pub fn new(config: MetricsConfig, engine_version: &'static str) -> Arc<Self> {
        Arc::new(Self {
            history: HistoryStore::new(config.history_bytes),
            config,
            engine_version,
            started_s: SystemTime::now().duration_since(UNIX_EPOCH).map_or(0.0, |since| since.as_secs_f64()),
            load_ratio: AtomicU64::new(0),
            last_scrape: AtomicU64::new(0),
            series: AtomicUsize::new(0),
            maps: Mutex::default(),
            helpers: OnceLock::new(),
            turn: Semaphore::new(1),
            places: Arc::new(Semaphore::new(SCRAPES_MAX)),
        })
    }

    pub(super) fn has_compat(&self, compat: MetricsCompat) -> bool {
        self.config.compat.contains(&compat)
    }

    /// What follows a function's name in the series of OpenFaaS.
    pub(super) fn openfaas_namespace(&self) -> &str {
        &self.config.openfaas_namespace
    }

    pub(super) fn history(&self) -> &HistoryStore {
        &self.history
    }

    pub(super) fn engine_version(&self) -> &'static str {
        self.engine_version
    }

    /// When the process began, in seconds since 1970.
    pub(super) fn started_s(&self) -> f64 {
        self.started_s
    }

    pub(super) fn set_load(&self, ratio: f64) {
        self.load_ratio.store(ratio.to_bits(), Ordering::Relaxed);
    }

    /// How full the host is: 1 is full.
    pub(super) fn load_ratio(&self) -> f64 {
        f64::from_bits(self.load_ratio.load(Ordering::Relaxed))
    }

    pub(super) fn note_scrape(&self, took: Duration) {
        self.last_scrape.store(u64::try_from(took.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// How long the last scrape took.
    pub(super) fn last_scrape(&self) -> Duration {
        Duration::from_nanos(self.last_scrape.load(Ordering::Relaxed))
    }

    pub(super) fn note_series(&self, series: &AtomicUsize) {
        self.series.store(series.load(Ordering::Relaxed), Ordering::Relaxed);
    }

    /// Series that the scrape has written so far.
    pub(super) fn series_written(&self) -> usize {
        self.series.load(Ordering::Relaxed)
    }

    /// Memory maps, as they were counted last.
    pub(super) fn maps(&self) -> u64 {
        let mut maps = self.maps.lock();
        match *maps {
            Some((at, count)) if at.elapsed() < MAPS_AGE => count,
            _ => {
                let count = process_facts::maps();
                *maps = Some((Instant::now(), count));
                count
            }
        }
    }

    /// CPU time of V8's helper threads, which live as long as the process.
    pub(super) fn helper_cpu(&self) -> Duration {
        process_facts::threads_cpu(self.helpers.get_or_init(process_facts::helper_threads))
    }
}
