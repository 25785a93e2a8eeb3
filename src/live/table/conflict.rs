//! Conflicts: two functions that claim the same route.
//!
//! Found while a table is built; a release that brings a new one is refused.
//!
//! Invariant: every pair of functions that competes for a route is reported, in whatever order the functions are given.

use std::collections::HashMap;

use thiserror::Error;

use crate::function::FunctionName;
use crate::function::route::Route;

use super::route_entry::{MethodSet, RouteEntry, RoutePosition};

/// Two functions claim the same route: same port, host and path, names of parameters aside, and at least one method in common.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("functions `{holder}` and `{refused}` both claim the route `{route}`")]
pub struct Conflict {
    /// The function that keeps the route: the one whose name is in it, or else the first in alphabetical order.
    pub holder: FunctionName,
    /// The function that does not get the route.
    pub refused: FunctionName,
    /// The route, as the refused function's manifest has it.
    pub route: Route,
}

impl Conflict {
    /// Whether it is one of the two functions.
    pub fn concerns(&self, function: &FunctionName) -> bool {
        self.holder == *function || self.refused == *function
    }
}

/// A route entry that is not in the table yet, its position, and its route in a manifest; a built-in route is in none.
pub(in crate::live) struct RouteCandidate<'r, T> {
    pub(in crate::live) position: RoutePosition<'r>,
    pub(in crate::live) route_entry: RouteEntry<T>,
    pub(in crate::live) route: Option<&'r Route>,
}

/// Removes every candidate that competes with one before it, and returns the conflicts. `candidates` must be in order of preference.
pub(in crate::live) fn resolve_conflicts<'r, T>(candidates: Vec<RouteCandidate<'r, T>>) -> (Vec<RouteCandidate<'r, T>>, Vec<Conflict>) {
    let mut conflicts = Vec::new();
    // Candidates that lose stay in here: conflicts with them are reported as well.
    let mut taken: HashMap<RoutePosition<'r>, Vec<(FunctionName, MethodSet)>> = HashMap::with_capacity(candidates.len());
    let mut settled = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let RouteCandidate { position, route_entry, route } = &candidate;
        let function = &route_entry.target.function;
        let rivals = taken.entry(position.clone()).or_default();
        let competing = rivals.iter().filter(|(rival, methods)| rival != function && methods.overlap(&route_entry.methods));
        // Built-in routes come first, and those of two functions are never equal: only a manifest's route can lose.
        let conflicts_before = conflicts.len();
        conflicts.extend(
            competing.filter_map(|(rival, _)| {
                Some(Conflict { holder: rival.clone(), refused: function.clone(), route: Route::clone((*route)?) })
            }),
        );
        rivals.push((function.clone(), route_entry.methods.clone()));
        if conflicts.len() == conflicts_before {
            settled.push(candidate);
        }
    }
    conflicts.sort_by_cached_key(|Conflict { holder, refused, route }| (holder.clone(), refused.clone(), route.to_string()));
    conflicts.dedup();
    (settled, conflicts)
}
