//! Families under the names of other platforms: OpenFaaS, kubeless and Knative.
//!
//! Read from a snapshot beside Skep's own families, where the operator asked for them (`--metrics-compat`).
//!
//! Invariant: names and labels are those that the dashboards of these platforms ask for; a platform that was not asked for has no row.

use std::fmt;

use super::family::{Family, FamilyKind, FamilyUnit, RowValue, Rows};
use super::functions::families;
use super::snapshot::{FunctionView, Snapshot};
use crate::config::MetricsCompat;
use crate::telemetry::metrics::exact::MethodTotals;

use FamilyKind::{Counter, Gauge, Histogram, Unknown};
use FamilyUnit::{None as NoUnit, Seconds};

/// Families of `/metrics`.
pub(super) const FAMILIES: &[Family] = families! {
    "gateway_function_invocation", Counter, NoUnit, "Calls that ended, by their status.", openfaas_calls;
    "gateway_function_invocation_started", Unknown, NoUnit, "Calls that began.", openfaas_started;
    "gateway_functions", Histogram, Seconds, "How long calls took, by their status.", openfaas_durations;
    "gateway_service_count", Gauge, NoUnit, "Instances.", openfaas_instances;
    "kn_serving_invocation_duration", Histogram, Seconds, "How long calls took.", knative_durations;
    "kn_serving_queue_depth", Gauge, NoUnit, "Calls that wait for an instance.", |s, r| knative(s, r, |view| view.load.waiting);
    "kn_revision_request_concurrency", Gauge, NoUnit, "Calls in instances.", |s, r| knative(s, r, |view| view.load.in_flight);
};

/// Families of one function, by the method of the call.
pub(super) const OF_ONE: &[Family] = families! {
    "function_duration", Histogram, Seconds, "How long calls took.", |s, r| kubeless(s, r, |totals| RowValue::Histogram(&totals.duration));
    "function_calls", Counter, NoUnit, "Calls that ended.", |s, r| kubeless(s, r, |totals| RowValue::Count(totals.duration.count()));
    "function_failures", Counter, NoUnit, "Calls that failed.", |s, r| kubeless(s, r, |totals| RowValue::Count(totals.failures));
};

/// The functions that have all families, if the operator asked for the names of this platform.
fn asked_for(snapshot: &Snapshot, compat: MetricsCompat) -> impl Iterator<Item = &FunctionView> {
    let is_asked_for = snapshot.service.has_compat(compat);
    snapshot.functions.iter().filter(move |view| is_asked_for && view.is_full)
}

/// The name of a function on OpenFaaS.
fn openfaas_name(snapshot: &Snapshot, view: &FunctionView) -> String {
    match snapshot.service.openfaas_namespace() {
        "" => view.metrics.label().to_owned(),
        namespace => format!("{}.{namespace}", view.metrics.label()),
    }
}

fn openfaas_calls(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in asked_for(snapshot, MetricsCompat::OpenFaas) {
        let name = openfaas_name(snapshot, view);
        for (status, counts) in view.metrics.statuses() {
            rows(&[("function_name", &name), ("code", &status.to_string())], RowValue::Count(counts.count()))?;
        }
    }
    Ok(())
}

fn openfaas_started(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in asked_for(snapshot, MetricsCompat::OpenFaas) {
        let begun = view.metrics.calls().0 + (view.load.in_flight + view.load.waiting) as u64;
        rows(&[("function_name", &openfaas_name(snapshot, view))], RowValue::Count(begun))?;
    }
    Ok(())
}

fn openfaas_durations(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in asked_for(snapshot, MetricsCompat::OpenFaas) {
        let name = openfaas_name(snapshot, view);
        for (status, counts) in view.metrics.statuses() {
            rows(&[("function_name", &name), ("code", &status.to_string())], RowValue::Histogram(&counts))?;
        }
    }
    Ok(())
}

fn openfaas_instances(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in asked_for(snapshot, MetricsCompat::OpenFaas) {
        let instances = (view.load.ready + view.load.booting) as u64;
        rows(&[("function_name", &openfaas_name(snapshot, view))], RowValue::Count(instances))?;
    }
    Ok(())
}

fn knative_durations(snapshot: &Snapshot, rows: &mut Rows<'_>) -> fmt::Result {
    for view in asked_for(snapshot, MetricsCompat::Knative) {
        for track in &view.tracks {
            if let Some(totals) = view.metrics.track(track.track) {
                let labels = [("kn_service_name", view.metrics.label()), ("kn_revision_name", track.version.as_str())];
                rows(&labels, RowValue::Histogram(&totals.duration))?;
            }
        }
    }
    Ok(())
}

/// A gauge of the live version.
fn knative(snapshot: &Snapshot, rows: &mut Rows<'_>, read: fn(&FunctionView) -> usize) -> fmt::Result {
    for view in asked_for(snapshot, MetricsCompat::Knative) {
        let revision = view.tracks.first().map_or("", |track| track.version.as_str());
        let labels = [("kn_service_name", view.metrics.label()), ("kn_revision_name", revision)];
        rows(&labels, RowValue::Count(read(view) as u64))?;
    }
    Ok(())
}

fn kubeless(snapshot: &Snapshot, rows: &mut Rows<'_>, read: for<'t> fn(&'t MethodTotals) -> RowValue<'t>) -> fmt::Result {
    for view in asked_for(snapshot, MetricsCompat::Kubeless) {
        for totals in view.metrics.methods() {
            rows(&[("method", totals.method)], read(&totals))?;
        }
    }
    Ok(())
}
