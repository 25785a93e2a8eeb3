//! Host patterns: `api.example.com` or `*.example.com`.
//!
//! Parsed from a route's `host` and from the rules of `[net]`; compared in `live` and by `runtime::egress`.
//!
//! Invariant: always in lower case, without port and trailing dot, so that comparing is comparing bytes.

use std::fmt;
use std::net::Ipv6Addr;

use super::PatternError;

/// Longest host name in text form (RFC 1035 §2.3.4).
const HOST_BYTES_MAX: usize = 253;

/// One host, or every host below one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum HostPattern {
    /// Exactly this host: a name, an IPv4 address or an IPv6 address in brackets.
    Exact(Box<str>),
    /// Every name that ends in a dot and this; the name itself is not one of them.
    Wildcard(Box<str>),
}

impl HostPattern {
    /// Accepts a host name, `*.` and a host name, or an IP address, in any case.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let refuse = |why: &str| Err(PatternError(format!("`{}` is not a host: {why}", text.escape_debug())));
        let lower = text.to_ascii_lowercase();
        let host = lower.strip_suffix('.').unwrap_or(&lower);
        if host.is_empty() {
            return refuse("it is empty; leave `host` out to answer every host");
        }
        if host == "*" {
            return refuse("leave `host` out to answer every host");
        }
        if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            return match address.parse::<Ipv6Addr>() {
                Ok(address) => Ok(Self::Exact(format!("[{address}]").into())),
                Err(_) => refuse("what stands in brackets is not an IPv6 address"),
            };
        }
        if host.contains("://") || host.contains('/') {
            return refuse("write the name alone, without scheme and path");
        }
        if host.contains(':') {
            return refuse("write the port as `port`, and an IPv6 address in brackets");
        }
        let parent = host.strip_prefix("*.");
        let name = parent.unwrap_or(host);
        if name.len() > HOST_BYTES_MAX {
            return refuse("it is longer than 253 characters");
        }
        if name.contains('*') {
            return refuse("`*` may stand only for the first label, as in `*.example.com`");
        }
        if let Some(label) = name.split('.').find(|label| !is_label(label)) {
            return refuse(&format!("{label:?} is not a label (letters, digits, `-` and `_`, at most 63 of them)"));
        }
        Ok(match parent {
            Some(parent) => Self::Wildcard(parent.into()),
            None => Self::Exact(host.into()),
        })
    }
}

fn is_label(label: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    (1..=63).contains(&label.len()) && label.bytes().all(allowed) && !label.starts_with('-') && !label.ends_with('-')
}

impl fmt::Display for HostPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact(host) => f.write_str(host),
            Self::Wildcard(parent) => write!(f, "*.{parent}"),
        }
    }
}

impl std::str::FromStr for HostPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}
