//! The log: events as lines on standard error, in one of two forms.
//!
//! A subscriber of `emit`; its lines leave through `sink`, and in JSON through `tail` to the clients that follow them.
//!
//! Invariant: all lines leave through `sink`, so that they never interleave.
#![allow(clippy::disallowed_methods, reason = "NO_COLOR is a convention of terminals")]

pub(super) mod sink;
pub mod tail;

use std::io::IsTerminal as _;

use super::event::Event;

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
    colored: bool,
}

impl Log {
    /// A log in this form; for people in colours if standard error is a terminal and `NO_COLOR` is not set.
    pub(super) fn new(form: Form) -> Self {
        let colored = form == Form::Pretty && std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Self { form, colored }
    }

    /// Writes the event's line. `json` is its JSON form, if that was written already.
    pub(super) fn write(&self, event: &Event<'_>, json: Option<&[u8]>) {
        match (self.form, json) {
            (Form::Json, Some(json)) => sink::append(|out| out.extend_from_slice(json)),
            (Form::Json, None) => sink::append(|out| event.json(out)),
            (Form::Pretty, _) => sink::append(|out| event.pretty(out, self.colored)),
        }
    }
}
