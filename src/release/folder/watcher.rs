//! Hears of changes on the disk as they happen.
//!
//! The system tells `notify`, `notify` tells one thread, and that asks the releaser to compare its stamps.
//!
//! Invariant: a hint, never the truth: what has changed is decided by stamps, so a lost event only delays the message in the terminal.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use notify::{RecursiveMode, Watcher as _};

use crate::release::Releaser;

/// How long after an event the next ones are taken as part of the same save.
const SETTLE: Duration = Duration::from_millis(8);

/// Changes are not noticed by themselves.
#[derive(Debug, thiserror::Error)]
#[error("changes on the disk are not noticed by themselves: {0}")]
pub struct WatchError(String);

/// Watches until it is dropped.
pub struct Watcher {
    _events: notify::RecommendedWatcher,
}

impl Watcher {
    /// Watches the releaser's directory.
    ///
    /// # Errors
    /// If the system gives no watches (Linux: `fs.inotify.max_user_watches`) or no thread.
    pub fn start(releaser: Arc<Releaser>) -> Result<Self, WatchError> {
        let failed = |error: &dyn std::fmt::Display| WatchError(error.to_string());
        // One place is enough: every event means the same, "look".
        let (tx, rx) = sync_channel(1);
        let mut events = notify::recommended_watcher(move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = tx.try_send(());
            }
        })
        .map_err(|error| failed(&error))?;
        events.watch(releaser.root(), RecursiveMode::Recursive).map_err(|error| failed(&error))?;
        std::thread::Builder::new()
            .name("skep watch".to_owned())
            .spawn(move || {
                while rx.recv().is_ok() {
                    // Editors write in several steps; wait until they are done.
                    loop {
                        match rx.recv_timeout(SETTLE) {
                            Ok(()) => {}
                            Err(RecvTimeoutError::Timeout) => break,
                            Err(RecvTimeoutError::Disconnected) => return,
                        }
                    }
                    releaser.refresh_stale();
                }
            })
            .map_err(|error| failed(&error))?;
        Ok(Self { _events: events })
    }
}
