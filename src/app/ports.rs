//! The ports that routes name: opened when the table that needs them is published and the listeners run.
//!
//! Invariant: a port that was opened stays open, and some function or a fault answers on it.

use std::net::SocketAddr;
use std::sync::Arc;

use parking_lot::Mutex;

use super::host::Listeners;
use crate::ingress::Ingress;
use crate::process::engine::SupervisorClient;

/// Routes may name ports of their own; each gets its listeners when the table that needs it is published and there are listeners at all.
#[derive(Clone)]
pub(super) struct PortOpener {
    state: Arc<Mutex<PortState>>,
    listeners: Listeners,
}

#[derive(Clone, Default)]
struct PortState {
    wanted: Vec<u16>,
    ingress: Option<Arc<Ingress>>,
}

impl PortOpener {
    /// No port yet; those that are opened are added to `listeners`.
    pub(super) fn new(listeners: Listeners) -> Self {
        Self { state: Arc::default(), listeners }
    }

    pub(super) fn opener(&self) -> Box<dyn Fn(Vec<u16>) + Send + Sync> {
        let ports = self.clone();
        Box::new(move |wanted| {
            ports.state.lock().wanted = wanted;
            ports.open();
        })
    }

    pub(super) fn serve_with(&self, ingress: &Arc<Ingress>, supervisor_client: &SupervisorClient) {
        let mut state = self.state.lock();
        // Whether a route still names them or not: their sockets are open, and somebody has to answer.
        state.wanted.extend(supervisor_client.handed_ports());
        state.ingress = Some(ingress.clone());
        drop(state);
        self.open();
    }

    fn open(&self) {
        let PortState { wanted, ingress } = self.state.lock().clone();
        let mut listeners = self.listeners.0.lock();
        if let Some(main) = listeners.first().copied() {
            for address in wanted.iter().map(|port| SocketAddr::new(main.ip(), *port)) {
                if !listeners.contains(&address) {
                    listeners.push(address);
                }
            }
        }
        drop(listeners);
        for error in ingress.iter().flat_map(|ingress| ingress.open_ports(wanted.iter().copied())) {
            tracing::error!("a route's port is not served: {error}");
        }
    }
}
