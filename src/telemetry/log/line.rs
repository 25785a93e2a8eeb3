//! One line on its way: to the log in the log's form, and to whoever follows it in JSON.
//!
//! `console`, `events` and `log` have the lines.
//!
//! Invariant: who follows the log in JSON reads the very line that is in it.

use tracing::Level;

use super::Form;
use super::{sink, tail};
use crate::telemetry::log;

/// A line that can be written.
pub(in crate::telemetry) trait Line {
    /// How urgent it is.
    fn level(&self) -> Level;

    /// The function it is about, if it is about one.
    fn function(&self) -> Option<&str>;

    /// One JSON object and a line end.
    fn json(&self, out: &mut Vec<u8>);

    /// For people: a whole number of lines.
    fn pretty(&self, out: &mut Vec<u8>);
}

/// Writes a line, if lines of its level are wanted.
pub(in crate::telemetry) fn write(line: &impl Line) {
    let Some(form) = log::form(line.level()) else { return };
    if tail::is_followed() {
        return write_and_tell(line, form);
    }
    match form {
        Form::Json => sink::append(|out| line.json(out)),
        Form::Pretty => sink::append(|out| line.pretty(out)),
    }
}

#[cold]
fn write_and_tell(line: &impl Line, form: Form) {
    let mut json = Vec::new();
    line.json(&mut json);
    match form {
        Form::Json => sink::append(|out| out.extend_from_slice(&json)),
        Form::Pretty => sink::append(|out| line.pretty(out)),
    }
    tail::tell(line.function(), json);
}
