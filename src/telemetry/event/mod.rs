//! The events of the process: a call that ended, a console line of a function, a message of the host.
//!
//! Built where they happen and emitted at once; every subscriber receives the same event.
//!
//! Invariant: one line per event, whatever its form.

mod console;
mod invocation;
mod message;

use crate::function::Level;
use crate::telemetry::stream::Stream;

pub use console::ConsoleEvent;
pub use invocation::InvocationDone;
pub use message::HostMessage;

/// An event of the process.
pub enum Event<'a> {
    /// A call has its answer, to the last byte.
    InvocationDone(InvocationDone<'a>),
    /// A function wrote to its console.
    Console(ConsoleEvent<'a>),
    /// The host reports about itself.
    Message(HostMessage),
}

/// An event as text.
trait EventText {
    /// Its level.
    fn level(&self) -> Level;

    /// Its stream, and the function in whose folder its line is kept; `None`: the host's.
    fn place(&self) -> (Stream, Option<&str>);

    /// One JSON object and a line end.
    fn json(&self, out: &mut Vec<u8>);

    /// For people: a whole number of lines.
    fn pretty(&self, out: &mut Vec<u8>, colored: bool);
}

impl Event<'_> {
    fn text(&self) -> &dyn EventText {
        match self {
            Self::InvocationDone(event) => event,
            Self::Console(event) => event,
            Self::Message(event) => event,
        }
    }

    /// Its level.
    pub fn level(&self) -> Level {
        self.text().level()
    }

    /// Its stream, and the function in whose folder its line is kept; `None`: the host's.
    pub fn place(&self) -> (Stream, Option<&str>) {
        self.text().place()
    }

    /// Writes one JSON object and a line end.
    pub fn json(&self, out: &mut Vec<u8>) {
        self.text().json(out);
    }

    /// Writes a whole number of lines for people.
    pub fn pretty(&self, out: &mut Vec<u8>, colored: bool) {
        self.text().pretty(out, colored);
    }
}
