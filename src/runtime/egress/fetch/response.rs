//! `op_fetch_send`: waits for the head of an answer. Takes the place of deno_fetch's own, for what becomes of the body.
//!
//! The request comes from `fetch`, by its resource; the body goes to JavaScript as a resource of this file's.
//!
//! Invariant: bodies that are gathered whole (`text`, `arrayBuffer`) lie in the host's memory until their end, where no limit of V8's sees
//! them; together they are never larger than the instance's `memory_mb`.

use std::borrow::Cow;
use std::cell::{Cell, RefCell};
use std::error::Error as _;
use std::rc::Rc;

use deno_core::{AsyncResult, BufMutView, BufView, OpState, Resource, ResourceId, op2};
use deno_error::JsErrorBox;
use deno_fetch::{BodyDecoded, FetchError, FetchRequestResource, FetchResponse, FetchResponseResource};
use http_body::Body as _;

use crate::runtime::egress::{Egress, tell};

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
        // JavaScript makes a `TypeError: fetch failed` of the two texts, the second for its cause: the innermost that is known.
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
    let gathered = Egress::of(&state)?.gathered.clone();
    let body = Rc::new(FetchResponseResource::new(response, content_length));
    let response_rid = state.resource_table.add(Answer { body, gathered, own: Cell::new(0) });
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

/// Bytes of all bodies of an instance that are being gathered, and how many there may be.
pub(in crate::runtime::egress) struct Gathered {
    total: Cell<usize>,
    limit: usize,
    refused: Box<dyn Fn()>,
}

impl Gathered {
    pub(in crate::runtime::egress) fn new(limit: usize, state: &OpState) -> Self {
        Self { total: Cell::new(0), limit, refused: tell(state, "response bodies larger than memory_mb") }
    }
}

/// The body of an answer.
struct Answer {
    body: Rc<FetchResponseResource>,
    gathered: Rc<Gathered>,
    /// What of the total is this body's.
    own: Cell<usize>,
}

impl Answer {
    /// Accounts for the bytes of this body that the host holds now.
    fn hold(&self, bytes: usize) -> Result<(), JsErrorBox> {
        let others = self.gathered.total.get() - self.own.get();
        let total = others.saturating_add(bytes);
        if total > self.gathered.limit {
            (self.gathered.refused)();
            return Err(JsErrorBox::range_error("the response bodies that are being read whole are larger than memory_mb"));
        }
        self.own.set(bytes);
        self.gathered.total.set(total);
        Ok(())
    }
}

impl Resource for Answer {
    fn name(&self) -> Cow<'_, str> {
        "fetchResponse".into()
    }

    fn read(self: Rc<Self>, limit: usize) -> AsyncResult<BufView> {
        self.body.clone().read(limit)
    }

    fn read_byob(self: Rc<Self>, mut buffer: BufMutView) -> AsyncResult<(usize, BufMutView)> {
        // A reader that gathers gives the same buffer again and again, grown, and goes on behind what is in it; a stream's buffers are
        // JavaScript's, and always empty.
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

impl Drop for Answer {
    fn drop(&mut self) {
        self.gathered.total.set(self.gathered.total.get() - self.own.get());
    }
}
