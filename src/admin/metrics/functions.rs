//! The families of functions.
//!
//! Read from a snapshot; `form` writes them.
//!
//! Invariant: the label `function` is the name of a function of the live table, `_other`, or empty for calls that reached none; a function
//! that has only the most important families shows nothing in the others.

use std::fmt;

use super::family::{Family, FamilyKind, FamilyUnit, RowValue, Rows};
use super::snapshot::{FunctionView, Snapshot};
use crate::telemetry::metrics::HOST;
use crate::telemetry::metrics::call::TrackTotals;
use crate::telemetry::metrics::labels::{
    CpuUse, FetchEnd, InstanceEnd, InstanceFrom, LineDrop, LineLevel, ReleaseTrack, RunEnd, RunTrigger,
};

use FamilyKind::{Counter, Gauge, Histogram};
use FamilyUnit::{Bytes, None as NoUnit, Seconds};

macro_rules! families {
    ($($name:literal, $kind:ident, $unit:ident, $help:literal, $rows:expr;)*) => {
        &[$(Family { name: $name, kind: $kind, unit: $unit, help: $help, rows: $rows }),*]
    };
}
pub(super) use families;

/// The families of functions.
pub(super) const FAMILIES: &[Family] = families! {
    "skep_calls", Counter, NoUnit, "Calls that ended, by what caused them and the class of their status.", calls;
    "skep_faults", Counter, NoUnit, "Calls that failed, by the kind of the fault.", faults;
    "skep_call_duration", Histogram, Seconds, "From the first byte of a call to the last byte of its answer.", durations;
    "skep_call_head", Histogram, Seconds, "From the first byte of a call to the head of its answer.", heads;
    "skep_call_queue", Histogram, Seconds, "From the admission of a call to the instance's thread.", queues;
    "skep_calls_in_flight", Gauge, NoUnit, "Calls in instances.", |s, r| of_all(s, r, |view| view.load.in_flight as u64);
    "skep_calls_queued", Gauge, NoUnit, "Calls that wait for an instance.", |s, r| of_full(s, r, |view| Some(view.load.waiting as u64));
    "skep_calls_remade", Counter, NoUnit, "Calls that were made again because their instance was lost.", remade;
    "skep_cpu", Counter, Seconds, "CPU time of instances, by what it was used for.", cpu;
    "skep_request_body", Counter, Bytes, "Bytes of requests' bodies that were read.", |s, r| bytes(s, r, |totals| totals.request_bytes);
    "skep_response_body", Counter, Bytes, "Bytes of answers' bodies.", |s, r| bytes(s, r, |totals| totals.response_bytes);
    "skep_instances", Gauge, NoUnit, "Instances, by what they do.", instances;
    "skep_instances_started", Counter, NoUnit, "Instances that were made, by where their isolate came from.", started;
    "skep_instances_ended", Counter, NoUnit, "Instances that ended, by the reason.", ended;
    "skep_heap", Gauge, Bytes, "V8 heap of all instances that is in RAM.", |s, r| of_all(s, r, |view| view.load.heap_bytes as u64);
    "skep_external", Gauge, Bytes, "Memory of all instances outside the heaps.", |s, r| of_full(s, r, |view| Some(view.load.external_bytes as u64));
    "skep_memory_limit", Gauge, Bytes, "Memory that one instance may use.", |s, r| of_full(s, r, |view| view.memory_limit);
    "skep_fetches", Counter, NoUnit, "Requests to other servers, by how they ended.", fetches;
    "skep_log_lines", Counter, NoUnit, "Console lines that were written, by level.", lines;
    "skep_log_lines_dropped", Counter, NoUnit, "Console lines that were dropped, or whose end was.", dropped;
    "skep_trigger_runs", Counter, NoUnit, "Moments of schedules that are done with, by how they ended.", runs;
    "skep_function_info", Gauge, NoUnit, "The versions of a function. Always 1.", info;
    "skep_function_quarantined", Gauge, NoUnit, "1 if the live version must not run.", |s, r| of_full(s, r, |view| Some(u64::from(view.is_quarantined)));
};

/// The label of calls that reached no function.
const NO_FUNCTION: &str = "";

/// One row for each function.
fn of_all(snapshot: &Snapshot, rows: &mut Rows<'_>, read: fn(&FunctionView) -> u64) -> fmt::Result {
    for view in &snapshot.functions {
        rows(&[("function", view.metrics.label())], RowValue::Count(read(view)))?;
    }
    Ok(())
}

/// One row for each function that has all families, and something to show.
fn of_full(snapshot: &Snapshot, rows: &mut Rows<'_>, read: fn(&FunctionView) -> Option<u64>) -> fmt::Result {
    for view in full(snapshot) {
        if let Some(value) = read(view) {
            rows(&[("function", view.metrics.label())], RowValue::Count(value))?;
        }
    }
    Ok(())
}

fn full(snapshot: &Snapshot) -> impl Iterator<Item = &FunctionView> {
    snapshot.functions.iter().filter(|view| view.is_full)
}

/// The calls of a track of each function, and those that reached none.
fn tracks(snapshot: &Snapshot, mut each: impl FnMut(&str, &str, &TrackTotals) -> fmt::Result) -> fmt::Result {
    for view in &snapshot.functions {
        for track in ReleaseTrack::ALL {
            if let Some(totals) = view.metrics.track(track) {
                each(view.metrics.label(), track.label(), &totals)?;
            }
        }
    }
    if snapshot.is_whole { each(NO_FUNCTION, "", &HOST.unreached()) } else { Ok(()) }
}

fn calls(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    tracks(snapshot, |function, track, totals| {
        totals.calls().try_for_each(|(trigger, class, count)| {
            let labels = [("function", function), ("track", track), ("trigger", trigger.label()), ("status", class.label())];
            rows(&labels, RowValue::Count(count))
        })
    })
}

fn faults(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    tracks(snapshot, |function, track, totals| {
        totals
            .faults()
            .try_for_each(|(kind, count)| rows(&[("function", function), ("track", track), ("kind", kind.label())], RowValue::Count(count)))
    })
}

fn durations(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in &snapshot.functions {
        for track in ReleaseTrack::ALL {
            if let Some(totals) = view.metrics.track(track) {
                let value = if view.is_full { RowValue::Histogram(&totals.duration) } else { RowValue::Summed(&totals.duration) };
                rows(&[("function", view.metrics.label()), ("track", track.label())], value)?;
            }
        }
    }
    Ok(())
}

fn heads(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in full(snapshot) {
        if let Some(waits) = view.metrics.waits() {
            rows(&[("function", view.metrics.label())], RowValue::Histogram(&waits.head))?;
        }
    }
    Ok(())
}

fn queues(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in full(snapshot) {
        if let Some(waits) = view.metrics.waits().filter(|waits| waits.queue.count() > 0) {
            rows(&[("function", view.metrics.label())], RowValue::Histogram(&waits.queue))?;
        }
    }
    Ok(())
}

fn remade(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    of_full(snapshot, rows, |view| Some(view.metrics.remade_calls()).filter(|count| *count > 0))
}

fn cpu(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in &snapshot.functions {
        for (by, used) in CpuUse::ALL.map(|by| (by, view.metrics.cpu(by))) {
            if view.is_full || !used.is_zero() {
                rows(&[("function", view.metrics.label()), ("use", by.label())], RowValue::Float(used.as_secs_f64()))?;
            }
        }
    }
    Ok(())
}

fn bytes(snapshot: &Snapshot, rows: &mut Rows<'_>, read: fn(&TrackTotals) -> u64) -> fmt::Result {
    for view in full(snapshot) {
        let totals = ReleaseTrack::ALL.into_iter().filter_map(|track| view.metrics.track(track));
        let bytes = totals.map(|totals| read(&totals)).sum();
        rows(&[("function", view.metrics.label())], RowValue::Count(bytes))?;
    }
    Ok(())
}

fn instances(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in &snapshot.functions {
        let load = &view.load;
        let by_state =
            [("booting", load.booting), ("idle", load.idle), ("busy", load.ready.saturating_sub(load.idle)), ("draining", load.ending)];
        for (state, count) in by_state.into_iter().filter(|(_, count)| view.is_full || *count > 0) {
            rows(&[("function", view.metrics.label()), ("state", state)], RowValue::Count(count as u64))?;
        }
    }
    Ok(())
}

/// The rows of a counter by a label: those that are not 0.
fn by_label(
    snapshot: &Snapshot,
    rows: &mut Rows<'_>,
    label: &'static str,
    each: impl Fn(&FunctionView) -> Vec<(&'static str, u64)>,
) -> fmt::Result {
    for view in full(snapshot) {
        for (value, count) in each(view).into_iter().filter(|(_, count)| *count > 0) {
            rows(&[("function", view.metrics.label()), (label, value)], RowValue::Count(count))?;
        }
    }
    Ok(())
}

fn started(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    by_label(snapshot, rows, "from", |view| InstanceFrom::ALL.map(|from| (from.label(), view.metrics.started(from))).to_vec())
}

fn ended(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    by_label(snapshot, rows, "reason", |view| InstanceEnd::ALL.map(|why| (why.label(), view.metrics.ended(why))).to_vec())
}

fn fetches(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    by_label(snapshot, rows, "result", |view| FetchEnd::ALL.map(|end| (end.label(), view.metrics.fetches(end))).to_vec())
}

fn lines(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    by_label(snapshot, rows, "level", |view| LineLevel::ALL.map(|level| (level.label(), view.metrics.lines(level))).to_vec())
}

fn dropped(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    by_label(snapshot, rows, "reason", |view| LineDrop::ALL.map(|why| (why.label(), view.metrics.dropped_lines(why))).to_vec())
}

fn runs(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in full(snapshot) {
        for end in RunEnd::ALL {
            let count = view.metrics.cron_runs(end);
            if count > 0 {
                let labels = [("function", view.metrics.label()), ("trigger", RunTrigger::Cron.label()), ("outcome", end.label())];
                rows(&labels, RowValue::Count(count))?;
            }
        }
    }
    Ok(())
}

fn info(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in &snapshot.functions {
        for track in &view.tracks {
            let labels = [
                ("function", view.metrics.label()),
                ("track", track.track.label()),
                ("version", track.version.as_str()),
                ("owner", track.owner),
                ("dialect", track.dialect),
            ];
            rows(&labels, RowValue::Count(1))?;
        }
    }
    Ok(())
}
