//! `skep deploy`: functions of this machine's disk become live on a running Skep.
//!
//! Each is compiled here first (`local`), sent, and followed to the end of its release.
//!
//! Invariant: nothing is sent unless everything compiles, and what comes after a release that was not done is not sent either.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use ureq::http::Method;

use super::follow;
use crate::client::connection::error::RemoteError;
use crate::client::connection::http::{Ask, Upload};
use crate::client::connection::session::Session;
use crate::client::package::{Local, pack};
use crate::config::ExitCode;
use crate::config::client::args::DeployArgs;
use crate::release::deploy::record::{Record, Status};

/// Deploys.
pub(in crate::client) fn run(session: &Session, args: &DeployArgs) -> Result<ExitCode, RemoteError> {
    let path = format!("/releases{}", query(args));
    let mut records: Vec<Record> = Vec::new();
    let mut failure = None;
    let packages = packages(args)?;
    let count = packages.len();
    for package in packages {
        let ask = Ask { upload: Upload::Gzip(Arc::new(package)), ..Ask::new(Method::POST, &path) };
        match follow::release(session, &args.wait, ask) {
            Ok(record) => {
                let is_the_last = matches!(record.status, Status::Undone | Status::Cancelled | Status::Superseded);
                if !session.output.is_json() {
                    session.output.line(&follow::told(&record))?;
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
            Ok(records.last().map_or(ExitCode::Ok, |record| follow::conclude(session, record)))
        }
    }
}

/// What is to be sent, one package for each release.
fn packages(args: &DeployArgs) -> Result<Vec<Vec<u8>>, RemoteError> {
    let mut functions = Vec::new();
    for source in &args.sources {
        let local = Local::compile(source)?;
        if functions.iter().any(|known: &Local| known.name == local.name) {
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

fn different_parents(functions: &[Local]) -> Option<(&Path, &PathBuf)> {
    let first = functions.first()?;
    let other = functions.iter().find(|local| local.parent != first.parent)?;
    Some((&first.parent, &other.parent))
}

fn query(args: &DeployArgs) -> String {
    let canary = args.canary.map(|percent| percent.value().to_string());
    let given = [("canary", canary.as_ref()), ("sticky", args.sticky.as_ref()), ("note", args.note.as_ref())];
    let pairs = given.into_iter().filter_map(|(name, value)| Some(format!("{name}={}", utf8_percent_encode(value?, NON_ALPHANUMERIC))));
    let pairs = pairs.collect::<Vec<_>>().join("&");
    if pairs.is_empty() { pairs } else { format!("?{pairs}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::client::args::WaitArgs;

    #[test]
    fn what_is_said_beside_an_upload_is_escaped() {
        let args = DeployArgs {
            sources: Vec::new(),
            group: false,
            canary: "12.5".parse().ok(),
            sticky: Some("cookie:id".into()),
            note: Some("a&b é".into()),
            wait: WaitArgs::default(),
        };
        assert_eq!(query(&args), "?canary=12%2E5&sticky=cookie%3Aid&note=a%26b%20%C3%A9");
        assert_eq!(query(&DeployArgs { canary: None, sticky: None, note: None, ..args }), "");
    }
}
