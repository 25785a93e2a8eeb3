//! Checks `[[grant]]` of the configuration file, and turns it into the grants of the route table.
//!
//! `file` has read the texts; `resolve` passes the addresses that no grant may name.
//!
//! Invariant: every host, path and port is granted to one set of functions.

use std::collections::HashMap;
use std::fmt::Display;
use std::hash::Hash;
use std::net::SocketAddr;
use std::sync::Arc;

use super::ConfigError;
use super::file::RawGrant;
use crate::function::FunctionName;
use crate::function::route::{Grant, PathPattern, Segment};

/// The grants of the file, in its order.
pub(super) fn settle(raw: Vec<RawGrant>, listen: SocketAddr, admin: SocketAddr) -> Result<Arc<[Grant]>, ConfigError> {
    let mut grants = Vec::with_capacity(raw.len());
    for (index, raw) in raw.into_iter().enumerate() {
        let number = index + 1;
        grants.push(grant(raw, listen, admin).map_err(|message| ConfigError::Grant { number, message })?);
    }
    once(&grants, "host", |grant| &grant.hosts)?;
    once(&grants, "path", |grant| &grant.prefixes)?;
    once(&grants, "port", |grant| &grant.ports)?;
    Ok(grants.into())
}

fn grant(raw: RawGrant, listen: SocketAddr, admin: SocketAddr) -> Result<Grant, String> {
    let RawGrant { mut functions, hosts, prefixes, ports } = raw;
    functions.sort();
    functions.dedup();
    if functions.is_empty() {
        return Err("it names no function: write `functions = [\"NAME\"]`".to_owned());
    }
    if hosts.is_empty() && prefixes.is_empty() && ports.is_empty() {
        return Err("it grants nothing: write `hosts`, `prefixes` or `ports`".to_owned());
    }
    let is_literal = |prefix: &PathPattern| prefix.segments().iter().all(|segment| matches!(segment, Segment::Literal(_)));
    if let Some(prefix) = prefixes.iter().find(|prefix| !is_literal(prefix)) {
        return Err(format!("`{prefix}` has a `:name` or a `*`: a prefix is plain text, and holds everything below it"));
    }
    for port in &ports {
        let taken = [("--listen", listen), ("--admin", admin)].into_iter().find(|(_, address)| address.port() == *port);
        match taken {
            _ if *port == 0 => return Err("port 0 is not a port".to_owned()),
            Some((flag, address)) => return Err(format!("port {port} is that of {flag} ({address}): grant hosts or prefixes there")),
            None => {}
        }
    }
    Ok(Grant { functions, hosts, prefixes, ports })
}

/// Checks that what two grants name, they name for the same functions.
fn once<T: Eq + Hash + Display>(grants: &[Grant], what: &str, of: impl Fn(&Grant) -> &[T]) -> Result<(), ConfigError> {
    let mut seen: HashMap<&T, &[FunctionName]> = HashMap::new();
    for (index, grant) in grants.iter().enumerate() {
        for granted in of(grant) {
            let first = *seen.entry(granted).or_insert(&grant.functions);
            if first != grant.functions {
                let message = format!("the {what} `{granted}` is granted to other functions already: name all of them in one grant");
                return Err(ConfigError::Grant { number: index + 1, message });
            }
        }
    }
    Ok(())
}
