//! Route entries: one function's right to answer one route, and the positions that they compete for.
//!
//! Created from a function's name (the built-in routes) and from its manifest's routes; `conflict` compares them, `hosts` and `paths` hold
//! them.
//!
//! Invariant: two entries compete for the same requests with the same precedence exactly if their positions are equal.

use std::sync::Arc;

use http::Method;

use crate::function::FunctionName;
use crate::function::dialect::PREFIXES;
use crate::function::message::CallShape;
use crate::function::route::{HostPattern, PathFilter, Route, Segment};

/// A function and the value that the table returns for it.
#[derive(Debug)]
pub(in crate::live) struct RouteTarget<T> {
    pub(in crate::live) function: FunctionName,
    pub(in crate::live) value: T,
}

/// One function's right to answer one route.
#[derive(Debug)]
pub(in crate::live) struct RouteEntry<T> {
    pub(in crate::live) target: Arc<RouteTarget<T>>,
    pub(in crate::live) methods: MethodSet,
    /// Bytes of the path's prefix that the function does not see.
    pub(in crate::live) strip: usize,
    /// The path of the manifest's route, names of parameters included.
    pub(in crate::live) pattern: Option<Arc<str>>,
    pub(in crate::live) shape: CallShape,
    /// What else decides about a route that code claims.
    pub(in crate::live) filter: Option<Arc<PathFilter>>,
}

impl<T> RouteEntry<T> {
    /// Whether it takes the path, which its position covers.
    pub(in crate::live) fn admits(&self, path: &str) -> bool {
        self.filter.as_ref().is_none_or(|filter| filter.admits(path))
    }
}

/// Whether two entries of one position may both take a request, methods aside.
pub(in crate::live) fn may_meet(one: Option<&PathFilter>, other: Option<&PathFilter>) -> bool {
    one.zip(other).is_none_or(|(one, other)| one.may_meet(other))
}

/// The methods of a route entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::live) enum MethodSet {
    Any,
    Only(Box<[Method]>),
}

impl MethodSet {
    /// An empty list means any method; GET includes HEAD, as HTTP expects of every resource.
    pub(in crate::live) fn listed(methods: &[Method]) -> Self {
        if methods.is_empty() {
            return Self::Any;
        }
        let mut methods = methods.to_vec();
        if methods.contains(&Method::GET) && !methods.contains(&Method::HEAD) {
            methods.push(Method::HEAD);
        }
        Self::Only(methods.into())
    }

    pub(in crate::live) fn contain(&self, method: &Method) -> bool {
        match self {
            Self::Any => true,
            Self::Only(methods) => methods.contains(method),
        }
    }

    pub(in crate::live) fn overlap(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Any, _) | (_, Self::Any) => true,
            (Self::Only(methods), _) => methods.iter().any(|method| other.contain(method)),
        }
    }
}

/// One step of a path, without the names of parameters: they do not distinguish two routes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::live) enum PathStep<'r> {
    Literal(&'r str),
    /// Any one segment that is not empty.
    Param,
    /// Any number of segments, none included; always last.
    Rest,
}

/// The part of the table that a route entry is asked in: it competes with the entries of the same part alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::live) enum RoutePlace {
    /// The main port, on hosts that are not granted.
    Main,
    /// The main port, on the hosts of the grant of this number.
    Granted(usize),
    /// Another port; otherwise a port opened for one function would show all others as well.
    Port(u16),
}

/// The requests that a route entry competes for, methods aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::live) struct RoutePosition<'r> {
    pub(in crate::live) place: RoutePlace,
    pub(in crate::live) host: Option<&'r HostPattern>,
    pub(in crate::live) path: Vec<PathStep<'r>>,
}

impl<'r> RoutePosition<'r> {
    /// The position of a manifest's route in one part of the table.
    pub(in crate::live) fn of_route(route: &'r Route, place: RoutePlace) -> Self {
        let path = route.path.segments().iter().map(|segment| match segment {
            Segment::Literal(text) => PathStep::Literal(text),
            Segment::Param(_) => PathStep::Param,
            Segment::Rest => PathStep::Rest,
        });
        Self { place, host: route.host.as_ref(), path: path.collect() }
    }

    /// The positions that every function has by its name, each with the length of the prefix that is stripped.
    pub(in crate::live) fn built_in(name: &'r str) -> impl Iterator<Item = (Self, usize, CallShape)> {
        PREFIXES.iter().flat_map(move |&(prefix, shape)| {
            let mut path: Vec<_> = prefix.iter().copied().chain([name]).map(PathStep::Literal).collect();
            // Supabase's functions see their own name, and match their routes with it.
            let strip = if prefix.is_empty() { name.len() + 1 } else { prefix.iter().map(|segment| segment.len() + 1).sum() };
            let alone = path.clone();
            path.push(PathStep::Rest);
            [alone, path].map(|path| (Self { place: RoutePlace::Main, host: None, path }, strip, shape))
        })
    }
}
