//! THE MEETING POINT: the immutable table from route to function, swapped whole, and beside it the names of Parse functions.
//!
//! `release` is the only writer; `invoke` reads it for every call.
//!
//! Invariant: a reader sees one table from lookup to pool; a pool that left the table still answers what reached it.

mod applications;
mod notes;
pub mod table;
mod endpoint;
mod track;

use std::sync::{Arc, OnceLock};

use arc_swap::{ArcSwap, Guard};
use tokio::sync::Notify;

use crate::function::FunctionName;

pub use applications::{Application, Applications, NameClash};
pub use endpoint::{Candidate, Endpoint, Sticky, WEIGHT_WHOLE};
pub use notes::{AddressNotes, AllAddressNotes};
pub use track::{MakeError, MakePool, Track};

/// The table of the whole host.
pub type LiveTable = table::Table<Arc<Endpoint>>;

/// Brings the table up to date with the disk before a call is looked up; `skep dev` installs one.
pub trait Refresh: Send + Sync {
    /// Called before every lookup, on a thread that may block. `path` is the request's path.
    fn refresh(&self, path: &str);
}

/// The current table.
pub struct Live {
    table: ArcSwap<LiveTable>,
    notes: ArcSwap<AllAddressNotes>,
    applications: ArcSwap<Applications>,
    applications_changed: Notify,
    refresh: OnceLock<Arc<dyn Refresh>>,
}

impl Default for Live {
    fn default() -> Self {
        Self {
            table: ArcSwap::default(),
            notes: ArcSwap::default(),
            applications: ArcSwap::from_pointee(Applications { is_complete: true, ..Applications::default() }),
            applications_changed: Notify::new(),
            refresh: OnceLock::new(),
        }
    }
}

impl Live {
    /// The table at this moment.
    pub fn table(&self) -> Guard<Arc<LiveTable>> {
        self.table.load()
    }

    /// What there is to know of the function's addresses: the routes that its code claims, and what it shares with others, names of Parse too.
    pub fn notes_of(&self, function: &FunctionName) -> AddressNotes {
        let mut notes = self.notes.load().get(function);
        let applications = self.applications();
        notes.conflicts.extend(applications.clashes().filter(|clash| clash.concerns(function)).map(ToString::to_string));
        notes
    }

    /// Swaps the table, and the notes about it. Returns the old table.
    pub fn publish(&self, table: LiveTable, notes: AllAddressNotes) -> Arc<LiveTable> {
        self.notes.store(Arc::new(notes));
        self.table.swap(Arc::new(table))
    }

    /// The Parse applications at this moment.
    pub fn applications(&self) -> Guard<Arc<Applications>> {
        self.applications.load()
    }

    /// Swaps the index of Parse applications.
    pub fn publish_applications(&self, applications: Applications) {
        self.applications.store(Arc::new(applications));
        self.applications_changed.notify_waiters();
    }

    /// These functions have changed, and may be Parse applications: until another index is published, who asks for a Parse function waits.
    /// `lacks_routes`: the table has not yet the routes that their code claims.
    pub fn forget_applications(&self, learning: Vec<FunctionName>, lacks_routes: bool) {
        self.applications.store(Arc::new(Applications { learning, lacks_routes, ..Applications::default() }));
    }

    /// The Parse applications, once the names of all their folders are known.
    pub async fn known_applications(&self) -> Guard<Arc<Applications>> {
        loop {
            let changed = self.applications_changed.notified();
            let applications = self.applications();
            if applications.is_complete {
                return applications;
            }
            changed.await;
        }
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
