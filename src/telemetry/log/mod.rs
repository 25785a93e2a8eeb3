//! Levels and forms of the log, and the bridge from `tracing` events to lines.
//!
//! Set up once from `Config`; `line` asks here whether and how to write. The level may change while the process runs.
//!
//! Invariant: all lines leave through `sink`, so that they never interleave.

pub(super) mod format;
pub(super) mod line;
mod panics;
pub(super) mod sink;
pub mod tail;

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use format::{json_field, timestamp};
use line::Line;

/// The form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// For people.
    Pretty,
}

struct Settings {
    form: Form,
    colored: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Every level by its place, the most urgent first. A line is wanted if its place is not behind that of the level that is set.
const LEVELS: [Level; 5] = [Level::ERROR, Level::WARN, Level::INFO, Level::DEBUG, Level::TRACE];

/// The place of the level.
static LEVEL: AtomicU8 = AtomicU8::new(place(Level::INFO));

/// Sets the log up, once.
pub fn init(level: Level, form: Form) {
    let colored = form == Form::Pretty && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if SETTINGS.set(Settings { form, colored }).is_ok() {
        LEVEL.store(place(level), Ordering::Relaxed);
        // Only this function installs a subscriber.
        let _ = tracing::subscriber::set_global_default(Lines);
        panics::install();
    }
}

/// The least important line that is written.
pub fn level() -> Level {
    LEVELS.get(usize::from(LEVEL.load(Ordering::Relaxed))).copied().unwrap_or(Level::INFO)
}

/// Changes it.
pub fn set_level(level: Level) {
    LEVEL.store(place(level), Ordering::Relaxed);
    // Each place that logs remembers whether it was wanted when it was asked first.
    tracing::callsite::rebuild_interest_cache();
}

const fn place(level: Level) -> u8 {
    match level {
        Level::ERROR => 0,
        Level::WARN => 1,
        Level::INFO => 2,
        Level::DEBUG => 3,
        Level::TRACE => 4,
    }
}

/// How to write a line of this level; `None` if it is not wanted.
pub(in crate::telemetry) fn form(level: Level) -> Option<Form> {
    SETTINGS.get().filter(|_| place(level) <= LEVEL.load(Ordering::Relaxed)).map(|settings| settings.form)
}

/// Whether colours are wanted.
pub(in crate::telemetry) fn is_colored() -> bool {
    SETTINGS.get().is_some_and(|settings| settings.colored)
}

/// The name of a level in lines.
pub fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "error",
        Level::WARN => "warn",
        Level::INFO => "info",
        Level::DEBUG => "debug",
        _ => "trace",
    }
}

/// Turns `tracing` events into lines. Spans are not kept: requests carry their own trace.
struct Lines;

impl Subscriber for Lines {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.is_event() && form(*metadata.level()).is_some() && metadata.target().starts_with("skep")
    }

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields { level: *event.metadata().level(), message: String::new(), others: Vec::new() };
        event.record(&mut fields);
        line::write(&fields);
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

/// A `tracing` event as a line.
struct Fields {
    level: Level,
    message: String,
    others: Vec<(&'static str, String)>,
}

impl Visit for Fields {
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

impl Line for Fields {
    fn level(&self) -> Level {
        self.level
    }

    fn function(&self) -> Option<&str> {
        self.others.iter().find(|(name, _)| *name == "function").map(|(_, text)| text.as_str())
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        timestamp(out);
        out.push(b'"');
        json_field(out, "level", level_name(self.level));
        json_field(out, "event", &self.message);
        for (key, text) in &self.others {
            json_field(out, key, text);
        }
        out.extend_from_slice(b"}\n");
    }

    fn pretty(&self, out: &mut Vec<u8>) {
        let color = match self.level {
            Level::ERROR => "31",
            Level::WARN => "33",
            _ => "2",
        };
        let (on, off) = if is_colored() { (format!("\x1b[{color}m"), "\x1b[0m") } else { (String::new(), "") };
        let _ = write!(out, "{on}{}{off}", self.message);
        let (long, short): (Vec<_>, Vec<_>) = self.others.iter().partition(|(_, text)| text.contains('\n'));
        for (key, text) in short {
            let _ = write!(out, " {key}={text}");
        }
        out.push(b'\n');
        for line in long.iter().flat_map(|(_, text)| text.lines()) {
            let _ = writeln!(out, "    {line}");
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::tail;
    use super::tail::Followed;
    use super::*;

    #[test]
    fn a_level_that_changes_changes_what_is_written_and_followed() {
        let _alone = tail::ALONE.lock();
        let _ = SETTINGS.set(Settings { form: Form::Pretty, colored: false });
        let before = level();
        let mut follower = tail::subscribe().unwrap();
        tracing::subscriber::with_default(Lines, || {
            for (round, wanted) in [Level::INFO, Level::DEBUG, Level::WARN, Level::TRACE].into_iter().enumerate() {
                set_level(wanted);
                assert_eq!(level(), wanted);
                // The same place each time: it must not remember what it was told first.
                tracing::debug!(round, function = "hello", "a line of the level's test");
            }
        });
        set_level(before);
        let mut rounds = Vec::new();
        while let Some(Followed::Line(line)) = follower.next().now_or_never() {
            let json: serde_json::Value = serde_json::from_slice(&line.json).unwrap();
            if json["event"] == "a line of the level's test" {
                assert_eq!((json["level"].as_str(), line.function.as_deref()), (Some("debug"), Some("hello")));
                rounds.push(json["round"].as_str().map(str::to_owned));
            }
        }
        assert_eq!(rounds, [Some("1".to_owned()), Some("3".to_owned())]);
    }
}
