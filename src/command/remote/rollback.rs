//! `skep rollback`: a version that is kept becomes live again, with the same checks as a deploy.
//!
//! Invariant: nothing is compiled; the version is the one that was live.

use serde_json::json;
use ureq::http::Method;

use super::client::Ask;
use super::error::RemoteError;
use super::follow;
use super::session::Session;
use super::show::function_path;
use crate::config::ExitCode;
use crate::config::remote_args::RollbackArgs;

/// Rolls back.
pub(super) fn run(session: &Session, args: &RollbackArgs) -> Result<ExitCode, RemoteError> {
    let path = function_path(&args.name, "/rollback")?;
    let body = json!({ "version": args.version, "note": args.note });
    follow::run(session, &args.wait, Ask::new(Method::POST, &path).json(body))
}
