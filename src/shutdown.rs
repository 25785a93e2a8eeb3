//! The one way down: stop accepting, let what is in flight finish, end.
//!
//! `main` asks for it; listeners and connections watch it, and hold a guard while they are busy.
//!
//! Invariant: being in flight is holding an [`InFlight`]; nobody counts by hand.

use std::sync::Arc;

use tokio::sync::watch;

/// Asks everybody to stop, and waits until nobody is busy.
pub struct Drain {
    stop: watch::Sender<bool>,
    busy: Arc<watch::Sender<()>>,
}

/// Hears of the end, and says who is busy.
#[derive(Clone)]
pub struct Drained {
    stop: watch::Receiver<bool>,
    busy: Arc<watch::Sender<()>>,
}

/// Held while something must not be cut off.
pub struct InFlight {
    _busy: watch::Receiver<()>,
}

impl Drain {
    /// Both ends.
    pub fn new() -> (Arc<Self>, Drained) {
        let (stop, stopped) = watch::channel(false);
        let busy = Arc::new(watch::Sender::new(()));
        (Arc::new(Self { stop, busy: busy.clone() }), Drained { stop: stopped, busy })
    }

    /// Tells everybody to stop.
    pub fn begin(&self) {
        self.stop.send_replace(true);
    }

    /// Waits until nobody is busy.
    pub async fn finished(&self) {
        self.busy.closed().await;
    }
}

impl Drained {
    /// Whether everybody was told to stop.
    pub fn has_begun(&self) -> bool {
        *self.stop.borrow()
    }

    /// Waits for the word to stop.
    pub async fn begun(&mut self) {
        // An error means that the drain is gone, which is an end as well.
        let _ = self.stop.wait_for(|stop| *stop).await;
    }

    /// A guard: the drain waits until it is dropped.
    pub fn in_flight(&self) -> InFlight {
        InFlight { _busy: self.busy.subscribe() }
    }
}
