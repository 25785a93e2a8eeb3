//! The places for connections: how many may be open, and how many of them on ports that routes name.
//!
//! `listener` takes a place for each connection before it accepts it. The main port takes from all places; a port of a route takes one of
//! its own first, then one of the places of all such ports, then one of all.
//!
//! Invariant: a port of a route never holds more than its part, and all of them together leave the main port half of the places.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::telemetry::metrics::labels::ListenerKind;

/// Part of the places that the ports of routes may have together.
const PORTS_PART: usize = 2;

/// Part of the places that one of them may have: so that several functions with ports of their own serve at a time.
const PORT_PART: usize = 8;

/// The places of the host.
#[derive(Clone)]
pub(super) struct Places {
    most: usize,
    all: Arc<Semaphore>,
    of_ports: Arc<Semaphore>,
}

impl Places {
    pub(super) fn new(most: usize) -> Self {
        let all = Arc::new(Semaphore::new(most));
        Self { most, all, of_ports: Arc::new(Semaphore::new((most / PORTS_PART).max(1))) }
    }

    /// The places that the main port takes from.
    pub(super) fn of_main(&self) -> PortPlaces {
        PortPlaces(Arc::new([self.all.clone()].into()), ListenerKind::Main)
    }

    /// The places that the port of a route takes from; its listeners on all threads share them.
    pub(super) fn of_route(&self) -> PortPlaces {
        let own = Arc::new(Semaphore::new((self.most / PORT_PART).max(1)));
        PortPlaces(Arc::new([own, self.of_ports.clone(), self.all.clone()].into()), ListenerKind::Route)
    }
}

/// The places that one port takes from, the smallest share first; clones share them.
#[derive(Clone)]
pub(super) struct PortPlaces(Arc<Vec<Arc<Semaphore>>>, ListenerKind);

/// The place of one connection.
pub(super) struct ConnectionPlace {
    _permits: Vec<OwnedSemaphorePermit>,
}

impl PortPlaces {
    /// Whose they are.
    pub(super) fn kind(&self) -> ListenerKind {
        self.1
    }

    /// Waits for a place. `None`: there are no places any more.
    pub(super) async fn take(&self) -> Option<ConnectionPlace> {
        let mut permits = Vec::with_capacity(self.0.len());
        for semaphore in self.0.iter() {
            permits.push(semaphore.clone().acquire_owned().await.ok()?);
        }
        Some(ConnectionPlace { _permits: permits })
    }
}

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    fn taken(places: &PortPlaces) -> Vec<ConnectionPlace> {
        std::iter::from_fn(|| places.take().now_or_never().flatten()).collect()
    }

    #[test]
    fn the_ports_of_routes_leave_half_to_the_main_port() {
        let places = Places::new(100);
        let ports: Vec<PortPlaces> = (0..60).map(|_| places.of_route()).collect();
        let open: Vec<Vec<ConnectionPlace>> = ports.iter().map(taken).collect();
        assert_eq!(open.iter().map(Vec::len).collect::<Vec<_>>()[..6], [12, 12, 12, 12, 2, 0]);
        assert_eq!(taken(&places.of_main()).len(), 50);
        drop(open);
        assert_eq!(taken(&places.of_main()).len(), 100, "an open port takes none as long as no client connects");
    }

    #[test]
    fn a_port_that_waits_for_a_place_of_its_own_takes_none_of_all() {
        let places = Places::new(8);
        let port = places.of_route();
        let _open = taken(&port);
        assert!(port.take().now_or_never().is_none());
        assert_eq!(taken(&places.of_main()).len(), 7);
    }

    #[test]
    fn a_host_of_one_place_serves_every_port() {
        let places = Places::new(1);
        let port = places.of_route();
        drop(taken(&port));
        assert_eq!(taken(&places.of_main()).len(), 1);
    }
}
