//! The watcher: reacts to changes on the disk as they happen.
//!
//! The kernel notifies `notify`, `notify` notifies one thread, and the thread asks the functions directory to compare its stamps.
//!
//! Invariant: an event is a hint, and the stamps decide what has changed; so a lost event only delays the message in the terminal.

use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::time::Duration;

use notify::{Config, RecommendedWatcher, RecursiveMode, Watcher as _};

use super::scan::FunctionsDirectory;

/// How long after an event further ones count as part of the same save.
const SETTLE: Duration = Duration::from_millis(8);

/// The directory cannot be watched.
#[derive(Debug, thiserror::Error)]
#[error("the functions directory cannot be watched, so changes are noticed at the next call: {0}")]
pub struct WatchError(String);

/// Watches until it is dropped.
pub struct Watcher {
    _events: RecommendedWatcher,
}

impl Watcher {
    /// Watches a functions directory.
    ///
    /// # Errors
    /// If the kernel refuses more watches (Linux: `fs.inotify.max_user_watches`), or a thread cannot be spawned.
    pub fn start(directory: Arc<FunctionsDirectory>) -> Result<Self, WatchError> {
        let failed = |error: &dyn std::fmt::Display| WatchError(error.to_string());
        // One place is enough: every event means the same, "compare".
        let (event_tx, event_rx) = sync_channel(1);
        let on_event = move |event: notify::Result<notify::Event>| {
            if event.is_ok_and(|event| !event.kind.is_access()) {
                let _ = event_tx.try_send(());
            }
        };
        // A link of a function may lead to `/`, which would be walked and watched.
        let config = Config::default().with_follow_symlinks(false);
        let mut events = RecommendedWatcher::new(on_event, config).map_err(|error| failed(&error))?;
        events.watch(directory.root(), RecursiveMode::Recursive).map_err(|error| failed(&error))?;
        std::thread::Builder::new()
            .name("skep watch".to_owned())
            .spawn(move || {
                while event_rx.recv().is_ok() {
                    // Editors write in several steps; wait until they are done.
                    loop {
                        match event_rx.recv_timeout(SETTLE) {
                            Ok(()) => {}
                            Err(RecvTimeoutError::Timeout) => break,
                            Err(RecvTimeoutError::Disconnected) => return,
                        }
                    }
                    directory.reload();
                }
            })
            .map_err(|error| failed(&error))?;
        Ok(Self { _events: events })
    }
}
