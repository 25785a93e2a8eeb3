//! `skep versions`: the versions of a function that are kept, to which it may be rolled back.
//!
//! Invariant: the newest stands first, and the live one is marked.

use crate::api::function::VersionSummary;
use crate::client::connection::path::function_path;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::client::output::{ago, now_ms, size, table};
use crate::config::ExitCode;
use crate::config::client_args::NamedArgs;

const HEADS: [&str; 7] = ["VERSION", "STATE", "STORED", "LIVE LAST", "SIZE", "MODULES", "NOTE"];

/// Lists.
pub(in crate::client) fn run(session: &Session, args: &NamedArgs) -> Result<ExitCode, RemoteError> {
    let versions: Vec<VersionSummary> = session.client.get(&function_path(&args.name, "/versions")?)?;
    session.output.result(&versions, || match versions.is_empty() {
        true => format!("no version of `{}` is kept: it belongs to the functions directory", args.name),
        false => render(&versions, now_ms()),
    })
}

/// Versions as a table.
pub(in crate::client) fn render(versions: &[VersionSummary], now_ms: u64) -> String {
    let row = |version: &VersionSummary| {
        let state = match (version.live, version.candidate) {
            (true, _) => "live",
            (false, true) => "candidate",
            (false, false) => "",
        };
        vec![
            version.version.to_string(),
            state.to_owned(),
            ago(version.stored_ms, now_ms),
            version.live_ms.map(|then| ago(then, now_ms)).unwrap_or_default(),
            size(version.bytes),
            version.modules.to_string(),
            version.note.clone().unwrap_or_default(),
        ]
    };
    table(&HEADS, &versions.iter().map(row).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::VersionId;

    #[test]
    fn a_version_says_whether_it_is_live_and_how_old_it_is() {
        let older = VersionSummary {
            version: VersionId::parse("v000000000001").unwrap(),
            live: false,
            candidate: false,
            stored_ms: 0,
            live_ms: None,
            bytes: 12,
            modules: 1,
            note: None,
        };
        let version = VersionId::parse("v000000000002").unwrap();
        let newer = VersionSummary { version, live: true, stored_ms: 1000, bytes: 2500, modules: 2, ..older.clone() };
        let lines = [
            "VERSION        STATE  STORED     SIZE    MODULES",
            "v000000000002  live   5.0 s ago  2.5 KB  2",
            "v000000000001         6.0 s ago  12 B    1",
        ];
        assert_eq!(render(&[newer, older], 6000), lines.join("\n"));
    }
}
