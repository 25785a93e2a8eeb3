//! `skep ls`: the functions of a running Skep.
//!
//! Invariant: a function that cannot be called is in the list, with the reason.

use crate::api::function::{CandidateSummary, FunctionSummary};
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::client::output::{clean, table, word};
use crate::config::ExitCode;

const HEADS: [&str; 10] = ["NAME", "OWNER", "VERSION", "STATE", "READY", "WANTED", "IN FLIGHT", "CALLS", "FAULTS", "CANDIDATE"];

/// Lists.
pub(in crate::client) fn run(session: &Session) -> Result<ExitCode, RemoteError> {
    let functions: Vec<FunctionSummary> = session.client.get("/functions")?;
    session.output.result(&functions, || render(&functions))
}

/// A candidate in one line: its version and its part of the calls.
pub(in crate::client) fn candidate(candidate: &CandidateSummary) -> String {
    let sticky = candidate.sticky.as_ref().map(|sticky| format!(" by {sticky}")).unwrap_or_default();
    format!("{} {} %{sticky}", candidate.version, candidate.percent)
}

fn row(function: &FunctionSummary) -> Vec<String> {
    vec![
        function.name.to_string(),
        word(function.owner),
        function.version.as_ref().map(ToString::to_string).unwrap_or_default(),
        word(function.state),
        function.ready.to_string(),
        function.wanted.to_string(),
        function.in_flight.to_string(),
        function.calls.to_string(),
        function.faults.to_string(),
        function.candidate.as_ref().map(candidate).unwrap_or_default(),
    ]
}

fn render(functions: &[FunctionSummary]) -> String {
    if functions.is_empty() {
        return "there is no function yet: skep deploy DIR".to_owned();
    }
    let mut text = table(&HEADS, &functions.iter().map(row).collect::<Vec<_>>());
    for function in functions {
        if let Some(reason) = &function.reason {
            let first = reason.lines().next().unwrap_or_default();
            text.push_str(&format!("\n{}: {}", function.name, clean(first)));
        }
        for conflict in &function.conflicts {
            text.push_str(&format!("\n{}: {}", function.name, clean(conflict)));
        }
    }
    text
}

#[cfg(test)]
pub(in crate::client) mod tests {
    use super::*;
    use crate::api::function::{FunctionOwner, FunctionStatus};
    use crate::function::{FunctionName, VersionId};

    /// A deployed function that is live and idle.
    pub(in crate::client) fn summary(name: &str) -> FunctionSummary {
        FunctionSummary {
            name: FunctionName::parse(name).unwrap(),
            owner: FunctionOwner::Deployed,
            state: FunctionStatus::Live,
            version: VersionId::parse("v000000000001"),
            reason: None,
            conflicts: Vec::new(),
            candidate: None,
            ready: 1,
            booting: 0,
            wanted: 1,
            in_flight: 0,
            waiting: 0,
            heap_bytes: 1_500_000,
            external_bytes: 0,
            calls: 3,
            faults: 0,
        }
    }

    #[test]
    fn a_function_is_a_row_and_a_broken_one_says_why_below() {
        let candidate = CandidateSummary {
            version: VersionId::parse("v000000000002").unwrap(),
            percent: 12.5,
            sticky: Some("cookie:id".into()),
            ready: 0,
            in_flight: 0,
            calls: 0,
            faults: 0,
        };
        let one = FunctionSummary { candidate: Some(candidate), ..summary("a") };
        let reason = Some("it does not parse\nat line 1".into());
        let conflicts = vec!["both `a` and `b` define it\u{1b}[2J".into()];
        let two = FunctionSummary {
            conflicts,
            owner: FunctionOwner::Folder,
            state: FunctionStatus::Broken,
            version: None,
            reason,
            ..summary("b")
        };
        let text = render(&[one, two]);
        assert!(text.lines().nth(1).unwrap().ends_with("v000000000002 12.5 % by cookie:id"), "{text}");
        assert!(text.ends_with("b: it does not parse\nb: both `a` and `b` define it\u{fffd}[2J"), "{text}");
        assert!(render(&[]).contains("skep deploy"));
    }
}
