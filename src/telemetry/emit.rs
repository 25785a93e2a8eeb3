//! The one place where events are emitted: each goes to every subscriber of the closed list.
//!
//! `app` sets the list and the level once; the level may change while the process runs.
//!
//! Invariant: emitting never blocks and never fails.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use super::event::Event;
use super::log::Log;
use crate::function::Level;

/// The destinations of events.
#[derive(Debug)]
pub enum Subscriber {
    /// The log: standard error, and the store.
    Log(Log),
}

static SUBSCRIBERS: OnceLock<Vec<Subscriber>> = OnceLock::new();

/// The place of the least urgent level that is emitted, in [`Level::ALL`].
static LEVEL: AtomicU8 = AtomicU8::new(Level::Info as u8);

/// Sets the subscribers and the level, once. Returns whether this was the first time.
pub(super) fn set_subscribers(subscribers: Vec<Subscriber>, level: Level) -> bool {
    let is_first = SUBSCRIBERS.set(subscribers).is_ok();
    if is_first {
        LEVEL.store(level as u8, Ordering::Relaxed);
    }
    is_first
}

/// The least urgent level that is emitted.
pub fn level() -> Level {
    Level::ALL.get(usize::from(LEVEL.load(Ordering::Relaxed))).copied().unwrap_or(Level::Info)
}

/// Changes it.
pub fn set_level(level: Level) {
    LEVEL.store(level as u8, Ordering::Relaxed);
    // Each place that logs remembers whether its level was wanted at its first event.
    tracing::callsite::rebuild_interest_cache();
}

/// Whether events of this level are emitted.
pub fn is_wanted(level: Level) -> bool {
    level as u8 <= LEVEL.load(Ordering::Relaxed)
}

/// Emits an event to every subscriber, if its level is wanted.
pub fn emit(event: &Event<'_>) {
    let Some(subscribers) = SUBSCRIBERS.get().filter(|_| is_wanted(event.level())) else { return };
    for subscriber in subscribers {
        match subscriber {
            Subscriber::Log(log) => log.write(event),
        }
    }
}
