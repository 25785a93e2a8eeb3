//! The route table: which function answers a request, decided by port, host, path and method.
//!
//! Built by `release` from the names and manifests of all functions; asked by `ingress` for every request and by in-process calls.
//! Each port has its own routes; a route that names none, and every built-in one, is on the main port. Precedence: the host (exact, longer
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

use conflict::Raised;
use hosts::Hosts;
use route_entry::{Claim, Methods, Owner, Place};

pub use conflict::Clash;

/// One function's place in the table.
#[derive(Clone, Debug)]
pub struct Entry<'r, T> {
    /// Its built-in routes are `/<name>`, `/<name>/…` and the same below `/functions/v1`.
    pub function: FunctionName,
    /// What its manifest claims beside them.
    pub routes: &'r [Route],
    /// What `resolve` is to find.
    pub target: T,
}

/// The immutable map from a request's address to a function.
#[derive(Debug)]
pub struct Table<T> {
    main_port: u16,
    /// In alphabetical order.
    functions: IndexMap<FunctionName, Arc<Owner<T>>>,
    main: Hosts<T>,
    others: HashMap<u16, Hosts<T>>,
}

/// Who answers a request.
#[derive(Debug, PartialEq, Eq)]
pub enum Resolution<'t, T> {
    /// This function.
    Found(Found<'t, T>),
    /// Nobody, but another method would be answered here.
    MethodNotAllowed {
        /// The value for the `Allow` header.
        allow: String,
    },
    /// Nobody; [`Table::nearest`] knows what may have been meant.
    NotFound,
}

/// A function that answers, and how.
#[derive(Debug, PartialEq, Eq)]
pub struct Found<'t, T> {
    /// What the table was given for the function.
    pub target: &'t T,
    /// Its name.
    pub function: &'t FunctionName,
    /// Bytes of the path's prefix that the function does not see: `/<name>` on its built-in routes, nothing on a manifest's. What is
    /// left begins with a slash or is empty.
    pub strip: usize,
    /// Which convention the caller speaks.
    pub shape: CallShape,
}

impl<T> Default for Table<T> {
    /// The table without functions.
    fn default() -> Self {
        Self { main_port: 0, functions: IndexMap::new(), main: Hosts::default(), others: HashMap::new() }
    }
}

impl<T> Table<T> {
    /// Builds the table whose built-in routes answer on `main_port`, and names every clash among its entries. With clashes the table is
    /// whole but for the refused routes, so that a release can be refused and a start can go on. Of two entries for one function the
    /// later one counts.
    pub fn build<'r>(main_port: u16, entries: impl IntoIterator<Item = Entry<'r, T>>) -> (Self, Vec<Clash>) {
        let entries: BTreeMap<_, _> = entries.into_iter().map(|entry| (entry.function, (entry.routes, entry.target))).collect();
        let entries: Vec<_> =
            entries.into_iter().map(|(function, (routes, target))| (Arc::new(Owner { function, target }), routes)).collect();
        let (settled, clashes) = conflict::settle(claims(main_port, &entries));
        let mut main = Hosts::default();
        let mut others: HashMap<u16, Hosts<T>> = HashMap::new();
        // Backwards, so that where a function's own routes are equal to its built-in ones, its own are asked first.
        for Raised { place, claim, .. } in settled.into_iter().rev() {
            let hosts = match place.port {
                None => &mut main,
                Some(port) => others.entry(port).or_default(),
            };
            hosts.insert(place.host, &place.path, claim);
        }
        let functions = entries.into_iter().map(|(owner, _)| (owner.function.clone(), owner)).collect();
        (Self { main_port, functions, main, others }, clashes)
    }

    /// Who answers a request for `path`, as the client sent it and without its query, on the listener at `port`. `host` may carry a port.
    pub fn resolve(&self, port: u16, host: &str, method: &Method, path: &str) -> Resolution<'_, T> {
        let mut refused = false;
        let found = self.find(port, host, path, |claim| {
            let takes = claim.methods.contain(method);
            refused |= !takes;
            takes
        });
        match found {
            Some(Claim { owner, strip, shape, .. }) => {
                Resolution::Found(Found { target: &owner.target, function: &owner.function, strip: *strip, shape: *shape })
            }
            None if refused => Resolution::MethodNotAllowed { allow: self.allow(port, host, path) },
            None => Resolution::NotFound,
        }
    }

    /// What the table was given for a function.
    pub fn get(&self, function: &str) -> Option<&T> {
        self.functions.get(function).map(|owner| &owner.target)
    }

    /// Every function, in alphabetical order.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = (&FunctionName, &T)> {
        self.functions.values().map(|owner| (&owner.function, &owner.target))
    }

    /// The ports, beside the main one, that routes name: each needs a listener.
    pub fn ports(&self) -> BTreeSet<u16> {
        self.others.keys().copied().collect()
    }

    /// The function whose name is most like the one in `path`, which may also be a bare name. Looks at every function, so it is for error
    /// pages and tools, not for every request that finds nothing.
    pub fn nearest(&self, path: &str) -> Option<&FunctionName> {
        let path = path.strip_prefix("/functions/v1").unwrap_or(path);
        let wanted = path.trim_start_matches('/').split('/').next().filter(|wanted| wanted.len() <= NAME_BYTES_MAX)?;
        // A third of the letters may be wrong: more, and the hint is a guess.
        let distance_max = (wanted.len() / 3).max(1);
        self.functions
            .values()
            .map(|owner| (strsim::osa_distance(wanted, owner.function.as_str()), &owner.function))
            .filter(|(distance, _)| *distance <= distance_max)
            .min()
            .map(|(_, function)| function)
    }

    /// The one order in which claims are asked, whatever is asked of them.
    fn find(&self, port: u16, host: &str, path: &str, mut accept: impl FnMut(&Claim<T>) -> bool) -> Option<&Claim<T>> {
        let hosts = if port == self.main_port { &self.main } else { self.others.get(&port)? };
        hosts.find(host, path, &mut accept)
    }

    /// The methods of every route that matches but for its method. None of them takes all, or it would have been found.
    fn allow(&self, port: u16, host: &str, path: &str) -> String {
        let mut allowed = BTreeSet::new();
        self.find(port, host, path, |claim| {
            if let Methods::Only(methods) = &claim.methods {
                allowed.extend(methods.iter().map(|method| method.as_str().to_owned()));
            }
            false
        });
        Vec::from_iter(allowed).join(", ")
    }
}

/// Every claim, in order of preference: a name belongs to its function, whatever another's manifest says.
fn claims<'r, T>(main_port: u16, entries: &'r [(Arc<Owner<T>>, &'r [Route])]) -> Vec<Raised<'r, T>> {
    let built_in = entries.iter().flat_map(|(owner, _)| {
        Place::built_in(owner.function.as_str()).map(move |(place, strip, shape)| Raised {
            place,
            claim: Claim { owner: owner.clone(), methods: Methods::Any, strip, shape },
            route: None,
        })
    });
    let own = entries.iter().flat_map(|(owner, routes)| {
        routes.iter().map(move |route| Raised {
            place: Place::of_route(route, main_port),
            claim: Claim { owner: owner.clone(), methods: Methods::listed(&route.methods), strip: 0, shape: CallShape::Http },
            route: Some(route),
        })
    });
    built_in.chain(own).collect()
}
