//! A command at work: its server, its output, and its reaction to Ctrl-C.
//!
//! Made once per command from its arguments.
//!
//! Invariant: every change of the terminal is undone before the process ends, by Ctrl-C too.

use std::sync::Arc;

use parking_lot::Mutex;

use super::http::Client;
use crate::client::output::Output;
use crate::config::client_args::ServerArgs;
use crate::config::servers::Server;
use crate::config::{Config, ExitCode};

/// A command at work.
pub(in crate::client) struct Session {
    pub(in crate::client) client: Client,
    pub(in crate::client) output: Output,
    pub(in crate::client) ctrl_c: CtrlC,
}

impl Session {
    /// Finds the server. An error in its description is printed, and the exit code returned.
    pub(in crate::client) fn open(config: &Config, args: &ServerArgs, ctrl_c: CtrlC) -> Result<Self, ExitCode> {
        let output = Output::new(args.json);
        match Server::of(args, config.admin) {
            Ok(server) => {
                for warning in &server.warnings {
                    output.note(&format!("warning: {warning}"));
                }
                Ok(Self { client: Client::new(server), output, ctrl_c })
            }
            Err(error) => Err(output.fail_with("usage", &error.to_string(), error.exit_code())),
        }
    }
}

/// The reaction to Ctrl-C at the moment.
#[derive(Clone, Default)]
pub(in crate::client) struct CtrlC(Arc<Mutex<Reaction>>);

#[derive(Default)]
struct Reaction {
    message: Option<String>,
    is_the_end: bool,
    restore: Option<Box<dyn FnOnce() + Send>>,
}

impl CtrlC {
    /// From now on Ctrl-C prints this.
    pub(in crate::client) fn print(&self, message: Option<String>) {
        self.0.lock().message = message;
    }

    /// From now on Ctrl-C is the way in which the command ends well.
    pub(in crate::client) fn ends_well(&self) {
        self.0.lock().is_the_end = true;
    }

    /// How to restore the terminal; the command itself or Ctrl-C does it, whichever comes first.
    pub(in crate::client) fn restore_by(&self, restore: impl FnOnce() + Send + 'static) {
        self.0.lock().restore = Some(Box::new(restore));
    }

    /// Restores the terminal.
    pub(in crate::client) fn restore(&self) {
        let restore = self.0.lock().restore.take();
        if let Some(restore) = restore {
            restore();
        }
    }

    /// Ctrl-C came.
    pub(in crate::client) fn pressed(&self) -> ExitCode {
        self.restore();
        let reaction = self.0.lock();
        if let Some(message) = &reaction.message {
            eprintln!("\n{message}");
        }
        if reaction.is_the_end { ExitCode::Ok } else { ExitCode::Interrupted }
    }
}
