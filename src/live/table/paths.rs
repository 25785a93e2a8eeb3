//! Paths: a tree over path segments that holds the route entries of one host on one port.
//!
//! `Table::build` fills it; `Table::resolve` walks it for every request, on the path as the client sent it: nothing is decoded or
//! normalised, so `/%68ello` is not `/hello` and `//x` has an empty first segment.
//!
//! Invariant: a walk allocates nothing and its depth is bounded by the longest pattern, whatever the request.

use std::collections::HashMap;

use foldhash::fast::RandomState;

use super::route_entry::{PathStep, RouteEntry};

/// One node of the tree: everything that may follow the segments above it.
#[derive(Debug)]
pub(in crate::live) struct Paths<T> {
    literals: HashMap<Box<str>, Paths<T>, RandomState>,
    param: Option<Box<Paths<T>>>,
    ends: Vec<RouteEntry<T>>,
    rests: Vec<RouteEntry<T>>,
}

// Derived, it would ask for `T: Default`.
impl<T> Default for Paths<T> {
    fn default() -> Self {
        Self { literals: HashMap::default(), param: None, ends: Vec::new(), rests: Vec::new() }
    }
}

impl<T> Paths<T> {
    /// Inserts a route entry at the node of its steps.
    pub(in crate::live) fn insert(&mut self, steps: &[PathStep<'_>], route_entry: RouteEntry<T>) {
        match steps.split_first() {
            None => self.ends.push(route_entry),
            Some((PathStep::Rest, _)) => self.rests.push(route_entry),
            Some((PathStep::Param, after)) => self.param.get_or_insert_default().insert(after, route_entry),
            Some((PathStep::Literal(text), after)) => self.literals.entry((*text).into()).or_default().insert(after, route_entry),
        }
    }

    /// Offers `accept` every entry whose steps match `path`, the most specific first, until it takes one.
    pub(in crate::live) fn find<'t>(&'t self, path: &str, accept: &mut impl FnMut(&RouteEntry<T>) -> bool) -> Option<&'t RouteEntry<T>> {
        match path.strip_prefix('/')? {
            "" => self.find_below(None, accept),
            segments => self.find_below(Some(segments), accept),
        }
    }

    /// `path` is the rest, without its leading slash; `None` when every segment is used up.
    fn find_below<'t>(&'t self, path: Option<&str>, accept: &mut impl FnMut(&RouteEntry<T>) -> bool) -> Option<&'t RouteEntry<T>> {
        let Some(path) = path else {
            return first(&self.ends, accept).or_else(|| first(&self.rests, accept));
        };
        let (segment, after) = match path.split_once('/') {
            Some((segment, after)) => (segment, Some(after)),
            None => (path, None),
        };
        if let Some(found) = self.literals.get(segment).and_then(|paths| paths.find_below(after, accept)) {
            return Some(found);
        }
        if let (Some(paths), false) = (&self.param, segment.is_empty())
            && let Some(found) = paths.find_below(after, accept)
        {
            return Some(found);
        }
        first(&self.rests, accept)
    }
}

fn first<'t, T>(route_entries: &'t [RouteEntry<T>], accept: &mut impl FnMut(&RouteEntry<T>) -> bool) -> Option<&'t RouteEntry<T>> {
    route_entries.iter().find(|route_entry| accept(route_entry))
}
