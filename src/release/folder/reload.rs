//! Hot reload: the table follows the disk.
//!
//! Asked before every lookup in dev, and by the watcher as soon as something changes; both find the same thing, whoever comes first.
//!
//! Invariant: the call after a save is answered by the new code (or by its compile error), because the stamps are compared before the
//! lookup; calls in flight finish on the old code.

use std::sync::Arc;
use std::time::Instant;

use super::function::Registered;
use crate::live::Refresh;
use crate::release::Releaser;

impl Refresh for Releaser {
    fn refresh(&self, _path: &str) {
        self.refresh_stale();
    }
}

impl Releaser {
    /// Compares the stamps, and releases what has changed. Tells the log what came of it.
    pub fn refresh_stale(&self) {
        let before = Instant::now();
        let is_stale = {
            let published = self.published.lock();
            published.directory.are_stale() || published.functions.values().any(|registered| registered.is_stale())
        };
        if !is_stale {
            return;
        }
        match self.rescan() {
            Ok(changed) => {
                for registered in changed {
                    tell(&registered, before);
                }
                self.tell_removed();
            }
            Err(error) => tracing::error!(%error, "the functions directory cannot be read"),
        }
    }

    fn tell_removed(&self) {
        for clash in self.clashes() {
            tracing::warn!("{clash}");
        }
    }
}

/// Compiles what changed at once, so that the author hears of an error when saving and not when calling.
fn tell(registered: &Arc<Registered>, since: Instant) {
    match registered.endpoint().live.make() {
        Ok(pool) => {
            pool.fill_to_min();
            pool.prewarm();
            let ms = since.elapsed().as_millis();
            tracing::info!(version = %pool.version().id, "reloaded {} in {ms} ms", registered.name());
        }
        Err(fault) => {
            let detail = fault.facts().detail.as_deref().unwrap_or_default();
            tracing::error!(diagnostic = detail, "{} does not load", registered.name());
        }
    }
}
