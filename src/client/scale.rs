//! `skep scale`: how many instances a function may have, shown or changed at once.
//!
//! Invariant: without a flag nothing changes.

use ureq::http::Method;

use super::connection::http::ApiRequest;
use super::connection::path::function_path;
use super::connection::session::Session;
use super::error::RemoteError;
use super::functions::show::scale;
use crate::api::function::FunctionDetail;
use crate::api::instance::{ScaleBody, ScaleResult};
use crate::config::ExitCode;
use crate::config::client_args::ScaleArgs;

/// Shows or changes.
pub(in crate::client) fn run(session: &Session, args: &ScaleArgs) -> Result<ExitCode, RemoteError> {
    let change = change(args);
    let now = if change == ScaleBody::default() {
        let shown: FunctionDetail = session.client.get(&function_path(&args.name, "")?)?;
        shown.scale
    } else {
        let path = function_path(&args.name, "/scale")?;
        let changed: ScaleResult = session.client.send(&ApiRequest::new(Method::PATCH, &path).json(&change)?)?;
        changed.scale
    };
    session.output.result(&now, || match &now {
        Some(now) => scale(now),
        None => format!("`{}` is not compiled yet: its scale is known after its first call", args.name),
    })
}

fn change(args: &ScaleArgs) -> ScaleBody {
    ScaleBody { min: args.min, max: args.max, concurrency: args.concurrency, queue: args.queue, idle_s: args.idle_s, reset: args.reset }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn only_the_values_that_are_given_are_changed() {
        assert_eq!(change(&ScaleArgs::default()), ScaleBody::default());
        let args = ScaleArgs { min: Some(0), idle_s: Some(9), reset: true, ..ScaleArgs::default() };
        assert_eq!(serde_json::to_value(change(&args)).unwrap(), json!({ "min": 0, "idle_s": 9, "reset": true }));
    }
}
