//! Notifications of the supervisor to the service manager: the host is ready and lives, and which engine serves.
//!
//! Invariant: it is notified of a status when that changes, and of life only while an engine serves, boots or drains within its time.

use super::Supervisor;
use crate::supervisor::engines::EngineStage;

impl Supervisor {
    /// Notifies that the host serves, or that a reload is complete.
    pub(super) fn notify_ready(&mut self) {
        self.status = self.describe();
        self.service.ready(&self.status);
    }

    /// Notifies that the host lives, while an engine serves, boots or drains within its time.
    pub(super) fn on_heartbeat(&mut self) {
        if self.is_serving() || self.is_booting() || self.stopping.is_some() {
            self.service.alive();
        }
    }

    pub(super) fn notify_status(&mut self) {
        let status = self.describe();
        if self.status != status {
            self.service.status(&status);
            self.status = status;
        }
    }

    /// The status of the host, in one line.
    pub(super) fn describe(&self) -> String {
        let who = |stage| self.engines.iter().rfind(|engine| engine.stage == stage).map(|engine| engine.generation);
        match (who(EngineStage::Serving), who(EngineStage::Booting)) {
            _ if self.stopping.is_some() => "stopping".to_owned(),
            (Some(serving), None) => format!("engine {serving} serves"),
            (Some(serving), Some(booting)) => format!("engine {serving} serves, engine {booting} starts"),
            (None, Some(booting)) => format!("engine {booting} starts"),
            (None, None) => "no engine: another attempt follows".to_owned(),
        }
    }
}
