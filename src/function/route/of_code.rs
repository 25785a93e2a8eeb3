//! Routes that the code of a function claims: `config.path` of Netlify, `route` of Azure.
//!
//! The dialect writes them when the module has loaded (`js-prelude/dialects/shared/claims.js`); `release` remembers them by version, `live`
//! puts them into its table behind the routes of all manifests.
//!
//! Invariant: a text of a function's never costs more than its own length to match: the expressions are of the `regex` crate, and bounded.

use std::sync::Arc;

use http::Method;
use regex::{Regex, RegexBuilder};
use serde::{Deserialize, Serialize};

use super::{PathPattern, Route};

/// Most routes that the code of one version claims; what is beyond them is left out.
const CLAIMS_MAX: usize = 256;

/// Most excluded paths of one claim.
const EXCLUDED_MAX: usize = 64;

/// Largest compiled expression, in bytes.
const EXPRESSION_BYTES_MAX: usize = 64 << 10;

/// What a dialect says of one route, as it writes it in JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Claim {
    /// A path of the table that covers everything the route takes: `/orders/:id`.
    pub path: String,
    /// Empty: any method.
    pub methods: Vec<String>,
    /// The expression of exactly the paths that it takes, where the path of the table takes more.
    pub only: String,
    /// The expressions of paths that it leaves to other functions.
    pub excluded: Vec<String>,
}

/// A route of code, ready for the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CodeRoute {
    /// What the table compares.
    pub route: Route,
    /// What else decides; `None`: nothing.
    pub filter: Option<Arc<PathFilter>>,
}

/// Decides about the paths that a route of the table covers.
#[derive(Debug)]
pub struct PathFilter {
    only: Option<Regex>,
    excluded: Vec<Regex>,
}

impl PathFilter {
    /// Whether the route takes this path, as the client sent it.
    pub fn admits(&self, path: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.is_match(path)) && !self.excluded.iter().any(|excluded| excluded.is_match(path))
    }

    /// Whether both may take one path of a pattern that covers both, as far as that can be told.
    pub fn may_meet(&self, other: &Self) -> bool {
        match (&self.only, &other.only) {
            (Some(one), Some(other)) => one.as_str() == other.as_str(),
            _ => true,
        }
    }
}

impl PartialEq for PathFilter {
    fn eq(&self, other: &Self) -> bool {
        let texts = |filter: &Self| -> Vec<String> { filter.only.iter().chain(&filter.excluded).map(ToString::to_string).collect() };
        self.only.is_some() == other.only.is_some() && texts(self) == texts(other)
    }
}

impl Eq for PathFilter {}

/// The routes of claims. One that the table cannot have is left out.
pub fn routes_of_code(claims: &[Claim]) -> Vec<CodeRoute> {
    claims.iter().take(CLAIMS_MAX).filter_map(CodeRoute::of_claim).collect()
}

impl CodeRoute {
    fn of_claim(claim: &Claim) -> Option<Self> {
        let path = PathPattern::parse(&claim.path).ok()?;
        let methods: Result<Vec<Method>, _> = claim.methods.iter().map(|method| method.parse()).collect();
        let route = Route { methods: methods.ok()?, ..Route::of_path(path) };
        // What this crate cannot say (a look ahead) the dialect decides alone, when the function is called.
        let only = Some(&claim.only).filter(|only| !only.is_empty()).and_then(|only| expression(only));
        let excluded: Vec<Regex> = claim.excluded.iter().take(EXCLUDED_MAX).filter_map(|excluded| expression(excluded)).collect();
        let has_filter = only.is_some() || !excluded.is_empty();
        Some(Self { route, filter: has_filter.then(|| Arc::new(PathFilter { only, excluded })) })
    }
}

fn expression(text: &str) -> Option<Regex> {
    RegexBuilder::new(text).size_limit(EXPRESSION_BYTES_MAX).dfa_size_limit(EXPRESSION_BYTES_MAX).build().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claim(path: &str, only: &str, excluded: &[&str]) -> Claim {
        let excluded = excluded.iter().map(|text| (*text).to_owned()).collect();
        Claim { path: path.to_owned(), methods: vec!["GET".to_owned()], only: only.to_owned(), excluded }
    }

    #[test]
    fn a_claim_is_a_route_and_what_else_decides() {
        let routes = routes_of_code(&[
            claim("/a/:b", "", &[]),
            claim("/img/:x", r"^\/img\/([^\/]+?)\.png$", &[r"^\/img\/no\.png$"]),
            claim("no slash", "", &[]),
            claim("/x", "(?=look)", &[]),
            Claim { methods: vec!["a b".to_owned()], ..claim("/y", "", &[]) },
        ]);
        let shown: Vec<String> = routes.iter().map(|one| one.route.to_string()).collect();
        assert_eq!(shown, ["GET /a/:b", "GET /img/:x", "GET /x"]);
        assert!(routes[0].filter.is_none() && routes[2].filter.is_none());
        let filter = routes[1].filter.as_ref().unwrap();
        assert!(filter.admits("/img/a.png"));
        assert!(!filter.admits("/img/a.jpg") && !filter.admits("/img/no.png"));
    }

    #[test]
    fn two_that_take_different_paths_of_one_pattern_do_not_meet() {
        let of = |only: &str| routes_of_code(&[claim("/img/:x", only, &["^/z$"])]).remove(0).filter.unwrap();
        assert!(of("^/a$").may_meet(&of("^/a$")) && of("").may_meet(&of("^/a$")));
        assert!(!of("^/a$").may_meet(&of("^/b$")));
        assert!(of("^/a$") == of("^/a$") && of("^/a$") != of(""));
    }

    #[test]
    fn an_expression_is_bounded() {
        let routes = routes_of_code(&[claim("/x", "(a{1000}){1000}", &[])]);
        assert_eq!(routes.len(), 1);
        assert!(routes[0].filter.is_none());
        assert_eq!(routes_of_code(&vec![claim("/x", "", &[]); 1_000]).len(), CLAIMS_MAX);
    }
}
