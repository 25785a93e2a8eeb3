//! A release from the order to its end: sent so that it happens once, and followed by its events.
//!
//! Used by every command that releases; `output::progress` shows the steps meanwhile.
//!
//! Invariant: a stream that breaks is opened again a few times, and only the server says how a release ended.

use std::time::Duration;

use super::summary::{conclude, summary};
use crate::api::error::ApiErrorKind;
use crate::api::release::{RELEASE_EVENT, Record};
use crate::client::connection::http::ApiRequest;
use crate::client::connection::session::Session;
use crate::client::error::RemoteError;
use crate::client::output::progress::Display;
use crate::config::ExitCode;
use crate::config::client_args::WaitArgs;
use crate::function::hex;

/// Attempts in a row to open a stream that broke: a fresh engine may need some seconds.
const ATTEMPTS_MAX: u32 = 20;
/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(500);
/// Attempts to submit an order to a server that is handing over.
const ORDERS_MAX: u32 = 5;

/// Submits a release, waits for its end unless told otherwise, and prints its result.
pub(in crate::client) fn run(session: &Session, wait: &WaitArgs, api_request: ApiRequest<'_>) -> Result<ExitCode, RemoteError> {
    let record = release(session, wait, api_request)?;
    session.output.result(&record, || summary(&record))?;
    Ok(conclude(session, &record))
}

/// Submits a release and waits for its end unless told otherwise.
pub(in crate::client) fn release(session: &Session, wait: &WaitArgs, api_request: ApiRequest<'_>) -> Result<Record, RemoteError> {
    let record = submit(session, api_request)?;
    if wait.no_wait { Ok(record) } else { to_the_end(session, record) }
}

/// Sends the order. After a broken connection the server may or may not have taken it in; the same key makes it safe to send it again.
fn submit(session: &Session, api_request: ApiRequest<'_>) -> Result<Record, RemoteError> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).map_err(|error| RemoteError::Local(format!("the system provides no random bytes: {error}")))?;
    let key = hex::write(u128::from_le_bytes(random), &mut [0; 32]).to_owned();
    let api_request = ApiRequest { idempotency_key: Some(&key), ..api_request };
    let mut has_broken = false;
    for _ in 1..ORDERS_MAX {
        match session.client.send(&api_request) {
            Err(RemoteError::Broken { .. }) if !has_broken => has_broken = true,
            // The server hands over to another engine.
            Err(RemoteError::Rejected { kind: ApiErrorKind::Unavailable, .. }) => {}
            // The first request is still being carried out.
            Err(RemoteError::Rejected { kind: ApiErrorKind::InProgress, .. }) if has_broken => {}
            ended => return ended,
        }
        std::thread::sleep(PAUSE);
    }
    session.client.send(&api_request)
}

/// Follows a release to its end.
fn to_the_end(session: &Session, mut record: Record) -> Result<Record, RemoteError> {
    let id = record.id.clone();
    session.ctrl_c.print(Some(format!("release {id} continues; to cancel it: skep releases {id} --cancel")));
    let display = Display::new();
    session.ctrl_c.restore_by(display.eraser());
    let mut failures = 0;
    let ended = loop {
        display.show(&record);
        if record.status.is_end() {
            break Ok(record);
        }
        match stream(session, &mut record, &display) {
            Ok(()) => continue,
            // Another attempt would be refused as well. A release that the server does not know may appear: a fresh engine reads it from the
            // state directory.
            Err(error @ RemoteError::Rejected { kind: ApiErrorKind::Unauthorized | ApiErrorKind::Forbidden, .. }) => break Err(error),
            Err(error) if failures >= ATTEMPTS_MAX => break Err(error),
            Err(_) => failures += 1,
        }
        std::thread::sleep(PAUSE);
    };
    display.end();
    session.ctrl_c.restore();
    session.ctrl_c.print(None);
    ended
}

/// Reads one stream of events into the record, up to the end of the release.
fn stream(session: &Session, record: &mut Record, display: &Display) -> Result<(), RemoteError> {
    let broken = |why: String| RemoteError::Broken { url: session.client.url().to_owned(), why };
    let mut events = session.client.events(&format!("/releases/{}/events", record.id))?;
    while let Some(event) = events.next().map_err(|error| broken(error.to_string()))? {
        if event.name != RELEASE_EVENT {
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
