//! `skep scale`: how many instances a function has, shown or changed at once.
//!
//! Invariant: without a flag nothing changes.

use serde_json::{Map, Value};
use ureq::http::Method;

use super::connection::error::RemoteError;
use super::connection::http::Ask;
use super::connection::session::Session;
use super::functions::show::{function_path, scale};
use crate::config::ExitCode;
use crate::config::client::args::ScaleArgs;

/// Shows or changes.
pub(in crate::client) fn run(session: &Session, args: &ScaleArgs) -> Result<ExitCode, RemoteError> {
    let change = change(args);
    let answer: Value = if change.is_empty() {
        session.client.get(&function_path(&args.name, "")?)?
    } else {
        let path = function_path(&args.name, "/scale")?;
        session.client.ask(&Ask::new(Method::PATCH, &path).json(Value::Object(change)))?
    };
    let shown = answer.get("scale").cloned().unwrap_or(Value::Null);
    session.output.result(&shown, || match shown.is_object() {
        true => scale(&shown),
        false => format!("`{}` is not compiled yet: its scale is known after its first call", args.name),
    })
}

fn change(args: &ScaleArgs) -> Map<String, Value> {
    let numbers = [
        ("min", args.min.map(u64::from)),
        ("max", args.max.map(u64::from)),
        ("concurrency", args.concurrency.map(u64::from)),
        ("queue", args.queue.map(u64::from)),
        ("idle_s", args.idle_s),
    ];
    let given = numbers.into_iter().filter_map(|(key, value)| Some((key.to_owned(), Value::from(value?))));
    given.chain(args.reset.then(|| ("reset".to_owned(), Value::Bool(true)))).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_what_is_given_is_changed() {
        assert!(change(&ScaleArgs::default()).is_empty());
        let args = ScaleArgs { min: Some(0), idle_s: Some(9), reset: true, ..ScaleArgs::default() };
        assert_eq!(Value::Object(change(&args)), json!({ "min": 0, "idle_s": 9, "reset": true }));
    }
}
