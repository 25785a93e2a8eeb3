//! `skep deploy`: functions of this machine's disk become live on a running Skep.
//!
//! `package` compiles each first; then it is sent, and its release is followed to the end.
//!
//! Invariant: nothing is sent unless everything compiles, and after a release that is not done nothing more is sent.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use ureq::http::Method;

use super::follow;
use super::summary::{conclude, summary};
use crate::api::order::DeployQuery;
use crate::api::release::{Record, ReleaseStatus};
use crate::client::connection::http::{ApiRequest, RequestBody};
use crate::client::connection::path::query;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::client::package::{LocalFunction, pack};
use crate::config::ExitCode;
use crate::config::client_args::DeployArgs;
use crate::release::compiler::Compilers;

/// Deploys.
pub(in crate::client) fn run(session: &Session, args: &DeployArgs, compilers: &Compilers) -> Result<ExitCode, RemoteError> {
    let canary = args.canary.map(|percent| percent.value());
    let parameters = DeployQuery { wait: false, canary, sticky: args.sticky.clone(), note: args.note.clone() };
    let path = format!("/releases{}", query(&parameters)?);
    let mut records: Vec<Record> = Vec::new();
    let mut failure = None;
    let packages = packages(args, compilers)?;
    let count = packages.len();
    for package in packages {
        let api_request = ApiRequest { body: RequestBody::Gzip(Arc::new(package)), ..ApiRequest::new(Method::POST, &path) };
        match follow::release(session, &args.wait, api_request) {
            Ok(record) => {
                let is_the_last = matches!(record.status, ReleaseStatus::Undone | ReleaseStatus::Cancelled | ReleaseStatus::Superseded);
                if !session.output.is_json() {
                    session.output.line(&summary(&record))?;
                }
                records.push(record);
                if is_the_last {
                    break;
                }
            }
            Err(error) => {
                failure = Some(error);
                break;
            }
        }
    }
    let left = count - records.len() - usize::from(failure.is_some());
    if left > 0 {
        session.output.note(&format!("{left} of {count} were not sent"));
    }
    match failure {
        Some(error) => Err(error),
        None => {
            session.output.result(&records, String::new)?;
            Ok(records.last().map_or(ExitCode::Ok, |record| conclude(session, record)))
        }
    }
}

/// The uploads, one for each release.
fn packages(args: &DeployArgs, compilers: &Compilers) -> Result<Vec<Vec<u8>>, RemoteError> {
    let mut functions = Vec::new();
    for source in &args.sources {
        let local = LocalFunction::compile(source, compilers)?;
        if functions.iter().any(|known: &LocalFunction| known.name == local.name) {
            return Err(RemoteError::Usage(format!("`{}` is named twice", local.name)));
        }
        functions.push(local);
    }
    if !args.group {
        return functions.into_iter().map(|local| pack(&[local])).collect();
    }
    if let Some((one, other)) = different_parents(&functions) {
        return Err(RemoteError::Usage(format!(
            "one release takes functions of one folder, and these lie in {} and {}: leave --group out, or put them together",
            one.display(),
            other.display()
        )));
    }
    Ok(vec![pack(&functions)?])
}

fn different_parents(functions: &[LocalFunction]) -> Option<(&Path, &PathBuf)> {
    let first = functions.first()?;
    let other = functions.iter().find(|local| local.parent != first.parent)?;
    Some((&first.parent, &other.parent))
}
