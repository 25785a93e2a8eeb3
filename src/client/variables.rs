//! `skep env` and `skep secret`: variables of a function, listed or changed by a release.
//!
//! Invariant: the value of a secret is read and sent, and never printed.

use std::io::{IsTerminal as _, Read as _};

use serde::Deserialize;
use serde_json::{Map, Value, json};
use ureq::http::Method;

use super::connection::error::RemoteError;
use super::connection::http::Ask;
use super::connection::session::Session;
use super::functions::show::function_path;
use super::output::clean;
use super::releases::follow;
use crate::config::client::args::VariablesArgs;
use crate::config::{Assignment, ExitCode};

#[derive(Deserialize)]
struct Shown {
    env: Map<String, Value>,
    secrets: Vec<String>,
}

/// `skep env`.
pub(in crate::client) fn run_env(session: &Session, args: &VariablesArgs) -> Result<ExitCode, RemoteError> {
    if args.changes.is_empty() {
        let shown = shown(session, args)?;
        let line = |(name, value): (&String, &Value)| format!("{}={}", clean(name), clean(value.as_str().unwrap_or_default()));
        return session.output.result(&shown.env, || shown.env.iter().map(line).collect::<Vec<_>>().join("\n"));
    }
    change(session, args, "env", changes(&args.changes, None)?)
}

/// `skep secret`.
pub(in crate::client) fn run_secret(session: &Session, args: &VariablesArgs) -> Result<ExitCode, RemoteError> {
    if args.changes.is_empty() {
        let shown = shown(session, args)?;
        return session.output.result(&shown.secrets, || shown.secrets.iter().map(|name| clean(name)).collect::<Vec<_>>().join("\n"));
    }
    change(session, args, "secrets", changes(&args.changes, Some(&read_secret))?)
}

fn shown(session: &Session, args: &VariablesArgs) -> Result<Shown, RemoteError> {
    session.client.get(&function_path(&args.name, "/variables")?)
}

fn change(session: &Session, args: &VariablesArgs, key: &str, changes: Map<String, Value>) -> Result<ExitCode, RemoteError> {
    let path = function_path(&args.name, "/variables")?;
    follow::run(session, &args.wait, Ask::new(Method::PATCH, &path).json(json!({ key: changes })))
}

/// Changes as the API takes them; a value `-` is read by `read`, if there is one.
fn changes(assignments: &[Assignment], read: Option<&dyn Fn() -> Result<String, RemoteError>>) -> Result<Map<String, Value>, RemoteError> {
    let mut changes = Map::new();
    let mut has_read = false;
    for Assignment { name, value } in assignments {
        let value = match (value.as_deref(), read) {
            (Some("-"), Some(_)) if has_read => return Err(RemoteError::Usage("standard input holds one value: say `=-` once".to_owned())),
            (Some("-"), Some(read)) => {
                has_read = true;
                Value::String(read()?)
            }
            (Some(value), _) => Value::String(value.to_owned()),
            (None, _) => Value::Null,
        };
        if changes.insert(name.clone(), value).is_some() {
            return Err(RemoteError::Usage(format!("`{name}` is named twice")));
        }
    }
    Ok(changes)
}

/// Standard input without its last line end.
fn read_secret() -> Result<String, RemoteError> {
    let unreadable = |error: std::io::Error| RemoteError::Local(format!("standard input cannot be read: {error}"));
    let mut text = String::new();
    if std::io::stdin().is_terminal() {
        eprintln!("the value, and then Enter (it is shown; a pipe would not show it):");
        std::io::stdin().read_line(&mut text).map_err(unreadable)?;
    } else {
        std::io::stdin().read_to_string(&mut text).map_err(unreadable)?;
    }
    let text = text.strip_suffix('\n').unwrap_or(&text);
    Ok(text.strip_suffix('\r').unwrap_or(text).to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(texts: &[&str]) -> Vec<Assignment> {
        texts.iter().map(|text| text.parse().unwrap()).collect()
    }

    #[test]
    fn a_value_is_set_taken_away_or_read_once() {
        let read = || Ok("read".to_owned());
        let changed = |texts: &[&str], read| changes(&parsed(texts), read).map(Value::Object);
        assert_eq!(changed(&["A=1", "B-"], None).unwrap(), json!({ "A": "1", "B": null }));
        assert_eq!(changed(&["A=-"], None).unwrap(), json!({ "A": "-" }), "a variable that is no secret may be a dash");
        assert_eq!(changed(&["A=-"], Some(&read)).unwrap(), json!({ "A": "read" }));
        assert!(changed(&["A=-", "B=-"], Some(&read)).is_err());
        assert!(changed(&["A=1", "A-"], None).unwrap_err().to_string().contains("twice"));
    }
}
