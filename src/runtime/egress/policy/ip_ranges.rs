//! The scope of an IP address: public, private or special.
//!
//! The tables are IANA's special-purpose registries (<https://www.iana.org/assignments/iana-ipv4-special-registry/> and its IPv6 twin).
//! `rules` asks; this file knows nothing about functions.
//!
//! Invariant: an address that carries an IPv4 address inside is never more public than that one.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// How far an address reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::runtime::egress) enum AddressScope {
    /// The public internet.
    Public,
    /// A private network, or this machine: a rule that names a host opens it if the name leads there.
    Private(&'static str),
    /// No name should lead there (metadata services are link-local): only a rule that names the address opens it.
    Special(&'static str),
}

use AddressScope::{Private, Special};

const V4: &[([u8; 4], u8, AddressScope)] = &[
    ([0, 0, 0, 0], 8, Special("unspecified")),
    ([10, 0, 0, 0], 8, Private("private")),
    ([100, 64, 0, 0], 10, Private("carrier-grade NAT")),
    ([127, 0, 0, 0], 8, Private("loopback")),
    ([169, 254, 0, 0], 16, Special("link-local")),
    ([172, 16, 0, 0], 12, Private("private")),
    ([192, 0, 0, 0], 24, Special("protocol assignments")),
    ([192, 0, 2, 0], 24, Special("documentation")),
    ([192, 88, 99, 0], 24, Special("6to4 relay")),
    ([192, 168, 0, 0], 16, Private("private")),
    ([198, 18, 0, 0], 15, Special("benchmarking")),
    ([198, 51, 100, 0], 24, Special("documentation")),
    ([203, 0, 113, 0], 24, Special("documentation")),
    ([224, 0, 0, 0], 4, Special("multicast")),
    ([240, 0, 0, 0], 4, Special("reserved or broadcast")),
];

/// Within 2000::/3; everything outside it is not public either way.
const V6: &[([u16; 2], u8, AddressScope)] = &[
    // Teredo (2001::/32), benchmarking, ORCHID and the like.
    ([0x2001, 0], 23, Special("protocol assignments or Teredo")),
    ([0x2001, 0xdb8], 32, Special("documentation")),
    ([0x2002, 0], 16, Special("6to4")),
    ([0x3fff, 0], 20, Special("documentation")),
];

/// The address without IPv6's notations for IPv4 addresses (`::ffff:127.0.0.1`): what the kernel connects to.
pub(in crate::runtime::egress) fn plain(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(address, IpAddr::V4),
        IpAddr::V4(_) => address,
    }
}

/// The scope of an address; see [`plain`].
pub(in crate::runtime::egress) fn scope(address: IpAddr) -> AddressScope {
    match plain(address) {
        IpAddr::V4(v4) => scope_v4(v4),
        IpAddr::V6(v6) => scope_v6(v6),
    }
}

fn scope_v4(address: Ipv4Addr) -> AddressScope {
    let found = V4.iter().find(|(base, prefix, _)| same_network(IpAddr::V4(address), IpAddr::from(*base), *prefix));
    found.map_or(AddressScope::Public, |(_, _, scope)| *scope)
}

fn scope_v6(address: Ipv6Addr) -> AddressScope {
    let segments = address.segments();
    let [first, second, third, .., high, low] = segments;
    if address == Ipv6Addr::LOCALHOST {
        return Private("loopback");
    }
    if address == Ipv6Addr::UNSPECIFIED {
        return Special("unspecified");
    }
    if first & 0xfe00 == 0xfc00 {
        return Private("unique local");
    }
    if first & 0xffc0 == 0xfe80 {
        return Special("link-local");
    }
    if first & 0xff00 == 0xff00 {
        return Special("multicast");
    }
    let [a, b] = high.to_be_bytes();
    let [c, d] = low.to_be_bytes();
    let inner = Ipv4Addr::new(a, b, c, d);
    // NAT64's well-known prefix (RFC 6052): a public IPv4 address may be reached through it, any other may not.
    if segments[..6] == [0x64, 0xff9b, 0, 0, 0, 0] {
        return if scope_v4(inner) == AddressScope::Public {
            AddressScope::Public
        } else {
            Special("NAT64 of an address that is not public")
        };
    }
    // ISATAP (RFC 5214) carries an IPv4 address behind any prefix.
    if matches!(segments[4], 0 | 0x0200) && segments[5] == 0x5efe {
        return Special("ISATAP");
    }
    if first & 0xe000 != 0x2000 {
        return Special("not a public network");
    }
    let network = IpAddr::V6(Ipv6Addr::new(first, second, third, 0, 0, 0, 0, 0));
    let base = |[one, two]: [u16; 2]| IpAddr::V6(Ipv6Addr::new(one, two, 0, 0, 0, 0, 0, 0));
    let found = V6.iter().find(|(start, prefix, _)| same_network(network, base(*start), *prefix));
    found.map_or(AddressScope::Public, |(_, _, scope)| *scope)
}

/// Whether two addresses of one family agree in their first `prefix` bits.
pub(in crate::runtime::egress) fn same_network(one: IpAddr, other: IpAddr, prefix: u8) -> bool {
    let (one, other, bits) = match (one, other) {
        (IpAddr::V4(one), IpAddr::V4(other)) => (u128::from(u32::from(one)), u128::from(u32::from(other)), 32u8),
        (IpAddr::V6(one), IpAddr::V6(other)) => (u128::from(one), u128::from(other), 128u8),
        _ => return false,
    };
    let ignored = u32::from(bits.saturating_sub(prefix));
    // Shifting by all 128 bits is not defined: then no bit counts.
    (one ^ other).checked_shr(ignored).unwrap_or(0) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scope_of(text: &str) -> AddressScope {
        scope(text.parse().expect("an address"))
    }

    #[test]
    fn everything_that_is_not_everybodys_is_closed() {
        let closed = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 127.255.255.254 169.254.169.254 \
            172.16.0.1 172.31.255.255 192.0.0.8 192.0.2.1 192.88.99.1 192.168.0.1 198.18.0.1 198.19.255.255 198.51.100.7 \
            203.0.113.7 224.0.0.1 239.255.255.255 240.0.0.1 255.255.255.255 :: ::1 ::127.0.0.1 ::8.8.8.8 ::ffff:127.0.0.1 \
            ::ffff:10.1.2.3 ::ffff:169.254.169.254 ::ffff:0:127.0.0.1 64:ff9b::127.0.0.1 64:ff9b::10.0.0.1 \
            64:ff9b:1::8.8.8.8 100::1 2001::1 2001:0:4136:e378:8000:63bf:3fff:fdd2 2001:1ff:ffff::1 2001:db8::1 \
            2002:7f00:1::1 2002:808:808::1 3fff::1 fc00::1 fd12:3456::1 fe80::1 febf::1 fec0::1 ff02::1 5f00::1 \
            2606:4700::5efe:127.0.0.1 2606:4700::200:5efe:10.0.0.1";
        for address in closed.split(' ') {
            assert_ne!(scope_of(address), AddressScope::Public, "{address}");
        }
    }

    #[test]
    fn everybodys_addresses_are_open() {
        let open = "1.1.1.1 8.8.8.8 9.255.255.255 11.0.0.0 100.63.255.255 100.128.0.0 126.255.255.255 128.0.0.0 169.253.255.255 \
            169.255.0.0 172.15.255.255 172.32.0.0 192.0.1.0 192.167.255.255 192.169.0.0 198.17.255.255 198.20.0.0 \
            223.255.255.255 ::ffff:8.8.8.8 64:ff9b::8.8.8.8 2001:200::1 2001:4860:4860::8888 2606:4700::1111 2003::1 \
            3ffe::1";
        for address in open.split(' ') {
            assert_eq!(scope_of(address), AddressScope::Public, "{address}");
        }
    }

    #[test]
    fn names_may_lead_to_private_networks_but_not_to_metadata() {
        assert!(matches!(scope_of("10.0.0.1"), Private(_)));
        assert!(matches!(scope_of("::1"), Private(_)));
        assert!(matches!(scope_of("fd00::1"), Private(_)));
        assert!(matches!(scope_of("169.254.169.254"), Special(_)));
        assert!(matches!(scope_of("::ffff:169.254.169.254"), Special(_)));
        assert!(matches!(scope_of("fe80::1"), Special(_)));
    }

    #[test]
    fn networks_agree_in_their_first_bits_only() {
        let address = |text: &str| text.parse::<IpAddr>().expect("an address");
        assert!(same_network(address("10.1.2.3"), address("10.0.0.0"), 8));
        assert!(!same_network(address("11.1.2.3"), address("10.0.0.0"), 8));
        assert!(same_network(address("1.2.3.4"), address("200.2.3.4"), 0));
        assert!(same_network(address("ff00::"), address("::"), 0));
        assert!(!same_network(address("::"), address("0.0.0.0"), 0));
        assert!(same_network(address("10.0.0.7"), address("10.0.0.7"), 32));
        assert!(!same_network(address("10.0.0.6"), address("10.0.0.7"), 32));
    }
}
