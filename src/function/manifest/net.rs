//! `[net]`: the addresses that a function's outgoing connections may reach.
//!
//! Parsed from `allow` and `only`; enforced by `runtime::egress`.
//! Without `[net]`, public addresses are open, and private and loopback ones closed.
//!
//! Invariant: a rule is valid by construction; deciding about an address is not done here.

use std::fmt;
use std::net::{IpAddr, Ipv6Addr};

use crate::function::route::HostPattern;

/// The rules of one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Net {
    /// Open beside the public addresses.
    pub allow: Vec<NetRule>,
    /// If given: nothing but these is open, not even public addresses.
    pub only: Option<Vec<NetRule>>,
}

/// One `host`, `host:port`, `address/prefix` or `address/prefix:port`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct NetRule {
    /// The hosts that it names.
    pub host: NetTarget,
    /// `None`: every port.
    pub port: Option<u16>,
}

/// The hosts that a rule names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum NetTarget {
    /// A name or `*.` and a name, compared with the name that the function asked for, before it is looked up.
    Name(HostPattern),
    /// Every address that shares the first `prefix` bits; one address is 32 or 128 of them.
    Network {
        /// The first address of the network.
        address: IpAddr,
        /// The number of bits that count.
        prefix: u8,
    },
}

impl NetRule {
    /// Reads one rule; the error describes the mistake without repeating the rule.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.contains("://") {
            return Err("write host and port alone, without scheme".into());
        }
        let (host, port) = split_port(text)?;
        if host == "*" {
            return Err("`*` is too wide; name a host, `*.example.com` or a network as `10.0.0.0/8`".into());
        }
        let bare = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or(host);
        let (address, prefix) = bare.split_once('/').map_or((bare, None), |(address, prefix)| (address, Some(prefix)));
        let host = match (address.parse::<IpAddr>(), prefix) {
            (Ok(address), prefix) => NetTarget::Network { address, prefix: parse_prefix(address, prefix)? },
            (Err(_), Some(_)) => return Err("only an IP address may be followed by `/` and a number of bits".into()),
            (Err(_), None) => NetTarget::Name(HostPattern::parse(host).map_err(|error| error.to_string())?),
        };
        Ok(Self { host, port })
    }
}

/// Takes `:port` off. An IPv6 address has colons of its own, so with a port it must be in brackets.
fn split_port(text: &str) -> Result<(&str, Option<u16>), String> {
    let (host, port) = match text.rsplit_once(':') {
        _ if text.split('/').next().is_some_and(|address| address.parse::<Ipv6Addr>().is_ok()) => (text, None),
        Some((_, after)) if after.ends_with(']') => (text, None),
        Some((host, port)) => (host, Some(port)),
        None => (text, None),
    };
    if host.is_empty() {
        return Err("it names no host".into());
    }
    match port.map(str::parse::<u16>) {
        None => Ok((host, None)),
        Some(Ok(port)) if port != 0 => Ok((host, Some(port))),
        Some(_) => Err("the port must be a number from 1 to 65535".into()),
    }
}

fn parse_prefix(address: IpAddr, prefix: Option<&str>) -> Result<u8, String> {
    let bits = if address.is_ipv4() { 32 } else { 128 };
    match prefix.map(str::parse::<u8>) {
        None => Ok(bits),
        Some(Ok(prefix)) if prefix <= bits => Ok(prefix),
        Some(_) => Err(format!("what follows `/` must be a number of bits from 0 to {bits}")),
    }
}

impl fmt::Display for NetRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.host {
            NetTarget::Name(name) => write!(f, "{name}")?,
            NetTarget::Network { address, prefix } => {
                let whole = if address.is_ipv4() { 32 } else { 128 };
                let bits = if *prefix == whole { String::new() } else { format!("/{prefix}") };
                match address {
                    IpAddr::V6(address) if self.port.is_some() => write!(f, "[{address}{bits}]")?,
                    address => write!(f, "{address}{bits}")?,
                }
            }
        }
        match self.port {
            Some(port) => write!(f, ":{port}"),
            None => Ok(()),
        }
    }
}
