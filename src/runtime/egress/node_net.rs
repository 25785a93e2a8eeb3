//! Sockets of `node:net`: look-ups, and connections that the rules permit.
//!
//! `runtime::ops::node` calls it through the state of the instance. A look-up is remembered, so that a socket that is to lead to one of its
//! addresses is judged by the name: `[net]` names hosts.
//!
//! Invariant: a name speaks for an address only if a look-up of this instance found it there.

use std::cell::RefCell;
use std::net::{IpAddr, SocketAddr};
use std::rc::Rc;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use deno_core::OpState;
use futures::future::LocalBoxFuture;
use indexmap::IndexMap;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio::time::timeout;

use super::connector::AddressGuard;
use super::instance::{InstanceEgress, hit_reporter};
use super::quota::SOCKETS_MAX;
use crate::runtime::ops::{Connected, NodeNet, SocketError, SocketTarget, code_of};

/// Names whose addresses are remembered; the one that was looked up longest ago goes first.
const NAMES_MAX: usize = 64;
/// Addresses of one name.
const ADDRESSES_MAX: usize = 64;
/// Longest wait for a connection to be made, and for one of the other sockets to be closed.
const CONNECT_MAX: Duration = Duration::from_secs(60);
const LOOKUP_MAX: Duration = Duration::from_secs(30);

/// The sockets of one instance.
pub(super) struct InstanceSockets {
    egress: Rc<InstanceEgress>,
    guard: Arc<AddressGuard>,
    found: RefCell<IndexMap<String, Vec<IpAddr>>>,
    places: Arc<Semaphore>,
}

impl InstanceSockets {
    pub(super) fn new(egress: Rc<InstanceEgress>) -> Self {
        let guard = egress.connector.borrow().guard();
        Self { egress, guard, found: RefCell::default(), places: Arc::new(Semaphore::new(SOCKETS_MAX)) }
    }

    /// The addresses of a name, which are remembered.
    async fn find(&self, host: &str) -> Result<Vec<IpAddr>, SocketError> {
        let bare = host.trim_start_matches('[').trim_end_matches(']');
        if let Ok(address) = IpAddr::from_str(bare) {
            return Ok(vec![address]);
        }
        let nothing = |reason: String| SocketError { code: "ENOTFOUND", reason };
        let looked_up = timeout(LOOKUP_MAX, tokio::net::lookup_host((host, 0))).await;
        let looked_up =
            looked_up.map_err(|_| SocketError { code: "EAI_AGAIN", reason: format!("the look-up of {host} takes too long") })?;
        let mut addresses: Vec<IpAddr> = Vec::new();
        for address in looked_up.map_err(|error| nothing(error.to_string()))?.take(ADDRESSES_MAX) {
            if !addresses.contains(&address.ip()) {
                addresses.push(address.ip());
            }
        }
        if addresses.is_empty() {
            return Err(nothing(format!("{host} has no address")));
        }
        let mut found = self.found.borrow_mut();
        found.shift_remove(host);
        if found.len() >= NAMES_MAX {
            found.shift_remove_index(0);
        }
        found.insert(host.to_owned(), addresses.clone());
        Ok(addresses)
    }

    /// The addresses that may be tried for a target, and the name that they are judged by.
    async fn candidates(&self, target: &SocketTarget) -> Result<(String, Vec<IpAddr>), SocketError> {
        let Ok(wanted) = IpAddr::from_str(&target.address) else {
            let addresses = self.find(&target.host).await?;
            return Ok((target.host.clone(), addresses));
        };
        let is_known = |found: &IndexMap<String, Vec<IpAddr>>| found.get(&target.host).is_some_and(|list| list.contains(&wanted));
        let speaks = is_known(&self.found.borrow());
        // A name that did not lead there says nothing about the address.
        let name = if speaks { target.host.clone() } else { target.address.clone() };
        Ok((name, vec![wanted]))
    }

    async fn connect_to(&self, target: SocketTarget) -> Result<TcpStream, SocketError> {
        let (name, addresses) = self.candidates(&target).await?;
        let mut last = SocketError { code: "EHOSTUNREACH", reason: format!("{name} has no address") };
        for address in addresses {
            let address = SocketAddr::new(address, target.port);
            if let Err(why) = self.guard.judge(&name, address) {
                last = SocketError { code: "EACCES", reason: why };
                continue;
            }
            match timeout(CONNECT_MAX, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => last = SocketError { code: code_of(&error), reason: error.to_string() },
                Err(_) => last = SocketError { code: "ETIMEDOUT", reason: format!("{address} does not answer") },
            }
        }
        Err(last)
    }
}

fn too_many(error: deno_fetch::FetchError) -> SocketError {
    SocketError { code: "EMFILE", reason: error.to_string() }
}

impl NodeNet for InstanceSockets {
    fn lookup(
        self: Rc<Self>,
        state: &OpState,
        call: Option<u32>,
        host: String,
    ) -> LocalBoxFuture<'static, Result<Vec<IpAddr>, SocketError>> {
        let entered = self.egress.enter(state, call);
        Box::pin(async move {
            let (pending, _) = entered.map_err(too_many)?;
            self.guard.judge_name(&host).map_err(|reason| SocketError { code: "EACCES", reason })?;
            // A look-up takes a thread of the host while it lasts.
            let _slot = pending.acquire().await;
            self.find(&host).await
        })
    }

    fn connect(
        self: Rc<Self>,
        state: &OpState,
        call: Option<u32>,
        target: SocketTarget,
    ) -> LocalBoxFuture<'static, Result<Connected, SocketError>> {
        let entered = self.egress.enter(state, call);
        let report = hit_reporter(state, "too many sockets");
        Box::pin(async move {
            let (pending, _) = entered.map_err(too_many)?;
            let place = timeout(CONNECT_MAX, self.places.clone().acquire_owned()).await;
            let Ok(Ok(place)) = place else {
                report();
                return Err(SocketError { code: "EMFILE", reason: format!("{SOCKETS_MAX} sockets are open: close some of them first") });
            };
            let slot = pending.acquire().await;
            let stream = self.connect_to(target).await?;
            drop((slot, pending));
            Ok(Connected { stream, place: Box::new(place) })
        })
    }
}
