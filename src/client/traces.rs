//! `skep traces`, `skep trace` and `skep faults`: the traces that a running Skep keeps, and its faults in groups.
//!
//! Invariant: texts of functions are cleaned before they reach a terminal.

use std::collections::HashMap;

use super::connection::path::{function_name, query};
use super::connection::session::Session;
use super::error::RemoteError;
use super::output::{ago, clean, now_ms, table};
use crate::api::trace::{FaultRow, FaultsQuery, SpanRow, TraceDetail, TraceRow, TracesQuery};
use crate::config::ExitCode;
use crate::config::client_args::{FaultsArgs, TraceArgs, TracesArgs};

/// Characters of the bar of a span.
const BAR: usize = 32;

/// Lists traces.
pub(in crate::client) fn list(session: &Session, args: &TracesArgs) -> Result<ExitCode, RemoteError> {
    let wanted = TracesQuery {
        function: args.name.as_deref().map(function_name).transpose()?,
        fault: args.fault.clone(),
        status: args.status,
        min_ms: args.min_ms,
        since: None,
        q: args.query.clone(),
        limit: Some(args.limit),
    };
    let traces: Vec<TraceRow> = session.client.get(&format!("/traces{}", query(&wanted)?))?;
    session.output.result(&traces, || {
        if traces.is_empty() {
            return "no such trace is kept".to_owned();
        }
        table(&["WHEN", "NAME", "STATUS", "FAULT", "TOOK", "SPANS", "KEPT", "TRACE"], &traces.iter().map(trace_row).collect::<Vec<_>>())
    })
}

/// Shows one trace.
pub(in crate::client) fn show(session: &Session, args: &TraceArgs) -> Result<ExitCode, RemoteError> {
    let is_id = !args.id.is_empty() && args.id.bytes().all(|byte| byte.is_ascii_hexdigit());
    // Anything else is found by no server, and might be another path.
    let id = if is_id { args.id.to_ascii_lowercase() } else { "0".to_owned() };
    let detail: TraceDetail = session.client.get(&format!("/traces/{id}"))?;
    session.output.result(&detail, || waterfall(&detail))
}

/// Lists groups of faults.
pub(in crate::client) fn faults(session: &Session, args: &FaultsArgs) -> Result<ExitCode, RemoteError> {
    let wanted = FaultsQuery { function: args.name.as_deref().map(function_name).transpose()?, since: None };
    let faults: Vec<FaultRow> = session.client.get(&format!("/faults{}", query(&wanted)?))?;
    session.output.result(&faults, || {
        if faults.is_empty() {
            return "no fault since the engine began".to_owned();
        }
        table(
            &["FUNCTION", "KIND", "COUNT", "LAST", "VERSION", "WHERE", "MESSAGE", "TRACE"],
            &faults.iter().map(fault_row).collect::<Vec<_>>(),
        )
    })
}

fn trace_row(trace: &TraceRow) -> Vec<String> {
    vec![
        ago(trace.started_ms, now_ms()),
        clean(&trace.name),
        trace.status.to_string(),
        trace.fault.clone().unwrap_or_default(),
        took(trace.duration_us),
        trace.spans.to_string(),
        trace.kept.clone(),
        trace.trace_id.clone(),
    ]
}

fn fault_row(fault: &FaultRow) -> Vec<String> {
    vec![
        fault.function.clone(),
        fault.kind.clone(),
        fault.count.to_string(),
        ago(fault.last_ms, now_ms()),
        fault.last_version.clone(),
        fault.frame.as_deref().map(clean).unwrap_or_default(),
        clean(&fault.message),
        fault.traces.first().cloned().unwrap_or_default(),
    ]
}

fn took(micros: u64) -> String {
    format!("{:.1} ms", micros as f64 / 1e3)
}

/// The spans below one another, each with a bar where it lies in the trace.
fn waterfall(detail: &TraceDetail) -> String {
    let whole = detail.duration_us.max(1);
    let depths = depths(&detail.spans);
    let mut spans: Vec<_> = detail.spans.iter().zip(depths).collect();
    spans.sort_by_key(|(span, depth)| (span.started_us, *depth));
    let rows: Vec<_> = spans.iter().map(|(span, depth)| span_row(span, *depth, whole)).collect();
    let mut text = table(&["SPAN", "FROM", "TOOK", "", "FACTS"], &rows);
    if detail.left_out > 0 {
        text.push_str(&format!("\n{} more spans had no room", detail.left_out));
    }
    text
}

/// How deep each span lies.
fn depths(spans: &[SpanRow]) -> Vec<usize> {
    let parents: HashMap<_, _> = spans.iter().map(|span| (span.span_id.as_str(), span.parent_id.as_deref())).collect();
    let depth = |span: &SpanRow| {
        let mut above = span.parent_id.as_deref();
        let mut depth = 0;
        // A trace that names its own child as its parent has an end too.
        while let Some(parent) = above.and_then(|id| parents.get(id)).filter(|_| depth < 32) {
            depth += 1;
            above = *parent;
        }
        depth
    };
    spans.iter().map(depth).collect()
}

fn span_row(span: &SpanRow, depth: usize, whole: u64) -> Vec<String> {
    let place = |micros: u64| usize::try_from(u128::from(micros) * BAR as u128 / u128::from(whole)).unwrap_or(BAR).min(BAR);
    let from = place(span.started_us).min(BAR - 1);
    let length = (place(span.started_us.saturating_add(span.duration_us)).max(from + 1) - from).min(BAR - from);
    let bar = format!("{}{}{}", " ".repeat(from), "█".repeat(length), " ".repeat(BAR - from - length));
    let shown = ["http.response.status_code", "skep.limit", "skep.used", "url.full", "url.path"];
    let facts = shown.iter().filter_map(|name| span.attributes.get(*name)).map(|value| clean(value));
    let facts: Vec<_> = span.error_type.as_deref().map(clean).into_iter().chain(facts).collect();
    vec![
        format!("{}{}", "  ".repeat(depth), clean(&span.name)),
        took(span.started_us),
        if span.is_open { "open".to_owned() } else { took(span.duration_us) },
        format!("|{bar}|"),
        facts.join("  "),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::trace::SpanStatus;

    fn span(id: &str, parent: Option<&str>, started_us: u64, duration_us: u64) -> SpanRow {
        SpanRow {
            span_id: id.to_owned(),
            parent_id: parent.map(str::to_owned),
            name: format!("span\u{1b} {id}"),
            kind: "internal".to_owned(),
            function: None,
            version: None,
            instance: None,
            started_us,
            duration_us,
            is_open: duration_us == 0,
            status: SpanStatus::Unset,
            error_type: None,
            scope: "skep.runtime".to_owned(),
            attributes: [("url.path".to_owned(), "/a".to_owned())].into(),
        }
    }

    #[test]
    fn a_waterfall_has_every_span_in_its_place_and_ends_for_any_parents() {
        let spans = vec![
            span("a", None, 0, 1_000),
            span("c", Some("b"), 500, u64::MAX),
            span("b", Some("a"), 250, 0),
            span("x", Some("x"), 2_000, 1),
        ];
        let detail = TraceDetail {
            trace_id: "1".to_owned(),
            kept: "slow".to_owned(),
            started_ms: 0,
            duration_us: 1_000,
            request_id: "r".to_owned(),
            left_out: 3,
            spans,
        };
        let text = waterfall(&detail);
        assert!(!text.contains('\u{1b}') && text.contains("3 more spans"), "{text}");
        let order: Vec<_> = ["a", "b", "c", "x"].iter().map(|id| text.find(&format!(" {id} "))).collect();
        assert!(order.is_sorted() && order.iter().all(Option::is_some), "{text}");
    }
}
