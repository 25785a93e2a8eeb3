//! `skep upgrade` and `skep verify`: the engine that serves, and the store.
//!
//! Invariant: both only send a request; the server does the work.

use std::time::Duration;

use ureq::http::Method;

use super::connection::http::ApiRequest;
use super::connection::session::Session;
use super::error::RemoteError;
use super::output::clean;
use crate::api::host::{HostDetail, UpgradeResult, VerifyResult};
use crate::config::ExitCode;

/// Longest wait for an upgrade; a hand-over has two minutes.
const UPGRADE: Duration = Duration::from_secs(180);
/// Longest wait for a verification, of many versions.
const VERIFY: Duration = Duration::from_secs(600);

/// `skep upgrade`.
pub(in crate::client) fn upgrade(session: &Session) -> Result<ExitCode, RemoteError> {
    let before: HostDetail = session.client.get("/host")?;
    let upgraded: UpgradeResult = session.client.send(&ApiRequest { timeout: UPGRADE, ..ApiRequest::new(Method::POST, "/upgrade") })?;
    session.output.result(&upgraded, || {
        let UpgradeResult { replaced_generation } = upgraded;
        format!("a fresh engine serves; it has replaced generation {replaced_generation} (pid {}), which finishes its requests", before.pid)
    })
}

/// `skep verify`.
pub(in crate::client) fn verify(session: &Session) -> Result<ExitCode, RemoteError> {
    let verified: VerifyResult = session.client.send(&ApiRequest { timeout: VERIFY, ..ApiRequest::new(Method::GET, "/store") })?;
    session.output.result(&verified, || match verified.problems.is_empty() {
        true => "every kept version is as it was stored".to_owned(),
        false => verified.problems.iter().map(|problem| clean(problem)).collect::<Vec<_>>().join("\n"),
    })?;
    if verified.problems.is_empty() { Ok(ExitCode::Ok) } else { Err(RemoteError::Damaged) }
}
