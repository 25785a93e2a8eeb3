//! The rules of `[net]`: whether a function may connect to an address.
//!
//! `[net]` of the manifest comes in when an instance gets its function; `connector` asks before every connection, about the very address it
//! will connect to.
//!
//! Invariant: pure, and the only place where this is decided.

use std::net::{IpAddr, SocketAddr};

use super::ip_ranges;
use super::ip_ranges::{AddressScope, plain, same_network};
use crate::function::manifest::{Net, NetRule, NetTarget};
use crate::function::route::HostPattern;

/// What one function's connections may reach.
#[derive(Debug)]
pub(in crate::runtime::egress) struct Rules(Net);

/// Why a connection is denied; the function gets the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(in crate::runtime::egress) enum Denial {
    /// Loopback, private, link-local and so on.
    #[error("{address} is closed to functions ({what}): `allow` under [net] in function.toml opens it")]
    Closed {
        /// The address.
        address: SocketAddr,
        /// What kind of address it is.
        what: &'static str,
    },
    /// There is an `only` that does not name it.
    #[error("{0} is not in `only` under [net] in function.toml")]
    NotNamed(String),
    /// Skep listens there.
    #[error(
        "{0} is Skep's own address: `ctx.call` reaches functions without it; `allow` under [net] opens it if it names this address and this port"
    )]
    Own(SocketAddr),
}

impl Rules {
    pub(in crate::runtime::egress) fn new(net: &Net) -> Self {
        Self(net.clone())
    }

    /// Whether a name may be looked up at all: a function that may reach nothing but some hosts must not talk through DNS either.
    /// Without a port: for any.
    pub(in crate::runtime::egress) fn check_name(&self, host: &str, port: Option<u16>) -> Result<(), Denial> {
        let Some(only) = &self.0.only else { return Ok(()) };
        let may_lead_there = |rule: &NetRule| {
            rule.port.is_none_or(|named| port.is_none_or(|port| named == port))
                && !matches!(&rule.host, NetTarget::Name(name) if !is(name, host))
        };
        if only.iter().any(may_lead_there) {
            Ok(())
        } else {
            Err(Denial::NotNamed(port.map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))))
        }
    }

    /// Whether a connection to `address`, that `host` led to, may be made. `is_own`: Skep listens there.
    pub(in crate::runtime::egress) fn check(&self, host: &str, address: SocketAddr, is_own: bool) -> Result<(), Denial> {
        let Net { allow, only } = &self.0;
        let address = SocketAddr::new(plain(address.ip()), address.port());
        let matches = |rule: &&NetRule| names(rule, host, address);
        if let Some(only) = only
            && !only.iter().any(|rule| matches(&rule))
        {
            return Err(Denial::NotNamed(address.to_string()));
        }
        // An address in `only` is as explicit as one in `allow`. A name in `only` narrows and opens nothing: the owner of the name
        // decides where it leads.
        let mut explicit =
            allow.iter().chain(only.iter().flatten().filter(|rule| matches!(rule.host, NetTarget::Network { .. }))).filter(matches);
        if is_own {
            return if explicit.any(is_one_address_and_port) { Ok(()) } else { Err(Denial::Own(address)) };
        }
        match ip_ranges::scope(address.ip()) {
            AddressScope::Public => Ok(()),
            AddressScope::Private(_) if explicit.next().is_some() => Ok(()),
            AddressScope::Special(_) if explicit.any(|rule| matches!(rule.host, NetTarget::Network { .. })) => Ok(()),
            AddressScope::Private(what) | AddressScope::Special(what) => Err(Denial::Closed { address, what }),
        }
    }
}

/// Whether a rule is about a connection.
fn names(rule: &NetRule, host: &str, address: SocketAddr) -> bool {
    rule.port.is_none_or(|port| port == address.port())
        && match &rule.host {
            NetTarget::Name(name) => is(name, host),
            NetTarget::Network { address: base, prefix } => {
                // `::ffff:10.0.0.0/104` is 10.0.0.0/8.
                let shortened = if base.is_ipv6() && plain(*base).is_ipv4() { 96 } else { 0 };
                match prefix.checked_sub(shortened) {
                    Some(prefix) => same_network(address.ip(), plain(*base), prefix),
                    None => same_network(address.ip(), *base, *prefix),
                }
            }
        }
}

fn is_one_address_and_port(rule: &NetRule) -> bool {
    let whole = |address: &IpAddr| if address.is_ipv4() { 32 } else { 128 };
    rule.port.is_some() && matches!(&rule.host, NetTarget::Network { address, prefix } if *prefix == whole(address))
}

/// Whether a pattern is about a host; both are in lower case.
fn is(pattern: &HostPattern, host: &str) -> bool {
    match pattern {
        HostPattern::Exact(name) => **name == *host,
        HostPattern::Wildcard(parent) => host.strip_suffix(&**parent).is_some_and(|rest| rest.ends_with('.')),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(allow: &[&str], only: Option<&[&str]>) -> Rules {
        let parse = |list: &[&str]| list.iter().map(|rule| NetRule::parse(rule).expect("a rule")).collect::<Vec<_>>();
        Rules(Net { allow: parse(allow), only: only.map(parse) })
    }

    /// Whether `host`, which led to `address`, is open.
    fn open(rules: &Rules, host: &str, address: &str) -> bool {
        rules.check(host, address.parse().expect("an address and a port"), false).is_ok()
    }

    #[test]
    fn without_net_public_addresses_are_open_and_no_others() {
        let rules = rules(&[], None);
        assert!(open(&rules, "example.com", "93.184.215.14:443"));
        assert!(open(&rules, "example.com", "[2606:4700::1111]:80"));
        for address in ["127.0.0.1:80", "10.0.0.7:80", "169.254.169.254:80", "[::1]:80", "[::ffff:127.0.0.1]:80", "[fe80::1]:80"] {
            assert!(!open(&rules, "example.com", address), "{address}");
        }
    }

    #[test]
    fn a_port_in_allow_opens_that_port_only() {
        let rules = rules(&["10.0.0.7:5432"], None);
        assert!(open(&rules, "db", "10.0.0.7:5432"));
        assert!(open(&rules, "db", "[::ffff:10.0.0.7]:5432"), "the same address in another notation");
        assert!(!open(&rules, "db", "10.0.0.7:5433"));
        assert!(!open(&rules, "db", "10.0.0.8:5432"));
    }

    #[test]
    fn a_network_in_allow_opens_all_of_it() {
        let rules = rules(&["10.1.0.0/16", "[::1]:9000", "::ffff:192.168.0.0/120"], None);
        assert!(open(&rules, "x", "10.1.255.255:1"));
        assert!(!open(&rules, "x", "10.2.0.0:1"));
        assert!(open(&rules, "x", "[::1]:9000"));
        assert!(!open(&rules, "x", "[::1]:9001"));
        assert!(open(&rules, "x", "192.168.0.9:1"), "a mapped network is its IPv4 network");
        assert!(!open(&rules, "x", "192.168.1.9:1"));
    }

    #[test]
    fn a_name_in_allow_opens_private_addresses_it_leads_to_but_no_metadata() {
        let rules = rules(&["db.internal:5432", "*.svc.local"], None);
        assert!(open(&rules, "db.internal", "10.0.0.7:5432"));
        assert!(open(&rules, "db.internal", "127.0.0.1:5432"));
        assert!(!open(&rules, "db.internal", "10.0.0.7:80"));
        assert!(!open(&rules, "other.internal", "10.0.0.7:5432"));
        assert!(open(&rules, "a.svc.local", "10.0.0.7:80"));
        assert!(!open(&rules, "svc.local", "10.0.0.7:80"));
        assert!(!open(&rules, "evilsvc.local", "10.0.0.7:80"));
        assert!(!open(&rules, "db.internal", "169.254.169.254:5432"));
        assert!(!open(&rules, "db.internal", "0.0.0.0:5432"));
    }

    #[test]
    fn only_closes_everything_else() {
        let rules = rules(&[], Some(&["api.example.com:443", "10.0.0.7:5432"]));
        assert!(open(&rules, "api.example.com", "93.184.215.14:443"));
        assert!(!open(&rules, "api.example.com", "93.184.215.14:80"));
        assert!(!open(&rules, "example.com", "93.184.215.14:443"));
        assert!(open(&rules, "anything", "10.0.0.7:5432"), "an address in `only` opens it");
        assert!(!open(&rules, "api.example.com", "10.0.0.8:443"), "a name in `only` opens nothing private");
    }

    #[test]
    fn a_name_that_only_and_allow_both_name_may_be_private() {
        let rules = rules(&["db.internal"], Some(&["db.internal:5432"]));
        assert!(open(&rules, "db.internal", "10.0.0.7:5432"));
        assert!(!open(&rules, "db.internal", "10.0.0.7:80"));
        assert!(!open(&rules, "example.com", "93.184.215.14:5432"));
    }

    #[test]
    fn an_empty_only_closes_everything() {
        let rules = rules(&["10.0.0.7"], Some(&[]));
        assert!(!open(&rules, "example.com", "93.184.215.14:443"));
        assert!(!open(&rules, "x", "10.0.0.7:443"));
        assert!(rules.check_name("example.com", Some(443)).is_err());
    }

    #[test]
    fn names_outside_only_are_not_even_looked_up() {
        let names = rules(&[], Some(&["api.example.com:443", "*.cdn.example.com"]));
        assert!(names.check_name("api.example.com", Some(443)).is_ok());
        assert!(names.check_name("a.cdn.example.com", Some(80)).is_ok());
        assert!(names.check_name("secret.evil.example", Some(443)).is_err());
        assert!(names.check_name("api.example.com", Some(80)).is_err());
        let network = rules(&[], Some(&["10.0.0.0/8:443"]));
        assert!(network.check_name("db.internal", Some(443)).is_ok(), "it may lead into the network");
        assert!(network.check_name("db.internal", Some(80)).is_err());
    }

    #[test]
    fn skeps_own_addresses_are_opened_by_address_and_port_alone() {
        let own = |rules: &Rules, address: &str| rules.check("localhost", address.parse().expect("an address"), true).is_ok();
        for too_wide in ["127.0.0.0/8", "127.0.0.1", "127.0.0.0/8:8001", "localhost:8001", "0.0.0.0/0", "127.0.0.1:8000"] {
            assert!(!own(&rules(&[too_wide], None), "127.0.0.1:8001"), "{too_wide}");
        }
        assert!(own(&rules(&["127.0.0.1:8001"], None), "127.0.0.1:8001"));
        assert!(own(&rules(&[], Some(&["127.0.0.1:8001"])), "127.0.0.1:8001"));
        assert!(!own(&rules(&["127.0.0.1:8001"], Some(&["example.com"])), "127.0.0.1:8001"));
        assert!(!own(&rules(&[], None), "93.184.215.14:8001"), "a public address of this machine");
    }

    #[test]
    fn a_refusal_names_the_address_and_what_opens_it() {
        let denial = rules(&[], None).check("x", "127.0.0.1:80".parse().expect("an address"), false).expect_err("closed");
        assert_eq!(denial.to_string(), "127.0.0.1:80 is closed to functions (loopback): `allow` under [net] in function.toml opens it");
    }
}
