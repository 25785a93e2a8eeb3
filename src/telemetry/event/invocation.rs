//! A call has its answer, to the last byte: the event that becomes the log line of the call.
//!
//! `invoke` emits it, once for each invocation.
//!
//! Invariant: its labels come from closed lists, never from a client's text.

use std::io::Write as _;
use std::time::Duration;

use crate::fault::{Blame, Kind};
use crate::function::Level;
use crate::function::hex;
use crate::function::text::clean;
use crate::function::trace::TraceContext;
use crate::telemetry::format::{json_field, json_number, json_plain, timestamp};
use crate::telemetry::stream::Stream;

use super::EventText;

/// A call has its answer, to the last byte.
pub struct InvocationDone<'a> {
    /// The cause of the call, if it is not a client.
    pub origin: Option<&'static str>,
    /// Whether the call counts as traffic of the function.
    pub is_traffic: bool,
    /// `None` if no function answers the address.
    pub function: Option<&'a str>,
    /// Version that answered.
    pub version: Option<&'a str>,
    /// Instance that answered; 0 if none did.
    pub instance: u32,
    /// As sent.
    pub method: &'a str,
    /// Without the query, which may hold secrets.
    pub path: &'a str,
    /// The status that the client received.
    pub status: u16,
    /// The fault, if there was one.
    pub fault: Option<Kind>,
    /// The cause of the fault in full, for the operator.
    pub detail: Option<&'a str>,
    /// Whether the client left before the last byte.
    pub client_left: bool,
    /// Why the answer's body was cut off, if it was.
    pub cut: Option<&'a str>,
    /// From admission to the instance's thread.
    pub queue: Duration,
    /// From the request's head to the answer's last byte.
    pub wall: Duration,
    /// CPU time of the instance charged to this request.
    pub cpu: Duration,
    /// Its trace.
    pub trace: TraceContext,
    /// Its id.
    pub request_id: &'a str,
}

/// Whole microseconds; a call takes less than half a million years.
fn micros(duration: Duration) -> u64 {
    duration.as_secs() * 1_000_000 + u64::from(duration.subsec_micros())
}

impl EventText for InvocationDone<'_> {
    fn level(&self) -> Level {
        match self.fault.map(Kind::blame) {
            Some(Blame::Function | Blame::Host) => Level::Warn,
            _ if self.cut.is_some() => Level::Warn,
            // A check belongs to its release, which has lines of its own.
            _ if !self.is_traffic => Level::Debug,
            _ => Level::Info,
        }
    }

    fn place(&self) -> (Stream, Option<&str>) {
        // Without a version the name may be any that a client has made up: it makes no folder.
        (Stream::Requests, self.function.filter(|_| self.version.is_some()))
    }

    fn json(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(b"{\"time\":\"");
        timestamp(out);
        out.extend_from_slice(match self.level() {
            Level::Warn => b"\",\"level\":\"warn\"".as_slice(),
            Level::Debug => b"\",\"level\":\"debug\"",
            _ => b"\",\"level\":\"info\"",
        });
        out.extend_from_slice(b",\"event\":\"request done\"");
        if let Some(origin) = self.origin {
            json_plain(out, ",\"origin\":\"", origin);
        }
        // Of names and versions the host allows plain characters alone.
        if let Some(function) = self.function {
            json_plain(out, ",\"function\":\"", function);
        }
        if let Some(version) = self.version {
            json_plain(out, ",\"version\":\"", version);
        }
        if self.instance != 0 {
            json_number(out, ",\"instance\":", u64::from(self.instance));
        }
        json_field(out, "method", self.method);
        json_field(out, "path", self.path);
        json_number(out, ",\"status\":", u64::from(self.status));
        if let Some(fault) = self.fault {
            json_plain(out, ",\"fault\":\"", fault.label());
        }
        if let Some(detail) = self.detail {
            json_field(out, "detail", detail);
        }
        if let Some(cut) = self.cut {
            json_field(out, "cut", cut);
        }
        if self.client_left {
            out.extend_from_slice(b",\"client_left\":true");
        }
        json_number(out, ",\"queue_us\":", micros(self.queue));
        json_number(out, ",\"wall_us\":", micros(self.wall));
        json_number(out, ",\"cpu_us\":", micros(self.cpu));
        json_plain(out, ",\"trace_id\":\"", self.trace.write_trace_id(&mut [0; 32]));
        json_plain(out, ",\"span_id\":\"", hex::write_u64(self.trace.span_id, &mut [0; 16]));
        json_field(out, "request_id", self.request_id);
        out.extend_from_slice(b"}\n");
    }

    fn pretty(&self, out: &mut Vec<u8>, colored: bool) {
        let color = match self.status {
            500.. => "31",
            400.. => "33",
            _ => "32",
        };
        let (on, off) = if colored { (format!("\x1b[{color}m"), "\x1b[0m") } else { (String::new(), "") };
        let (method, path) = (clean(self.method), clean(self.path));
        let _ = write!(out, "{on}{}{off} {method} {path} {:.1} ms", self.status, self.wall.as_secs_f64() * 1e3);
        let _ = write!(out, " (cpu {:.1} ms)", self.cpu.as_secs_f64() * 1e3);
        if let Some(fault) = self.fault {
            let _ = write!(out, " {on}{fault}{off}");
        }
        if self.client_left {
            out.extend_from_slice(b" client left");
        }
        if let Some(cut) = self.cut {
            let _ = write!(out, " cut: {}", clean(cut));
        }
        out.push(b'\n');
        if let Some(detail) = self.detail {
            for line in detail.lines() {
                let _ = writeln!(out, "    {}", clean(line));
            }
        }
    }
}
