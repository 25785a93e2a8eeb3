//! A message of the host about itself: a `tracing` event as the bridge reads it.

use std::fmt::Write as _;
use std::io::Write as _;

use tracing::field::{Field, Visit};

use super::EventText;
use crate::function::Level;
use crate::function::text::clean;
use crate::telemetry::format::{json_field, timestamp};
use crate::telemetry::stream::Stream;

/// A message with its fields.
pub struct HostMessage {
    stream: Stream,
    level: Level,
    message: String,
    others: Vec<(&'static str, String)>,
}

impl HostMessage {
    /// A message without text and fields, which a visit of a `tracing` event adds.
    pub(in crate::telemetry) fn new(stream: Stream, level: Level) -> Self {
        Self { stream, level, message: String::new(), others: Vec::new() }
    }
}

impl Visit for HostMessage {
    fn record_debug(&mut self, field: &Field, value: &dyn std::fmt::Debug) {
        if field.name() == "message" {
            let _ = write!(self.message, "{value:?}");
        } else {
            self.others.push((field.name(), format!("{value:?}")));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message.push_str(value);
        } else if !value.is_empty() {
            self.others.push((field.name(), value.to_owned()));
        }
    }
}

impl EventText for HostMessage {
    fn level(&self) -> Level {
        self.level
    }

    fn place(&self) -> (Stream, Option<&str>) {
        (self.stream, None)
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        timestamp(out);
        out.push(b'"');
        json_field(out, "level", self.level.label());
        json_field(out, "event", &self.message);
        for (key, text) in &self.others {
            json_field(out, key, text);
        }
        out.extend_from_slice(b"}\n");
    }

    fn pretty(&self, out: &mut Vec<u8>, colored: bool) {
        let color = match self.level {
            Level::Error => "31",
            Level::Warn => "33",
            _ => "2",
        };
        let (on, off) = if colored { (format!("\x1b[{color}m"), "\x1b[0m") } else { (String::new(), "") };
        let mut lines = self.message.lines();
        let _ = write!(out, "{on}{}{off}", clean(lines.next().unwrap_or_default()));
        let (long, short): (Vec<_>, Vec<_>) = self.others.iter().partition(|(_, text)| text.contains('\n'));
        for (key, text) in short {
            let _ = write!(out, " {key}={}", clean(text));
        }
        out.push(b'\n');
        for line in lines.chain(long.iter().flat_map(|(_, text)| text.lines())) {
            let _ = writeln!(out, "    {}", clean(line));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_moves_no_cursor_in_either_form() {
        let others = vec![("detail", "one\n\x1b[2Jtwo\r\x07".to_owned()), ("reason", "\u{9b}1m\u{202e}\x7f".to_owned())];
        let message =
            HostMessage { stream: Stream::Host, level: Level::Warn, message: "quarantined\r\nforged \x1b]0;title\x07".to_owned(), others };
        let mut pretty = Vec::new();
        message.pretty(&mut pretty, false);
        let expected = "quarantined reason=\u{fffd}1m\u{fffd}\u{fffd}\n    forged \u{fffd}]0;title\u{fffd}\n    one\n    \u{fffd}[2Jtwo\u{fffd}\u{fffd}\n";
        assert_eq!(String::from_utf8(pretty).unwrap(), expected);
        let mut json = Vec::new();
        message.json(&mut json);
        assert!(!String::from_utf8(json).unwrap().trim_end().contains(char::is_control));
    }
}
