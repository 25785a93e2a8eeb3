//! `skep releases`: every release and how it ended, one with its steps, and a way to cancel one that is not published yet.
//!
//! Invariant: showing a release never waits for it.

use std::time::Duration;

use ureq::http::Method;

use super::summary::{detail, why_not};
use crate::api::release::{Record, ReleasesQuery, StepRecord};
use crate::client::connection::http::ApiRequest;
use crate::client::connection::path::query;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::client::output::{ago, clean, clean_lines, now_ms, span, table, word};
use crate::config::ExitCode;
use crate::config::client_args::ReleasesArgs;

/// Lists, shows or cancels.
pub(in crate::client) fn run(session: &Session, args: &ReleasesArgs) -> Result<ExitCode, RemoteError> {
    let Some(id) = &args.id else {
        let parameters = ReleasesQuery { limit: args.limit, before: args.before.clone() };
        let records: Vec<Record> = session.client.get(&format!("/releases{}", query(&parameters)?))?;
        return session.output.result(&records, || match records.is_empty() {
            true => "there is no release yet".to_owned(),
            false => list(&records, now_ms()),
        });
    };
    if id.is_empty() || !id.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Err(RemoteError::Usage(format!("{id:?} is not the id of a release")));
    }
    if args.cancel {
        let record: Record = session.client.send(&ApiRequest::new(Method::POST, &format!("/releases/{id}/cancel")))?;
        return session
            .output
            .result(&record, || format!("release {id} is being cancelled: it will end, unless it was published just now"));
    }
    let record: Record = session.client.get(&format!("/releases/{id}"))?;
    session.output.result(&record, || one(&record, now_ms()))
}

fn took(record: &Record) -> String {
    record.ended_ms.map(|ended| span(Duration::from_millis(ended.saturating_sub(record.created_ms)))).unwrap_or_default()
}

fn list(records: &[Record], now_ms: u64) -> String {
    let row = |record: &Record| {
        let mut functions = record.functions.iter().map(|function| function.function.as_str()).collect::<Vec<_>>().join(", ");
        if record.more_functions > 0 {
            functions.push_str(&format!(" and {} more", record.more_functions));
        }
        let status = if record.unchanged { format!("{}, unchanged", word(record.status)) } else { word(record.status) };
        let (by, note) = (record.by.clone().unwrap_or_default(), record.note.clone().unwrap_or_default());
        vec![record.id.clone(), word(record.purpose), status, functions, ago(record.created_ms, now_ms), took(record), by, note]
    };
    table(&["RELEASE", "PURPOSE", "STATUS", "FUNCTIONS", "ASKED FOR", "TOOK", "BY", "NOTE"], &records.iter().map(row).collect::<Vec<_>>())
}

fn one(record: &Record, now_ms: u64) -> String {
    let mut text = list(std::slice::from_ref(record), now_ms);
    for function in &record.functions {
        let before = function.before.as_ref().map(|before| format!(", {before} before")).unwrap_or_default();
        let version = function.version.as_ref().map_or_else(|| "no version yet".to_owned(), ToString::to_string);
        text.push_str(&format!("\n\n{}  {version}{before}", function.function));
        if function.steps.is_empty() {
            continue; // it ended before it began
        }
        text.push('\n');
        let row = |step: &StepRecord| {
            let took = step.took_ms.map(|ms| span(Duration::from_millis(ms))).unwrap_or_default();
            vec![format!("  {}", step.step.label()), word(step.state), took, step.detail.clone().unwrap_or_default()]
        };
        text.push_str(&table(&["  STEP", "STATE", "TOOK", "DETAIL"], &function.steps.iter().map(row).collect::<Vec<_>>()));
    }
    if record.status.is_end() && record.failure.is_some() {
        text.push_str(&format!("\n\n{}", clean(&why_not(record))));
        if let Some(detail) = detail(record) {
            text.push_str(&format!("\n{}", clean_lines(detail)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::super::summary::tests::{name, record};
    use super::*;
    use crate::api::release::{Failure, ReleaseStatus, Step};

    #[test]
    fn a_release_is_a_row_and_alone_it_has_its_steps() {
        let mut record = record(ReleaseStatus::Undone, &["hello"]);
        record.failure =
            Some(Failure { step: Step::Booted, function: name("hello"), reason: "it threw".into(), detail: Some("at line 3".into()) });
        let mut row = list(&[record.clone()], 2000);
        assert!(row.ends_with("r1       deploy   undone  hello      1.0 s ago  250 ms"), "{row}");
        record.more_functions = 1979;
        row = list(&[record.clone()], 2000);
        assert!(row.contains("hello and 1979 more"), "{row}");
        record.more_functions = 0;
        let text = one(&record, 2000);
        for part in ["received", "drained", "step `booted` of `hello` failed: it threw\nat line 3"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
    }
}
