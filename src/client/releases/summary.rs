//! How a release ended, in words and as an exit code.
//!
//! `follow` and the commands that release print it.
//!
//! Invariant: a release that is not done has a reason, and exit code 8.

use std::time::Duration;

use crate::api::release::{FunctionRecord, Record, ReleaseStatus};
use crate::client::connection::session::Session;
use crate::client::output::{clean, clean_lines, span};
use crate::config::ExitCode;

/// The exit code for a release; why one is not done goes to standard error.
pub(in crate::client) fn conclude(session: &Session, record: &Record) -> ExitCode {
    match record.status {
        ReleaseStatus::Done | ReleaseStatus::Waiting | ReleaseStatus::Running => ExitCode::Ok,
        ReleaseStatus::Undone | ReleaseStatus::Cancelled | ReleaseStatus::Superseded => {
            session.output.note(&format!("error: {}", clean(&why_not(record))));
            if let Some(detail) = detail(record) {
                session.output.note(&clean_lines(detail));
            }
            ExitCode::Undone
        }
    }
}

/// Why a release is not done, in one line.
pub(in crate::client) fn why_not(record: &Record) -> String {
    let id = &record.id;
    match (&record.failure, record.status) {
        (Some(failure), _) => {
            format!("release {id} was undone: step `{}` of `{}` failed: {}", failure.step.label(), failure.function, failure.reason)
        }
        (None, ReleaseStatus::Cancelled) => format!("release {id} was cancelled"),
        (None, ReleaseStatus::Superseded) => format!("release {id} was superseded by a newer one of the same functions before it began"),
        (None, _) => format!("release {id} was undone"),
    }
}

/// The whole diagnostic, if it says more than the reason.
pub(in crate::client) fn detail(record: &Record) -> Option<&str> {
    let failure = record.failure.as_ref()?;
    failure.detail.as_deref().filter(|detail| !failure.reason.ends_with(detail.trim()))
}

/// A release as a result: one line for each function.
pub(in crate::client) fn summary(record: &Record) -> String {
    let time = record.ended_ms.map(|ended| format!(" in {}", span(Duration::from_millis(ended.saturating_sub(record.created_ms)))));
    let of_one = |function: &FunctionRecord| {
        let name = &function.function;
        let version = function.version.as_ref().map(|version| format!("  {version}")).unwrap_or_default();
        match record.status {
            ReleaseStatus::Done if record.unchanged => format!("{name}{version}  unchanged"),
            ReleaseStatus::Done => format!("{name}{version}  done{}", time.as_deref().unwrap_or_default()),
            ReleaseStatus::Waiting | ReleaseStatus::Running => format!("{name}  release {} was taken in: skep releases {0}", record.id),
            ReleaseStatus::Undone => format!("{name}  undone{}", before(function)),
            ReleaseStatus::Cancelled => format!("{name}  cancelled{}", before(function)),
            ReleaseStatus::Superseded => format!("{name}  superseded{}", before(function)),
        }
    };
    record.functions.iter().map(of_one).collect::<Vec<_>>().join("\n")
}

fn before(function: &FunctionRecord) -> String {
    function.before.as_ref().map(|before| format!(", {before} stays live")).unwrap_or_default()
}

#[cfg(test)]
pub(in crate::client) mod tests {
    use super::*;
    use crate::api::release::{Failure, Purpose, Step};
    use crate::function::{FunctionName, VersionId};

    pub(in crate::client) fn name(text: &str) -> FunctionName {
        FunctionName::parse(text).unwrap()
    }

    pub(in crate::client) fn record(status: ReleaseStatus, functions: &[&str]) -> Record {
        Record {
            id: "r1".into(),
            purpose: Purpose::Deploy,
            status,
            note: None,
            by: None,
            created_ms: 1000,
            ended_ms: Some(1250),
            unchanged: false,
            functions: functions.iter().map(|name| FunctionRecord::new(self::name(name))).collect(),
            more_functions: 0,
            failure: None,
        }
    }

    #[test]
    fn an_undone_release_names_step_function_and_reason() {
        let mut undone = record(ReleaseStatus::Undone, &["hello"]);
        undone.failure = Some(Failure { step: Step::Checked, function: name("hello"), reason: "check() said no".into(), detail: None });
        undone.functions[0].before = VersionId::parse("v000000000001");
        assert_eq!(why_not(&undone), "release r1 was undone: step `checked` of `hello` failed: check() said no");
        assert_eq!(summary(&undone), "hello  undone, v000000000001 stays live");
        assert!(why_not(&record(ReleaseStatus::Superseded, &[])).contains("superseded"));
        assert!(why_not(&record(ReleaseStatus::Cancelled, &[])).contains("cancelled"));
    }

    #[test]
    fn a_release_that_is_done_says_so_for_each_function() {
        let mut done = record(ReleaseStatus::Done, &["a", "b"]);
        done.functions[0].version = VersionId::parse("v000000000001");
        assert_eq!(summary(&done), "a  v000000000001  done in 250 ms\nb  done in 250 ms");
        done.unchanged = true;
        assert!(summary(&done).starts_with("a  v000000000001  unchanged"));
    }
}
