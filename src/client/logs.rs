//! `skep logs`: the log of a running Skep, what is kept of it or from now on.
//!
//! Lines come as an answer or as events; they are printed as they are (`--json`) or for people.
//!
//! Invariant: it continues over a hand-over to another engine with the next line, and says that lines are missing wherever some are.

use std::time::Duration;

use serde_json::{Map, Value};
use ureq::http::Method;

use super::connection::http::ApiRequest;
use super::connection::path::{function_name, query};
use super::connection::session::Session;
use super::connection::sse::SseEvent;
use super::error::RemoteError;
use super::output::{Output, clean, clean_lines};
use crate::api::log::{LINE_EVENT, LogEvent, LogOrder, LogQuery, LogRecord, MISSED_EVENT, RequestDoneFields};
use crate::config::ExitCode;
use crate::config::client_args::LogsArgs;
use crate::function::Level;

/// Attempts in a row to connect again.
const ATTEMPTS_MAX: u32 = 20;
/// Time between two attempts.
const PAUSE: Duration = Duration::from_millis(500);

/// Shows what is kept, or follows the log until Ctrl-C.
pub(in crate::client) fn run(session: &Session, args: &LogsArgs) -> Result<ExitCode, RemoteError> {
    let wanted = LogQuery {
        function: args.name.as_deref().map(function_name).transpose()?,
        stream: args.stream.clone(),
        level: args.level,
        since: args.since.clone(),
        until: args.until.clone(),
        grep: args.grep.clone(),
        regex: args.regex.clone(),
        request_id: args.request.clone(),
        trace_id: args.trace.clone(),
        limit: args.limit,
        ..LogQuery::default()
    };
    let is_unconditional = LogQuery { function: wanted.function.clone(), ..LogQuery::default() } == wanted;
    if args.follow || is_unconditional { follow(session, wanted) } else { show(session, wanted) }
}

/// The newest lines that are kept, oldest first.
fn show(session: &Session, wanted: LogQuery) -> Result<ExitCode, RemoteError> {
    let path = format!("/logs{}", query(&LogQuery { order: Some(LogOrder::Desc), ..wanted })?);
    let answer = session.client.text(&ApiRequest::new(Method::GET, &path))?;
    let lines: Vec<&str> = answer.lines().collect();
    for line in lines.into_iter().rev() {
        let event = SseEvent { name: LINE_EVENT.to_owned(), data: line.to_owned(), ..SseEvent::default() };
        print(session.output, &event)?;
    }
    Ok(ExitCode::Ok)
}

fn follow(session: &Session, wanted: LogQuery) -> Result<ExitCode, RemoteError> {
    session.ctrl_c.ends_well();
    let path = format!("/logs{}", query(&LogQuery { follow: Some(true), ..wanted })?);
    let mut events = session.client.events(&path)?;
    session.output.note(&format!("following the log of {}; Ctrl-C ends", session.client.url()));
    let (mut failures, mut last) = (0, None);
    loop {
        if let Ok(Some(event)) = events.next() {
            failures = 0;
            print(session.output, &event)?;
            last = event.id.or(last);
            continue;
        }
        // Another engine answers there now, or the stream has reached its longest life.
        events = loop {
            match session.client.events_after(&path, last.as_deref()) {
                Ok(events) => break events,
                Err(error) if failures >= ATTEMPTS_MAX => return Err(error),
                Err(error @ RemoteError::Rejected { status: 400..500, .. }) => return Err(error),
                Err(_) => failures += 1,
            }
            std::thread::sleep(PAUSE);
        };
        if last.is_none() {
            // A server of an earlier release.
            session.output.note("connected again; lines of the time between are missing");
        }
    }
}

fn print(output: Output, event: &SseEvent) -> Result<(), RemoteError> {
    match event.name.as_str() {
        LINE_EVENT if output.is_json() => output.line(&event.data),
        LINE_EVENT => output.line(&pretty(output, &event.data)),
        MISSED_EVENT => {
            output.note(&format!("{} lines came too fast and are missing", clean(&event.data)));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A line for people: time, function, text.
fn pretty(output: Output, line: &str) -> String {
    let Some(LogRecord { time, level, function, event }) = LogRecord::parse(line) else { return clean(line) };
    // The day is today's.
    let time = time.split_once('T').map_or(time.as_str(), |(_, time)| time.trim_end_matches('Z'));
    let head = format!("{} {}", output.paint("2", &clean(time)), output.paint("36", &clean(&function.unwrap_or_default())));
    let text = match &event {
        LogEvent::Console(console) => clean_lines(&console.text),
        LogEvent::RequestDone(done) => request(output, done),
        LogEvent::Other(event, fields) => format!("{}{}", clean(event), rest(fields)),
    };
    let text = match (level, &event) {
        (Level::Error, _) => output.paint("31", &text),
        (Level::Warn, LogEvent::Console(_) | LogEvent::Other(..)) => output.paint("33", &text),
        _ => text,
    };
    let indented = text.replace('\n', "\n    ");
    format!("{} {indented}", head.trim_end())
}

/// A request in its own colours.
fn request(output: Output, done: &RequestDoneFields) -> String {
    let ms = |us: f64| format!("{:.1} ms", us / 1e3);
    let color = match done.status {
        500.. => "31",
        400.. => "33",
        _ => "32",
    };
    let status = output.paint(color, &done.status.to_string());
    let (wall, cpu) = (ms(done.wall_us), ms(done.cpu_us));
    let mut text = format!("{status} {} {} {wall} (cpu {cpu})", clean(&done.method), clean(&done.path));
    if let Some(fault) = &done.fault {
        text.push_str(&format!(" {}", output.paint(color, &clean(fault))));
    }
    if let Some(detail) = &done.detail {
        text.push_str(&format!("\n{}", clean_lines(detail)));
    }
    text
}

fn rest(fields: &Map<String, Value>) -> String {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    fields.iter().map(|(key, value)| format!(" {}={}", clean(key), clean(&text(value)))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(json: &str) -> String {
        pretty(Output::new(true), json)
    }

    #[test]
    fn a_line_says_when_who_and_what() {
        let console =
            r#"{"time":"2026-11-23T18:21:24.123Z","level":"info","event":"console","function":"hello","version":"v1","text":"one\ntwo"}"#;
        assert_eq!(line(console), "18:21:24.123 hello one\n    two");
        let request = r#"{"time":"2026-11-23T18:21:24.123Z","level":"warn","event":"request done","function":"hello","method":"GET","path":"/hello",
            "status":504,"fault":"cpu_limit","wall_us":1500,"cpu_us":1000,"trace_id":"x"}"#;
        assert_eq!(line(request), "18:21:24.123 hello 504 GET /hello 1.5 ms (cpu 1.0 ms) cpu_limit");
        let other = r#"{"time":"2026-11-23T18:21:24.123Z","level":"info","event":"release done","release":"r1"}"#;
        assert_eq!(line(other), "18:21:24.123 release done release=r1");
    }

    #[test]
    fn what_a_function_writes_cannot_reach_into_the_terminal() {
        let forged = r#"{"time":"T1Z","level":"info","event":"console","function":"a","text":"\u001b[2J\u001b]0;x\u0007"}"#;
        assert!(!line(forged).contains('\u{1b}'), "{}", line(forged));
        assert_eq!(line("no JSON \u{1b}"), "no JSON \u{fffd}");
    }
}
