//! The level, the log and its followers together.

use std::time::Duration;

use futures::FutureExt as _;
use proptest::prelude::*;

use super::bridge::Bridge;
use super::event::{ConsoleEvent, InvocationDone};
use super::log::tail::{self, TailEvent};
use super::*;
use crate::fault::Kind;
use crate::function::trace::TraceContext;

#[test]
fn a_level_that_changes_changes_what_is_written_and_followed() {
    let _alone = tail::ALONE.lock();
    emit::set_subscribers(vec![Subscriber::Log(Log::new(Form::Pretty)), Subscriber::Tail], Level::Info);
    let before = level();
    let mut follower = tail::subscribe().unwrap();
    tracing::subscriber::with_default(Bridge, || {
        for (round, wanted) in [Level::Info, Level::Debug, Level::Warn, Level::Trace].into_iter().enumerate() {
            set_level(wanted);
            assert_eq!(level(), wanted);
            // The same place each time: it must not remember the first answer.
            tracing::debug!(round, function = "hello", "a line of the level's test");
        }
    });
    set_level(before);
    let mut rounds = Vec::new();
    while let Some(TailEvent::Line(line)) = follower.next().now_or_never() {
        let json: serde_json::Value = serde_json::from_slice(&line.json).unwrap();
        if json["event"] == "a line of the level's test" {
            assert_eq!((json["level"].as_str(), line.function.as_deref()), (Some("debug"), Some("hello")));
            rounds.push(json["round"].as_str().map(str::to_owned));
        }
    }
    assert_eq!(rounds, [Some("1".to_owned()), Some("3".to_owned())]);
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
        let console =
            ConsoleEvent { writer: Some(("f", "v1", 1)), request: Some((trace, &text)), level: Level::Info, text: &text, cut: false };
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
