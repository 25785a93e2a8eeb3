//! The ports that routes name: bound when an engine asks for one, and closed when the engine that serves has no use for it any more.
//!
//! Part of the supervisor; engines ask with `NeedPort` and `ClosePort`.
//!
//! Invariant: no port is closed while an engine boots that has received its sockets: that engine may serve on it.

use super::Supervisor;
use crate::process::message::ToEngine;
use crate::process::sockets::Label;
use crate::supervisor::engines::{EngineProcess, EngineStage};

impl Supervisor {
    pub(super) fn open_port(&mut self, index: usize, port: u16) {
        self.closing.remove(&port);
        let Some(engine) = self.engines.get_mut(index) else { return };
        let sent = match self.sockets.open(port) {
            Ok(listening) => engine.hand(Label::Port(port), listening),
            Err(error) => engine.send(&ToEngine::NoPort { port, errno: error.source.raw_os_error().unwrap_or(libc::EINVAL) }),
        };
        if sent.is_err() {
            engine.kill();
        }
    }

    /// The engine accepts no more on a port. One that is leaving does not decide about it.
    pub(super) fn close_port(&mut self, index: usize, port: u16) {
        let is_serving = |engine: &EngineProcess| engine.stage == EngineStage::Serving;
        if self.engines.get(index).is_some_and(is_serving) {
            self.closing.insert(port);
            self.close_ports();
        }
    }

    /// Closes the ports that the serving engine gave up, unless another one boots. If that serves, it gives up those that it has no use
    /// for; if it does not, they are closed when it has ended.
    pub(super) fn close_ports(&mut self) {
        if self.is_booting() {
            return;
        }
        for port in std::mem::take(&mut self.closing) {
            self.sockets.close(Label::Port(port));
        }
    }
}
