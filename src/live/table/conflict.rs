//! Conflicts: routes that their functions do not get, because another function or a grant has the requests.
//!
//! Found while a table is built; a release that brings a new one is refused.
//!
//! Invariant: every pair of functions that competes for a route is reported, in whatever order the functions are given.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::route_entry::{MethodSet, RouteEntry, RoutePosition, may_meet};
use crate::function::FunctionName;
use crate::function::route::{Grant, PathFilter, Route};

/// A route that a function claims and does not get.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// The reason, with the holder of the requests.
    pub kind: ConflictKind,
    /// The function that does not get the route.
    pub refused: FunctionName,
    /// The route, as the refused function's manifest or code has it; for [`ConflictKind::GrantedName`] the granted path.
    pub route: Route,
}

/// Why a function does not get a route.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ConflictKind {
    /// Another function claims the same: same port, host and path, names of parameters aside, and at least one method in common. A route of a
    /// manifest is kept before one of code, and of two such routes that of the first function in alphabetical order.
    SameRoute(FunctionName),
    /// The route lies below this path, which is the name of that function.
    OwnName(String, FunctionName),
    /// The host is granted to others.
    GrantedHost(Vec<FunctionName>),
    /// The route lies below this path, which is granted to others.
    GrantedPrefix(String, Vec<FunctionName>),
    /// The port is granted to others.
    GrantedPort(Vec<FunctionName>),
    /// The path is the function's name or lies below it, and is granted to others.
    GrantedName(Vec<FunctionName>),
    /// The function names more ports than one function may.
    PortsOfFunction,
    /// All functions together name more ports than the host opens.
    PortsOfHost,
}

/// Most ports that the routes of one function may name, beside those that are granted to it. Each is a listener on every thread.
pub(in crate::live) const PORTS_PER_FUNCTION_MAX: usize = 8;
/// Most ports that the routes of all functions may name, beside those that are granted: eight functions may have their full share.
pub(in crate::live) const PORTS_MAX: usize = 64;

impl Conflict {
    /// The function that does not get the route, and the one that has it.
    pub fn functions(&self) -> impl Iterator<Item = &FunctionName> {
        let holder = match &self.kind {
            ConflictKind::SameRoute(holder) | ConflictKind::OwnName(_, holder) => Some(holder),
            _ => None,
        };
        std::iter::once(&self.refused).chain(holder)
    }

    /// Whether a change of this function may be refused for it. A function whose name another one has claimed so far is not concerned: the
    /// route is taken from the other one.
    pub fn concerns(&self, function: &FunctionName) -> bool {
        let is_holder = match &self.kind {
            ConflictKind::SameRoute(holder) => holder == function,
            // It is new only if the change names a new port.
            ConflictKind::PortsOfHost => true,
            _ => false,
        };
        is_holder || self.refused == *function
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, refused, route } = self;
        match kind {
            ConflictKind::SameRoute(holder) => write!(f, "functions `{holder}` and `{refused}` both claim the route `{route}`"),
            ConflictKind::OwnName(path, name) => {
                write!(f, "the route `{route}` of `{refused}` lies below `{path}`, which belongs to the function `{name}`")
            }
            ConflictKind::GrantedHost(grantees) => {
                write!(f, "the host of the route `{route}` of `{refused}` is granted to {}", Listed(grantees))
            }
            ConflictKind::GrantedPrefix(path, grantees) => {
                write!(f, "the route `{route}` of `{refused}` lies below `{path}`, which is granted to {}", Listed(grantees))
            }
            ConflictKind::GrantedPort(grantees) => {
                write!(f, "the port of the route `{route}` of `{refused}` is granted to {}", Listed(grantees))
            }
            ConflictKind::GrantedName(grantees) => {
                write!(f, "the calls of `{refused}` below `{route}` are granted to {}", Listed(grantees))
            }
            ConflictKind::PortsOfFunction => {
                write!(
                    f,
                    "`{refused}` names more than {PORTS_PER_FUNCTION_MAX} ports that are not granted to it: the route `{route}` is left out"
                )
            }
            ConflictKind::PortsOfHost => {
                write!(f, "all functions name more than {PORTS_MAX} ports together: the route `{route}` of `{refused}` is left out")
            }
        }
    }
}

impl std::error::Error for Conflict {}

/// `` `a`, `b` ``.
struct Listed<'n>(&'n [FunctionName]);

impl fmt::Display for Listed<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, name) in self.0.iter().enumerate() {
            write!(f, "{}`{name}`", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

/// The functions of a grant, as a conflict names them.
pub(in crate::live) fn grantees(grant: &Grant) -> Vec<FunctionName> {
    grant.functions.clone()
}

/// A route entry that is not in the table yet, its position, and its route in a manifest or in code; a built-in route is in none.
pub(in crate::live) struct RouteCandidate<'r, T> {
    pub(in crate::live) position: RoutePosition<'r>,
    pub(in crate::live) route_entry: RouteEntry<T>,
    pub(in crate::live) route: Option<&'r Route>,
}

/// A candidate as others of its position are compared with it.
struct Rival {
    function: FunctionName,
    methods: MethodSet,
    filter: Option<Arc<PathFilter>>,
}

/// Removes every candidate that competes with one before it, and adds the conflicts. `candidates` must be in order of preference.
pub(in crate::live) fn without_rivals<'r, T>(
    candidates: Vec<RouteCandidate<'r, T>>,
    conflicts: &mut Vec<Conflict>,
) -> Vec<RouteCandidate<'r, T>> {
    // Candidates that lose stay in here: conflicts with them are reported as well.
    let mut taken: HashMap<RoutePosition<'r>, Vec<Rival>> = HashMap::with_capacity(candidates.len());
    let mut settled = Vec::with_capacity(candidates.len());
    for candidate in candidates {
        let RouteCandidate { position, route_entry, route } = &candidate;
        let function = &route_entry.target.function;
        let rivals = taken.entry(position.clone()).or_default();
        let competing = rivals.iter().filter(|rival| {
            let (theirs, ours) = (rival.filter.as_deref(), route_entry.filter.as_deref());
            rival.function != *function && rival.methods.overlap(&route_entry.methods) && may_meet(theirs, ours)
        });
        // Built-in routes come first, and those of two functions are never equal: only a manifest's route can lose.
        let conflicts_before = conflicts.len();
        conflicts.extend(competing.filter_map(|rival| {
            let kind = ConflictKind::SameRoute(rival.function.clone());
            Some(Conflict { kind, refused: function.clone(), route: Route::clone((*route)?) })
        }));
        let (methods, filter) = (route_entry.methods.clone(), route_entry.filter.clone());
        rivals.push(Rival { function: function.clone(), methods, filter });
        if conflicts.len() == conflicts_before {
            settled.push(candidate);
        }
    }
    settled
}

/// Brings the conflicts into their order, each once: a route may lose in several parts of the table.
pub(in crate::live) fn settle(conflicts: &mut Vec<Conflict>) {
    conflicts.sort_by_cached_key(ToString::to_string);
    conflicts.dedup();
}
