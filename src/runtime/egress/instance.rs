//! The egress of one instance: its connector, its quota, and the bodies that it reads whole.
//!
//! Put into the isolate's state when the instance gets its function; `fetch` and WebSockets find it there.
//!
//! Invariant: every request is counted before it connects.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::OpState;
use deno_error::JsErrorBox;
use deno_fetch::{Client, FetchError, HttpClientResource};
use http::Uri;

use super::connector::Connector;
use super::quota::{BufferedBodies, PendingRequest, Quota, SOCKETS_MAX, check_size};
use crate::runtime::call::InFlightTable;
use crate::runtime::ops::{Egress, HostApi, Identity, Socket};

/// The egress of one instance.
pub(super) struct InstanceEgress {
    pub(super) connector: RefCell<Connector>,
    pub(super) quota: RefCell<Quota>,
    pub(super) buffered: Rc<BufferedBodies>,
}

impl InstanceEgress {
    pub(super) fn of(state: &OpState) -> Result<Rc<Self>, FetchError> {
        state.try_borrow::<Rc<Self>>().cloned().ok_or_else(|| FetchError::Other(JsErrorBox::type_error("there is no network yet")))
    }

    /// Counts a request for the call that makes it. Returns its place in the queue, and how many functions are behind it, this one
    /// included.
    pub(super) fn enter(&self, state: &OpState, call: Option<u32>) -> Result<(PendingRequest, u8), FetchError> {
        let table = state.borrow::<InFlightTable>();
        let hops = call.map_or(0, |call| table.hops(call)).saturating_add(1);
        let open = call.filter(|call| table.is_open(*call));
        let pending = self.quota.borrow_mut().enter(open, |call| table.is_open(call));
        let pending = pending.inspect_err(|_| hit_reporter(state, "too many outgoing requests")()).map_err(FetchError::Other)?;
        Ok((pending, hops))
    }

    pub(super) fn client(&self, uri: &Uri) -> Result<Client, FetchError> {
        self.connector.borrow_mut().client(uri).map_err(FetchError::Other)
    }
}

/// Returns a function that reports a guard hit to the host.
pub(super) fn hit_reporter(state: &OpState, what: &'static str) -> Box<dyn Fn()> {
    let (host, identity) = (state.borrow::<Arc<dyn HostApi>>().clone(), state.try_borrow::<Identity>().cloned());
    Box::new(move || host.refused(identity.as_ref(), what))
}

impl Egress for InstanceEgress {
    fn socket(&self, state: &mut OpState, call: Option<u32>, url: &str, headers: &[usize]) -> Result<Socket, JsErrorBox> {
        let sockets = state.resource_table.names().filter(|(_, name)| matches!(&**name, "serverWebSocket" | "webSocketCancel"));
        // The cancel handle of this one is among them.
        if sockets.take(SOCKETS_MAX + 1).count() > SOCKETS_MAX {
            hit_reporter(state, "too many WebSockets")();
            return Err(JsErrorBox::type_error(format!("{SOCKETS_MAX} WebSockets are open: that is the most")));
        }
        check_size(headers.iter().copied())?;
        let url = deno_core::url::Url::parse(url).map_err(|error| JsErrorBox::type_error(error.to_string()))?;
        let uri: Uri = url.as_str().parse().map_err(|_| JsErrorBox::type_error("invalid URL"))?;
        let (_, hops) = self.enter(state, call).map_err(JsErrorBox::from_err)?;
        let client = self.connector.borrow_mut().client(&uri)?;
        let rid = state.resource_table.add(HttpClientResource { client, allow_host: false });
        Ok(Socket { url: url.into(), rid, hops })
    }
}
