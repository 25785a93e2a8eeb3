//! What the service manager hears from the supervisor: that the host is ready and lives, and which engine serves.
//!
//! Invariant: it hears of a state when that changes, and of life only while there is some.

use super::Supervisor;
use crate::supervisor::engines::Stage;

impl Supervisor {
    /// Says that the host serves, or that a reload has come to its end.
    pub(super) fn tell_ready(&mut self) {
        self.status = self.describe();
        self.service.ready(&self.status);
    }

    /// Says that the host lives, while an engine serves, boots or ends within its time.
    pub(super) fn on_heartbeat(&mut self) {
        if self.is_serving() || self.is_booting() || self.stopping.is_some() {
            self.service.alive();
        }
    }

    pub(super) fn tell_status(&mut self) {
        let status = self.describe();
        if self.status != status {
            self.service.status(&status);
            self.status = status;
        }
    }

    /// How the host is, in one line.
    pub(super) fn describe(&self) -> String {
        let who = |stage| self.members.iter().rfind(|member| member.stage == stage).map(|member| member.generation);
        match (who(Stage::Serving), who(Stage::Booting)) {
            _ if self.stopping.is_some() => "stopping".to_owned(),
            (Some(serving), None) => format!("engine {serving} serves"),
            (Some(serving), Some(booting)) => format!("engine {serving} serves, engine {booting} starts"),
            (None, Some(booting)) => format!("engine {booting} starts"),
            (None, None) => "no engine: another attempt follows".to_owned(),
        }
    }
}
