//! The way out: every connection a function makes, by `fetch`, `EventSource` or `WebSocket`.
//!
//! `[net]` of the manifest comes in when an instance gets its function. `fetch` takes requests from JavaScript, `caps` counts them, `door`
//! makes the connection if `rules` lets it, `answer` waits for what comes back, and `body` brings the rest of it.
//!
//! Invariant: there is no second way: deno_fetch's own client leads nowhere, and its ops are not there.

mod connector;
mod fetch;
mod policy;
mod quota;

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::{Extension, OpState};
use deno_error::JsErrorBox;
use deno_fetch::{Client, FetchError, HttpClientResource};
use deno_permissions::{Permissions, PermissionsContainer, PermissionsOptions, RuntimePermissionDescriptorParser};
use http::Uri;
use sys_traits::impls::RealSys;

use crate::function::manifest::Net;
use crate::runtime::call::Exchanges;
use crate::runtime::ops::{Host, Identity, MemoryBytes, Socket, WayOut};
use connector::{Door, USER_AGENT};
use fetch::response::Gathered;
use quota::{Caps, Pending, SOCKETS_MAX};

/// Variables that deno_fetch reads whenever it makes a client.
const PROXY_VARIABLES: [&str; 8] =
    ["ALL_PROXY", "all_proxy", "HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "NO_PROXY", "no_proxy"];

/// Takes the proxies of the host's environment away: a connection to a proxy is checked for the proxy's address, and then leads anywhere.
/// Must be called before any thread exists.
pub fn forget_proxies() {
    for name in PROXY_VARIABLES {
        #[allow(unsafe_code, reason = "the environment is shared by all threads")]
        // SAFETY: there is one thread.
        unsafe {
            std::env::remove_var(name);
        }
    }
}

/// The extensions with `op_fetch` and `op_fetch_send` as they are here.
pub fn guarded(mut extensions: Vec<Extension>) -> Vec<Extension> {
    for extension in extensions.iter_mut().filter(|extension| extension.name == "deno_fetch") {
        let ops = extension.ops.iter().cloned().map(|op| match op.name {
            "op_fetch" => fetch::request::op_fetch(),
            "op_fetch_send" => fetch::response::op_fetch_send(),
            _ => op,
        });
        extension.ops = Cow::Owned(ops.collect());
    }
    extensions
}

/// deno_fetch's options. A client that it makes by itself reaches nothing: its proxy is a socket that nobody may open.
pub fn options() -> deno_fetch::Options {
    deno_fetch::Options {
        user_agent: USER_AGENT.to_owned(),
        proxy: Some(deno_tls::Proxy::Unix { path: "/".to_owned() }),
        ..Default::default()
    }
}

/// Gives an instance its way out.
pub fn assign(state: &mut OpState, net: &Net) -> Result<(), JsErrorBox> {
    // What deno's crates ask before there is an address is always answered yes; the door is behind it. Files and the rest stay closed.
    let parser = Arc::new(RuntimePermissionDescriptorParser::new(RealSys));
    let everywhere = PermissionsOptions { allow_net: Some(Vec::new()), prompt: false, ..Default::default() };
    let permissions = Permissions::from_options(&*parser, &everywhere).map_err(|error| JsErrorBox::generic(error.to_string()))?;
    state.put(PermissionsContainer::new(parser, permissions));
    let host = state.borrow::<Arc<dyn Host>>().clone();
    let door = Door::new(net, host, state.try_borrow::<Identity>().cloned());
    let memory = state.try_borrow::<MemoryBytes>().map_or(usize::MAX, |memory| usize::try_from(memory.0).unwrap_or(usize::MAX));
    let gathered = Gathered::new(memory, state);
    let egress = Rc::new(Egress { door: RefCell::new(door), caps: RefCell::new(Caps::new()), gathered: Rc::new(gathered) });
    state.put::<Rc<dyn WayOut>>(egress.clone());
    state.put(egress);
    Ok(())
}

/// The way out of one instance.
struct Egress {
    door: RefCell<Door>,
    caps: RefCell<Caps>,
    gathered: Rc<Gathered>,
}

impl Egress {
    fn of(state: &OpState) -> Result<Rc<Self>, FetchError> {
        state.try_borrow::<Rc<Self>>().cloned().ok_or_else(|| FetchError::Other(JsErrorBox::type_error("there is no network yet")))
    }

    /// Counts a request for the call that makes it. Returns its place in the queue, and how many functions are behind it, this one included.
    fn enter(&self, state: &OpState, call: Option<u32>) -> Result<(Pending, u8), FetchError> {
        let exchanges = state.borrow::<Exchanges>();
        let hops = call.map_or(0, |call| exchanges.hops(call)).saturating_add(1);
        let open = call.filter(|call| exchanges.is_open(*call));
        let pending = self.caps.borrow_mut().enter(open, |call| exchanges.is_open(call));
        let pending = pending.inspect_err(|_| tell(state, "too many outgoing requests")()).map_err(FetchError::Other)?;
        Ok((pending, hops))
    }

    fn client(&self, uri: &Uri) -> Result<Client, FetchError> {
        self.door.borrow_mut().client(uri).map_err(FetchError::Other)
    }
}

/// Lets the host hear of a refusal.
fn tell(state: &OpState, what: &'static str) -> Box<dyn Fn()> {
    let (host, identity) = (state.borrow::<Arc<dyn Host>>().clone(), state.try_borrow::<Identity>().cloned());
    Box::new(move || host.refused(identity.as_ref(), what))
}

impl WayOut for Egress {
    fn socket(&self, state: &mut OpState, call: Option<u32>, url: &str, headers: &[usize]) -> Result<Socket, JsErrorBox> {
        let sockets = state.resource_table.names().filter(|(_, name)| matches!(&**name, "serverWebSocket" | "webSocketCancel"));
        // The cancel handle of this one is among them.
        if sockets.take(SOCKETS_MAX + 1).count() > SOCKETS_MAX {
            tell(state, "too many WebSockets")();
            return Err(JsErrorBox::type_error(format!("{SOCKETS_MAX} WebSockets are open: that is the most")));
        }
        fetch::request::check_size(headers.iter().copied())?;
        let url = deno_core::url::Url::parse(url).map_err(|error| JsErrorBox::type_error(error.to_string()))?;
        let uri: Uri = url.as_str().parse().map_err(|_| JsErrorBox::type_error("invalid URL"))?;
        let (_, hops) = self.enter(state, call).map_err(JsErrorBox::from_err)?;
        let client = self.door.borrow_mut().client(&uri)?;
        let rid = state.resource_table.add(HttpClientResource { client, allow_host: false });
        Ok(Socket { url: url.into(), rid, hops })
    }
}
