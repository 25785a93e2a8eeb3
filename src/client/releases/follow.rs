//! A release from the order to its end: sent so that it happens once, followed by its events, and told how it ended.
//!
//! Used by every command that releases. Shown meanwhile by `display`.
//!
//! Invariant: a stream that breaks is taken up again a few times, and only the server says how a release ended.

use std::time::Duration;

use crate::client::connection::error::RemoteError;
use crate::client::connection::http::Ask;
use crate::client::connection::session::Session;
use crate::client::output::progress::Display;
use crate::client::output::{clean, clean_lines, span};
use crate::config::ExitCode;
use crate::config::client::args::WaitArgs;
use crate::function::hex;
use crate::release::deploy::record::{FunctionRecord, Record, Status};

/// Attempts in a row to take up a stream that broke: a fresh engine may need some seconds.
const ATTEMPTS_MAX: u32 = 20;
/// Between them.
const PAUSE: Duration = Duration::from_millis(500);
/// Attempts to have an order taken in by a server that is handing over.
const ORDERS_MAX: u32 = 5;

/// Has a release made, waits for its end unless told otherwise, and prints what came of it.
pub(in crate::client) fn run(session: &Session, wait: &WaitArgs, ask: Ask<'_>) -> Result<ExitCode, RemoteError> {
    let record = release(session, wait, ask)?;
    session.output.result(&record, || told(&record))?;
    Ok(conclude(session, &record))
}

/// Has a release made and waits for its end unless told otherwise.
pub(in crate::client) fn release(session: &Session, wait: &WaitArgs, ask: Ask<'_>) -> Result<Record, RemoteError> {
    let record = submit(session, ask)?;
    if wait.no_wait { Ok(record) } else { to_the_end(session, record) }
}

/// Sends the order. A connection that breaks leaves it open whether the order was taken in: the same key makes sending it again safe.
fn submit(session: &Session, ask: Ask<'_>) -> Result<Record, RemoteError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| RemoteError::Local(format!("the system gives no random bytes: {error}")))?;
    let key = hex::write(u128::from_le_bytes(random), &mut [0; 32]).to_owned();
    let ask = Ask { key: Some(&key), ..ask };
    let mut has_broken = false;
    for _ in 1..ORDERS_MAX {
        match session.client.ask(&ask) {
            Err(RemoteError::Broken { .. }) if !has_broken => has_broken = true,
            // Handing over; or, after a break, still being carried out.
            Err(RemoteError::Refused { status: 503, .. }) => {}
            Err(RemoteError::Refused { status: 409, message, .. }) if has_broken && message.contains("still being carried out") => {}
            ended => return ended,
        }
        std::thread::sleep(PAUSE);
    }
    session.client.ask(&ask)
}

/// Follows a release to its end.
fn to_the_end(session: &Session, mut record: Record) -> Result<Record, RemoteError> {
    let id = record.id.clone();
    session.interruption.say(Some(format!("release {id} goes on without you; to cancel it: skep releases {id} --cancel")));
    let display = Display::new();
    session.interruption.restore_by(display.eraser());
    let mut failures = 0;
    let ended = loop {
        display.show(&record);
        if record.status.is_end() {
            break Ok(record);
        }
        match stream(session, &mut record, &display) {
            Ok(()) => continue,
            // Nothing will change that. A release that is not known yet is: a fresh engine reads it from the state folder.
            Err(error @ RemoteError::Refused { status: 401 | 403, .. }) => break Err(error),
            Err(error) if failures >= ATTEMPTS_MAX => break Err(error),
            Err(_) => failures += 1,
        }
        std::thread::sleep(PAUSE);
    };
    display.end();
    session.interruption.restore();
    session.interruption.say(None);
    ended
}

/// Reads one stream of events into the record, up to the end of the release.
fn stream(session: &Session, record: &mut Record, display: &Display) -> Result<(), RemoteError> {
    let broken = |why: String| RemoteError::Broken { url: session.client.url().to_owned(), why };
    let mut events = session.client.events(&format!("/releases/{}/events", record.id))?;
    while let Some(event) = events.next().map_err(|error| broken(error.to_string()))? {
        if event.name != "release" {
            continue;
        }
        *record = serde_json::from_str(&event.data).map_err(|error| broken(format!("an event is not understood: {error}")))?;
        if record.status.is_end() {
            return Ok(());
        }
        display.show(record);
    }
    Err(broken("the stream ended before the release did".to_owned()))
}

/// The exit code for a release; one that is not done is explained on standard error.
pub(in crate::client) fn conclude(session: &Session, record: &Record) -> ExitCode {
    match record.status {
        Status::Done | Status::Waiting | Status::Running => ExitCode::Ok,
        Status::Undone | Status::Cancelled | Status::Superseded => {
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
        (None, Status::Cancelled) => format!("release {id} was cancelled"),
        (None, Status::Superseded) => format!("release {id} was superseded by a newer one of the same functions before it began"),
        (None, _) => format!("release {id} was undone"),
    }
}

/// The whole diagnostic, if it says more than the reason.
pub(in crate::client) fn detail(record: &Record) -> Option<&str> {
    let failure = record.failure.as_ref()?;
    failure.detail.as_deref().filter(|detail| !failure.reason.ends_with(detail.trim()))
}

/// A release as a result: one line for each function.
pub(in crate::client) fn told(record: &Record) -> String {
    let time = record.ended_ms.map(|ended| format!(" in {}", span(Duration::from_millis(ended.saturating_sub(record.created_ms)))));
    let of_one = |function: &FunctionRecord| {
        let name = clean(&function.function);
        let version = function.version.as_deref().map(|version| format!("  {version}")).unwrap_or_default();
        match record.status {
            Status::Done if record.unchanged => format!("{name}{version}  unchanged"),
            Status::Done => format!("{name}{version}  done{}", time.as_deref().unwrap_or_default()),
            Status::Waiting | Status::Running => format!("{name}  release {} was taken in: skep releases {0}", record.id),
            Status::Undone => format!("{name}  undone{}", before(function)),
            Status::Cancelled => format!("{name}  cancelled{}", before(function)),
            Status::Superseded => format!("{name}  superseded{}", before(function)),
        }
    };
    record.functions.iter().map(of_one).collect::<Vec<_>>().join("\n")
}

fn before(function: &FunctionRecord) -> String {
    function.before.as_deref().map(|before| format!(", {before} stays live")).unwrap_or_default()
}

#[cfg(test)]
pub(in crate::client) mod tests {
    use super::*;
    use crate::release::deploy::record::{Failure, Purpose, Step};

    pub(in crate::client) fn record(status: Status, functions: &[&str]) -> Record {
        Record {
            id: "r1".into(),
            purpose: Purpose::Deploy,
            status,
            note: None,
            by: None,
            created_ms: 1000,
            ended_ms: Some(1250),
            unchanged: false,
            functions: functions.iter().map(|name| FunctionRecord::new(name)).collect(),
            failure: None,
        }
    }

    #[test]
    fn an_undone_release_names_step_function_and_reason() {
        let mut undone = record(Status::Undone, &["hello"]);
        undone.failure = Some(Failure { step: Step::Checked, function: "hello".into(), reason: "check() said no".into(), detail: None });
        undone.functions[0].before = Some("v1".into());
        assert_eq!(why_not(&undone), "release r1 was undone: step `checked` of `hello` failed: check() said no");
        assert_eq!(told(&undone), "hello  undone, v1 stays live");
        assert!(why_not(&record(Status::Superseded, &[])).contains("superseded"));
        assert!(why_not(&record(Status::Cancelled, &[])).contains("cancelled"));
    }

    #[test]
    fn a_release_that_is_done_says_so_for_each_function() {
        let mut done = record(Status::Done, &["a", "b"]);
        done.functions[0].version = Some("v1".into());
        assert_eq!(told(&done), "a  v1  done in 250 ms\nb  done in 250 ms");
        done.unchanged = true;
        assert!(told(&done).starts_with("a  v1  unchanged"));
    }
}
