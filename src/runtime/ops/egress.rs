//! What the prelude asks before a WebSocket connects.
//!
//! From `js-prelude/30_egress.js`; decided by `isolate::egress`, which the build script does not have.
//!
//! Invariant: the URL that was decided about is the one that goes on to the connection.

use std::rc::Rc;

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;
use http::HeaderName;
use serde::Serialize;

use super::catch_panic::guard;
use crate::runtime::call::CALL_IDS;

/// Counts functions that call each other over HTTP. Always the host's to write.
pub const HOPS_HEADER: HeaderName = HeaderName::from_static("x-skep-hops");

/// Decides about connections of this instance.
pub trait WayOut {
    /// Opens the way for one WebSocket; `headers` are the lengths of its request's headers.
    ///
    /// # Errors
    /// Why it may not connect.
    fn socket(&self, state: &mut OpState, call: Option<u32>, url: &str, headers: &[usize]) -> Result<Socket, JsErrorBox>;
}

/// What a WebSocket connects with.
#[derive(Serialize)]
pub struct Socket {
    /// Its address, as it was understood.
    pub url: String,
    /// A client that reaches this address and no other.
    pub rid: u32,
    /// For [`HOPS_HEADER`].
    pub hops: u8,
}

/// Opens the way for one WebSocket of a call (0: of none).
#[op2]
#[serde]
pub fn op_skep_socket(
    state: &mut OpState,
    #[smi] call: u32,
    #[string] url: String,
    #[serde] headers: Vec<u32>,
) -> Result<Socket, JsErrorBox> {
    let way_out = state.try_borrow::<Rc<dyn WayOut>>().cloned().ok_or_else(|| JsErrorBox::type_error("there is no network yet"))?;
    let headers: Vec<usize> = headers.into_iter().map(|length| length as usize).collect();
    guard("op_skep_socket", call, || way_out.socket(state, (1..CALL_IDS).contains(&call).then_some(call), &url, &headers)).flatten()
}
