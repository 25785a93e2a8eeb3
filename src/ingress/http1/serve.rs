//! One connection: head, call, answer, until one of the two sides has enough.
//!
//! Requests go to the function that `connection` gives; its answers go to `send`.
//!
//! Invariant: the answer to a request is written before the next head is read; a client that leaves drops its call.

use std::future::{Future, poll_fn};
use std::io;
use std::pin::pin;
use std::task::Poll;

use http::Method;
use tokio::io::{AsyncRead, AsyncWrite};

use super::close::close;
use super::incoming::Incoming;
use super::next_head::{Next, next_head};
use super::request::{HeadFacts, rejected};
use super::send::{Terms, send};
use super::socket::{ClientSocket, client_left};
use crate::ingress::arriving_body::ArrivingBody;
use crate::ingress::request::RequestHead;
use crate::ingress::respond::HttpAnswer;
use crate::ingress::wire::{Rejection, Timeouts};
use crate::shutdown::Drained;

/// Answers in a row whose requests were all there already; then the other connections of the thread have their turn.
const PIPELINED_MAX: usize = 16;

/// How a connection ended.
pub enum Served<S> {
    /// It is closed, or has nothing more to say.
    Whole,
    /// The client speaks HTTP/2. The stream, and the bytes that were read of it.
    Http2(S, Vec<u8>),
}

/// Serves a connection until it closes. `answer` is called for one request after the other.
///
/// # Errors
/// If the client left or was left before its last answer was written.
pub async fn serve<S, F, A>(stream: S, timeouts: Timeouts, drained: &Drained, answer: F) -> io::Result<Served<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(RequestHead, ArrivingBody) -> A,
    A: Future<Output = HttpAnswer>,
{
    let mut socket = ClientSocket::new(stream, timeouts, drained);
    match next_head(&mut socket, true).await? {
        Next::End => Ok(Served::Whole),
        Next::Http2 => {
            let (stream, read) = socket.into_parts();
            Ok(Served::Http2(stream, read))
        }
        // Boxed: a client that sends no request must not cost as much as one whose call runs.
        first => Box::pin(serve_requests(socket, first, answer)).await,
    }
}

/// Serves the requests of a connection, of which the first one is there.
async fn serve_requests<S, F, A>(mut socket: ClientSocket<S>, first: Next, answer: F) -> io::Result<Served<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(RequestHead, ArrivingBody) -> A,
    A: Future<Output = HttpAnswer>,
{
    let mut next = first;
    loop {
        for _ in 0..PIPELINED_MAX {
            match next {
                Next::Head(head, facts) => {
                    let (keeps, incoming) = exchange(&mut socket, head, facts, &answer).await?;
                    if !keeps {
                        close(&mut socket, incoming.is_cut()).await?;
                        return Ok(Served::Whole);
                    }
                }
                Next::Rejected(rejection) => {
                    refuse(&mut socket, rejection, &answer).await?;
                    return Ok(Served::Whole);
                }
                // Only the first bytes of a connection can be the beginning of HTTP/2.
                Next::Http2 | Next::End => return Ok(Served::Whole),
            }
            next = next_head(&mut socket, false).await?;
        }
        if !socket.input.is_empty() {
            tokio::task::yield_now().await;
        }
    }
}

/// Answers one request. Says whether another one may follow, and what is left of this one's body.
async fn exchange<S, F, A>(socket: &mut ClientSocket<S>, head: RequestHead, facts: HeadFacts, answer: &F) -> io::Result<(bool, Incoming)>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(RequestHead, ArrivingBody) -> A,
    A: Future<Output = HttpAnswer>,
{
    let is_head = head.method == Method::HEAD;
    let (mut incoming, body) = poll_fn(|cx| Poll::Ready(Incoming::begin(&facts, socket, cx))).await;
    let mut call = pin!(answer(head, body));
    // The call first: it admits the request, and asks for the body.
    let answer = poll_fn(|cx| match call.as_mut().poll(cx) {
        Poll::Ready(answer) => {
            incoming.settle(socket, cx);
            Poll::Ready(Some(answer))
        }
        Poll::Pending => incoming.poll_beside(socket, false, cx).map(|()| None),
    });
    let answer = answer.await.ok_or_else(client_left)?;
    let terms = Terms { is_head, is_http_11: facts.is_http_11, keep_alive: facts.keep_alive && !incoming.is_cut() };
    let keeps = send(socket, &mut incoming, answer, terms).await?;
    if keeps {
        // The function may still read.
        incoming.finish(socket).await?;
    }
    Ok((keeps && !incoming.is_cut(), incoming))
}

/// Answers bytes that are no request: the last answer of the connection.
async fn refuse<S, F, A>(socket: &mut ClientSocket<S>, rejection: Rejection, answer: &F) -> io::Result<()>
where
    S: AsyncRead + AsyncWrite + Unpin,
    F: Fn(RequestHead, ArrivingBody) -> A,
    A: Future<Output = HttpAnswer>,
{
    let answer = answer(rejected(rejection), ArrivingBody::Empty).await;
    let terms = Terms { is_head: false, is_http_11: true, keep_alive: false };
    send(socket, &mut Incoming::Cut, answer, terms).await?;
    close(socket, true).await
}
