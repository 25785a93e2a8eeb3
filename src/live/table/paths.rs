//! Paths: a tree over path segments that holds the claims of one host on one port.
//!
//! Filled by `table::build`; walked for every request by `Table::resolve`, on the path as the client sent it: nothing is decoded or
//! normalised, so `/%68ello` is not `/hello` and `//x` has an empty first segment.
//!
//! Invariant: a walk allocates nothing and its depth is bounded by the longest pattern, whatever the request.

use std::collections::HashMap;

use super::route_entry::{Claim, Step};

/// One place in the tree: everything that may follow the segments which led here.
#[derive(Debug)]
pub(in crate::live) struct Paths<T> {
    literals: HashMap<Box<str>, Paths<T>>,
    param: Option<Box<Paths<T>>>,
    ends: Vec<Claim<T>>,
    rests: Vec<Claim<T>>,
}

// Derived, it would ask for `T: Default`.
impl<T> Default for Paths<T> {
    fn default() -> Self {
        Self { literals: HashMap::new(), param: None, ends: Vec::new(), rests: Vec::new() }
    }
}

impl<T> Paths<T> {
    /// Puts a claim at the place its steps name.
    pub(in crate::live) fn insert(&mut self, steps: &[Step<'_>], claim: Claim<T>) {
        match steps.split_first() {
            None => self.ends.push(claim),
            Some((Step::Rest, _)) => self.rests.push(claim),
            Some((Step::Param, after)) => self.param.get_or_insert_default().insert(after, claim),
            Some((Step::Literal(text), after)) => self.literals.entry((*text).into()).or_default().insert(after, claim),
        }
    }

    /// Shows `accept` every claim whose steps match `path`, the most specific first, until it takes one.
    pub(in crate::live) fn find<'t>(&'t self, path: &str, accept: &mut impl FnMut(&Claim<T>) -> bool) -> Option<&'t Claim<T>> {
        match path.strip_prefix('/')? {
            "" => self.find_below(None, accept),
            segments => self.find_below(Some(segments), accept),
        }
    }

    /// `path` is what is left, without its leading slash; `None` when every segment is used up.
    fn find_below<'t>(&'t self, path: Option<&str>, accept: &mut impl FnMut(&Claim<T>) -> bool) -> Option<&'t Claim<T>> {
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

fn first<'t, T>(claims: &'t [Claim<T>], accept: &mut impl FnMut(&Claim<T>) -> bool) -> Option<&'t Claim<T>> {
    claims.iter().find(|claim| accept(claim))
}
