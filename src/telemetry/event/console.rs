//! Lines that functions wrote to their console, each with its function.
//!
//! Invariant: a function's text never forges a line of the host: it is one JSON string, or indented behind its name, and without control
//! characters.

use std::io::Write as _;

use serde_json::{Map, Value};

use crate::function::Level;
use crate::function::text::clean;
use crate::function::trace::TraceContext;
use crate::telemetry::format::{json_field, json_value, timestamp};
use crate::telemetry::stream::Stream;

use super::EventText;

/// One line that a function wrote.
pub struct ConsoleEvent<'a> {
    /// Function, version and instance.
    pub writer: Option<(&'a str, &'a str, u32)>,
    /// Trace and request id, if it was written for a request that is still open.
    pub request: Option<(TraceContext, &'a str)>,
    /// Its level.
    pub level: Level,
    /// Its text.
    pub text: &'a str,
    /// What was printed, as a JSON object with `args`, `fields` and `error`; empty if it was text alone.
    pub data: &'a str,
    /// Whether its end was cut.
    pub cut: bool,
}

/// The members of a line that hold what was printed.
const DATA_MEMBERS: [&str; 3] = ["args", "fields", "error"];

/// Writes the data of a line as members of it. Text that is no such object is left out: it never forges a line.
fn write_data(out: &mut Vec<u8>, data: &str) {
    if data.is_empty() {
        return;
    }
    let Ok(data) = serde_json::from_str::<Map<String, Value>>(data) else { return };
    for member in DATA_MEMBERS {
        if let Some(value) = data.get(member) {
            json_value(out, member, value);
        }
    }
}

impl EventText for ConsoleEvent<'_> {
    fn level(&self) -> Level {
        self.level
    }

    fn place(&self) -> (Stream, Option<&str>) {
        match self.writer {
            Some((function, ..)) => (Stream::Business, Some(function)),
            // A prewarmed isolate: no function's code has run.
            None => (Stream::Host, None),
        }
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        timestamp(out);
        out.push(b'"');
        json_field(out, "level", self.level.label());
        out.extend_from_slice(b",\"event\":\"console\"");
        if let Some((function, version, instance)) = self.writer {
            json_field(out, "function", function);
            json_field(out, "version", version);
            let _ = write!(out, ",\"instance\":{instance}");
        }
        if let Some((trace, request_id)) = self.request {
            let _ = write!(out, ",\"trace_id\":\"{:032x}\",\"span_id\":\"{:016x}\"", trace.trace_id, trace.span_id);
            json_field(out, "request_id", request_id);
        }
        json_field(out, "text", self.text);
        write_data(out, self.data);
        if self.cut {
            out.extend_from_slice(b",\"cut\":true");
        }
        out.extend_from_slice(b"}\n");
    }

    fn pretty(&self, out: &mut Vec<u8>, colored: bool) {
        let name = self.writer.map_or("prewarmed", |(function, ..)| function);
        let (on, off) = if colored { ("\x1b[36m", "\x1b[0m") } else { ("", "") };
        for line in self.text.lines() {
            let _ = writeln!(out, "{on}{name} |{off} {}", clean(line));
        }
    }
}
