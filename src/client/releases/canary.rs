//! `skep canary`: the candidate's part of the calls, and what becomes of it.
//!
//! Invariant: each of the three ways is a release.

use serde_json::json;
use ureq::http::Method;

use super::follow;
use crate::client::connection::error::RemoteError;
use crate::client::connection::http::Ask;
use crate::client::connection::session::Session;
use crate::client::functions::show::function_path;
use crate::config::ExitCode;
use crate::config::client::args::CanaryArgs;

/// Weighs, promotes or drops the candidate.
pub(in crate::client) fn run(session: &Session, args: &CanaryArgs) -> Result<ExitCode, RemoteError> {
    let canary = function_path(&args.name, "/canary")?;
    let promote = function_path(&args.name, "/promote")?;
    let ask = match args.percent {
        Some(percent) => Ask::new(Method::PUT, &canary).json(json!({ "percent": percent.value(), "sticky": args.sticky })),
        None if args.promote => Ask::new(Method::POST, &promote),
        None => Ask::new(Method::DELETE, &canary),
    };
    follow::run(session, &args.wait, ask)
}
