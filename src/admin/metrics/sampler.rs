//! The thread that reads the counters once a second: for the history, and for how full the host is.
//!
//! Started with the admin address; it ends with the process.
//!
//! Invariant: it holds up no call; of a function that was never called it reads nothing.

use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::history::{FunctionReading, Reading};
use super::service::MetricsService;
use super::snapshot::load_of;
use crate::admin::state::AdminState;
use crate::runtime::pool::PoolStatus;
use crate::sys::kernel;
use crate::sys::process_facts::process_cpu;
use crate::telemetry::metrics::FunctionMetrics;
use crate::telemetry::metrics::histogram::HistogramCounts;
use crate::telemetry::metrics::labels::CpuUse;

/// How often the counters are read.
const EVERY: Duration = Duration::from_secs(1);

/// Samples over which CPU and queues are averaged.
const LOAD_SAMPLES: usize = 15;

/// Starts the thread.
///
/// # Errors
/// If the system cannot spawn one.
pub(in crate::admin) fn start(state: AdminState, service: Arc<MetricsService>) -> io::Result<()> {
    std::thread::Builder::new().name("skep sampler".to_owned()).spawn(move || run(&state, &service)).map(drop)
}

fn run(state: &AdminState, service: &MetricsService) {
    let begun = Instant::now();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let mut load = LoadAverage::default();
    for tick in 1.. {
        std::thread::sleep((begun + EVERY * tick).saturating_duration_since(Instant::now()));
        let now_s = begun.elapsed().as_secs();
        let sampled = sample(state, service, now_s);
        service.set_load(load.add(&sampled, cores));
    }
}

/// The use of the host at one moment.
#[derive(Clone, Copy, Debug, Default)]
struct LoadSample {
    /// CPU time that the process has used.
    cpu: Duration,
    /// Of the memory that it may use, this part.
    memory: f64,
    /// Of the instances that it may have, this part.
    instances: f64,
    /// Whether calls wait for an instance.
    has_queue: bool,
}

/// Reads everything once.
fn sample(state: &AdminState, service: &MetricsService, now_s: u64) -> LoadSample {
    let config = state.fleet.config();
    let table = state.live.table();
    config.metrics.retain(|name| table.get(name.as_str()).is_some());
    let (mut host, mut waiting, mut functions) = (Reading::default(), 0, Vec::new());
    for (name, endpoint) in table.iter() {
        let Some(metrics) = config.metrics.get(name).filter(|metrics| metrics.tier().is_some()) else { continue };
        let load = load_of(endpoint);
        let reading = read(&metrics, &load);
        waiting += load.waiting;
        host.calls += reading.calls;
        host.faults += reading.faults;
        host.cpu += reading.cpu;
        host.memory_bytes += reading.memory_bytes;
        host.in_flight += reading.in_flight;
        host.instances += reading.instances;
        let durations = Box::new(move || {
            let mut counts = HistogramCounts::default();
            metrics.add_durations(&mut counts);
            counts
        });
        functions.push(FunctionReading { name: name.clone(), reading, durations });
    }
    service.history().add(now_s, (host, config.metrics.durations()), functions);
    LoadSample {
        cpu: process_cpu(),
        memory: kernel::resident_bytes() as f64 / config.memory_bytes.max(1) as f64,
        instances: state.fleet.workers() as f64 / config.max_instances.max(1) as f64,
        has_queue: waiting > 0,
    }
}

fn read(metrics: &FunctionMetrics, load: &PoolStatus) -> Reading {
    let (calls, faults) = metrics.calls();
    Reading {
        calls,
        faults,
        cpu: CpuUse::ALL.into_iter().map(|by| metrics.cpu(by)).sum(),
        memory_bytes: (load.heap_bytes + load.external_bytes) as u64,
        in_flight: (load.in_flight + load.waiting) as u64,
        instances: (load.ready + load.booting) as u64,
    }
}

/// The latest samples, the oldest first.
#[derive(Default)]
struct LoadAverage(VecDeque<LoadSample>);

impl LoadAverage {
    /// Adds a sample. Returns how full the host is: 1 is full.
    fn add(&mut self, sample: &LoadSample, cores: usize) -> f64 {
        if self.0.len() > LOAD_SAMPLES {
            self.0.pop_front();
        }
        self.0.push_back(*sample);
        let seconds = EVERY.as_secs_f64() * (self.0.len() - 1) as f64;
        let used = self.0.front().map_or(Duration::ZERO, |oldest| sample.cpu.saturating_sub(oldest.cpu));
        let cpu = if seconds > 0.0 { used.as_secs_f64() / seconds / cores as f64 } else { 0.0 };
        let queued = self.0.iter().filter(|sample| sample.has_queue).count() as f64 / self.0.len() as f64;
        [cpu, sample.memory, sample.instances, queued].into_iter().fold(0.0, f64::max)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_as_full_as_what_is_used_most() {
        let mut load = LoadAverage::default();
        let mut sample = LoadSample { memory: 0.25, ..LoadSample::default() };
        assert!((load.add(&sample, 2) - 0.25).abs() < 1e-9, "one sample says nothing of CPU");
        for _ in 0..20 {
            sample.cpu += Duration::from_secs(1);
            load.add(&sample, 2);
        }
        assert!((load.add(&LoadSample { cpu: sample.cpu + Duration::from_secs(1), ..sample }, 2) - 0.5).abs() < 1e-9, "one of two cores");
        sample.has_queue = true;
        let full = (0..20).map(|_| load.add(&sample, 2)).last().unwrap();
        assert!((full - 1.0).abs() < 1e-9);
    }
}
