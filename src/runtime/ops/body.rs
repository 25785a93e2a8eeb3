//! Ops that move bodies: inbound chunks when JavaScript pulls, outbound chunks as fast as the client takes them.
//!
//! Invariant: at most [`OUTBOUND_CHUNKS`](crate::runtime::call::OUTBOUND_CHUNKS) chunks of an answer wait in Rust; an unread body holds its
//! sender back.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use deno_core::{OpState, ToJsBuffer, op2};
use deno_error::JsErrorBox;

use super::catch_panic::{catch_panic, catch_panic_async};
use super::host::HostApi;
use crate::function::message::BodyError;
use crate::runtime::call::{ByteStream, InFlightTable, Inbound, KeptBytes};

fn closed() -> JsErrorBox {
    JsErrorBox::type_error("the body is closed: the request is over")
}

/// The whole body if it is here already, else null.
#[op2]
#[serde]
pub(crate) fn op_skep_body_full(state: &mut OpState, #[smi] id: u32) -> Result<Option<ToJsBuffer>, JsErrorBox> {
    catch_panic("op_skep_body_full", id, || body_full(state, id))
}

fn body_full(state: &mut OpState, id: u32) -> Option<ToJsBuffer> {
    let table = state.borrow_mut::<InFlightTable>();
    let in_flight = table.get_mut(id)?;
    match std::mem::replace(&mut in_flight.inbound, Inbound::Done) {
        Inbound::Full(bytes) => {
            in_flight.kept = KeptBytes::default();
            forget_bare_inbound(table, id);
            Some(Vec::from(bytes).into())
        }
        other => {
            in_flight.inbound = other;
            None
        }
    }
}

/// The next chunk, or null at the end.
#[op2]
#[serde]
pub(crate) async fn op_skep_body_read(state: Rc<RefCell<OpState>>, #[smi] id: u32) -> Result<Option<ToJsBuffer>, JsErrorBox> {
    catch_panic_async("op_skep_body_read", id, body_read(state, id)).await.flatten()
}

async fn body_read(state: Rc<RefCell<OpState>>, id: u32) -> Result<Option<ToJsBuffer>, JsErrorBox> {
    let mut stream = {
        let mut state = state.borrow_mut();
        let in_flight = state.borrow_mut::<InFlightTable>().get_mut(id).ok_or_else(closed)?;
        match std::mem::replace(&mut in_flight.inbound, Inbound::Reading) {
            Inbound::Stream(stream) => stream,
            Inbound::Full(bytes) => {
                in_flight.inbound = Inbound::Done;
                in_flight.kept = KeptBytes::default();
                return Ok(Some(Vec::from(bytes).into()));
            }
            Inbound::Done => {
                in_flight.inbound = Inbound::Done;
                return Ok(None);
            }
            Inbound::Reading => return Err(JsErrorBox::type_error("the body is being read already")),
        }
    };
    let chunk = next_chunk(&mut stream).await;
    let mut state = state.borrow_mut();
    let table = state.borrow_mut::<InFlightTable>();
    let Some(in_flight) = table.get_mut(id) else { return Err(closed()) };
    match chunk {
        Some(Ok(bytes)) => {
            in_flight.inbound = Inbound::Stream(stream);
            Ok(Some(Vec::from(bytes).into()))
        }
        Some(Err(error)) => {
            in_flight.inbound = Inbound::Done;
            Err(JsErrorBox::type_error(error.to_string()))
        }
        None => {
            in_flight.inbound = Inbound::Done;
            forget_bare_inbound(table, id);
            Ok(None)
        }
    }
}

/// JavaScript reads no more of the body.
#[op2(fast)]
pub(crate) fn op_skep_body_cancel(state: &mut OpState, #[smi] id: u32) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_body_cancel", id, || body_cancel(state, id))
}

fn body_cancel(state: &mut OpState, id: u32) {
    let table = state.borrow_mut::<InFlightTable>();
    if let Some(in_flight) = table.get_mut(id) {
        in_flight.inbound = Inbound::Done;
        forget_bare_inbound(table, id);
    }
}

/// The answer of a called function has nothing but its body; it leaves with it.
fn forget_bare_inbound(table: &mut InFlightTable, id: u32) {
    if table.get(id).is_some_and(|in_flight| in_flight.head.is_none()) {
        table.forget(id);
    }
}

/// The next data frame; trailers and empty frames are passed over.
async fn next_chunk(stream: &mut ByteStream) -> Option<Result<Bytes, BodyError>> {
    loop {
        match std::future::poll_fn(|cx| stream.as_mut().poll_frame(cx)).await? {
            Ok(frame) => match frame.into_data() {
                Ok(bytes) if bytes.has_remaining() => return Some(Ok(bytes)),
                _ => continue,
            },
            Err(error) => return Some(Err(error)),
        }
    }
}

/// Sends a chunk. False: the connection is slow (or gone): `op_skep_stream_ready` must be awaited, and the chunk sent again.
#[op2(fast)]
pub(crate) fn op_skep_stream_write(state: &mut OpState, #[smi] id: u32, #[buffer] chunk: &[u8]) -> Result<bool, JsErrorBox> {
    catch_panic("op_skep_stream_write", id, || stream_write(state, id, chunk))
}

fn stream_write(state: &mut OpState, id: u32, chunk: &[u8]) -> bool {
    let outbound = state.borrow::<InFlightTable>().get(id).and_then(|in_flight| in_flight.outbound.as_ref());
    outbound.is_some_and(|outbound| outbound.write(chunk))
}

/// Waits until there may be room for the chunk that was not taken. False: the client left, or takes nothing.
#[op2]
pub(crate) async fn op_skep_stream_ready(state: Rc<RefCell<OpState>>, #[smi] id: u32) -> Result<bool, JsErrorBox> {
    catch_panic_async("op_skep_stream_ready", id, stream_ready(state, id)).await
}

async fn stream_ready(state: Rc<RefCell<OpState>>, id: u32) -> bool {
    let (tx, bytes, stall_max) = {
        let state = state.borrow();
        let stall_max = state.borrow::<Arc<dyn HostApi>>().body_timeout();
        let Some(outbound) = state.borrow::<InFlightTable>().get(id).and_then(|in_flight| in_flight.outbound.as_ref()) else {
            return false;
        };
        (outbound.tx.clone(), outbound.bytes.clone(), stall_max)
    };
    let room = async {
        // First room for a chunk, then for its bytes: those that were taken out of the channel count until they are written.
        if tx.reserve().await.is_err() {
            return false;
        }
        bytes.room().await;
        true
    };
    tokio::time::timeout(stall_max, room).await == Ok(true)
}

/// The body is complete (empty text) or failed (why).
#[op2(fast)]
pub(crate) fn op_skep_stream_close(state: &mut OpState, #[smi] id: u32, #[string] error: &str) -> Result<(), JsErrorBox> {
    catch_panic("op_skep_stream_close", id, || stream_close(state, id, error))
}

fn stream_close(state: &mut OpState, id: u32, error: &str) {
    let table = state.borrow_mut::<InFlightTable>();
    let Some(in_flight) = table.get_mut(id) else { return };
    match in_flight.outbound.take() {
        Some(outbound) if error.is_empty() => outbound.complete(),
        Some(outbound) => {
            outbound.cut(error);
            table.retract(id, error);
        }
        None => {}
    }
    table.forget_if_over(id);
}
