//! Grants: the hosts, ports and paths that the operator reserves for functions.
//!
//! `config` reads them from `[[grant]]` of `skep.toml`; `live` keeps the routes of every other function out of them.
//!
//! Invariant: `function::route` only carries a grant; `config` refuses one that is empty or contradicts another.

use super::{HostPattern, PathPattern};
use crate::function::FunctionName;

/// One reservation: requests of these hosts, below these paths and on these ports reach only these functions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The functions that may answer; each by its own routes.
    pub functions: Vec<FunctionName>,
    /// Whole hosts, on the main port and on every port that is not granted itself.
    pub hosts: Vec<HostPattern>,
    /// Paths of literal segments, each with everything below it, on the main port of hosts that are not granted.
    pub prefixes: Vec<PathPattern>,
    /// Whole ports, beside the main one.
    pub ports: Vec<u16>,
}

impl Grant {
    /// Whether the function may answer.
    pub fn has(&self, function: &FunctionName) -> bool {
        self.functions.contains(function)
    }
}
