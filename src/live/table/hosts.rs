//! Hosts: the trees of paths for one port, one for each host that routes name and one for every other.
//!
//! `Table::build` fills it; `Table::resolve` searches it with the authority that the client sent, in any case and with or without port.
//!
//! Invariant: an exact host is searched before a wildcard, a longer wildcard before a shorter one, and no host at all last.

use std::collections::HashMap;

use crate::function::route::HostPattern;

use super::paths::Paths;
use super::route_entry::{PathStep, RouteEntry};

/// Longest host name in text form (RFC 1035 §2.3.4, without the trailing dot).
pub(in crate::live) const HOST_LENGTH_MAX: usize = 253;

/// The route entries for one port.
#[derive(Debug)]
pub(in crate::live) struct Hosts<T> {
    exact: HashMap<Box<str>, Paths<T>>,
    below: HashMap<Box<str>, Paths<T>>,
    any: Paths<T>,
}

// Derived, it would ask for `T: Default`.
impl<T> Default for Hosts<T> {
    fn default() -> Self {
        Self { exact: HashMap::new(), below: HashMap::new(), any: Paths::default() }
    }
}

impl<T> Hosts<T> {
    /// Inserts a route entry at its host and steps.
    pub(in crate::live) fn insert(&mut self, host: Option<&HostPattern>, path: &[PathStep<'_>], route_entry: RouteEntry<T>) {
        let paths = match host {
            Some(HostPattern::Exact(host)) => self.exact.entry(host.clone()).or_default(),
            Some(HostPattern::Wildcard(parent)) => self.below.entry(parent.clone()).or_default(),
            None => &mut self.any,
        };
        paths.insert(path, route_entry);
    }

    /// Offers `accept` every entry whose host and steps match, the most specific first, until it takes one.
    pub(in crate::live) fn find<'t>(
        &'t self,
        authority: &str,
        path: &str,
        accept: &mut impl FnMut(&RouteEntry<T>) -> bool,
    ) -> Option<&'t RouteEntry<T>> {
        self.find_with_host(authority, path, accept).or_else(|| self.find_without_host(path, accept))
    }

    /// The same among the entries that name a host.
    pub(in crate::live) fn find_with_host<'t>(
        &'t self,
        authority: &str,
        path: &str,
        accept: &mut impl FnMut(&RouteEntry<T>) -> bool,
    ) -> Option<&'t RouteEntry<T>> {
        // Most tables name no host, and then the authority is not even read.
        if self.exact.is_empty() && self.below.is_empty() {
            return None;
        }
        self.find_named(canonical(authority, &mut [0; HOST_LENGTH_MAX])?, path, accept)
    }

    /// The same among the entries that name no host.
    pub(in crate::live) fn find_without_host<'t>(
        &'t self,
        path: &str,
        accept: &mut impl FnMut(&RouteEntry<T>) -> bool,
    ) -> Option<&'t RouteEntry<T>> {
        self.any.find(path, accept)
    }

    fn find_named<'t>(&'t self, host: &str, path: &str, accept: &mut impl FnMut(&RouteEntry<T>) -> bool) -> Option<&'t RouteEntry<T>> {
        if let Some(found) = self.exact.get(host).and_then(|paths| paths.find(path, accept)) {
            return Some(found);
        }
        if self.below.is_empty() {
            return None;
        }
        let mut rest = host;
        while let Some((_, parent)) = rest.split_once('.') {
            if let Some(found) = self.below.get(parent).and_then(|paths| paths.find(path, accept)) {
                return Some(found);
            }
            rest = parent;
        }
        None
    }
}

/// The host alone, in lower case, without port and trailing dot; `None` where no pattern can match.
pub(in crate::live) fn canonical<'b>(authority: &str, buffer: &'b mut [u8; HOST_LENGTH_MAX]) -> Option<&'b str> {
    let end = match authority.rfind(']') {
        // The colons inside the brackets belong to an IPv6 address, not to the port.
        Some(bracket) => bracket + 1,
        None => authority.find(':').unwrap_or(authority.len()),
    };
    let host = authority.get(..end)?;
    let host = host.strip_suffix('.').unwrap_or(host);
    let room = buffer.get_mut(..host.len())?;
    room.copy_from_slice(host.as_bytes());
    room.make_ascii_lowercase();
    std::str::from_utf8(room).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_reduced_to_its_host() {
        for (authority, host) in [
            ("example.com", Some("example.com")),
            ("Example.COM:8080", Some("example.com")),
            ("example.com.:80", Some("example.com")),
            ("[::1]:8000", Some("[::1]")),
            ("[::1]", Some("[::1]")),
            ("", Some("")),
            (&"a".repeat(254), None),
        ] {
            assert_eq!(canonical(authority, &mut [0; HOST_LENGTH_MAX]), host, "{authority}");
        }
    }
}
