//! THE MEETING POINT: the immutable table from route to function, swapped whole.
//!
//! `release` is the only writer; `invoke` reads it for every call.
//!
//! Invariant: a reader sees one table from lookup to pool; a pool that left the table still answers what reached it.

pub mod table;
mod endpoint;
mod track;

use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, Guard};

pub use endpoint::{Candidate, Endpoint, Sticky, VERSION_HEADER, WEIGHT_WHOLE};
pub use track::{MakeError, MakePool, Track};

/// The table of the whole host.
pub type LiveTable = table::Table<Arc<Endpoint>>;

/// Brings the table up to date with the disk before a call is looked up; `skep dev` installs one.
pub trait Refresh: Send + Sync {
    /// Called before every lookup, on a thread that may block. `path` is the request's path.
    fn refresh(&self, path: &str);
}

/// The current table.
#[derive(Default)]
pub struct Live {
    table: ArcSwap<LiveTable>,
    refresh: OnceLock<Arc<dyn Refresh>>,
}

impl Live {
    /// The table at this moment.
    pub fn table(&self) -> Guard<Arc<LiveTable>> {
        self.table.load()
    }

    /// Swaps the table. Returns the old one.
    pub fn publish(&self, table: LiveTable) -> Arc<LiveTable> {
        self.table.swap(Arc::new(table))
    }

    /// Installs the refresh of `skep dev`.
    pub fn refresh_with(&self, refresh: Arc<dyn Refresh>) {
        // There is one mode per process.
        let _ = self.refresh.set(refresh);
    }

    /// The refresh, in dev.
    pub fn refresher(&self) -> Option<&Arc<dyn Refresh>> {
        self.refresh.get()
    }
}
