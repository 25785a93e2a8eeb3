//! Hot reload: the table follows the disk.
//!
//! It runs before every lookup in dev, and after an event of the watcher; both find the same changes, whichever comes first.
//!
//! Invariant: the call after a save is answered by the new code (or by its compile error), because the stamps are compared before the
//! lookup; calls in flight finish on the old code. A call of a function whose files have not changed waits for no other function's compile.

use std::sync::Arc;
use std::time::Instant;

use super::function::FolderFunction;
use super::scan::FunctionsDirectory;
use crate::live::Refresh;

impl Refresh for FunctionsDirectory {
    fn refresh(&self, path: &str) {
        if self.is_stale_for(path) {
            self.reload();
        }
    }
}

impl FunctionsDirectory {
    /// Compares the stamps, publishes the changed functions, and logs the outcome.
    pub(super) fn reload(&self) {
        let before = Instant::now();
        if !self.is_stale() {
            return;
        }
        match self.scan() {
            Ok(changed) => {
                changed.iter().for_each(|function| compile(function, before));
                for conflict in self.catalog.conflicts() {
                    tracing::warn!("{conflict}");
                }
            }
            Err(error) => tracing::error!(%error, "the functions directory cannot be read"),
        }
    }
}

/// Compiles a changed function at once, so that its author sees an error when saving and not when calling.
fn compile(function: &Arc<FolderFunction>, since: Instant) {
    match function.entry().endpoint.live.make() {
        Ok(pool) => {
            pool.fill_to_min();
            pool.prewarm();
            let ms = since.elapsed().as_millis();
            tracing::info!(version = %pool.version().id, "reloaded {} in {ms} ms", function.name());
        }
        Err(fault) => {
            let detail = fault.facts().detail.as_deref().unwrap_or_default();
            tracing::error!(diagnostic = detail, "{} does not load", function.name());
        }
    }
}
