//! Egress: every connection that a function makes, by `fetch`, `EventSource`, `WebSocket` or `node:net`.
//!
//! `[net]` of the manifest comes in when an instance gets its function. `fetch::request` takes requests from JavaScript, `quota` counts
//! them, `connector` makes the connection if `policy` permits it, `fetch::response` waits for the head of the answer, and `fetch::body`
//! brings its body.
//!
//! Invariant: there is no other way out: deno_fetch's own client leads nowhere, and this room's ops take the place of deno_fetch's.

mod fetch;
mod node_net;
mod instance;
mod connector;
mod policy;
mod quota;

use std::borrow::Cow;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use deno_core::{Extension, OpState};
use deno_error::JsErrorBox;
use deno_permissions::{Permissions, PermissionsContainer, PermissionsOptions, RuntimePermissionDescriptorParser};
use sys_traits::impls::RealSys;

use crate::function::manifest::Net;
use crate::runtime::ops::{Egress, HostApi, Identity, MemoryBytes, NodeNet};
use connector::{Connector, USER_AGENT};
use instance::{InstanceEgress, hit_reporter};
use node_net::InstanceSockets;
use quota::{BufferedBodies, Quota};

/// The extensions, with `op_fetch` and `op_fetch_send` of this room.
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

/// deno_fetch's options. A client that it creates by itself reaches nothing: its proxy is a socket that cannot be opened.
pub fn options() -> deno_fetch::Options {
    deno_fetch::Options {
        user_agent: USER_AGENT.to_owned(),
        proxy: Some(deno_tls::Proxy::Unix { path: "/".to_owned() }),
        ..Default::default()
    }
}

/// Gives an instance its egress.
pub fn assign(state: &mut OpState, net: &Net) -> Result<(), JsErrorBox> {
    // deno's crates ask before there is an address, and the answer is always yes: the connector decides later. Files and the rest stay
    // closed.
    let parser = Arc::new(RuntimePermissionDescriptorParser::new(RealSys));
    let everywhere = PermissionsOptions { allow_net: Some(Vec::new()), prompt: false, ..Default::default() };
    let permissions = Permissions::from_options(&*parser, &everywhere).map_err(|error| JsErrorBox::generic(error.to_string()))?;
    state.put(PermissionsContainer::new(parser, permissions));
    let host = state.borrow::<Arc<dyn HostApi>>().clone();
    let connector = Connector::new(net, host, state.try_borrow::<Identity>().cloned());
    let memory = state.try_borrow::<MemoryBytes>().map_or(usize::MAX, |memory| usize::try_from(memory.0).unwrap_or(usize::MAX));
    let buffered = BufferedBodies::new(memory, hit_reporter(state, "response bodies larger than memory_mb"));
    let egress =
        Rc::new(InstanceEgress { connector: RefCell::new(connector), quota: RefCell::new(Quota::new()), buffered: Rc::new(buffered) });
    state.put::<Rc<dyn Egress>>(egress.clone());
    state.put::<Rc<dyn NodeNet>>(Rc::new(InstanceSockets::new(egress.clone())));
    state.put(egress);
    Ok(())
}
