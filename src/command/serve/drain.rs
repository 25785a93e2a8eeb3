//! The shutdown of a process that serves: the cause, the drain, the exit code.
//!
//! A signal, the supervisor or a hand-over begins it; `app` finishes what is open.
//!
//! Invariant: requests in flight finish or are cut at the deadline, and the log says how many.

use std::time::Duration;

use tokio::signal::unix::{Signal, SignalKind, signal};

use super::startup::announce;
use crate::app::{self, App};
use crate::config::{Config, ExitCode, Mode};
use crate::process::engine::{EngineCommand, EngineCommands};
use crate::process::systemd::Service;
use crate::shutdown::ShutdownPhase;
use crate::telemetry;

/// How often a drain checks whether instances still work; they do not notify it, because calls must not pay for that.
const LOOK_EVERY: Duration = Duration::from_millis(5);

/// The shutdown of a process that serves.
pub(super) struct Shutdown<'a> {
    pub(super) app: &'a App,
    pub(super) config: &'a Config,
    pub(super) signals: EndSignals,
    pub(super) commands: EngineCommands,
    pub(super) service: Service,
}

impl Shutdown<'_> {
    /// Waits for the cause, and drains. Returns the exit code.
    pub(super) async fn wait(mut self) -> ExitCode {
        let cause = tokio::select! {
            name = self.signals.next() => name.to_owned(),
            command = self.commands.next() => match command {
                EngineCommand::Stop(cause) => cause,
                EngineCommand::HandOver => match self.hand_over().await {
                    Some(cause) => cause,
                    None => return ExitCode::Ok,
                },
            },
        };
        self.stop(&cause).await
    }

    /// Finishes the open requests while another engine serves. Returns the cause if the host is to end before that.
    async fn hand_over(&mut self) -> Option<String> {
        let deadline = self.config.ingress.drain;
        self.app.drain.begin(ShutdownPhase::HandingOver);
        tracing::info!("handing over: open requests finish here, new ones go to the next engine");
        let finished = tokio::select! {
            finished = tokio::time::timeout(deadline, nothing_is_left(self.app)) => finished.is_ok(),
            name = self.signals.next() => return Some(name.to_owned()),
            command = self.commands.next() => match command {
                EngineCommand::Stop(cause) => return Some(cause),
                EngineCommand::HandOver => true,
            },
        };
        match (finished, self.app.fleet.in_flight()) {
            (true, _) => tracing::info!("handed over"),
            (false, 0) => {
                tracing::info!(deadline_s = deadline.as_secs(), "handed over: connections that were idle until the deadline are closed")
            }
            (false, cut) => {
                tracing::warn!(deadline_s = deadline.as_secs(), cut, "requests were still in flight at the deadline and are cut")
            }
        }
        None
    }

    async fn stop(&mut self, cause: &str) -> ExitCode {
        self.app.drain.begin(ShutdownPhase::Stopping);
        self.service.stopping();
        if self.commands.is_orphaned()
            && let Err(error) = telemetry::store::keep_alone(&app::keep_config(self.config))
        {
            tracing::warn!(%error, "the supervisor is dead, and the lines of this engine are not kept");
        }
        tracing::info!(cause, "draining: requests in flight finish, new ones are refused");
        if self.config.mode == Mode::Dev {
            announce("\n");
        }
        let deadline = self.config.ingress.drain;
        let finished = tokio::select! {
            finished = tokio::time::timeout(deadline, nothing_is_left(self.app)) => finished.is_ok(),
            name = self.signals.insist(&self.commands) => {
                tracing::warn!(signal = name, "ending at once");
                telemetry::hurry();
                return ExitCode::DrainTimeout;
            }
        };
        if finished {
            tracing::info!("drained");
            // The last answers may still be in socket buffers of this process; the kernel sends them and closes the sockets.
            return ExitCode::Ok;
        }
        tracing::warn!(deadline_s = deadline.as_secs(), "requests were still in flight at the deadline and are cut");
        ExitCode::DrainTimeout
    }
}

/// Waits until every connection is closed and every instance is idle, background work included.
async fn nothing_is_left(app: &App) {
    // A release that this engine accepted is finished here; the engine that takes over reads its outcome.
    if let Some(deployments) = &app.deployments {
        deployments.close().await;
    }
    app.drain.finished().await;
    while app.fleet.in_flight() > 0 {
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

/// SIGINT and SIGTERM.
pub(super) struct EndSignals {
    interrupt: Signal,
    terminate: Signal,
}

impl EndSignals {
    /// Listens from now on.
    pub(super) fn listen() -> std::io::Result<Self> {
        Ok(Self { interrupt: signal(SignalKind::interrupt())?, terminate: signal(SignalKind::terminate())? })
    }

    /// Waits for one of them; returns its name.
    async fn next(&mut self) -> &'static str {
        tokio::select! {
            _ = self.interrupt.recv() => "SIGINT",
            _ = self.terminate.recv() => "SIGTERM",
        }
    }

    /// Waits for a signal of the operator that cuts a drain short. The death of the supervisor is a SIGTERM too, once, and does not cut it
    /// short.
    async fn insist(&mut self, commands: &EngineCommands) -> &'static str {
        let name = self.next().await;
        if name == "SIGTERM" && commands.is_orphaned() {
            return self.next().await;
        }
        name
    }
}
