//! `skep versions`: what a function was and may become again.
//!
//! Invariant: the newest stands first, and the live one is marked.

use serde_json::Value;

use super::ls::cell;
use super::show::function_path;
use crate::client::connection::error::RemoteError;
use crate::client::connection::session::Session;
use crate::client::output::{ago, now_ms, size, table};
use crate::config::ExitCode;
use crate::config::client::args::NamedArgs;

/// Lists.
pub(in crate::client) fn run(session: &Session, args: &NamedArgs) -> Result<ExitCode, RemoteError> {
    let versions: Vec<Value> = session.client.get(&function_path(&args.name, "/versions")?)?;
    session.output.result(&versions, || match versions.is_empty() {
        true => format!("no version of `{}` is kept: it belongs to the functions folder", args.name),
        false => render(&versions, now_ms()),
    })
}

/// Versions as a table.
pub(in crate::client) fn render(versions: &[Value], now_ms: u64) -> String {
    let flag = |version: &Value, key: &str| version.get(key).and_then(Value::as_bool).unwrap_or_default();
    let time = |version: &Value, key: &str| version.get(key).and_then(Value::as_u64).map(|then| ago(then, now_ms)).unwrap_or_default();
    let row = |version: &Value| {
        let state = match (flag(version, "live"), flag(version, "candidate")) {
            (true, _) => "live",
            (false, true) => "candidate",
            (false, false) => "",
        };
        let bytes = version.get("bytes").and_then(Value::as_u64).map(size).unwrap_or_default();
        let modules = cell(version, "modules");
        vec![
            cell(version, "version"),
            state.to_owned(),
            time(version, "stored_ms"),
            time(version, "live_ms"),
            bytes,
            modules,
            cell(version, "note"),
        ]
    };
    table(&["VERSION", "STATE", "STORED", "LIVE LAST", "SIZE", "MODULES", "NOTE"], &versions.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_version_says_whether_it_is_live_and_how_old_it_is() {
        let versions = [
            json!({ "version": "v2", "live": true, "stored_ms": 1000, "bytes": 2500, "modules": 2 }),
            json!({ "version": "v1", "stored_ms": 0 }),
        ];
        let text = render(&versions, 6000);
        assert_eq!(text, "VERSION  STATE  STORED     SIZE    MODULES\nv2       live   5.0 s ago  2.5 KB  2\nv1              6.0 s ago");
    }
}
