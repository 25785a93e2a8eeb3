//! The one way down: stop accepting, let what is in flight finish, end.
//!
//! `command::serve` asks for it, because a fresh engine took over or because the host ends; listeners and connections watch it, and hold a guard
//! while they are busy.
//!
//! A process serves ⇒ hands over ⇒ stops, or serves ⇒ stops. While it hands over, a connection that is open is still answered: its client cannot
//! know that somebody else accepts the next one. When it stops, there is nobody else, and what is new is refused.
//!
//! Invariant: being in flight is holding an [`InFlight`]; nobody counts by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::watch;

/// How far down the process is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Phase {
    /// Not at all.
    Serving,
    /// Another process accepts; what reaches this one is still answered, for the last time on its connection.
    HandingOver,
    /// The host ends: what is new is refused.
    Stopping,
}

/// Asks everybody to stop, and waits until nobody is busy.
pub struct Drain {
    phase: watch::Sender<Phase>,
    now: Arc<AtomicU8>,
    busy: Arc<watch::Sender<()>>,
}

/// Hears of the end, and says who is busy.
#[derive(Clone)]
pub struct Drained {
    phase: watch::Receiver<Phase>,
    /// The same for those who ask at every request: the channel has a lock.
    now: Arc<AtomicU8>,
    busy: Arc<watch::Sender<()>>,
}

/// Held while something must not be cut off.
pub struct InFlight {
    _busy: watch::Receiver<()>,
}

impl Drain {
    /// Both ends.
    pub fn new() -> (Arc<Self>, Drained) {
        let (phase, heard) = watch::channel(Phase::Serving);
        let busy = Arc::new(watch::Sender::new(()));
        let now = Arc::new(AtomicU8::new(Phase::Serving as u8));
        (Arc::new(Self { phase, now: now.clone(), busy: busy.clone() }), Drained { phase: heard, now, busy })
    }

    /// Tells everybody how far down the process is. It never comes up again.
    pub fn begin(&self, phase: Phase) {
        self.now.fetch_max(phase as u8, Ordering::SeqCst);
        self.phase.send_if_modified(|known| {
            let is_new = *known < phase;
            *known = phase.max(*known);
            is_new
        });
    }

    /// Waits until nobody is busy.
    pub async fn finished(&self) {
        self.busy.closed().await;
    }
}

impl Drained {
    /// How far down the process is.
    pub fn phase(&self) -> Phase {
        match self.now.load(Ordering::Relaxed) {
            0 => Phase::Serving,
            1 => Phase::HandingOver,
            _ => Phase::Stopping,
        }
    }

    /// Waits until the process is at least so far down.
    pub async fn reached(&mut self, wanted: Phase) {
        // An error means that the drain is gone, which is an end as well.
        let _ = self.phase.wait_for(|phase| *phase >= wanted).await;
    }

    /// A guard: the drain waits until it is dropped.
    pub fn in_flight(&self) -> InFlight {
        InFlight { _busy: self.busy.subscribe() }
    }
}
