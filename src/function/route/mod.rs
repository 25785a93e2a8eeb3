//! Routes: the requests that a function answers beside those to `/<name>`; and grants, which reserve requests for functions.
//!
//! Parsed from `routes` in `function.toml` by `manifest`; `live` builds its table from them.
//!
//! Invariant: a `Route` is valid by construction; matching and precedence live in `live`, not here.

mod grant;
mod host;
mod of_code;
mod path;
#[cfg(test)]
mod tests;

use std::fmt;

use http::Method;

pub use grant::Grant;
pub use host::HostPattern;
pub use of_code::{Claim, CodeRoute, PathFilter, routes_of_code};
pub use path::{PathPattern, Segment};

/// One claim on requests: the conditions on host, port, method and path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Route {
    /// `None`: any host.
    pub host: Option<HostPattern>,
    /// Always there.
    pub path: PathPattern,
    /// Empty: any method.
    pub methods: Vec<Method>,
    /// The listener's port; `None`: the main one.
    pub port: Option<u16>,
}

/// How narrow a route is; of two that match the same request, the greater one wins.
///
/// The order of the fields is the order of precedence: port, host (an exact one before a wildcard, a longer wildcard before a shorter),
/// then the path from left to right (a literal, a parameter, the end, the rest), and methods last.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Specificity {
    has_port: bool,
    host: (u8, usize),
    path: Vec<u8>,
    has_methods: bool,
}

impl Route {
    /// Any host, any method, any port.
    pub fn of_path(path: PathPattern) -> Self {
        Self { host: None, path, methods: Vec::new(), port: None }
    }

    /// How narrow this route is.
    pub fn specificity(&self) -> Specificity {
        Specificity {
            has_port: self.port.is_some(),
            host: match &self.host {
                None => (0, 0),
                Some(HostPattern::Wildcard(parent)) => (1, parent.len()),
                Some(HostPattern::Exact(_)) => (2, 0),
            },
            path: self.path.ranks(),
            has_methods: !self.methods.is_empty(),
        }
    }
}

/// `GET,POST api.example.com:9000/v2/*`: for people, in lists and messages.
impl fmt::Display for Route {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, method) in self.methods.iter().enumerate() {
            write!(f, "{}{method}", if index == 0 { "" } else { "," })?;
        }
        if !self.methods.is_empty() {
            f.write_str(" ")?;
        }
        if let Some(host) = &self.host {
            write!(f, "{host}")?;
        }
        if let Some(port) = self.port {
            write!(f, ":{port}")?;
        }
        write!(f, "{}", self.path)
    }
}

/// Why a text is not a host or a path pattern.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct PatternError(pub(super) String);
