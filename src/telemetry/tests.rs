//! The level, the log and its followers together.

use futures::FutureExt as _;

use super::bridge::Bridge;
use super::log::tail::{self, TailEvent};
use super::*;

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
