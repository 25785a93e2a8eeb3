//! `skep canary`: another weight for the candidate, its promotion, or its end.
//!
//! Invariant: each of the three ways is a release.

use ureq::http::Method;

use super::follow;
use crate::api::order::CanaryBody;
use crate::client::connection::http::ApiRequest;
use crate::client::connection::path::function_path;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::config::ExitCode;
use crate::config::client_args::CanaryArgs;

/// Weighs, promotes or drops the candidate.
pub(in crate::client) fn run(session: &Session, args: &CanaryArgs) -> Result<ExitCode, RemoteError> {
    let canary = function_path(&args.name, "/canary")?;
    let promote = function_path(&args.name, "/promote")?;
    let api_request = match args.percent {
        Some(percent) => {
            let body = CanaryBody { percent: percent.value(), sticky: args.sticky.clone() };
            ApiRequest::new(Method::PUT, &canary).json(&body)?
        }
        None if args.promote => ApiRequest::new(Method::POST, &promote),
        None => ApiRequest::new(Method::DELETE, &canary),
    };
    follow::run(session, &args.wait, api_request)
}
