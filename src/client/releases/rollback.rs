//! `skep rollback`: a version that is kept becomes live again, with the same checks as a deploy.
//!
//! Invariant: nothing is compiled; the version is the one that was live.

use ureq::http::Method;

use super::follow;
use crate::api::order::RollbackBody;
use crate::client::connection::http::ApiRequest;
use crate::client::connection::path::function_path;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::config::ExitCode;
use crate::config::client_args::RollbackArgs;
use crate::function::VersionId;

/// Rolls back.
pub(in crate::client) fn run(session: &Session, args: &RollbackArgs) -> Result<ExitCode, RemoteError> {
    let path = function_path(&args.name, "/rollback")?;
    let parse = |id: &String| VersionId::parse(id).ok_or_else(|| RemoteError::Usage(format!("{id:?} is not a valid version id")));
    let body = RollbackBody { version: args.version.as_ref().map(parse).transpose()?, note: args.note.clone() };
    follow::run(session, &args.wait, ApiRequest::new(Method::POST, &path).json(&body)?)
}
