//! The families of the host: its runtime, connections, releases, and the process.
//!
//! Read from the counters of the process, the fleet and the kernel; `form` writes them.
//!
//! Invariant: labels come from closed lists; the names of guards come from a bounded list of the host's own.

use std::fmt;

use super::family::{Family, RowValue, Rows};
use super::functions::families;
use super::snapshot::Snapshot;
use crate::api::release::{Purpose, ReleaseStatus, Step};
use crate::ingress::wire::Rejection;
use crate::release::deploy::counted::{ReleaseLabel, StepLabel};
use crate::runtime::containment::{self, ContainmentLevel, guard_hits};
use crate::sys::kernel::KernelLimits;
use crate::sys::process_facts::{ProcessFacts, process_cpu};
use crate::telemetry::metrics::HOST;
use crate::telemetry::metrics::histogram::HistogramCounts;
use crate::telemetry::metrics::labels::{ColdPhase, ConnectionEnd, GcKind, InstanceFrom, ListenerKind, RuntimeKind, WireProtocol};

use super::family::FamilyKind::{Counter, Gauge, Histogram};
use super::family::FamilyUnit::{Bytes, None as NoUnit, Seconds};

/// The families of the host.
pub(super) const FAMILIES: &[Family] = families! {
    "skep_cold_start", Histogram, Seconds, "Parts of cold starts, by where the isolate came from.", cold_starts;
    "skep_turn", Histogram, Seconds, "Stretches of JavaScript without a pause.", |_, r| histogram(r, &HOST.turns());
    "skep_fetch", Histogram, Seconds, "From the request of a function to the head of its answer.", |_, r| histogram(r, &HOST.fetches());
    "skep_gc", Counter, Seconds, "Time of garbage collections.", collections;
    "skep_v8_helper_cpu", Counter, Seconds, "CPU time of V8's helper threads.", |s, r| float(r, s.service.helper_cpu().as_secs_f64());
    "skep_containment", Counter, NoUnit, "Acts against functions that misbehaved, by rung.", contained;
    "skep_guard_refusals", Counter, NoUnit, "What guards refused to functions.", refusals;
    "skep_blanks", Gauge, NoUnit, "Prewarmed isolates that wait for a function.", |s, r| count(r, s.state.fleet.prewarmed() as u64);
    "skep_instances_max", Gauge, NoUnit, "Instances that may be alive at a time.", |s, r| count(r, s.state.fleet.config().max_instances as u64);
    "skep_memory_budget", Gauge, Bytes, "Memory that the process may use.", |s, r| count(r, s.state.fleet.config().memory_bytes);
    "skep_maps", Gauge, NoUnit, "Memory maps of the process, at most a minute old.", |s, r| count(r, s.service.maps());
    "skep_maps_max", Gauge, NoUnit, "Memory maps that the kernel allows.", maps_max;
    "skep_load_ratio", Gauge, NoUnit, "The most used of CPU, memory, instances and queues: 1 is full.", |s, r| float(r, s.service.load_ratio());
    "skep_connections", Gauge, NoUnit, "Open connections.", connections;
    "skep_connections_ended", Counter, NoUnit, "Connections that ended, by the reason.", connections_ended;
    "skep_requests_refused", Counter, NoUnit, "Bytes of clients that were no request, by the reason.", requests_refused;
    "skep_io_busy", Counter, Seconds, "CPU time of the threads that serve connections.", io_busy;
    "skep_io_lag", Histogram, Seconds, "How late a thread that serves connections comes to what is due.", |_, r| histogram(r, &HOST.io_lags());
    "skep_tokio_tasks", Gauge, NoUnit, "Tasks that live.", |_, r| runtimes(r, |m| m.num_alive_tasks() as u64);
    "skep_tokio_global_queue", Gauge, NoUnit, "Tasks that wait for a thread.", |_, r| runtimes(r, |m| m.global_queue_depth() as u64);
    "skep_tokio_parks", Counter, NoUnit, "How often threads went to sleep.", |_, r| runtimes(r, parks);
    "skep_releases", Counter, NoUnit, "Releases that ended.", releases;
    "skep_release_step", Histogram, Seconds, "How long steps of releases took.", release_steps;
    "skep_release_cut", Counter, NoUnit, "Calls that were cut because the version's time was over.", |_, r| count(r, HOST.release_cuts());
    "skep_trigger_lag", Histogram, Seconds, "How late calls for moments of schedules began.", |_, r| histogram(r, &HOST.cron_lags());
    "skep_engine_generation", Gauge, NoUnit, "Which engine process this is.", |s, r| count(r, s.state.engine_info.generation);
    "skep_engine_restarts", Counter, NoUnit, "Engine processes that were replaced because of a function.", restarts;
    "skep_build_info", Gauge, NoUnit, "The program. Always 1.", build;
    "skep_metrics_folded_functions", Gauge, NoUnit, "Functions that share the series of `_other`.", |s, r| count(r, s.registry().folded() as u64);
    "skep_scrape", Gauge, Seconds, "How long the scrape before took.", |s, r| float(r, s.service.last_scrape().as_secs_f64());
    "process_cpu", Counter, Seconds, "CPU time of the process.", |_, r| float(r, process_cpu().as_secs_f64());
    "process_resident_memory", Gauge, Bytes, "Memory of the process that is in RAM.", |s, r| fact(s, r, |facts| facts.resident_bytes);
    "process_virtual_memory", Gauge, Bytes, "Address space of the process.", |s, r| fact(s, r, |facts| facts.virtual_bytes);
    "process_open_fds", Gauge, NoUnit, "Open descriptors.", |s, r| fact(s, r, |facts| facts.files);
    "process_max_fds", Gauge, NoUnit, "Descriptors that may be open.", max_fds;
    "process_threads", Gauge, NoUnit, "Threads of the process.", |s, r| fact(s, r, |facts| facts.threads);
    "process_start_time", Gauge, Seconds, "When the process began, in seconds since 1970.", |s, r| float(r, s.service.started_s());
};

/// Its rows are counted last: those of all others.
pub(super) const SERIES: Family = Family {
    name: "skep_metrics_series",
    kind: Gauge,
    unit: NoUnit,
    help: "Series of this scrape, as the text form has them.",
    rows: |s, r| count(r, s.service.series_written() as u64 + 1),
};

fn count(rows: &mut Rows<'_>, count: u64) -> fmt::Result {
    rows(&[], RowValue::Count(count))
}

fn float(rows: &mut Rows<'_>, number: f64) -> fmt::Result {
    rows(&[], RowValue::Float(number))
}

/// A histogram in which nothing was counted is left out.
fn histogram(rows: &mut Rows<'_>, counts: &HistogramCounts) -> fmt::Result {
    if counts.count() > 0 { rows(&[], RowValue::Histogram(counts)) } else { Ok(()) }
}

fn cold_starts(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for phase in ColdPhase::ALL {
        for from in InstanceFrom::ALL {
            let counts = HOST.cold_starts(phase, from);
            if counts.count() > 0 {
                rows(&[("phase", phase.label()), ("from", from.label())], RowValue::Histogram(&counts))?;
            }
        }
    }
    Ok(())
}

fn collections(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    GcKind::ALL.into_iter().try_for_each(|kind| rows(&[("kind", kind.label())], RowValue::Float(HOST.collections(kind).as_secs_f64())))
}

fn contained(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    ContainmentLevel::ALL.into_iter().enumerate().try_for_each(|(rung, level)| {
        rows(&[("rung", &format!("L{rung}")), ("act", level.label())], RowValue::Count(containment::count(level)))
    })
}

fn refusals(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    guard_hits::counts().iter().try_for_each(|(guard, count)| rows(&[("guard", guard)], RowValue::Count(*count)))
}

fn maps_max(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    KernelLimits::read().maps.map_or(Ok(()), |maps| count(rows, maps))
}

fn connections(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for listener in ListenerKind::ALL {
        for protocol in WireProtocol::ALL {
            let labels = [("listener", listener.label()), ("protocol", protocol.label())];
            rows(&labels, RowValue::Count(HOST.connections(listener, protocol)))?;
        }
    }
    Ok(())
}

fn connections_ended(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    ConnectionEnd::ALL.into_iter().try_for_each(|why| rows(&[("reason", why.label())], RowValue::Count(HOST.connections_ended(why))))
}

fn requests_refused(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    let counted = Rejection::ALL.iter().map(|rejection| (rejection, HOST.refusals(*rejection)));
    counted
        .filter(|(_, count)| *count > 0)
        .try_for_each(|(rejection, count)| rows(&[("reason", &in_snake_case(&format!("{rejection:?}")))], RowValue::Count(count)))
}

/// `HeaderName` as `header_name`.
fn in_snake_case(name: &str) -> String {
    let mut text = String::with_capacity(name.len() + 4);
    for character in name.chars() {
        if character.is_ascii_uppercase() && !text.is_empty() {
            text.push('_');
        }
        text.push(character.to_ascii_lowercase());
    }
    text
}

fn io_busy(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    HOST.io_threads().iter().try_for_each(|(thread, busy)| rows(&[("thread", thread)], RowValue::Float(busy.as_secs_f64())))
}

fn runtimes(rows: &mut Rows<'_>, read: fn(&tokio::runtime::RuntimeMetrics) -> u64) -> fmt::Result {
    RuntimeKind::ALL.into_iter().try_for_each(|kind| {
        let sum = HOST.runtimes(kind).iter().map(read).sum();
        rows(&[("runtime", kind.label())], RowValue::Count(sum))
    })
}

fn parks(metrics: &tokio::runtime::RuntimeMetrics) -> u64 {
    (0..metrics.num_workers()).map(|worker| metrics.worker_park_count(worker)).sum()
}

fn releases(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for purpose in Purpose::ALL {
        for end in ReleaseStatus::ENDS {
            let count = HOST.releases(ReleaseLabel(purpose, end));
            if count > 0 {
                rows(&[("kind", purpose.label()), ("outcome", end.label())], RowValue::Count(count))?;
            }
        }
    }
    Ok(())
}

fn release_steps(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for step in Step::ALL {
        let counts = HOST.release_steps(StepLabel(step));
        if counts.count() > 0 {
            rows(&[("step", step.label())], RowValue::Histogram(&counts))?;
        }
    }
    Ok(())
}

fn restarts(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    let causes = [("tainted", ContainmentLevel::HandedOver), ("died", ContainmentLevel::Restarted)];
    causes.into_iter().try_for_each(|(cause, level)| rows(&[("cause", cause)], RowValue::Count(containment::count(level))))
}

fn build(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    rows(&[("version", env!("CARGO_PKG_VERSION")), ("v8", snapshot.service.engine_version())], RowValue::Count(1))
}

fn fact(snapshot: &Snapshot, rows: &mut Rows<'_>, read: fn(&ProcessFacts) -> u64) -> fmt::Result {
    count(rows, read(&snapshot.facts))
}

fn max_fds(_: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    KernelLimits::read().files.map_or(Ok(()), |files| count(rows, files))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_is_written_in_snake_case() {
        assert_eq!(in_snake_case("HeaderName"), "header_name");
        assert_eq!(in_snake_case("Slow"), "slow");
    }
}
