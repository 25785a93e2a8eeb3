//! The ports that routes name: opened when the table that needs them is published and the listeners run, closed when no route names them.
//!
//! Invariant: on a port that is open, some function or a fault answers. One that an earlier engine has opened is not closed before this
//! engine serves.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::host::Listeners;
use crate::ingress::Ingress;
use crate::process::engine::SupervisorClient;

/// Routes may name ports of their own; each gets its listeners when the table that needs it is published and there are listeners at all.
#[derive(Clone)]
pub(super) struct PortOpener {
    // Held while ports are opened and closed: one table at a time.
    state: Arc<Mutex<PortState>>,
    listeners: Listeners,
}

#[derive(Default)]
struct PortState {
    /// Ports that routes name.
    named: Vec<u16>,
    /// Ports of earlier engines, until this one serves.
    handed: Vec<u16>,
    ingress: Option<Arc<Ingress>>,
}

impl PortOpener {
    /// No port yet; those that are opened are added to `listeners`.
    pub(super) fn new(listeners: Listeners) -> Self {
        Self { state: Arc::default(), listeners }
    }

    pub(super) fn opener(&self) -> Box<dyn Fn(Vec<u16>) + Send + Sync> {
        let ports = self.clone();
        Box::new(move |named| {
            let mut state = ports.state.lock();
            state.named = named;
            ports.apply(&state);
        })
    }

    pub(super) fn serve_with(&self, ingress: &Arc<Ingress>, supervisor_client: &SupervisorClient) {
        let mut state = self.state.lock();
        // Whether a route still names them or not: their sockets are open, and somebody has to answer.
        state.handed = supervisor_client.handed_ports();
        state.ingress = Some(ingress.clone());
        self.apply(&state);
    }

    /// This engine serves: the ports of earlier ones that no route names are closed.
    pub(super) fn serves(&self) {
        let mut state = self.state.lock();
        state.handed.clear();
        self.apply(&state);
    }

    fn apply(&self, state: &PortState) {
        let PortState { named, handed, ingress } = state;
        let wanted = || named.iter().chain(handed).copied();
        let Some(ingress) = ingress else { return self.note(wanted(), &[]) };
        let closed = ingress.close_ports(|port| wanted().any(|wanted| wanted == port));
        self.note(wanted(), &closed);
        for error in ingress.open_ports(wanted()) {
            tracing::error!("a route's port is not served: {error}");
        }
    }

    /// Functions must not call the host at its own ports.
    fn note(&self, wanted: impl Iterator<Item = u16>, closed: &[u16]) {
        let mut listeners = self.listeners.0.lock();
        listeners.retain(|address| !closed.contains(&address.port()));
        if let Some(main) = listeners.first().copied() {
            for address in wanted.map(|port| SocketAddr::new(main.ip(), port)) {
                if !listeners.contains(&address) {
                    listeners.push(address);
                }
            }
        }
    }
}
