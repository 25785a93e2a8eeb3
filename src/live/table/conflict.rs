//! Clashes: two functions that claim the same route.
//!
//! Found while a table is built; a release that brings one is refused with the text of this file.
//!
//! Invariant: every pair of functions that competes for a route is reported, in whatever order the functions came.

use std::collections::HashMap;

use thiserror::Error;

use crate::function::FunctionName;
use crate::function::route::Route;

use super::route_entry::{Claim, Methods, Place};

/// Two functions claim the same route: same port, host and path, parameters' names aside, and at least one method in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Error)]
#[error("functions `{holder}` and `{refused}` both claim the route `{route}`")]
pub struct Clash {
    /// The function that goes before: the one the route is named after, or else the first in alphabetical order.
    pub holder: FunctionName,
    /// The function that does not get the route.
    pub refused: FunctionName,
    /// The route, as the refused function's manifest has it.
    pub route: String,
}

/// A claim, where it is raised, and the line of a manifest that raises it; a built-in route stands in none.
pub(in crate::live) struct Raised<'r, T> {
    pub(in crate::live) place: Place<'r>,
    pub(in crate::live) claim: Claim<T>,
    pub(in crate::live) route: Option<&'r Route>,
}

/// Takes out every claim that competes with one before it, and says why. `claims` must be in order of preference.
pub(in crate::live) fn settle<'r, T>(claims: Vec<Raised<'r, T>>) -> (Vec<Raised<'r, T>>, Vec<Clash>) {
    let mut clashes = Vec::new();
    // Claims that lost stay in here: whoever competes with them is still to be told.
    let mut raised: HashMap<Place<'r>, Vec<(FunctionName, Methods)>> = HashMap::with_capacity(claims.len());
    let mut settled = Vec::with_capacity(claims.len());
    for Raised { place, claim, route } in claims {
        let rivals = raised.entry(place.clone()).or_default();
        let function = &claim.owner.function;
        let clashes_before = clashes.len();
        clashes.extend(rivals.iter().filter(|(rival, methods)| rival != function && methods.overlap(&claim.methods)).map(|(rival, _)| {
            Clash { holder: rival.clone(), refused: function.clone(), route: route.map(ToString::to_string).unwrap_or_default() }
        }));
        rivals.push((function.clone(), claim.methods.clone()));
        if clashes.len() == clashes_before {
            settled.push(Raised { place, claim, route });
        }
    }
    clashes.sort();
    clashes.dedup();
    (settled, clashes)
}
