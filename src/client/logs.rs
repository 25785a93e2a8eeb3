//! `skep logs`: the log of a running Skep from now on.
//!
//! Lines come as events; they are printed as they are (`--json`) or for people.
//!
//! Invariant: it goes on over a hand-over to another engine, and says what was missed.

use std::time::Duration;

use serde_json::{Map, Value};

use super::connection::error::RemoteError;
use super::connection::session::Session;
use super::connection::sse::Event;
use super::functions::show::function_path;
use super::output::{Output, clean, clean_lines};
use crate::config::ExitCode;
use crate::config::client::args::LogsArgs;

/// Attempts in a row to connect anew.
const ATTEMPTS_MAX: u32 = 20;
/// Between them.
const PAUSE: Duration = Duration::from_millis(500);

/// Follows the log until Ctrl-C.
pub(in crate::client) fn run(session: &Session, args: &LogsArgs) -> Result<ExitCode, RemoteError> {
    session.interruption.ends_well();
    let query = match &args.name {
        // The name is checked by the way.
        Some(name) => function_path(name, "").map(|_| format!("?function={name}"))?,
        None => String::new(),
    };
    let path = format!("/logs{query}");
    let mut events = session.client.events(&path)?;
    session.output.note(&format!("following the log of {}; Ctrl-C ends", session.client.url()));
    let mut failures = 0;
    loop {
        if let Ok(Some(event)) = events.next() {
            failures = 0;
            print(session.output, &event)?;
            continue;
        }
        // Another engine answers there now, or the stream has had its time.
        events = loop {
            match session.client.events(&path) {
                Ok(events) => break events,
                Err(error) if failures >= ATTEMPTS_MAX => return Err(error),
                Err(error @ RemoteError::Refused { status: 400..500, .. }) => return Err(error),
                Err(_) => failures += 1,
            }
            std::thread::sleep(PAUSE);
        };
        session.output.note("connected anew; lines of the moment between are missing");
    }
}

fn print(output: Output, event: &Event) -> Result<(), RemoteError> {
    match event.name.as_str() {
        "line" if output.is_json() => output.line(&event.data),
        "line" => output.line(&pretty(output, &event.data)),
        "missed" => {
            output.note(&format!("{} lines came too fast and are missing", clean(&event.data)));
            Ok(())
        }
        _ => Ok(()),
    }
}

/// A line for people: when, who, what.
fn pretty(output: Output, line: &str) -> String {
    let Ok(Value::Object(mut fields)) = serde_json::from_str::<Value>(line) else { return clean(line) };
    let mut take = |key: &str| match fields.remove(key) {
        Some(Value::String(text)) => text,
        Some(other) => other.to_string(),
        None => String::new(),
    };
    let time = take("time");
    // The day is today's.
    let time = time.split_once('T').map_or(time.as_str(), |(_, time)| time.trim_end_matches('Z')).to_owned();
    let (level, event, function) = (take("level"), take("event"), take("function"));
    let head = format!("{} {}", output.paint("2", &clean(&time)), output.paint("36", &clean(&function)));
    let text = match event.as_str() {
        "console" => clean_lines(&take("text")),
        "request done" => request(output, &mut take),
        _ => format!("{}{}", clean(&event), rest(&fields)),
    };
    let text = match level.as_str() {
        "error" => output.paint("31", &text),
        "warn" if event != "request done" => output.paint("33", &text),
        _ => text,
    };
    let indented = text.replace('\n', "\n    ");
    format!("{} {indented}", head.trim_end())
}

fn request(output: Output, take: &mut impl FnMut(&str) -> String) -> String {
    let (method, path, status, fault, detail) = (take("method"), take("path"), take("status"), take("fault"), take("detail"));
    let ms = |us: String| us.parse::<f64>().map(|us| format!("{:.1} ms", us / 1e3)).unwrap_or_default();
    let (wall, cpu) = (ms(take("wall_us")), ms(take("cpu_us")));
    let color = match status.as_bytes().first() {
        Some(b'5') => "31",
        Some(b'4') => "33",
        _ => "32",
    };
    let mut text = format!("{} {} {} {wall} (cpu {cpu})", output.paint(color, &clean(&status)), clean(&method), clean(&path));
    if !fault.is_empty() {
        text.push_str(&format!(" {}", output.paint(color, &clean(&fault))));
    }
    if !detail.is_empty() {
        text.push_str(&format!("\n{}", clean_lines(&detail)));
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
