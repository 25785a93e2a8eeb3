//! Places for probes: the connections that find every other place of the admin address taken.
//!
//! `listener` takes a place for such a connection; `server` answers nothing there but `/healthz` and `/readyz`.
//!
//! Invariant: a new connection always gets a place: if none is free, the connection that has one for the longest loses it. A probe sends its
//! request at once and is answered at once, so it is the clients that wait that lose theirs.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;

use futures::task::AtomicWaker;
use parking_lot::Mutex;

/// Places for probes: more than there are load balancers and monitors that ask at the same moment.
const PROBE_PLACES: usize = 32;

/// The places, the oldest first.
#[derive(Clone, Default)]
pub(super) struct ProbePlaces(Arc<Mutex<VecDeque<Arc<ProbeSlot>>>>);

/// The connection in one place.
#[derive(Default)]
struct ProbeSlot {
    is_lost: AtomicBool,
    waker: AtomicWaker,
}

impl ProbePlaces {
    /// A place. The connection that has one for the longest may lose it.
    pub(super) fn enter(&self) -> ProbePlace {
        let slot = Arc::new(ProbeSlot::default());
        let mut slots = self.0.lock();
        let lost = if slots.len() >= PROBE_PLACES { slots.pop_front() } else { None };
        slots.push_back(slot.clone());
        drop(slots);
        if let Some(lost) = lost {
            lost.is_lost.store(true, Ordering::Release);
            lost.waker.wake();
        }
        ProbePlace { places: self.clone(), slot }
    }
}

/// The place of one connection. Dropping it frees the place.
pub(super) struct ProbePlace {
    places: ProbePlaces,
    slot: Arc<ProbeSlot>,
}

impl ProbePlace {
    /// Whether another connection has taken the place; if not, the task is woken when one does.
    pub(super) fn is_lost(&self, cx: &Context<'_>) -> bool {
        self.slot.waker.register(cx.waker());
        self.slot.is_lost.load(Ordering::Acquire)
    }
}

impl Drop for ProbePlace {
    fn drop(&mut self) {
        self.places.0.lock().retain(|slot| !Arc::ptr_eq(slot, &self.slot));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_oldest_makes_room() {
        let cx = Context::from_waker(std::task::Waker::noop());
        let places = ProbePlaces::default();
        let mut open: Vec<_> = (0..PROBE_PLACES).map(|_| places.enter()).collect();
        assert!(open.iter().all(|place| !place.is_lost(&cx)));
        let newest = places.enter();
        assert!(open[0].is_lost(&cx) && !open[1].is_lost(&cx) && !newest.is_lost(&cx));
        drop(open.remove(1));
        open.push(places.enter());
        assert!(!open[1].is_lost(&cx), "a place was free");
        drop((open, newest));
        assert!(places.0.lock().is_empty());
    }
}
