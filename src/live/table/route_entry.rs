//! Claims: one function's right to answer one route, and the places claims compete for.
//!
//! Made from a function's name (the built-in routes) and from its manifest's routes; `clash` compares them, `hosts` and `paths` hold them.
//!
//! Invariant: two claims compete for the same requests with the same precedence exactly if their places are equal.

use std::sync::Arc;

use http::Method;

use crate::function::FunctionName;
use crate::function::message::CallShape;
use crate::function::route::{HostPattern, Route, Segment};

/// A function and what the table's owner wants to find for it.
#[derive(Debug)]
pub(in crate::live) struct Owner<T> {
    pub(in crate::live) function: FunctionName,
    pub(in crate::live) target: T,
}

/// One function's right to answer one route.
#[derive(Debug)]
pub(in crate::live) struct Claim<T> {
    pub(in crate::live) owner: Arc<Owner<T>>,
    pub(in crate::live) methods: Methods,
    /// Bytes of the path's prefix that the function does not see.
    pub(in crate::live) strip: usize,
    pub(in crate::live) shape: CallShape,
}

/// The methods a claim is for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::live) enum Methods {
    Any,
    Only(Box<[Method]>),
}

impl Methods {
    /// An empty list means any method; GET brings HEAD with it, as HTTP expects of every resource.
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

/// One step of a path, without the names of parameters: they do not tell two routes apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(in crate::live) enum Step<'r> {
    Literal(&'r str),
    /// Any one segment that is not empty.
    Param,
    /// Any number of segments, none included; always last.
    Rest,
}

/// The requests a claim competes for, methods aside.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(in crate::live) struct Place<'r> {
    /// `None` is the main port, or a port opened for one function would show all others as well.
    pub(in crate::live) port: Option<u16>,
    pub(in crate::live) host: Option<&'r HostPattern>,
    pub(in crate::live) path: Vec<Step<'r>>,
}

impl<'r> Place<'r> {
    /// The place of a manifest's route. One that names the main port is in the same place as one that names none.
    pub(in crate::live) fn of_route(route: &'r Route, main_port: u16) -> Self {
        let path = route.path.segments().iter().map(|segment| match segment {
            Segment::Literal(text) => Step::Literal(text),
            Segment::Param(_) => Step::Param,
            Segment::Rest => Step::Rest,
        });
        Self { port: route.port.filter(|port| *port != main_port), host: route.host.as_ref(), path: path.collect() }
    }

    /// The places every function has by its name, each with the length of the prefix that is taken off.
    pub(in crate::live) fn built_in(name: &'r str) -> impl Iterator<Item = (Self, usize, CallShape)> {
        BUILT_IN.iter().flat_map(move |&(prefix, shape)| {
            let mut path: Vec<_> = prefix.iter().copied().chain([name]).map(Step::Literal).collect();
            let strip = prefix.iter().chain([&name]).map(|segment| segment.len() + 1).sum();
            let alone = path.clone();
            path.push(Step::Rest);
            [alone, path].map(|path| (Self { port: None, host: None, path }, strip, shape))
        })
    }
}

/// What may stand before a function's name, and the convention such a caller speaks.
/// The Parse shape will be two more lines: `/functions` and `/parse/functions`.
const BUILT_IN: &[(&[&str], CallShape)] = &[
    (&[], CallShape::Http),
    // Supabase's clients: the same call, further down.
    (&["functions", "v1"], CallShape::Http),
];
