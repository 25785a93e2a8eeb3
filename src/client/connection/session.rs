//! What a command needs: a server to ask, a place to print, and what to say should Ctrl-C come.
//!
//! Made once per command from its arguments.
//!
//! Invariant: whatever was done to the terminal is undone before the process ends, by Ctrl-C too.

use std::sync::Arc;

use parking_lot::Mutex;

use super::http::Client;
use crate::client::output::Output;
use crate::config::client::args::ServerArgs;
use crate::config::client::servers::Server;
use crate::config::{Config, ExitCode};

/// A command at work.
pub(in crate::client) struct Session {
    pub(in crate::client) client: Client,
    pub(in crate::client) output: Output,
    pub(in crate::client) interruption: Interruption,
}

impl Session {
    /// Finds the server. What is wrong with its description is printed, and the exit code returned.
    pub(in crate::client) fn open(config: &Config, args: &ServerArgs, interruption: Interruption) -> Result<Self, ExitCode> {
        let output = Output::new(args.json);
        match Server::of(args, config.admin) {
            Ok(server) => {
                for warning in &server.warnings {
                    output.note(&format!("warning: {warning}"));
                }
                Ok(Self { client: Client::new(server), output, interruption })
            }
            Err(error) => Err(output.fail_with("usage", &error.to_string(), error.exit_code())),
        }
    }
}

/// What Ctrl-C does at the moment.
#[derive(Clone, Default)]
pub(in crate::client) struct Interruption(Arc<Mutex<Plan>>);

#[derive(Default)]
struct Plan {
    message: Option<String>,
    is_the_end: bool,
    restore: Option<Box<dyn FnOnce() + Send>>,
}

impl Interruption {
    /// From now on Ctrl-C says this.
    pub(in crate::client) fn say(&self, message: Option<String>) {
        self.0.lock().message = message;
    }

    /// From now on Ctrl-C is how the command is meant to end.
    pub(in crate::client) fn ends_well(&self) {
        self.0.lock().is_the_end = true;
    }

    /// What has to be undone, by whoever comes first: the command itself or Ctrl-C.
    pub(in crate::client) fn restore_by(&self, restore: impl FnOnce() + Send + 'static) {
        self.0.lock().restore = Some(Box::new(restore));
    }

    /// Undoes it.
    pub(in crate::client) fn restore(&self) {
        let restore = self.0.lock().restore.take();
        if let Some(restore) = restore {
            restore();
        }
    }

    /// Ctrl-C came.
    pub(in crate::client) fn strike(&self) -> ExitCode {
        self.restore();
        let plan = self.0.lock();
        if let Some(message) = &plan.message {
            eprintln!("\n{message}");
        }
        if plan.is_the_end { ExitCode::Ok } else { ExitCode::Interrupted }
    }
}
