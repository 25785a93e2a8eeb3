//! The two bodies of a call: the request's on its way into JavaScript, and the answer's on its way out.
//!
//! `ops/body` moves the bytes; the connection of the caller reads the outbound end.
//!
//! Invariant: an outbound body that is dropped before it is complete ends with an error, so that no client takes a part for the whole.

use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll};

use bytes::Bytes;
use tokio::sync::mpsc;

use crate::function::message::{Body, BodyError};
use crate::runtime::call::{FunctionBytes, StreamBytes};

/// Chunks of one answer between an instance and its connection.
pub const OUTBOUND_CHUNKS: usize = 4;

/// A body that comes in pieces.
pub type ByteStream = Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>;

/// A body on its way into JavaScript.
pub enum Inbound {
    /// Nothing left.
    Done,
    /// Here already.
    Full(Bytes),
    /// Pulled chunk by chunk.
    Stream(ByteStream),
    /// A read is under way.
    Reading,
}

impl Inbound {
    pub(in crate::runtime) fn new(body: Body) -> Self {
        match body {
            Body::Empty => Inbound::Done,
            Body::Full(bytes) => Inbound::Full(bytes),
            Body::Stream(stream) => Inbound::Stream(stream),
        }
    }
}

/// An answer's body on its way out. Dropped before [`Outbound::complete`], it ends with an error, so that the client sees it cut.
pub struct Outbound {
    pub(in crate::runtime) tx: mpsc::Sender<Bytes>,
    end: Arc<OnceLock<Ending>>,
    /// The bytes of it that were not taken yet.
    pub(in crate::runtime) bytes: Arc<StreamBytes>,
}

/// How a body ended.
enum Ending {
    Complete,
    Cut(String),
}

impl Outbound {
    /// Both ends of a body with room for [`OUTBOUND_CHUNKS`] chunks, whose bytes count for `function`.
    pub(in crate::runtime) fn channel(function: Option<Arc<FunctionBytes>>) -> (Self, OutboundBody) {
        let (tx, rx) = mpsc::channel(OUTBOUND_CHUNKS);
        let end = Arc::new(OnceLock::new());
        (Self { tx, end: end.clone(), bytes: StreamBytes::new(function) }, OutboundBody { rx, end })
    }

    /// Sends a copy of a chunk. False: there is no room for it, or the caller left. Nothing of it is kept then.
    pub(in crate::runtime) fn write(&self, chunk: &[u8]) -> bool {
        let Ok(permit) = self.tx.try_reserve() else { return false };
        let Some(copy) = self.bytes.piece(chunk) else { return false };
        permit.send(copy);
        true
    }

    /// Every byte was written.
    pub(in crate::runtime) fn complete(self) {
        let _ = self.end.set(Ending::Complete);
    }

    /// The body failed; the client sees it cut and not complete.
    pub fn cut(self, why: &str) {
        let _ = self.end.set(Ending::Cut(why.to_owned()));
    }
}

/// The receiving end of [`Outbound`].
pub struct OutboundBody {
    rx: mpsc::Receiver<Bytes>,
    end: Arc<OnceLock<Ending>>,
}

impl http_body::Body for OutboundBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<http_body::Frame<Bytes>, BodyError>>> {
        self.rx.poll_recv(cx).map(|chunk| match chunk {
            Some(bytes) => Some(Ok(http_body::Frame::data(bytes))),
            None => match self.end.get() {
                Some(Ending::Complete) => None,
                Some(Ending::Cut(why)) => Some(Err(why.as_str().into())),
                None => Some(Err("the instance ended".into())),
            },
        })
    }
}
