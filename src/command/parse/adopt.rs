//! `skep parse adopt`: a Parse Server calls Skep for cloud functions, or no longer does.
//!
//! Names and addresses come from the command line, the master key from a file or the environment; `hooks` asks the server.
//!
//! Invariant: each function is told of on its own; one that fails does not keep the others from being moved.

use std::path::Path;

use serde::Serialize;

use super::hooks::{ParseServer, Registered};
use crate::client::output::Output;
use crate::config::ExitCode;
use crate::config::operator_args::AdoptArgs;

const MASTER_KEY: &str = "PARSE_MASTER_KEY";

/// What became of a function.
#[derive(Debug, Serialize)]
struct Adopted<'a> {
    name: &'a str,
    result: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    url: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<String>,
}

/// Registers or drops the functions.
pub(super) fn run(args: &AdoptArgs) -> ExitCode {
    let output = Output::new(args.json);
    let usage = |text: &str| output.fail_with("usage", text, ExitCode::Usage);
    for (flag, url) in [("--server", Some(&args.server)), ("--self", args.own.as_ref())] {
        if url.is_some_and(|url| !is_web_address(url)) {
            return usage(&format!("{flag} is an address that begins with http:// or https://"));
        }
    }
    if let Some(name) = args.names.iter().find(|name| name.is_empty() || name.contains(['/', '"', '\'', '`'])) {
        return usage(&format!("{name:?} is not the name of a cloud function"));
    }
    let master_key = match master_key(args.master_key_file.as_deref()) {
        Ok(key) => key,
        Err(reason) => return usage(&reason),
    };
    let server = ParseServer::new(&args.server, &args.app_id, &master_key);
    let adopted: Vec<Adopted<'_>> = args.names.iter().map(|name| adopt(&server, args, name)).collect();
    let code = if adopted.iter().any(|one| one.error.is_some()) { ExitCode::Server } else { ExitCode::Ok };
    let printed = output.result(&adopted, || adopted.iter().map(|one| format!("{}\n", line(one))).collect());
    for note in notes(&adopted) {
        output.note(note);
    }
    printed.map_or_else(|error| error.exit_code(), |_| code)
}

fn is_web_address(url: &str) -> bool {
    let uri = url.parse::<http::Uri>();
    uri.is_ok_and(|uri| matches!(uri.scheme_str(), Some("http" | "https")) && uri.authority().is_some() && uri.query().is_none())
}

fn master_key(file: Option<&Path>) -> Result<String, String> {
    let key = match file {
        Some(file) => std::fs::read_to_string(file).map_err(|error| format!("--master-key-file {}: {error}", file.display()))?,
        None => std::env::var(MASTER_KEY)
            .map_err(|_| format!("the master key is missing: set {MASTER_KEY}, or name its file with --master-key-file"))?,
    };
    match key.trim() {
        "" => Err("the master key is empty".to_owned()),
        key => Ok(key.to_owned()),
    }
}

fn adopt<'a>(server: &ParseServer, args: &AdoptArgs, name: &'a str) -> Adopted<'a> {
    let own = args.own.as_deref().unwrap_or_default().trim_end_matches('/');
    let url = format!("{own}/webhooks/{}", percent_encoding::utf8_percent_encode(name, percent_encoding::NON_ALPHANUMERIC));
    let registered = if args.drop { server.drop(name) } else { server.adopt(name, &url) };
    let url = (!args.drop).then_some(url);
    match registered {
        Ok(Registered::Created) => Adopted { name, result: "adopted", url, error: None },
        Ok(Registered::Changed) => Adopted { name, result: "changed", url, error: None },
        Ok(Registered::Dropped) => Adopted { name, result: "dropped", url, error: None },
        Ok(Registered::Absent) => Adopted { name, result: "absent", url, error: None },
        Err(reason) => Adopted { name, result: "failed", url, error: Some(reason) },
    }
}

fn line(one: &Adopted<'_>) -> String {
    let Adopted { name, result, url, error } = one;
    let url = url.as_deref().unwrap_or_default();
    match *result {
        "adopted" => format!("{name}: the Parse Server calls {url}"),
        "changed" => format!("{name}: the Parse Server called another address, and calls {url} now"),
        "dropped" => format!("{name}: the Parse Server no longer calls Skep"),
        "absent" => format!("{name}: the Parse Server has no webhook of this name"),
        _ => format!("{name}: {}", error.as_deref().unwrap_or_default()),
    }
}

/// What the operator has to know that no line of a function says.
fn notes(adopted: &[Adopted<'_>]) -> impl Iterator<Item = &'static str> {
    let has = |wanted: &[&str]| adopted.iter().any(|one| wanted.contains(&one.result));
    let adopted = has(&["adopted", "changed"]).then_some(
        "the Parse Server's webhookKey must be the function's PARSE_WEBHOOK_KEY; its clients see code 141 for every error of these functions",
    );
    let dropped = has(&["dropped"])
        .then_some("a Parse.Cloud.define of the same name in the Parse Server answers again once that is restarted, not before");
    adopted.into_iter().chain(dropped)
}
