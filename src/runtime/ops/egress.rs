//! The op that the prelude calls before a WebSocket connects.
//!
//! `js-prelude/api/egress.js` calls it; `runtime::egress`, which the build script does not have, decides.
//!
//! Invariant: the WebSocket connects to the very URL that the decision was about.

use std::rc::Rc;

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;
use http::HeaderName;
use serde::Serialize;

use super::catch_panic::catch_panic;
use crate::runtime::call::CALL_IDS;

/// Counts functions that call each other over HTTP. Only the host writes it.
pub const HOPS_HEADER: HeaderName = HeaderName::from_static("x-skep-hops");

/// Decides about connections of this instance.
pub trait Egress {
    /// Opens the way for one WebSocket; `headers` are the lengths of its request's headers.
    ///
    /// # Errors
    /// Why it may not connect.
    fn socket(&self, state: &mut OpState, call: Option<u32>, url: &str, headers: &[usize]) -> Result<Socket, JsErrorBox>;
}

/// The means with which a WebSocket connects.
#[derive(Serialize)]
pub struct Socket {
    /// Its URL, as it was parsed.
    pub url: String,
    /// A client that reaches this address and no other.
    pub rid: u32,
    /// For [`HOPS_HEADER`].
    pub hops: u8,
}

/// Opens the way for one WebSocket of a call (0: of none).
#[op2]
#[serde]
pub(crate) fn op_skep_socket(
    state: &mut OpState,
    #[smi] call: u32,
    #[string] url: String,
    #[serde] headers: Vec<u32>,
) -> Result<Socket, JsErrorBox> {
    let egress = state.try_borrow::<Rc<dyn Egress>>().cloned().ok_or_else(|| JsErrorBox::type_error("there is no network yet"))?;
    let headers: Vec<usize> = headers.into_iter().map(|length| length as usize).collect();
    catch_panic("op_skep_socket", call, || egress.socket(state, (1..CALL_IDS).contains(&call).then_some(call), &url, &headers)).flatten()
}
