//! `skep upgrade` and `skep verify`: the engine that serves, and what is stored.
//!
//! Invariant: both only ask; the server does what is to be done.

use std::time::Duration;

use serde_json::Value;
use ureq::http::Method;

use super::connection::error::RemoteError;
use super::connection::http::Ask;
use super::connection::session::Session;
use super::functions::ls::cell;
use super::output::clean;
use crate::config::ExitCode;

/// A hand-over has two minutes.
const UPGRADE: Duration = Duration::from_secs(180);
/// Many versions may be stored.
const VERIFY: Duration = Duration::from_secs(600);

/// `skep upgrade`.
pub(in crate::client) fn upgrade(session: &Session) -> Result<ExitCode, RemoteError> {
    let before: Value = session.client.get("/host")?;
    let answer: Value = session.client.ask(&Ask { patience: UPGRADE, ..Ask::new(Method::POST, "/upgrade") })?;
    let replaced = cell(&answer, "replaced_generation");
    session.output.result(&answer, || {
        format!("a fresh engine serves; it has replaced generation {replaced} (pid {}), which finishes what it has", cell(&before, "pid"))
    })
}

/// `skep verify`.
pub(in crate::client) fn verify(session: &Session) -> Result<ExitCode, RemoteError> {
    let answer: Value = session.client.ask(&Ask { patience: VERIFY, ..Ask::new(Method::GET, "/store") })?;
    let problems: Vec<String> =
        answer.get("problems").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str).map(clean).collect();
    session.output.result(&answer, || match problems.is_empty() {
        true => "every version that is kept is what was stored".to_owned(),
        false => problems.join("\n"),
    })?;
    if problems.is_empty() { Ok(ExitCode::Ok) } else { Err(RemoteError::Damaged) }
}
