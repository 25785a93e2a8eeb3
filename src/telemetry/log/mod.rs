//! The log: events as lines, on standard error in one of two forms, and in memory for the store.
//!
//! A subscriber of `emit`; its lines leave through `sink`. `ring` and `window` are the memory between the processes.
//!
//! Invariant: all lines leave through `sink`, so that they never interleave.
#![allow(clippy::disallowed_methods, reason = "NO_COLOR is a convention of terminals")]

pub(super) mod sink;
pub mod ring;
pub mod window;
pub mod record;

use std::io::{self, IsTerminal as _};
use std::os::fd::OwnedFd;

use super::event::Event;
use super::stream::Stream;
use crate::config::LogStderr;
use ring::LogRing;
use sink::{OnStderr, SinkLine};
use window::LogWindow;

/// The form of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// One JSON object.
    Json,
    /// For people.
    Pretty,
}

/// The log of the process.
#[derive(Debug)]
pub struct Log {
    form: Form,
    shown: LogStderr,
    colored: bool,
}

impl Log {
    /// A log in this form; for people in colours if standard error is a terminal and `NO_COLOR` is not set.
    pub(super) fn new(form: Form, shown: LogStderr) -> Self {
        let colored = form == Form::Pretty && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { form, shown, colored }
    }

    /// Writes the event's line.
    pub(super) fn write(&self, event: &Event<'_>) {
        let (stream, folder) = event.place();
        let is_shown = match self.shown {
            LogStderr::All => true,
            LogStderr::Host => matches!(stream, Stream::Host | Stream::Audit),
            LogStderr::None => false,
        };
        let line = SinkLine { stream, level: event.level(), folder: folder.unwrap_or_default() };
        let shown = match (is_shown, self.form) {
            (false, _) => OnStderr::Nowhere,
            (true, Form::Json) => OnStderr::Json,
            (true, Form::Pretty) => OnStderr::As(|out: &mut Vec<u8>| event.pretty(out, self.colored)),
        };
        sink::append(&line, |out| event.json(out), shown);
    }
}

/// Keeps the lines of this process in memory that its supervisor has: the process's own, and that of the newest lines.
///
/// # Errors
/// If these are not two memories of this release.
pub fn attach(memories: &[OwnedFd]) -> io::Result<()> {
    let [ring, window] = memories else { return Err(io::ErrorKind::InvalidInput.into()) };
    sink::attach(LogRing::open(ring)?, LogWindow::open(window)?);
    Ok(())
}

/// Whether lines are kept.
pub fn is_attached() -> bool {
    sink::attached().is_some()
}
