//! The shutdown of the process: stop accepting, let the requests in flight finish, exit.
//!
//! `command::serve` begins it, because a fresh engine took over or because the host ends; listeners and connections observe it, and hold a
//! guard while they are busy.
//!
//! A process serves ⇒ hands over ⇒ stops, or serves ⇒ stops. While it hands over, requests on open connections are still answered: their
//! clients cannot know that another process accepts the next connection. When it stops there is no other process, and new requests are
//! rejected.
//!
//! Invariant: being in flight is holding a [`DrainGuard`]; no code counts by hand.

use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};

use tokio::sync::watch;

/// The phase of the shutdown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ShutdownPhase {
    /// No shutdown.
    Serving,
    /// Another process accepts; a request that reaches this one is still answered, for the last time on its connection.
    HandingOver,
    /// The host ends: new requests are rejected.
    Stopping,
}

/// Begins the phases of the shutdown, and waits until no guard is held.
pub struct Drain {
    phase_tx: watch::Sender<ShutdownPhase>,
    now: Arc<AtomicU8>,
    busy_tx: Arc<watch::Sender<()>>,
}

/// Observes the phases of the shutdown, and gives out guards.
#[derive(Clone)]
pub struct Drained {
    phase_rx: watch::Receiver<ShutdownPhase>,
    /// The same, for reading it at every request: the channel has a lock.
    now: Arc<AtomicU8>,
    busy_tx: Arc<watch::Sender<()>>,
}

/// Held while something must not be cut off.
pub struct DrainGuard {
    _busy_rx: watch::Receiver<()>,
}

impl Drain {
    /// Both ends.
    pub fn new() -> (Arc<Self>, Drained) {
        let (phase_tx, phase_rx) = watch::channel(ShutdownPhase::Serving);
        let busy_tx = Arc::new(watch::Sender::new(()));
        let now = Arc::new(AtomicU8::new(ShutdownPhase::Serving as u8));
        (Arc::new(Self { phase_tx, now: now.clone(), busy_tx: busy_tx.clone() }), Drained { phase_rx, now, busy_tx })
    }

    /// Begins a phase. The process never returns to an earlier one.
    pub fn begin(&self, phase: ShutdownPhase) {
        self.now.fetch_max(phase as u8, Ordering::SeqCst);
        self.phase_tx.send_if_modified(|known| {
            let is_new = *known < phase;
            *known = phase.max(*known);
            is_new
        });
    }

    /// Waits until no guard is held.
    pub async fn finished(&self) {
        self.busy_tx.closed().await;
    }
}

impl Drained {
    /// The present phase.
    pub fn phase(&self) -> ShutdownPhase {
        match self.now.load(Ordering::Relaxed) {
            0 => ShutdownPhase::Serving,
            1 => ShutdownPhase::HandingOver,
            _ => ShutdownPhase::Stopping,
        }
    }

    /// Waits until the process has reached this phase or a later one.
    pub async fn reached(&mut self, wanted: ShutdownPhase) {
        // An error means that the drain is gone, which ends the process too.
        let _ = self.phase_rx.wait_for(|phase| *phase >= wanted).await;
    }

    /// A guard: the drain waits until it is dropped.
    pub fn in_flight(&self) -> DrainGuard {
        DrainGuard { _busy_rx: self.busy_tx.subscribe() }
    }
}
