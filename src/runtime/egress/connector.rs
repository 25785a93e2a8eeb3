//! The one connector: it looks a host up, asks `rules` about every address, and connects to one that is open.
//!
//! `fetch` and WebSockets get their client here, for one host and one port each: its resolver gives the connector only addresses that were
//! checked for that port, so no second look-up can lead elsewhere. Addresses that stand in the URL are checked before there is a client.
//!
//! Invariant: a client connects only to addresses that [`Rules::check`] permits.

use std::fmt;
use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::str::FromStr as _;
use std::sync::{Arc, LazyLock};

use deno_error::JsErrorBox;
use deno_fetch::dns::{Resolve, Resolver, Resolving};
use deno_fetch::{Client, CreateHttpClientOptions, create_http_client};
use deno_tls::rustls::RootCertStore;
use http::Uri;
use hyper_util::client::legacy::connect::dns::Name;

use super::policy::ip_ranges::plain;
use super::policy::rules::{Denial, Rules};
use crate::function::manifest::Net;
use crate::runtime::ops::{HostApi, Identity};

/// Clients kept for their open connections, one for each host and port; the one that was used longest ago goes first.
const CLIENTS_MAX: usize = 32;
/// Connections kept open for later requests to one host.
const IDLE_CONNECTIONS_MAX: usize = 8;
/// Bytes that a connection holds of an unread answer: the head must fit as well.
const BUFFER_BYTES: usize = 64 * 1024;
const STREAM_WINDOW_BYTES: u32 = 64 * 1024;
const CONNECTION_WINDOW_BYTES: u32 = 1024 * 1024;
/// Addresses of one name that are checked.
const ADDRESSES_MAX: usize = 64;

/// Names Skep to the servers that functions talk to.
pub(super) const USER_AGENT: &str = concat!("Skep/", env!("CARGO_PKG_VERSION"));

/// Mozilla's root certificates, compiled in.
static ROOTS: LazyLock<RootCertStore> = LazyLock::new(deno_tls::create_default_root_cert_store);

/// The connector of one instance; each of its connections passes here.
pub(super) struct Connector {
    guard: Arc<AddressGuard>,
    clients: Vec<(HostPort, Client)>,
}

/// A host as it stands in a URL, and a port.
#[derive(Clone, Debug, PartialEq, Eq)]
struct HostPort {
    host: String,
    port: u16,
}

impl HostPort {
    fn of(uri: &Uri) -> Option<Self> {
        let port = uri.port_u16().unwrap_or(if matches!(uri.scheme_str(), Some("https" | "wss")) { 443 } else { 80 });
        Some(Self { host: uri.host()?.to_owned(), port })
    }

    /// The address, if the host is one. Numeric forms such as `0x7f.1` are addresses since the URL was parsed.
    fn address(&self) -> Option<SocketAddr> {
        let bare = self.host.trim_start_matches('[').trim_end_matches(']');
        Some(SocketAddr::new(IpAddr::from_str(bare).ok()?, self.port))
    }

    /// The name as rules write it.
    fn name(&self) -> String {
        self.host.strip_suffix('.').unwrap_or(&self.host).to_ascii_lowercase()
    }
}

/// The rules, and the facts of the process that they need.
pub(super) struct AddressGuard {
    rules: Rules,
    host: Arc<dyn HostApi>,
    identity: Option<Identity>,
}

impl AddressGuard {
    fn check(&self, target: &HostPort, address: SocketAddr) -> Result<(), Denial> {
        self.rules.check(&target.name(), address, is_own(&self.host.listens_on(), address))
    }

    /// Whether a socket may lead to an address that `name` stands for.
    ///
    /// # Errors
    /// Why not, for the function.
    pub(super) fn judge(&self, name: &str, address: SocketAddr) -> Result<(), String> {
        let target = HostPort { host: name.to_owned(), port: address.port() };
        self.check(&target, address).map_err(|denial| self.deny(&denial))
    }

    /// Whether a name may be looked up, for any port.
    ///
    /// # Errors
    /// Why not, for the function.
    pub(super) fn judge_name(&self, name: &str) -> Result<(), String> {
        let name = HostPort { host: name.to_owned(), port: 0 }.name();
        self.rules.check_name(&name, None).map_err(|denial| self.deny(&denial))
    }

    /// Reports the denial to the host, and returns the reason for the function.
    fn deny(&self, denial: &Denial) -> String {
        self.host.refused(self.identity.as_ref(), "connection to a closed address");
        denial.to_string()
    }
}

/// Whether Skep listens at an address. A listener on every address has all that this machine has.
fn is_own(listeners: &[SocketAddr], address: SocketAddr) -> bool {
    let asked = plain(address.ip());
    let ports = listeners.iter().filter(|listener| listener.port() == address.port());
    let mut addresses = ports.map(|listener| plain(listener.ip()));
    // The unspecified address leads to this machine.
    addresses.any(|own| own == asked || asked.is_unspecified() || (own.is_unspecified() && is_local(asked)))
}

/// Only an address of this machine can be bound.
fn is_local(address: IpAddr) -> bool {
    address.is_loopback() || UdpSocket::bind((address, 0)).is_ok()
}

impl Connector {
    pub(super) fn new(net: &Net, host: Arc<dyn HostApi>, identity: Option<Identity>) -> Self {
        Self { guard: Arc::new(AddressGuard { rules: Rules::new(net), host, identity }), clients: Vec::new() }
    }

    /// Judges addresses for sockets that are no clients.
    pub(super) fn guard(&self) -> Arc<AddressGuard> {
        self.guard.clone()
    }

    /// A client that reaches the host and port of `uri`, and nothing else.
    pub(super) fn client(&mut self, uri: &Uri) -> Result<Client, JsErrorBox> {
        let target = HostPort::of(uri).ok_or_else(|| JsErrorBox::type_error("the URL names no host"))?;
        let checked = match target.address() {
            Some(address) => self.guard.check(&target, address),
            None => self.guard.rules.check_name(&target.name(), Some(target.port)),
        };
        checked.map_err(|denial| JsErrorBox::type_error(self.guard.deny(&denial)))?;
        if let Some(index) = self.clients.iter().position(|(known, _)| *known == target) {
            // Last is youngest.
            self.clients[index..].rotate_left(1);
        } else {
            let client = connect_to(CheckedResolver { guard: self.guard.clone(), target: target.clone() })?;
            if self.clients.len() >= CLIENTS_MAX {
                self.clients.remove(0);
            }
            self.clients.push((target, client));
        }
        self.clients.last().map(|(_, client)| client.clone()).ok_or_else(|| JsErrorBox::generic("no client"))
    }
}

fn connect_to(checked: CheckedResolver) -> Result<Client, JsErrorBox> {
    create_http_client(
        USER_AGENT,
        CreateHttpClientOptions {
            root_cert_store: Some(ROOTS.clone()),
            dns_resolver: Resolver::custom(Arc::new(checked)),
            pool_max_idle_per_host: Some(IDLE_CONNECTIONS_MAX),
            client_builder_hook: Some(|mut client| {
                client.http1_max_buf_size(BUFFER_BYTES);
                client.http2_initial_stream_window_size(STREAM_WINDOW_BYTES);
                client.http2_initial_connection_window_size(CONNECTION_WINDOW_BYTES);
                client
            }),
            ..Default::default()
        },
    )
    .map_err(JsErrorBox::from_err)
}

/// Looks one host up for one port.
#[derive(Clone)]
struct CheckedResolver {
    guard: Arc<AddressGuard>,
    target: HostPort,
}

impl fmt::Debug for CheckedResolver {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.target)
    }
}

impl CheckedResolver {
    /// The addresses of the host that are open, in the order of the look-up.
    async fn addresses(self, name: String) -> io::Result<Vec<SocketAddr>> {
        if name != self.target.host {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, format!("{name} was not checked")));
        }
        let mut open = Vec::new();
        let mut denial = None;
        for address in tokio::net::lookup_host((name.as_str(), self.target.port)).await?.take(ADDRESSES_MAX) {
            match self.guard.check(&self.target, address) {
                Ok(()) => open.push(address),
                Err(denied) => denial = Some(denied),
            }
        }
        match denial {
            Some(denial) if open.is_empty() => Err(io::Error::new(io::ErrorKind::PermissionDenied, self.guard.deny(&denial))),
            _ => Ok(open),
        }
    }
}

impl Resolve for CheckedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let looked_up = self.clone().addresses(name.as_str().to_owned());
        Box::pin(async move { Ok(looked_up.await?.into_iter()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> SocketAddr {
        text.parse().expect("an address")
    }

    fn target(uri: &str) -> HostPort {
        HostPort::of(&uri.parse().expect("a URI")).expect("a host")
    }

    #[test]
    fn skeps_own_addresses_are_known_in_every_notation() {
        let listeners = [address("127.0.0.1:8001"), address("0.0.0.0:8000"), address("[::]:9000")];
        for own in [
            "127.0.0.1:8001",
            "[::ffff:127.0.0.1]:8001",
            "0.0.0.0:8001",
            "[::]:8001",
            "127.0.0.1:8000",
            "127.9.9.9:8000",
            "[::1]:9000",
            "127.0.0.1:9000",
        ] {
            assert!(is_own(&listeners, address(own)), "{own}");
        }
        for other in ["127.0.0.1:8002", "127.0.0.2:8001", "93.184.215.14:8000", "93.184.215.14:8001"] {
            assert!(!is_own(&listeners, address(other)), "{other}");
        }
    }

    #[test]
    fn a_target_is_what_the_connector_will_connect_to() {
        assert_eq!(target("https://example.com/a"), HostPort { host: "example.com".into(), port: 443 });
        assert_eq!(target("wss://example.com/a").port, 443);
        assert_eq!(target("ws://example.com").port, 80);
        assert_eq!(target("http://user:pass@example.com:81/").port, 81);
        assert_eq!(target("http://[::1]:81/").address(), Some(address("[::1]:81")));
        assert_eq!(target("http://127.0.0.1/").address(), Some(address("127.0.0.1:80")));
        assert_eq!(target("http://Example.com./").name(), "example.com");
        assert_eq!(target("http://example.com/").address(), None);
    }
}
