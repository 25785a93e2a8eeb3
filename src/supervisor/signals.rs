//! The signals that a supervisor handles.
//!
//! Invariant: no signal is lost between two calls of [`Signals::next`].

use std::io::{self, IsTerminal as _};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// SIGINT, SIGTERM and SIGHUP.
pub(super) struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hang_up: Signal,
    had_terminal: bool,
}

impl Signals {
    /// Handles them in place of the system, which would end the process. Call it within a runtime.
    ///
    /// # Errors
    /// If the system refuses a handler.
    pub(super) fn listen() -> io::Result<Self> {
        Ok(Self {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hang_up: signal(SignalKind::hangup())?,
            had_terminal: io::stdin().is_terminal(),
        })
    }

    /// Waits for one of them; returns its name. May be cancelled.
    pub(super) async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.hang_up.recv() => "SIGHUP",
        }
    }

    /// Whether the terminal was closed: that sends SIGHUP too, and ends the host.
    pub(super) fn terminal_is_gone(&self) -> bool {
        self.had_terminal && !io::stdin().is_terminal()
    }
}
