//! The route table: which function answers a request, decided by port, host, path and method.
//!
//! `release` builds it from the names and manifests of all functions; `invoke` asks it for every request and every in-process call. Each
//! port has its own routes; a route that names none, and every built-in one, is on the main port. Precedence: the host (exact, longer
//! wildcard, shorter wildcard, any), then segment by segment (literal, parameter, end, rest). A route that does not take the method gives
//! way to a less specific one that does.
//!
//! Invariant: a table never changes, the order of its entries never matters, and `resolve` neither locks nor, when it finds, allocates.

mod conflict;
mod hosts;
mod paths;
#[cfg(test)]
mod proptests;
mod route_entry;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use http::Method;
use indexmap::IndexMap;

use crate::function::FunctionName;
use crate::function::message::CallShape;
use crate::function::name::NAME_BYTES_MAX;
use crate::function::route::Route;

use conflict::RouteCandidate;
use hosts::Hosts;
use route_entry::{MethodSet, RouteEntry, RoutePosition, RouteTarget};

pub use conflict::Conflict;

/// One function, as the table is built from it.
#[derive(Clone, Debug)]
pub struct FunctionEntry<'r, T> {
    /// Its built-in routes are `/<name>`, `/<name>/…` and the same below `/functions/v1`.
    pub function: FunctionName,
    /// The routes of its manifest.
    pub routes: &'r [Route],
    /// The value that `resolve` returns.
    pub target: T,
}

/// The immutable map from a request's address to a function.
#[derive(Debug)]
pub struct Table<T> {
    main_port: u16,
    /// In alphabetical order.
    functions: IndexMap<FunctionName, Arc<RouteTarget<T>>>,
    main: Hosts<T>,
    others: HashMap<u16, Hosts<T>>,
}

/// The function that answers a request, or why none does.
#[derive(Debug, PartialEq, Eq)]
pub enum Resolution<'t, T> {
    /// This function.
    Found(Found<'t, T>),
    /// No function takes the method here, but one takes another.
    MethodNotAllowed {
        /// The value for the `Allow` header.
        allow: String,
    },
    /// No function; [`Table::nearest`] suggests one.
    NotFound,
}

/// A function that answers, and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'t, T> {
    /// The value that the table was given for the function.
    pub target: &'t T,
    /// Its name.
    pub function: &'t FunctionName,
    /// Bytes of the path's prefix that the function does not see: `/<name>` on its built-in routes, none on a manifest's. The rest begins
    /// with a slash or is empty.
    pub strip: usize,
    /// The convention that the client speaks.
    pub shape: CallShape,
}

impl<T> Default for Table<T> {
    /// The table without functions.
    fn default() -> Self {
        Self { main_port: 0, functions: IndexMap::new(), main: Hosts::default(), others: HashMap::new() }
    }
}

impl<T> Table<T> {
    /// Builds the table whose built-in routes answer on `main_port`, and returns every conflict among its entries. A table with conflicts
    /// lacks only the refused routes, so that a release can be refused and a start can continue. Of two entries for one function the later
    /// one counts.
    pub fn build<'r>(main_port: u16, entries: impl IntoIterator<Item = FunctionEntry<'r, T>>) -> (Self, Vec<Conflict>) {
        let entries: BTreeMap<_, _> = entries.into_iter().map(|entry| (entry.function, (entry.routes, entry.target))).collect();
        let entries: Vec<_> =
            entries.into_iter().map(|(function, (routes, target))| (Arc::new(RouteTarget { function, value: target }), routes)).collect();
        let (settled, conflicts) = conflict::resolve_conflicts(route_entries(main_port, &entries));
        let mut main = Hosts::default();
        let mut others: HashMap<u16, Hosts<T>> = HashMap::new();
        // Backwards, so that a function's own routes are asked before its built-in ones if they are equal.
        for RouteCandidate { position, route_entry, .. } in settled.into_iter().rev() {
            let hosts = match position.port {
                None => &mut main,
                Some(port) => others.entry(port).or_default(),
            };
            hosts.insert(position.host, &position.path, route_entry);
        }
        let functions = entries.into_iter().map(|(target, _)| (target.function.clone(), target)).collect();
        (Self { main_port, functions, main, others }, conflicts)
    }

    /// The function that answers a request for `path`, as the client sent it and without its query, on the listener at `port`. `host` may
    /// carry a port.
    pub fn resolve(&self, port: u16, host: &str, method: &Method, path: &str) -> Resolution<'_, T> {
        let mut refused = false;
        let found = self.find(port, host, path, |route_entry| {
            let takes = route_entry.methods.contain(method);
            refused |= !takes;
            takes
        });
        match found {
            Some(RouteEntry { target, strip, shape, .. }) => {
                Resolution::Found(Found { target: &target.value, function: &target.function, strip: *strip, shape: *shape })
            }
            None if refused => Resolution::MethodNotAllowed { allow: self.allow(port, host, path) },
            None => Resolution::NotFound,
        }
    }

    /// The value that the table was given for a function.
    pub fn get(&self, function: &str) -> Option<&T> {
        self.functions.get(function).map(|target| &target.value)
    }

    /// Every function, in alphabetical order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&FunctionName, &T)> {
        self.functions.values().map(|target| (&target.function, &target.value))
    }

    /// The ports that routes name, beside the main one: each needs a listener.
    pub fn ports(&self) -> BTreeSet<u16> {
        self.others.keys().copied().collect()
    }

    /// The function whose name is most like the one in `path`, which may also be a bare name. Compares every function, so it is for error
    /// pages and tools, not for every request that finds nothing.
    pub fn nearest(&self, path: &str) -> Option<&FunctionName> {
        let path = path.strip_prefix("/functions/v1").unwrap_or(path);
        let wanted = path.trim_start_matches('/').split('/').next().filter(|wanted| wanted.len() <= NAME_BYTES_MAX)?;
        // A third of the letters may be wrong; with more, the hint would be a guess.
        let distance_max = (wanted.len() / 3).max(1);
        self.functions
            .values()
            .map(|target| (strsim::osa_distance(wanted, target.function.as_str()), &target.function))
            .filter(|(distance, _)| *distance <= distance_max)
            .min()
            .map(|(_, function)| function)
    }

    /// The one order in which route entries are asked, for every question.
    fn find(&self, port: u16, host: &str, path: &str, mut accept: impl FnMut(&RouteEntry<T>) -> bool) -> Option<&RouteEntry<T>> {
        let hosts = if port == self.main_port { &self.main } else { self.others.get(&port)? };
        hosts.find(host, path, &mut accept)
    }

    /// The methods of every route that matches except for its method. None of them takes all, or it would have been found.
    fn allow(&self, port: u16, host: &str, path: &str) -> String {
        let mut allowed = BTreeSet::new();
        self.find(port, host, path, |route_entry| {
            if let MethodSet::Only(methods) = &route_entry.methods {
                allowed.extend(methods.iter().map(|method| method.as_str().to_owned()));
            }
            false
        });
        Vec::from_iter(allowed).join(", ")
    }
}

/// Every route entry, in order of preference: a name belongs to its function, whatever another manifest claims.
fn route_entries<'r, T>(main_port: u16, entries: &'r [(Arc<RouteTarget<T>>, &'r [Route])]) -> Vec<RouteCandidate<'r, T>> {
    let built_in = entries.iter().flat_map(|(target, _)| {
        RoutePosition::built_in(target.function.as_str()).map(move |(position, strip, shape)| RouteCandidate {
            position,
            route_entry: RouteEntry { target: target.clone(), methods: MethodSet::Any, strip, shape },
            route: None,
        })
    });
    let own = entries.iter().flat_map(|(target, routes)| {
        routes.iter().map(move |route| RouteCandidate {
            position: RoutePosition::of_route(route, main_port),
            route_entry: RouteEntry {
                target: target.clone(),
                methods: MethodSet::listed(&route.methods),
                strip: 0,
                shape: CallShape::Http,
            },
            route: Some(route),
        })
    });
    built_in.chain(own).collect()
}
