//! Which addresses a function may reach: public ones, unless its manifest says more or less.
//!
//! Built from `[net]` of the manifest when an instance gets its function; deno_fetch asks before it connects, with the resolved address.
//!
//! Invariant: loopback, private, link-local and metadata addresses are closed unless `allow` opens them.

use std::net::IpAddr;
use std::sync::Arc;

use deno_error::JsErrorBox;
use deno_permissions::{PermissionDescriptorParser, Permissions, PermissionsContainer, PermissionsOptions};
use deno_tls::RootCertStoreProvider;
use deno_tls::rustls::RootCertStore;

use super::descriptors::Descriptors;
use crate::function::manifest::{Net, NetHost, NetRule};

/// Not public: <https://www.iana.org/assignments/iana-ipv4-special-registry/> and its IPv6 twin.
const CLOSED: &[(&str, u8)] = &[
    ("0.0.0.0", 8),
    ("10.0.0.0", 8),
    ("100.64.0.0", 10),
    ("127.0.0.0", 8),
    ("169.254.0.0", 16),
    ("172.16.0.0", 12),
    ("192.0.0.0", 24),
    ("192.168.0.0", 16),
    ("198.18.0.0", 15),
    ("224.0.0.0", 4),
    ("240.0.0.0", 4),
    ("::", 127),
    ("64:ff9b::", 96),
    ("fc00::", 7),
    ("fe80::", 10),
    ("ff00::", 8),
];

/// The permissions of one instance.
///
/// # Errors
/// A text that names the entry of `[net]` that cannot be read.
pub fn permissions(net: &Net) -> Result<PermissionsContainer, JsErrorBox> {
    let parser: Arc<dyn PermissionDescriptorParser> = Arc::new(Descriptors::default());
    let only: Option<Vec<String>> = net.only.as_ref().map(|rules| rules.iter().map(NetRule::to_string).collect());
    let options = PermissionsOptions {
        // To deno_permissions an empty list means every address, and no list means none.
        allow_net: match only {
            Some(rules) if rules.is_empty() => None,
            Some(rules) => Some(rules),
            None => Some(Vec::new()),
        },
        deny_net: Some(closed_except(net.only.as_ref().unwrap_or(&net.allow))),
        prompt: false,
        ..Default::default()
    };
    let permissions = Permissions::from_options(&*parser, &options)
        .map_err(|error| JsErrorBox::type_error(format!("[net] in function.toml: {error}")))?;
    Ok(PermissionsContainer::new(parser, permissions))
}

/// The closed networks without the addresses that `allow` opens. A rule with a name is decided by `allow` of its address.
fn closed_except(allow: &[NetRule]) -> Vec<String> {
    let mut closed: Vec<Network> = CLOSED.iter().filter_map(|(address, prefix)| Some((address.parse().ok()?, *prefix))).collect();
    for rule in allow {
        if let NetHost::Network { address, prefix } = &rule.host {
            closed = closed.into_iter().flat_map(|network| without(network, (*address, *prefix))).collect();
        }
    }
    closed.into_iter().map(|(address, prefix)| format!("{address}/{prefix}")).collect()
}

/// An address and how many of its bits name the network.
type Network = (IpAddr, u8);

/// Splits a network into the networks that cover all of it but the hole.
fn without(network: Network, hole: Network) -> Vec<Network> {
    let (bits, base, hole_base) = match (network.0, hole.0) {
        (IpAddr::V4(base), IpAddr::V4(hole)) => (32u8, u128::from(u32::from(base)), u128::from(u32::from(hole))),
        (IpAddr::V6(base), IpAddr::V6(hole)) => (128u8, u128::from(base), u128::from(hole)),
        _ => return vec![network],
    };
    let same = |prefix: u8| prefix == 0 || (base >> (bits - prefix)) == (hole_base >> (bits - prefix));
    if !same(network.1.min(hole.1)) {
        return vec![network];
    }
    // A hole at least as large as the network leaves nothing of it.
    let address = |value: u128| if bits == 32 { IpAddr::from((value as u32).to_be_bytes()) } else { IpAddr::from(value.to_be_bytes()) };
    (network.1..hole.1)
        .map(|prefix| {
            // The half of the network at `prefix + 1` that does not hold the hole.
            let bit = 1u128 << (bits - prefix - 1);
            let sibling = (hole_base ^ bit) & !(bit - 1);
            (address(sibling), prefix + 1)
        })
        .collect()
}

/// The root certificates of every isolate: Mozilla's, compiled in.
#[derive(Default)]
pub struct Roots(std::sync::OnceLock<RootCertStore>);

impl RootCertStoreProvider for Roots {
    fn get_or_try_init(&self) -> Result<&RootCertStore, JsErrorBox> {
        Ok(self.0.get_or_init(deno_tls::create_default_root_cert_store))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn contains(networks: &[(IpAddr, u8)], address: [u8; 4]) -> bool {
        let address = u32::from_be_bytes(address);
        networks.iter().any(|(base, prefix)| match base {
            IpAddr::V4(base) => *prefix == 0 || (u32::from(*base) >> (32 - prefix)) == (address >> (32 - prefix)),
            IpAddr::V6(_) => false,
        })
    }

    #[test]
    fn a_hole_opens_one_address_and_no_other() {
        let networks = without((IpAddr::from([10, 0, 0, 0]), 8), (IpAddr::from([10, 0, 0, 7]), 32));
        assert!(!contains(&networks, [10, 0, 0, 7]));
        for other in [[10, 0, 0, 6], [10, 0, 0, 8], [10, 255, 255, 255], [10, 0, 0, 0], [10, 128, 0, 7]] {
            assert!(contains(&networks, other), "{other:?}");
        }
    }

    #[test]
    fn a_hole_as_large_as_the_network_leaves_nothing() {
        assert_eq!(without((IpAddr::from([10, 1, 0, 0]), 16), (IpAddr::from([10, 0, 0, 0]), 8)), Vec::new());
        assert_eq!(without((IpAddr::from([10, 1, 0, 0]), 16), (IpAddr::from([11, 0, 0, 0]), 8)).len(), 1);
    }
}
