//! Levels and forms of the log, and the bridge from `tracing` events to lines.
//!
//! Set up once from `Config`; `events` and `console` ask here whether and how to write.
//!
//! Invariant: all lines leave through `sink`, so that they never interleave.

use std::fmt::Write as _;
use std::io::{IsTerminal as _, Write as _};
use std::sync::OnceLock;

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Metadata, Subscriber, span};

use super::format::{json_field, timestamp};
use super::{panics, sink};

/// The form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// For people.
    Pretty,
}

struct Settings {
    level: Level,
    form: Form,
    colored: bool,
}

static SETTINGS: OnceLock<Settings> = OnceLock::new();

/// Sets the log up, once.
pub fn init(level: Level, form: Form) {
    let colored = form == Form::Pretty && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    if SETTINGS.set(Settings { level, form, colored }).is_ok() {
        // Only this function installs a subscriber.
        let _ = tracing::subscriber::set_global_default(Lines);
        panics::install();
    }
}

/// How to write a line of this level; `None` if it is not wanted.
pub(super) fn form(level: Level) -> Option<Form> {
    SETTINGS.get().filter(|settings| level <= settings.level).map(|settings| settings.form)
}

/// Whether colours are wanted.
pub(super) fn is_colored() -> bool {
    SETTINGS.get().is_some_and(|settings| settings.colored)
}

pub(super) fn level_name(level: Level) -> &'static str {
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
        let level = *event.metadata().level();
        let mut fields = Fields::default();
        event.record(&mut fields);
        match form(level) {
            Some(Form::Json) => sink::append(|out| fields.json(level, out)),
            Some(Form::Pretty) => sink::append(|out| fields.pretty(level, out)),
            None => {}
        }
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[derive(Default)]
struct Fields {
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

impl Fields {
    fn json(&self, level: Level, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        timestamp(out);
        out.push(b'"');
        json_field(out, "level", level_name(level));
        json_field(out, "event", &self.message);
        for (key, text) in &self.others {
            json_field(out, key, text);
        }
        out.extend_from_slice(b"}\n");
    }

    fn pretty(&self, level: Level, out: &mut Vec<u8>) {
        let color = match level {
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
