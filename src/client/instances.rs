//! `skep instances`: the instances of a function one by one, and a way to recycle one.
//!
//! Invariant: an instance that is recycled finishes its requests.

use std::time::Duration;

use serde_json::json;
use ureq::http::Method;

use super::connection::http::ApiRequest;
use super::connection::path::function_path;
use super::connection::session::Session;
use super::error::RemoteError;
use super::output::{size, span, table, word};
use crate::api::instance::InstanceSummary;
use crate::config::ExitCode;
use crate::config::client_args::InstancesArgs;

const HEADS: [&str; 10] = ["ID", "VERSION", "STATE", "IN FLIGHT", "REQUESTS", "CPU", "HEAP", "OUTSIDE", "AGE", "IDLE"];

/// Lists or recycles.
pub(in crate::client) fn run(session: &Session, args: &InstancesArgs) -> Result<ExitCode, RemoteError> {
    if let Some(id) = args.recycle {
        session.client.text(&ApiRequest::new(Method::DELETE, &function_path(&args.name, &format!("/instances/{id}"))?))?;
        let recycled = json!({ "recycled": id });
        return session.output.result(&recycled, || format!("instance {id} of `{}` finishes its requests and ends", args.name));
    }
    let instances: Vec<InstanceSummary> = session.client.get(&function_path(&args.name, "/instances")?)?;
    session.output.result(&instances, || match instances.is_empty() {
        true => format!("`{}` has no instance at the moment: a call creates one", args.name),
        false => table(&HEADS, &instances.iter().map(row).collect::<Vec<_>>()),
    })
}

fn row(instance: &InstanceSummary) -> Vec<String> {
    let time = |seconds: f64| Duration::try_from_secs_f64(seconds).map(span).unwrap_or_default();
    vec![
        instance.id.to_string(),
        instance.version.to_string(),
        word(instance.state),
        instance.in_flight.to_string(),
        instance.requests.to_string(),
        time(instance.cpu_seconds),
        size(instance.heap_bytes as u64),
        size(instance.external_bytes as u64),
        time(instance.age_seconds),
        time(instance.idle_seconds),
    ]
}
