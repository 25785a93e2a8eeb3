//! `skep rollback`: a version that is kept becomes live again, with the same checks as a deploy.
//!
//! Invariant: nothing is compiled; the version is the one that was live.

use serde_json::json;
use ureq::http::Method;

use super::follow;
use crate::client::connection::error::RemoteError;
use crate::client::connection::http::Ask;
use crate::client::connection::session::Session;
use crate::client::functions::show::function_path;
use crate::config::ExitCode;
use crate::config::client::args::RollbackArgs;

/// Rolls back.
pub(in crate::client) fn run(session: &Session, args: &RollbackArgs) -> Result<ExitCode, RemoteError> {
    let path = function_path(&args.name, "/rollback")?;
    let body = json!({ "version": args.version, "note": args.note });
    follow::run(session, &args.wait, Ask::new(Method::POST, &path).json(body))
}
