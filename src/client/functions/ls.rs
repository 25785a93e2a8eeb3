//! `skep ls`: the functions of a running Skep.
//!
//! Invariant: a function that cannot be called is in the list, with the reason.

use serde_json::Value;

use crate::client::connection::error::RemoteError;
use crate::client::connection::session::Session;
use crate::client::output::{clean, table};
use crate::config::ExitCode;

const HEADS: [&str; 10] = ["NAME", "OWNER", "VERSION", "STATE", "READY", "WANTED", "IN FLIGHT", "CALLS", "FAULTS", "CANDIDATE"];

/// Lists.
pub(in crate::client) fn run(session: &Session) -> Result<ExitCode, RemoteError> {
    let functions: Vec<Value> = session.client.get("/functions")?;
    session.output.result(&functions, || render(&functions))
}

/// A text or a number of an answer, as a cell; nothing if it is not there.
pub(in crate::client) fn cell(value: &Value, key: &str) -> String {
    match value.get(key) {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
    }
}

/// A candidate in one word: its version and its part of the calls.
pub(in crate::client) fn candidate(function: &Value) -> String {
    let Some(candidate) = function.get("candidate").filter(|candidate| candidate.is_object()) else { return String::new() };
    let sticky = candidate.get("sticky").and_then(Value::as_str).map(|sticky| format!(" by {sticky}")).unwrap_or_default();
    format!("{} {} %{sticky}", cell(candidate, "version"), number(candidate, "percent"))
}

/// A number without needless places.
fn number(value: &Value, key: &str) -> String {
    value.get(key).and_then(Value::as_f64).map(|number| number.to_string()).unwrap_or_default()
}

fn render(functions: &[Value]) -> String {
    if functions.is_empty() {
        return "there is no function yet: skep deploy DIR".to_owned();
    }
    let keys = ["name", "owner", "version", "state", "ready", "wanted", "in_flight", "calls", "faults"];
    let row = |function: &Value| {
        let cells = keys.iter().map(|key| cell(function, key));
        cells.chain([candidate(function)]).collect::<Vec<_>>()
    };
    let mut text = table(&HEADS, &functions.iter().map(row).collect::<Vec<_>>());
    for function in functions {
        if let Some(reason) = function.get("reason").and_then(Value::as_str) {
            let first = reason.lines().next().unwrap_or_default();
            text.push_str(&format!("\n{}: {}", clean(&cell(function, "name")), clean(first)));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_function_is_a_row_and_a_broken_one_says_why_below() {
        let one = json!({ "name": "a", "owner": "deployed", "state": "live", "version": "v1", "ready": 1, "wanted": 1, "in_flight": 0,
            "calls": 3, "faults": 0, "candidate": { "version": "v2", "percent": 12.5, "sticky": "cookie:id" } });
        let two = json!({ "name": "b", "owner": "folder", "state": "broken", "reason": "it does not parse\nat line 1", "ready": 0 });
        let text = render(&[one, two]);
        assert!(text.lines().nth(1).unwrap().ends_with("v2 12.5 % by cookie:id"), "{text}");
        assert!(text.ends_with("b: it does not parse"), "{text}");
        assert!(render(&[]).contains("skep deploy"));
    }
}
