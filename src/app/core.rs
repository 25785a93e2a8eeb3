//! The part of a host that runs functions, without listeners: `serve`, `check` and `invoke` share it.
//!
//! Invariant: nothing is started before the watchdog runs.

use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

use crate::config::{Config, MetricsCompat, MetricsConfig};
use crate::invoke::Invoker;
use crate::live::Live;
use crate::release::{Catalog, CatalogDeps, Compilers, FunctionsDirectory, PoolDeps, Scales, SourceError, TextFiles};
use crate::runtime::call::AnswerBytes;
use crate::runtime::containment::frozen;
use crate::runtime::fleet::{self, Fleet, FleetConfig};
use crate::runtime::limits::headroom;
use crate::runtime::worker::watchdog;
use crate::telemetry::metrics::budget::SeriesLimits;
use crate::telemetry::metrics::exact::ExactKinds;
use crate::telemetry::metrics::{FunctionRegistry, thread};
use crate::trigger::jobs::Jobs;

use super::error::StartError;
use super::host::{Listeners, RuntimeHost};
use super::rate::Rates;

/// Memory of the host for each isolate that may use memory beyond its limit at a time.
const HOST_BYTES_PER_HEADROOM: u64 = 4 * headroom::HEADROOM_BYTES as u64;

/// The most of them.
const HEADROOMS_MAX: usize = 2;

/// Part of the host's memory that frozen threads may keep.
const FROZEN_PART: u64 = 8;

/// Part of the host's memory that answers may have which were not taken yet.
const ANSWERS_PART: u64 = 8;

/// Bytes of such answers: of a small host at least as many as some clients need, and of a large one no more than clients can need.
const ANSWER_BYTES: std::ops::RangeInclusive<u64> = 32 << 20..=1 << 30;

/// Bytes of answers that wait in a host with this much memory.
fn answer_bytes_max(memory_bytes: u64) -> usize {
    let bytes = (memory_bytes / ANSWERS_PART).clamp(*ANSWER_BYTES.start(), *ANSWER_BYTES.end());
    usize::try_from(bytes).unwrap_or(usize::MAX)
}

/// Series of a function for the names of other platforms: a histogram is 18 of them, for each status that its calls end with.
fn series_of(compat: MetricsCompat) -> usize {
    match compat {
        MetricsCompat::OpenFaas => 60,
        // Shown for one function at a time, and not with the others.
        MetricsCompat::Kubeless => 0,
        MetricsCompat::Knative => 20,
    }
}

fn series_limits(config: &MetricsConfig) -> SeriesLimits {
    let compatibility = config.compat.iter().map(|compat| series_of(*compat)).sum();
    let has = |compat| config.compat.contains(&compat);
    let exact = ExactKinds { statuses: has(MetricsCompat::OpenFaas), methods: has(MetricsCompat::Kubeless) };
    SeriesLimits { series: config.series, full: config.full.clone(), compatibility, exact }
}

/// The part of a host that runs functions, without listeners.
pub struct Core {
    /// The table.
    pub live: Arc<Live>,
    /// Calls the functions of the table.
    pub invoker: Arc<Invoker>,
    /// Instances and prewarmed isolates.
    pub fleet: Arc<Fleet>,
    /// The jobs of Parse applications; `App` has them run.
    pub(super) jobs: Arc<Jobs>,
    pub(super) listeners: Listeners,
}

impl Core {
    /// Starts the runtime with an empty table.
    ///
    /// # Errors
    /// If the system cannot spawn a thread.
    pub fn start(config: &Config) -> Result<Self, StartError> {
        headroom::allow(usize::try_from(config.pool.memory_bytes / HOST_BYTES_PER_HEADROOM).unwrap_or(usize::MAX).clamp(1, HEADROOMS_MAX));
        frozen::allow(config.pool.memory_bytes / FROZEN_PART);
        if !watchdog::is_running() {
            // Without it nothing would ever be stopped.
            return Err(io::Error::other("no thread for the watchdog").into());
        }
        let live = Arc::new(Live::default());
        let listeners = Listeners::default();
        thread::expect(config.ingress.threads.get());
        let metrics = Arc::new(FunctionRegistry::new(series_limits(&config.metrics)));
        let invoker = Invoker::new(live.clone(), config.mode, metrics.clone());
        let jobs = Arc::<Jobs>::default();
        let host = Arc::new(RuntimeHost {
            invoker: invoker.clone(),
            listeners: listeners.clone(),
            body_timeout: config.ingress.body_timeout,
            answer_bytes: AnswerBytes::new(answer_bytes_max(config.pool.memory_bytes)),
            live: live.clone(),
            rates: Rates::default(),
            jobs: jobs.clone(),
        });
        let fleet = fleet::start(
            FleetConfig {
                warm: config.pool.warm,
                max_instances: config.pool.max_instances,
                memory_bytes: config.pool.memory_bytes,
                boot_cpu: config.pool.boot_cpu,
                boot_wall: config.pool.boot_wall,
                metrics,
            },
            host,
        )?;
        Ok(Self { live, invoker, fleet, jobs, listeners })
    }

    /// Opens the functions directory for a command without listeners.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn open_functions(&self, config: &Config) -> Result<Arc<Catalog>, SourceError> {
        let catalog = Catalog::new(CatalogDeps {
            main_port: config.listen.port(),
            grants: config.grants.clone(),
            live: self.live.clone(),
            deployed: BTreeMap::new(),
            fleet: self.fleet.clone(),
            state: None,
            on_ports: Box::new(|_| {}),
        });
        let compilers = Arc::new(Compilers::local(config.compile));
        let pools = PoolDeps {
            compilers,
            fleet: self.fleet.clone(),
            quarantine: Arc::default(),
            scales: Scales::default(),
            texts: TextFiles::none(),
        };
        FunctionsDirectory::open(&config.functions, catalog.clone(), pools)?;
        Ok(catalog)
    }
}
