//! The number of open connections of each client address.
//!
//! `listener` enters every connection it accepts, and drops the entry with the connection.
//!
//! Invariant: an address without connections is not remembered.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

use parking_lot::Mutex;

/// The cap, and the open connections of each client.
pub(in crate::ingress) struct ConnectionsPerIp {
    most: usize,
    open: Mutex<HashMap<IpAddr, usize>>,
}

/// One connection of an address; none if there is no cap.
pub(in crate::ingress) struct ConnectionSlot(Option<(Arc<ConnectionsPerIp>, IpAddr)>);

impl ConnectionsPerIp {
    /// At most this many connections a client; 0: no cap.
    pub(in crate::ingress) fn new(most: usize) -> Arc<Self> {
        Arc::new(Self { most, open: Mutex::default() })
    }

    /// Counts one more connection of an address. `None`: the address has as many as the cap allows.
    pub(in crate::ingress) fn enter(self: &Arc<Self>, address: IpAddr) -> Option<ConnectionSlot> {
        if self.most == 0 {
            return Some(ConnectionSlot(None));
        }
        let client = client(address);
        let mut open = self.open.lock();
        let count = open.entry(client).or_insert(0);
        if *count >= self.most {
            return None;
        }
        *count += 1;
        Some(ConnectionSlot(Some((self.clone(), client))))
    }
}

impl Drop for ConnectionSlot {
    fn drop(&mut self) {
        let Some((per_ip, client)) = &self.0 else { return };
        let mut open = per_ip.open.lock();
        if let Some(count) = open.get_mut(client) {
            *count -= 1;
            if *count == 0 {
                open.remove(client);
            }
        }
    }
}

/// The client behind an address: in IPv6, a client has at least a /64 to itself.
fn client(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        v4 => v4,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_free_again_when_its_connection_is_closed() {
        let per_ip = ConnectionsPerIp::new(2);
        let enter = |address: &str| per_ip.enter(address.parse().unwrap());
        let first = enter("10.0.0.1");
        let _second = enter("::ffff:10.0.0.1");
        assert!(enter("10.0.0.1").is_none());
        assert!(enter("10.0.0.2").is_some());
        drop(first);
        assert!(enter("10.0.0.1").is_some());
        assert_eq!(per_ip.open.lock().len(), 1);
    }

    #[test]
    fn an_ipv6_network_is_one_client() {
        let per_ip = ConnectionsPerIp::new(1);
        let _open = per_ip.enter("2001:db8::1".parse().unwrap());
        assert!(per_ip.enter("2001:db8::2".parse().unwrap()).is_none());
        assert!(per_ip.enter("2001:db8:0:1::1".parse().unwrap()).is_some());
    }

    #[test]
    fn without_a_cap_nobody_is_remembered() {
        let per_ip = ConnectionsPerIp::new(0);
        let open: Vec<_> = (0..10).map(|_| per_ip.enter("10.0.0.1".parse().unwrap())).collect();
        assert!(open.iter().all(Option::is_some) && per_ip.open.lock().is_empty());
    }
}
