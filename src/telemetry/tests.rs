//! The level and the log together.

use std::time::Duration;

use proptest::prelude::*;

use super::bridge::Bridge;
use super::event::{ConsoleEvent, InvocationDone};
use super::log::record::RecordKind;
use super::log::ring::LogRing;
use super::log::sink;
use super::log::window::LogWindow;
use super::stream::Stream;
use super::*;
use crate::config::LogStderr;
use crate::fault::Kind;
use crate::function::trace::TraceContext;

#[test]
fn a_level_that_changes_changes_what_is_written_and_each_line_is_kept_in_its_place() {
    emit::set_subscribers(vec![Subscriber::Log(Log::new(Form::Pretty, LogStderr::None))], Level::Info);
    let (_, window) = LogWindow::create(0).unwrap();
    sink::attach(LogRing::create().unwrap().1, window);
    let mut kept = sink::attached().expect("just attached").0.consumer();
    let before = level();
    tracing::subscriber::with_default(Bridge, || {
        for (round, wanted) in [Level::Info, Level::Debug, Level::Warn, Level::Trace].into_iter().enumerate() {
            set_level(wanted);
            assert_eq!(level(), wanted);
            // The same place each time: it must not remember the first answer.
            tracing::debug!(round, function = "hello", "a line of the level's test");
        }
        tracing::info!(target: AUDIT, "an operation of the level's test");
        let writer = Some(("hello", "v1", 1));
        emit(&Event::Console(ConsoleEvent {
            writer,
            request: None,
            level: Level::Info,
            text: "of the level's test",
            data: "",
            cut: false,
        }));
    });
    set_level(before);
    let mut found = Vec::new();
    // Other tests write lines, too.
    let mut read = |kind: RecordKind, name: &[u8], text: &[u8]| {
        let json: serde_json::Value = serde_json::from_slice(text).expect("JSON");
        let text = json["text"].as_str().or(json["event"].as_str()).unwrap_or_default();
        if text.ends_with("of the level's test") {
            let name = String::from_utf8(name.to_vec()).expect("a name");
            found.push((kind, name, json["round"].as_str().map(str::to_owned)));
        }
    };
    kept.read(usize::MAX, |record| read(record.head.kind, record.name, record.text)).expect("whole");
    let line = |stream, name: &str, round: Option<&str>| (RecordKind::Line(stream), name.to_owned(), round.map(str::to_owned));
    let expected = [
        line(Stream::Host, "", Some("1")),
        line(Stream::Host, "", Some("3")),
        line(Stream::Audit, "", None),
        line(Stream::Business, "hello", None),
    ];
    assert_eq!(found, expected);
}

/// An event in both forms.
fn forms(event: &Event<'_>) -> [String; 2] {
    let (mut json, mut pretty) = (Vec::new(), Vec::new());
    event.json(&mut json);
    event.pretty(&mut pretty, false);
    [json, pretty].map(|bytes| String::from_utf8(bytes).expect("UTF-8"))
}

fn moves_the_cursor(text: &str) -> bool {
    text.chars().any(|character| character.is_control() && character != '\n' && character != '\t')
}

proptest! {
    #[test]
    fn no_text_of_a_function_reaches_a_terminal_with_control_characters(
        text in "[\\x00-\\x1f\\x7f-\\u{9f}a\\[;\u{e9}]{0,40}",
    ) {
        let trace = TraceContext::begin((1, 2));
        let data = serde_json::json!({ "args": [text], "fields": { (text.as_str()): text }, "other": text }).to_string();
        let console =
            ConsoleEvent { writer: Some(("f", "v1", 1)), request: Some((trace, &text)), level: Level::Info, text: &text, data: &data, cut: false };
        let done = InvocationDone {
            origin: None,
            is_traffic: true,
            function: Some("f"),
            version: Some("v1"),
            instance: 1,
            method: &text,
            path: &text,
            status: 500,
            fault: Some(Kind::Threw),
            detail: Some(&text),
            client_left: false,
            cut: Some(&text),
            queue: Duration::ZERO,
            wall: Duration::ZERO,
            cpu: Duration::ZERO,
            trace,
            request_id: &text,
        };
        for written in [Event::Console(console), Event::InvocationDone(done)].iter().flat_map(forms) {
            prop_assert!(!moves_the_cursor(&written), "{written:?}");
        }
    }
}
