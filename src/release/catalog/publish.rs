//! The one writer of the live table.
//!
//! The catalog gives it the entries of all functions; the table goes to `live`, and its ports to the listeners.
//!
//! Invariant: the listeners of a table's ports are opened before the table is swapped in.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::Entry;
use super::state::RoutesOfCode;
use crate::function::FunctionName;
use crate::function::route::{CodeRoute, Grant};
use crate::live::table::{Conflict, FunctionEntry, Table};
use crate::live::{AllAddressNotes, Live, LiveTable};

/// Builds tables and swaps them in.
pub(super) struct Publisher {
    pub(super) main_port: u16,
    pub(super) grants: Arc<[Grant]>,
    pub(super) live: Arc<Live>,
    pub(super) on_ports: Box<dyn Fn(Vec<u16>) + Send + Sync>,
}

impl Publisher {
    /// The table of these functions, and the conflicts among their routes.
    pub(super) fn build(&self, entries: &BTreeMap<FunctionName, Arc<Entry>>, of_code: &RoutesOfCode) -> (LiveTable, Vec<Conflict>) {
        let entries = entries.values().map(|entry| FunctionEntry {
            function: entry.endpoint.name.clone(),
            routes: &entry.routes,
            of_code: of_code.get(&entry.endpoint.name).map_or(&[], |routes| routes),
            target: entry.endpoint.clone(),
        });
        Table::build(self.main_port, &self.grants, entries)
    }

    /// The conflicts among the routes of these functions.
    pub(super) fn conflicts<'r>(&self, entries: impl Iterator<Item = FunctionEntry<'r, ()>>) -> Vec<Conflict> {
        Table::build(self.main_port, &self.grants, entries).1
    }

    /// Swaps the table in, with the notes about it.
    pub(super) fn publish(&self, table: LiveTable, conflicts: &[Conflict], of_code: &RoutesOfCode) {
        (self.on_ports)(table.ports().into_iter().collect());
        let shown = |routes: &Arc<[CodeRoute]>| routes.iter().map(|claimed| claimed.route.to_string()).collect();
        let notes = AllAddressNotes::of(conflicts, of_code.iter().map(|(name, routes)| (name, shown(routes))));
        self.live.publish(table, notes);
    }
}
