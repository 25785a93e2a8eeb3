//! `op_fetch_send`: waits for the head of an answer. It takes the place of deno_fetch's own op, to count the bytes of the body.
//!
//! The request comes from `op_fetch`, by its resource; the body goes to JavaScript as a resource of this file.
//!
//! Invariant: bodies that are read whole (`text`, `arrayBuffer`) lie in the host's memory until their end, where no limit of V8's sees
//! them; together they are never larger than the instance's `memory_mb`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::error::Error as _;
use std::rc::Rc;

use deno_core::{AsyncResult, BufMutView, BufView, OpState, Resource, ResourceId, op2};
use deno_error::JsErrorBox;
use deno_fetch::{BodyDecoded, FetchError, FetchRequestResource, FetchResponse, FetchResponseResource};
use http_body::Body as _;

use crate::runtime::egress::instance::InstanceEgress;
use crate::runtime::egress::quota::BufferedBodies;

/// A stream's buffer: what `06_streams.js` of deno_web allocates.
const CHUNK_BYTES: usize = 64 * 1024;

/// Waits for the head of the answer to a request that `op_fetch` began.
#[op2]
pub(in crate::runtime::egress) async fn op_fetch_send(
    state: Rc<RefCell<OpState>>,
    #[smi] rid: ResourceId,
) -> Result<FetchResponse, FetchError> {
    let request = state.borrow_mut().resource_table.take::<FetchRequestResource>(rid)?;
    let request = Rc::try_unwrap(request).map_err(|_| FetchError::NetworkError)?;
    let response = match request.future.await {
        Ok(Ok(response)) => response,
        // JavaScript builds a `TypeError: fetch failed` from the two texts, the second for its cause: the innermost that is known.
        Ok(Err(FetchError::ClientSend(failed))) => {
            let connection = failed.source.source().filter(|_| !failed.is_connect_error());
            let cause = connection.and_then(|error| error.source()).map_or_else(|| failed.to_string(), ToString::to_string);
            return Ok(FetchResponse { error: Some((failed.to_string(), cause)), ..Default::default() });
        }
        Ok(Err(error)) => return Err(error),
        Err(_) => return Err(FetchError::RequestCanceled),
    };
    let status = response.status();
    let headers = response.headers().iter().map(|(name, value)| (name.as_str().into(), value.as_bytes().into())).collect();
    let body_decoded = response.extensions().get::<BodyDecoded>().is_some();
    let content_length = response.body().size_hint().exact();
    let mut state = state.borrow_mut();
    let buffered = InstanceEgress::of(&state)?.buffered.clone();
    let body = Rc::new(FetchResponseResource::new(response, content_length));
    let response_rid = state.resource_table.add(FetchBody { body, buffered, own: Cell::new(0) });
    Ok(FetchResponse {
        status: status.as_u16(),
        status_text: status.canonical_reason().unwrap_or_default().to_owned(),
        headers,
        url: request.url.into(),
        response_rid,
        content_length,
        body_decoded,
        error: None,
    })
}

/// The body of an answer.
struct FetchBody {
    body: Rc<FetchResponseResource>,
    buffered: Rc<BufferedBodies>,
    /// This body's part of the total.
    own: Cell<usize>,
}

impl FetchBody {
    /// Accounts for the bytes of this body that the host holds now.
    fn hold(&self, bytes: usize) -> Result<(), JsErrorBox> {
        self.buffered.hold(&self.own, bytes)
    }
}

impl Resource for FetchBody {
    fn name(&self) -> Cow<'_, str> {
        "fetchResponse".into()
    }

    fn read(self: Rc<Self>, limit: usize) -> AsyncResult<BufView> {
        self.body.clone().read(limit)
    }

    fn read_byob(self: Rc<Self>, mut buffer: BufMutView) -> AsyncResult<(usize, BufMutView)> {
        // A reader that reads a body whole passes the same buffer again and again, grown, and continues behind its content. A stream's
        // buffers are JavaScript's, and always empty.
        let filled = buffer.reset_cursor();
        buffer.advance_cursor(filled);
        let is_chunk = filled == 0 && buffer.len() <= CHUNK_BYTES;
        match self.hold(if is_chunk { 0 } else { filled + buffer.len() }) {
            Ok(()) => self.body.clone().read_byob(buffer),
            Err(error) => Box::pin(std::future::ready(Err(error))),
        }
    }

    fn size_hint(&self) -> (u64, Option<u64>) {
        self.body.size_hint()
    }

    fn close(self: Rc<Self>) {
        self.body.clone().close();
    }
}

impl Drop for FetchBody {
    fn drop(&mut self) {
        self.buffered.release(self.own.get());
    }
}
