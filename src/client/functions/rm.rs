//! `skep rm`: removes deployed functions with all their versions.
//!
//! Invariant: nothing is removed without `--yes` or a yes on the terminal.

use std::io::{IsTerminal as _, Write as _};

use ureq::http::Method;

use crate::client::connection::http::ApiRequest;
use crate::client::connection::path::function_path;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::client::releases::follow;
use crate::client::releases::summary::{conclude, summary};
use crate::config::ExitCode;
use crate::config::client_args::RmArgs;

/// Removes, one release for each function.
pub(in crate::client) fn run(session: &Session, args: &RmArgs) -> Result<ExitCode, RemoteError> {
    let paths = args.names.iter().map(|name| function_path(name, "")).collect::<Result<Vec<_>, _>>()?;
    if !args.yes && !agreed(session, &args.names)? {
        session.output.note("nothing was removed");
        return Ok(ExitCode::Ok);
    }
    let mut records = Vec::new();
    let mut code = ExitCode::Ok;
    for path in paths {
        let record = follow::release(session, &args.wait, ApiRequest::new(Method::DELETE, &path))?;
        if !session.output.is_json() {
            session.output.line(&summary(&record))?;
        }
        code = conclude(session, &record);
        records.push(record);
        if code != ExitCode::Ok {
            break;
        }
    }
    session.output.result(&records, String::new)?;
    Ok(code)
}

fn agreed(session: &Session, names: &[String]) -> Result<bool, RemoteError> {
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(RemoteError::Usage("there is no terminal to ask on: say --yes to remove".to_owned()));
    }
    eprint!("remove `{}` from {}, with all versions? [y/N] ", names.join("`, `"), session.client.url());
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| RemoteError::Local(format!("cannot read the terminal: {error}")))?;
    Ok(matches!(answer.trim().to_ascii_lowercase().as_str(), "y" | "yes"))
}
