//! `skep show`: everything about one function.
//!
//! Invariant: values of secrets are not among it; the server does not tell them.

use serde_json::Value;

use super::ls::{candidate, cell};
use super::versions;
use crate::client::connection::error::RemoteError;
use crate::client::connection::session::Session;
use crate::client::output::{clean, clean_lines, now_ms, size};
use crate::config::ExitCode;
use crate::config::client::args::NamedArgs;
use crate::function::FunctionName;

/// Shows.
pub(in crate::client) fn run(session: &Session, args: &NamedArgs) -> Result<ExitCode, RemoteError> {
    let shown: Value = session.client.get(&function_path(&args.name, "")?)?;
    session.output.result(&shown, || render(&shown, now_ms()))
}

/// The path of a function in the API; a text that names none is not sent.
pub(in crate::client) fn function_path(name: &str, rest: &str) -> Result<String, RemoteError> {
    let name = FunctionName::parse(name).map_err(|error| RemoteError::Usage(format!("{name:?} is no name of a function: {error}")))?;
    Ok(format!("/functions/{name}{rest}"))
}

/// A scale in one line.
pub(in crate::client) fn scale(scale: &Value) -> String {
    let part = |key: &str| format!("{key} {}", cell(scale, key));
    format!("{}, idle_s {}", ["min", "max", "concurrency", "queue"].map(part).join(", "), cell(scale, "idle_s"))
}

fn render(shown: &Value, now_ms: u64) -> String {
    let list = |key: &str| shown.get(key).and_then(Value::as_array).cloned().unwrap_or_default();
    let texts = |key: &str| list(key).iter().filter_map(Value::as_str).map(clean).collect::<Vec<_>>().join(", ");
    let env = shown.get("env").and_then(Value::as_object).into_iter().flatten();
    let env =
        env.map(|(name, value)| format!("{}={}", clean(name), clean(value.as_str().unwrap_or_default()))).collect::<Vec<_>>().join(", ");
    let memory = |key: &str| shown.get(key).and_then(Value::as_u64).unwrap_or_default();
    let rows = [
        ("function", clean(&cell(shown, "name"))),
        ("owner", cell(shown, "owner")),
        ("state", cell(shown, "state")),
        ("version", cell(shown, "version")),
        ("reason", clean_lines(&cell(shown, "reason")).replace('\n', "\n            ")),
        ("candidate", candidate(shown)),
        ("scale", shown.get("scale").map(scale).unwrap_or_default()),
        ("instances", format!("{} ready, {} booting, {} wanted", cell(shown, "ready"), cell(shown, "booting"), cell(shown, "wanted"))),
        ("memory", format!("{} heap, {} outside", size(memory("heap_bytes")), size(memory("external_bytes")))),
        (
            "calls",
            format!(
                "{}, {} faults, {} in flight, {} waiting",
                cell(shown, "calls"),
                cell(shown, "faults"),
                cell(shown, "in_flight"),
                cell(shown, "waiting")
            ),
        ),
        ("routes", texts("routes")),
        ("env", env),
        ("secrets", texts("secrets")),
    ];
    let mut text = String::new();
    for (name, value) in rows.iter().filter(|(_, value)| !value.is_empty()) {
        text.push_str(&format!("{name:<10}  {value}\n"));
    }
    let kept = list("versions");
    if !kept.is_empty() {
        text.push_str(&format!("\n{}", versions::render(&kept, now_ms)));
    }
    text
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_there_is_is_shown_and_what_there_is_not_left_out() {
        let shown = json!({ "name": "a", "owner": "deployed", "state": "live", "env": { "A": "b" }, "secrets": ["KEY"], "routes": [],
            "scale": { "min": 0, "max": 4, "concurrency": 64, "queue": 256, "idle_s": 300 } });
        let text = render(&shown, 0);
        for part in ["function    a\n", "env         A=b\n", "secrets     KEY\n", "min 0, max 4, concurrency 64, queue 256, idle_s 300"] {
            assert!(text.contains(part), "{part} is not in {text}");
        }
        assert!(!text.contains("routes") && !text.contains("candidate"), "{text}");
    }

    #[test]
    fn a_name_that_is_none_is_never_sent() {
        assert_eq!(function_path("a", "/versions").unwrap(), "/functions/a/versions");
        for wrong in ["../tokens", "a/b", "", "A"] {
            assert_eq!(function_path(wrong, "").unwrap_err().exit_code(), ExitCode::Usage, "{wrong}");
        }
    }
}
