//! Lines that functions wrote to their console, tagged with who wrote them.
//!
//! Invariant: a function's text never forges a line of the host: it is one JSON string, or indented behind its name.

use std::io::Write as _;

use super::log;
use super::log::format::{json_field, timestamp};
use super::log::line;
use super::log::line::Line;
use crate::function::trace::TraceContext;

/// One line a function wrote.
pub struct ConsoleLine<'a> {
    /// Function, version and instance.
    pub writer: Option<(&'a str, &'a str, u32)>,
    /// Trace and request id, if it was written for a request that is still open.
    pub request: Option<(TraceContext, &'a str)>,
    /// How urgent.
    pub level: tracing::Level,
    /// What it says.
    pub text: &'a str,
    /// Whether its end was cut.
    pub cut: bool,
}

impl ConsoleLine<'_> {
    /// Writes the line, if lines of its level are wanted.
    pub fn tell(&self) {
        line::write(self);
    }
}

impl Line for ConsoleLine<'_> {
    fn level(&self) -> tracing::Level {
        self.level
    }

    fn function(&self) -> Option<&str> {
        self.writer.map(|(function, ..)| function)
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        timestamp(out);
        out.push(b'"');
        json_field(out, "level", log::level_name(self.level));
        out.extend_from_slice(b",\"event\":\"console\"");
        if let Some((function, version, instance)) = self.writer {
            json_field(out, "function", function);
            json_field(out, "version", version);
            let _ = write!(out, ",\"instance\":{instance}");
        }
        if let Some((trace, request_id)) = self.request {
            let _ = write!(out, ",\"trace_id\":\"{:032x}\"", trace.trace_id);
            json_field(out, "request_id", request_id);
        }
        json_field(out, "text", self.text);
        if self.cut {
            out.extend_from_slice(b",\"cut\":true");
        }
        out.extend_from_slice(b"}\n");
    }

    fn pretty(&self, out: &mut Vec<u8>) {
        let name = self.writer.map_or("blank", |(function, ..)| function);
        let (on, off) = if log::is_colored() { ("\x1b[36m", "\x1b[0m") } else { ("", "") };
        for line in self.text.lines() {
            let _ = writeln!(out, "{on}{name} |{off} {line}");
        }
    }
}
