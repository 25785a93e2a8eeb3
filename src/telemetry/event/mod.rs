//! The events of the process: a call that ended, a console line of a function, a message of the host.
//!
//! Built where they happen and emitted at once; every subscriber receives the same event.
//!
//! Invariant: one line per event, whatever its form.

mod console;
mod invocation;
mod message;

use crate::function::Level;

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

    /// The function it is about, if it is about one.
    fn function(&self) -> Option<&str>;

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

    /// The function it is about, if it is about one.
    pub fn function(&self) -> Option<&str> {
        self.text().function()
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
