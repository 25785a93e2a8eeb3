//! `skep env` and `skep secret`: variables of a function, listed or changed by a release.
//!
//! Invariant: the value of a secret is read and sent, and never printed.

use std::collections::BTreeMap;
use std::io::{IsTerminal as _, Read as _};

use ureq::http::Method;

use super::connection::http::ApiRequest;
use super::connection::path::function_path;
use super::connection::session::Session;
use super::error::RemoteError;
use super::output::clean;
use super::releases::follow;
use crate::api::function::{VariablesBody, VariablesDetail};
use crate::config::client_args::VariablesArgs;
use crate::config::{ExitCode, VariableChange};

type Changes = BTreeMap<String, Option<String>>;

/// `skep env`.
pub(in crate::client) fn run_env(session: &Session, args: &VariablesArgs) -> Result<ExitCode, RemoteError> {
    if args.changes.is_empty() {
        let env = shown(session, args)?.env;
        let line = |(name, value): (&String, &String)| format!("{}={}", clean(name), clean(value));
        return session.output.result(&env, || env.iter().map(line).collect::<Vec<_>>().join("\n"));
    }
    change(session, args, &VariablesBody { env: changes(&args.changes, None)?, ..VariablesBody::default() })
}

/// `skep secret`.
pub(in crate::client) fn run_secret(session: &Session, args: &VariablesArgs) -> Result<ExitCode, RemoteError> {
    if args.changes.is_empty() {
        let secrets = shown(session, args)?.secrets;
        return session.output.result(&secrets, || secrets.iter().map(|name| clean(name)).collect::<Vec<_>>().join("\n"));
    }
    change(session, args, &VariablesBody { secrets: changes(&args.changes, Some(&read_secret))?, ..VariablesBody::default() })
}

fn shown(session: &Session, args: &VariablesArgs) -> Result<VariablesDetail, RemoteError> {
    session.client.get(&function_path(&args.name, "/variables")?)
}

fn change(session: &Session, args: &VariablesArgs, body: &VariablesBody) -> Result<ExitCode, RemoteError> {
    let path = function_path(&args.name, "/variables")?;
    follow::run(session, &args.wait, ApiRequest::new(Method::PATCH, &path).json(body)?)
}

/// Changes as the API takes them; `read` reads a value `-`, where there is a `read`.
fn changes(assignments: &[VariableChange], read: Option<&dyn Fn() -> Result<String, RemoteError>>) -> Result<Changes, RemoteError> {
    let mut changes = Changes::new();
    let mut has_read = false;
    for VariableChange { name, value } in assignments {
        let value = match (value.as_deref(), read) {
            (Some("-"), Some(_)) if has_read => return Err(RemoteError::Usage("standard input holds one value: say `=-` once".to_owned())),
            (Some("-"), Some(read)) => {
                has_read = true;
                Some(read()?)
            }
            (value, _) => value.map(str::to_owned),
        };
        if changes.insert(name.clone(), value).is_some() {
            return Err(RemoteError::Usage(format!("`{name}` is named twice")));
        }
    }
    Ok(changes)
}

/// Standard input without its last line end.
fn read_secret() -> Result<String, RemoteError> {
    let unreadable = |error: std::io::Error| RemoteError::Local(format!("cannot read standard input: {error}"));
    let mut text = String::new();
    if std::io::stdin().is_terminal() {
        eprintln!("type the value and Enter (the terminal shows it; to keep it unseen, use a pipe):");
        std::io::stdin().read_line(&mut text).map_err(unreadable)?;
    } else {
        std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    }
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parsed(texts: &[&str]) -> Vec<VariableChange> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_value_is_set_taken_away_or_read_once() {
        let read = || Ok("read".to_owned());
        let changed = |texts: &[&str], read| changes(&parsed(texts), read).map(|changes| json!(changes));
        assert_eq!(changed(&["A=1", "B-"], None).unwrap(), json!({ "A": "1", "B": null }));
        assert_eq!(changed(&["A=-"], None).unwrap(), json!({ "A": "-" }), "a variable that is no secret may be a dash");
        assert_eq!(changed(&["A=-"], Some(&read)).unwrap(), json!({ "A": "read" }));
        assert!(changed(&["A=-", "B=-"], Some(&read)).is_err());
        assert!(changed(&["A=1", "A-"], None).unwrap_err().to_string().contains("twice"));
    }

    #[test]
    fn secrets_alone_are_sent_where_secrets_alone_change() {
        let body = VariablesBody { secrets: changes(&parsed(&["KEY=1"]), None).unwrap(), ..VariablesBody::default() };
        assert_eq!(json!(body), json!({ "secrets": { "KEY": "1" } }));
    }
}
