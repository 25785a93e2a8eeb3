//! What a step expects against what came: every difference as one line of text.
//!
//! The status of each fault is written down here once more, from the design and not from the code, so that neither drifts.
//!
//! Invariant: judging sends nothing and waits for nothing.

use std::fs;
use std::path::Path;

use serde_json::Value;

use super::case::{Expect, HeaderExpect};
use super::pattern::{fits, json_fits};
use crate::support::Response;

/// Design §2.5.
const STATUS_OF_FAULT: &[(&str, u16)] = &[
    ("no_such_function", 404),
    ("method_not_allowed", 405),
    ("malformed_body", 400),
    ("body_too_large", 413),
    ("headers_too_large", 431),
    ("overloaded", 503),
    ("boot_failed", 503),
    ("draining", 503),
    ("quarantined", 503),
    ("threw", 500),
    ("bad_response", 502),
    ("memory_limit", 507),
    ("cpu_limit", 504),
    ("wall_limit", 504),
    ("never_settles", 500),
    ("instance_lost", 503),
    ("loop_detected", 508),
    ("crashed", 500),
];

/// Faults that name the limit that struck.
const NAMES_A_LIMIT: &[&str] = &["body_too_large", "memory_limit", "cpu_limit", "wall_limit"];

/// Every way in which the answer is not what was expected.
pub(super) fn differences(expect: &Expect, got: &Response, folder: &Path) -> Vec<String> {
    let mut differences = Vec::new();
    status(expect, got, &mut differences);
    ids(got, &mut differences);
    if expect.fault.is_some() || got.fault().is_some() {
        fault(expect, got, &mut differences);
    }
    for (name, wanted) in &expect.headers {
        header(name, wanted, got, &mut differences);
    }
    body(expect, got, &mut differences);
    if let Some(name) = &expect.golden {
        golden(&folder.join(name), got, &mut differences);
    }
    differences
}

fn status(expect: &Expect, got: &Response, differences: &mut Vec<String>) {
    let of_fault = expect
        .fault
        .as_deref()
        .map(|kind| STATUS_OF_FAULT.iter().find(|(known, _)| *known == kind).unwrap_or_else(|| panic!("no fault is called {kind:?}")).1);
    let wanted = expect.status.or(of_fault).unwrap_or(200);
    if got.status != wanted {
        differences.push(format!("status: expected {wanted}, got {}", got.status));
    }
}

/// Every answer carries both ids, whatever else it is.
fn ids(got: &Response, differences: &mut Vec<String>) {
    if got.header("x-request-id").is_none_or(str::is_empty) {
        differences.push("the answer has no x-request-id".to_owned());
    }
    if !got.header("x-trace-id").is_some_and(|id| fits("{hex32}", id)) {
        differences.push(format!("x-trace-id: expected 32 hexadecimal digits, got {:?}", got.header("x-trace-id")));
    }
}

fn fault(expect: &Expect, got: &Response, differences: &mut Vec<String>) {
    let (wanted, kind) = (expect.fault.as_deref(), got.fault());
    if wanted != kind {
        differences.push(format!("x-skep-fault: expected {wanted:?}, got {kind:?}"));
        return;
    }
    if got.header("content-type").is_some_and(|kind| kind.contains("text/html")) {
        return; // for people, in dev
    }
    let Ok(body) = serde_json::from_slice::<Value>(&got.body) else {
        differences.push("the body of a fault is JSON".to_owned());
        return;
    };
    let error = &body["error"];
    let mut must = |holds: bool, what: &str| {
        if !holds {
            differences.push(format!("error: {what}"));
        }
    };
    // SDKs of Parse read `code` and `error`; the case says the status, which is Parse's too.
    if body["code"].is_i64() {
        must(body["fault"].as_str() == kind, "`fault` is that of x-skep-fault");
        must(error.as_str().is_some_and(|message| !message.is_empty()), "`error` says something");
        must(body["request_id"].as_str() == got.header("x-request-id"), "`request_id` is that of the header");
        return;
    }
    must(error["kind"].as_str() == kind, "`kind` is that of x-skep-fault");
    must(error["message"].as_str().is_some_and(|message| !message.is_empty()), "`message` says something");
    must(error["request_id"].as_str() == got.header("x-request-id"), "`request_id` is that of the header");
    must(error["trace_id"].as_str() == got.header("x-trace-id"), "`trace_id` is that of the header");
    if NAMES_A_LIMIT.iter().any(|named| Some(*named) == kind) {
        must(!error["limit"].is_null(), "`limit` names the limit that struck");
    }
}

fn header(name: &str, wanted: &HeaderExpect, got: &Response, differences: &mut Vec<String>) {
    let values = got.header_all(name);
    let holds = match wanted {
        HeaderExpect::Present(present) => *present != values.is_empty(),
        HeaderExpect::Fits(pattern) => values.len() == 1 && fits(pattern, values[0]),
        HeaderExpect::All(patterns) => {
            patterns.len() == values.len() && patterns.iter().zip(&values).all(|(pattern, value)| fits(pattern, value))
        }
        HeaderExpect::Contains { contains } => values.len() == 1 && contains.iter().all(|part| values[0].contains(part)),
    };
    if !holds {
        differences.push(format!("{name}: expected {wanted:?}, got {values:?}"));
    }
}

fn body(expect: &Expect, got: &Response, differences: &mut Vec<String>) {
    let text = String::from_utf8_lossy(&got.body);
    let mut must = |holds: bool, what: String| {
        if !holds {
            differences.push(what);
        }
    };
    if let Some(pattern) = &expect.body {
        must(fits(pattern, &text), format!("body: expected\n{pattern}\ngot\n{text}"));
    }
    if let Some(pattern) = &expect.body_json {
        let holds = serde_json::from_slice(&got.body).is_ok_and(|value: Value| json_fits(pattern, &value));
        must(holds, format!("body: expected\n{pattern}\ngot\n{text}"));
    }
    if let Some(digits) = &expect.body_hex {
        let got: String = got.body.iter().map(|byte| format!("{byte:02x}")).collect();
        must(*digits == got, format!("body: expected\n{digits}\ngot\n{got}"));
    }
    if let Some(size) = expect.body_size {
        must(got.body.len() == size, format!("body: expected {size} bytes, got {}", got.body.len()));
    }
    for part in &expect.body_contains {
        must(text.contains(part), format!("body: {part:?} is not in\n{text}"));
    }
    for part in &expect.body_lacks {
        must(!text.contains(part), format!("body: {part:?} is in\n{text}"));
    }
}

fn golden(file: &Path, got: &Response, differences: &mut Vec<String>) {
    let value = serde_json::from_slice::<Value>(&got.body).ok();
    let text = value.as_ref().map_or_else(|| String::from_utf8_lossy(&got.body).into_owned(), |value| format!("{value:#}\n"));
    if std::env::var_os("UPDATE_EXPECT").is_some() {
        fs::write(file, timeless(&text, got)).expect("the golden file is written");
        return;
    }
    let wanted = fs::read_to_string(file).unwrap_or_default();
    let holds = match (serde_json::from_str(&wanted), &value) {
        (Ok(pattern), Some(value)) => json_fits(&pattern, value),
        _ => fits(&wanted, &text),
    };
    if !holds {
        differences.push(format!("body: expected {}\n{wanted}\ngot\n{text}\n(UPDATE_EXPECT=1 takes it over)", file.display()));
    }
}

/// The text with everything that is new in each run replaced by a placeholder.
fn timeless(text: &str, got: &Response) -> String {
    let mut text = text.to_owned();
    for (name, placeholder) in [("x-request-id", "{any}"), ("x-trace-id", "{hex32}")] {
        if let Some(value) = got.header(name) {
            text = text.replace(value, placeholder);
        }
    }
    let words: Vec<String> = text.split('"').filter(|word| fits("{version}", word)).map(str::to_owned).collect();
    for version in words {
        text = text.replace(&version, "{version}");
    }
    text
}
