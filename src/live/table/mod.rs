//! The route table: which function answers a request, decided by port, host, path and method.
//!
//! `release` builds it from the names and manifests of all functions; `invoke` asks it for every request and every in-process call. Each
//! port has its own routes; a route that names none, and every built-in one, is on the main port. Precedence: the host (exact, longer
//! wildcard, shorter wildcard, any), then segment by segment (literal, parameter, end, rest). A route that does not take the method gives
//! way to a less specific one that does. So does a route that overlaps requests which belong to other functions, by their names or by a
//! grant.
//!
//! Invariant: a table never changes, the order of its entries never matters, and `resolve` neither locks nor, when it finds, allocates.

mod admission;
mod conflict;
mod region;
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
use crate::function::route::{CodeRoute, Grant, PathFilter, Route};

use admission::RouteAdmission;
use conflict::RouteCandidate;
use hosts::Hosts;
use region::{PathRegion, Regions};
use route_entry::{MethodSet, RouteEntry, RoutePlace, RoutePosition, RouteTarget};

pub use conflict::{Conflict, ConflictKind};

/// One function, as the table is built from it.
#[derive(Clone, Debug)]
pub struct FunctionEntry<'r, T> {
    /// Its built-in routes are `/<name>`, `/<name>/…` and the same below `/functions/v1`.
    pub function: FunctionName,
    /// The routes of its manifest.
    pub routes: &'r [Route],
    /// The routes that its code claims.
    pub of_code: &'r [CodeRoute],
    /// The value that `resolve` returns.
    pub target: T,
}

/// The immutable map from a request's address to a function.
#[derive(Debug)]
pub struct Table<T> {
    main_port: u16,
    /// In alphabetical order.
    functions: IndexMap<FunctionName, Arc<RouteTarget<T>>>,
    regions: Regions,
    main: Hosts<T>,
    /// The main port on the hosts of each grant.
    granted: HashMap<usize, Hosts<T>>,
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
    /// Bytes of the path's prefix that the function does not see: `/<name>` on its built-in routes, `/functions/v1` where it has that before
    /// its name, none on a manifest's. The rest begins with a slash or is empty.
    pub strip: usize,
    /// The path of the manifest's route; `None` for a built-in one.
    pub pattern: Option<&'t Arc<str>>,
    /// The convention that the client speaks.
    pub shape: CallShape,
}

impl<T> Default for Table<T> {
    /// The table without functions.
    fn default() -> Self {
        Self {
            main_port: 0,
            functions: IndexMap::new(),
            regions: Regions::default(),
            main: Hosts::default(),
            granted: HashMap::new(),
            others: HashMap::new(),
        }
    }
}

impl<T> Table<T> {
    /// Builds the table whose built-in routes answer on `main_port`, and returns every conflict among its entries. A table with conflicts
    /// lacks only the refused routes, so that a release can be refused and a start can continue. Of two entries for one function the later
    /// one counts.
    pub fn build<'r>(main_port: u16, grants: &[Grant], entries: impl IntoIterator<Item = FunctionEntry<'r, T>>) -> (Self, Vec<Conflict>) {
        let entries: BTreeMap<_, _> = entries.into_iter().map(|entry| (entry.function.clone(), entry)).collect();
        let entries: Vec<_> = entries.into_values().map(Claimant::of).collect();
        let functions: IndexMap<_, _> = entries.iter().map(|entry| (entry.target.function.clone(), entry.target.clone())).collect();
        let regions = Regions::new(grants);
        let mut admission = RouteAdmission::new(main_port, &regions, |name: &str| functions.get_key_value(name).map(|(name, _)| name));
        let candidates = route_entries(&mut admission, &entries);
        let mut conflicts = admission.conflicts;
        let settled = conflict::without_rivals(candidates, &mut conflicts);
        conflict::settle(&mut conflicts);
        let mut main = Hosts::default();
        let mut granted: HashMap<usize, Hosts<T>> = HashMap::new();
        let mut others: HashMap<u16, Hosts<T>> = HashMap::new();
        // Backwards, so that a function's own routes are asked before its built-in ones if they are equal.
        for RouteCandidate { position, route_entry, .. } in settled.into_iter().rev() {
            let hosts = match position.place {
                RoutePlace::Main => &mut main,
                RoutePlace::Granted(grant) => granted.entry(grant).or_default(),
                RoutePlace::Port(port) => others.entry(port).or_default(),
            };
            hosts.insert(position.host, &position.path, route_entry);
        }
        (Self { main_port, functions, regions, main, granted, others }, conflicts)
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
            Some(RouteEntry { target, strip, pattern, shape, .. }) => {
                let (pattern, strip, shape) = (pattern.as_ref(), *strip, *shape);
                Resolution::Found(Found { target: &target.value, function: &target.function, strip, pattern, shape })
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
    fn find(&self, port: u16, host: &str, path: &str, mut wanted: impl FnMut(&RouteEntry<T>) -> bool) -> Option<&RouteEntry<T>> {
        let mut accept = |route_entry: &RouteEntry<T>| route_entry.admits(path) && wanted(route_entry);
        if port != self.main_port {
            return self.find_on_port(port, host, path, accept);
        }
        if let Some((grant, _)) = self.regions.host(host) {
            return self.granted.get(&grant)?.find(host, path, &mut accept);
        }
        // Most lookups never ask for the region: a path tree without granted prefixes holds nothing that precedes a name.
        let mut region = None;
        let mut may = |route_entry: &RouteEntry<T>| {
            let region: &Option<PathRegion<'_>> = region.get_or_insert_with(|| self.region(path));
            region.is_none_or(|region| region.allows(&route_entry.target.function))
        };
        if let Some(found) = self.main.find_with_host(host, path, &mut |route_entry| may(route_entry) && accept(route_entry)) {
            return Some(found);
        }
        if self.regions.is_empty() {
            return self.main.find_without_host(path, &mut accept);
        }
        self.main.find_without_host(path, &mut |route_entry| may(route_entry) && accept(route_entry))
    }

    /// On a port that is not granted, the host may be.
    fn find_on_port(&self, port: u16, host: &str, path: &str, mut accept: impl FnMut(&RouteEntry<T>) -> bool) -> Option<&RouteEntry<T>> {
        let hosts = self.others.get(&port)?;
        let grant = if self.regions.port(port).is_some() { None } else { self.regions.host(host) };
        let may = |route_entry: &RouteEntry<T>| grant.is_none_or(|(_, grant)| grant.has(&route_entry.target.function));
        hosts.find(host, path, &mut |route_entry| may(route_entry) && accept(route_entry))
    }

    /// The innermost region of a request's path, on the main port of a host that is not granted.
    fn region(&self, path: &str) -> Option<PathRegion<'_>> {
        let segments = path.strip_prefix('/').unwrap_or(path).split('/');
        self.regions.of_path(segments, |name| self.functions.get_key_value(name).map(|(name, _)| name))
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

/// A function while the table is built.
struct Claimant<'r, T> {
    target: Arc<RouteTarget<T>>,
    routes: &'r [Route],
    of_code: &'r [CodeRoute],
}

impl<'r, T> Claimant<'r, T> {
    fn of(FunctionEntry { function, routes, of_code, target }: FunctionEntry<'r, T>) -> Self {
        Self { target: Arc::new(RouteTarget { function, value: target }), routes, of_code }
    }

    /// Its claim on a route, in one part of the table.
    fn candidate(&self, place: RoutePlace, route: &'r Route, filter: Option<&Arc<PathFilter>>) -> RouteCandidate<'r, T> {
        RouteCandidate {
            position: RoutePosition::of_route(route, place),
            route_entry: RouteEntry {
                target: self.target.clone(),
                methods: MethodSet::listed(&route.methods),
                strip: 0,
                pattern: Some(route.path.to_string().into()),
                shape: CallShape::Http,
                filter: filter.cloned(),
            },
            route: Some(route),
        }
    }
}

/// Every route entry that may stand in the table, in order of preference: a function's own names, the routes of all manifests, and then
/// those of all code.
fn route_entries<'r, 't, T, N: Fn(&str) -> Option<&'t FunctionName>>(
    admission: &mut RouteAdmission<'t, N>,
    entries: &'r [Claimant<'r, T>],
) -> Vec<RouteCandidate<'r, T>> {
    let built_in = entries.iter().flat_map(|Claimant { target, .. }| {
        RoutePosition::built_in(target.function.as_str()).map(move |(position, strip, shape)| RouteCandidate {
            position,
            route_entry: RouteEntry { target: target.clone(), methods: MethodSet::Any, strip, pattern: None, shape, filter: None },
            route: None,
        })
    });
    let built_in = built_in.filter(|candidate| admission.admits_name(&candidate.route_entry.target.function, &candidate.position));
    let mut candidates: Vec<_> = built_in.collect();
    for entry in entries {
        admission.check_name(&entry.target.function);
        let admitted = admission.admit(&entry.target.function, entry.routes);
        candidates.extend(admitted.into_iter().map(|(place, route)| entry.candidate(place, route, None)));
    }
    for entry in entries {
        for CodeRoute { route, filter } in entry.of_code {
            let admitted = admission.admit(&entry.target.function, std::slice::from_ref(route));
            candidates.extend(admitted.into_iter().map(|(place, route)| entry.candidate(place, route, filter.as_ref())));
        }
    }
    candidates
}
