//! One answer: its head, and its body whole or as it comes.
//!
//! `serve` passes what `dispatch` answered; the bytes go through the socket's output, while `incoming` still takes what the client sends.
//!
//! Invariant: head and small body leave with one write; a stream that fails is cut off where its client can see it.

use std::future::poll_fn;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use http_body::Body as _;
use tokio::io::{AsyncRead, AsyncWrite};

use super::encode::{AnswerFraming, AnswerHead, encode_head};
use super::incoming::Incoming;
use super::socket::{ClientSocket, client_left};
use crate::ingress::body::ResponseBody;
use crate::ingress::respond::HttpAnswer;

/// What the request decides about its answer.
#[derive(Clone, Copy)]
pub(super) struct Terms {
    /// The method is HEAD.
    pub(super) is_head: bool,
    /// Else it is HTTP/1.0.
    pub(super) is_http_11: bool,
    /// Another request may follow on the connection.
    pub(super) keep_alive: bool,
}

/// Writes an answer. Says whether another request may follow.
pub(super) async fn send<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut ClientSocket<S>,
    incoming: &mut Incoming,
    mut answer: HttpAnswer,
    terms: Terms,
) -> io::Result<bool> {
    let whole = answer.body.take_whole();
    let framing = AnswerFraming::of(&answer, whole.as_ref(), terms.is_head, terms.is_http_11);
    let keeps = terms.keep_alive && !answer.close && framing != AnswerFraming::UntilClose;
    let head = AnswerHead {
        status: answer.status,
        headers: &answer.headers,
        request_id: &answer.request_id,
        trace: answer.trace,
        is_http_11: terms.is_http_11,
        keeps,
        framing,
    };
    encode_head(&head, socket.output.buffer());
    let is_chunked = framing == AnswerFraming::Chunked;
    let mut rest = match whole {
        Some(bytes) => {
            if framing.has_body() {
                socket.output.push(bytes, false);
            }
            Rest { stream: None, is_chunked }
        }
        None => Rest { stream: Some(answer.body).filter(|_| framing.has_body()), is_chunked },
    };
    socket.waits.clear();
    poll_fn(|cx| poll_send(socket, incoming, &mut rest, cx)).await?;
    socket.wait_for_next();
    Ok(keeps)
}

/// What is still to come of an answer.
struct Rest {
    stream: Option<ResponseBody>,
    is_chunked: bool,
}

/// Why nothing more of a stream is in the output.
enum Queued {
    /// The output is full.
    Full,
    /// The function has nothing more yet.
    Waits,
    /// It has ended.
    All,
}

/// Ready when everything is written.
fn poll_send<S: AsyncRead + AsyncWrite + Unpin>(
    socket: &mut ClientSocket<S>,
    incoming: &mut Incoming,
    rest: &mut Rest,
    cx: &mut Context<'_>,
) -> Poll<io::Result<()>> {
    loop {
        // What is not written when a stream fails is not written at all: to a client of HTTP/1.0 the answer would look whole.
        let queued = rest.queue(socket, cx)?;
        match (socket.poll_flush(cx)?, queued) {
            (Poll::Ready(()), Queued::Full) => {}
            (Poll::Ready(()), Queued::All) => return Poll::Ready(Ok(())),
            (Poll::Pending, _) | (_, Queued::Waits) => return incoming.poll_beside(socket, true, cx).map(|()| Err(client_left())),
        }
    }
}

impl Rest {
    /// Moves what there is of the stream to the output, as long as there is room.
    fn queue<S>(&mut self, socket: &mut ClientSocket<S>, cx: &mut Context<'_>) -> io::Result<Queued> {
        while let Some(body) = &mut self.stream {
            if body.promised() == Some(0) {
                // What comes after the promised length is not asked for.
                self.stream = None;
                break;
            }
            if !socket.output.has_room() {
                return Ok(Queued::Full);
            }
            match Pin::new(body).poll_frame(cx) {
                Poll::Ready(Some(Ok(frame))) => {
                    // Trailers are not passed on.
                    if let Some(bytes) = frame.into_data().ok().filter(|bytes| !bytes.is_empty()) {
                        socket.output.push(bytes, self.is_chunked);
                    }
                }
                Poll::Ready(Some(Err(error))) => return Err(io::Error::other(error)),
                Poll::Ready(None) => {
                    self.stream = None;
                    if self.is_chunked {
                        socket.output.push_end();
                    }
                }
                Poll::Pending => return Ok(Queued::Waits),
            }
        }
        Ok(Queued::All)
    }
}
