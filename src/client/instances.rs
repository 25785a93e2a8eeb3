//! `skep instances`: the instances of a function one by one, and a way to end one.
//!
//! Invariant: an instance that is recycled finishes what it has.

use std::time::Duration;

use serde_json::{Value, json};
use ureq::http::Method;

use super::connection::error::RemoteError;
use super::connection::http::Ask;
use super::connection::session::Session;
use super::functions::ls::cell;
use super::functions::show::function_path;
use super::output::{size, span, table};
use crate::config::ExitCode;
use crate::config::client::args::InstancesArgs;

const HEADS: [&str; 10] = ["ID", "VERSION", "STATE", "IN FLIGHT", "REQUESTS", "CPU", "HEAP", "OUTSIDE", "AGE", "IDLE"];

/// Lists or recycles.
pub(in crate::client) fn run(session: &Session, args: &InstancesArgs) -> Result<ExitCode, RemoteError> {
    if let Some(id) = args.recycle {
        session.client.text(&Ask::new(Method::DELETE, &function_path(&args.name, &format!("/instances/{id}"))?))?;
        let recycled = json!({ "recycled": id });
        return session.output.result(&recycled, || format!("instance {id} of `{}` finishes what it has and ends", args.name));
    }
    let instances: Vec<Value> = session.client.get(&function_path(&args.name, "/instances")?)?;
    session.output.result(&instances, || match instances.is_empty() {
        true => format!("`{}` has no instance at the moment: a call makes one", args.name),
        false => table(&HEADS, &instances.iter().map(row).collect::<Vec<_>>()),
    })
}

fn row(instance: &Value) -> Vec<String> {
    let time = |key: &str| {
        instance.get(key).and_then(Value::as_f64).and_then(|s| Duration::try_from_secs_f64(s).ok()).map(span).unwrap_or_default()
    };
    let bytes = |key: &str| instance.get(key).and_then(Value::as_u64).map(size).unwrap_or_default();
    let texts = ["id", "version", "state", "in_flight", "requests"].map(|key| cell(instance, key));
    let rest = [time("cpu_seconds"), bytes("heap_bytes"), bytes("external_bytes"), time("age_seconds"), time("idle_seconds")];
    texts.into_iter().chain(rest).collect()
}
