//! HTTP/1 from a client's bytes to the bytes of its answers: the host's own front beside hyper, which has to say the same.
//!
//! Both read the same bytes, cut in the same places, and answer from the same service. Compared are statuses, bodies and whether the
//! connection is closed. Time plays no part: a side is done when nothing moves on its thread any more.
//!
//! Invariant: a difference is a finding, but for those that [`Reading`] leaves out.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, reason = "a finding is a panic")]
#![allow(unreachable_pub, reason = "the targets are another crate")]

use std::convert::Infallible;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::StreamExt as _;
use http::uri::PathAndQuery;
use http::{HeaderMap, StatusCode};
use http_body::Frame;
use http_body_util::{BodyExt as _, Collected, StreamBody};
use hyper_util::rt::TokioIo;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _, DuplexStream};

use crate::function::message::Body;
use crate::function::trace::TraceContext;
use crate::ingress::http1::serve;
use crate::ingress::wire::{ActiveRequests, HttpStream, Rejection, Timeouts};
use crate::ingress::{ArrivingBody, HttpAnswer, RequestHead, ResponseBody};
use crate::shutdown::Drain;

/// Longer than any conversation.
const NEVER: Duration = Duration::from_secs(3600);

const TIMEOUTS: Timeouts = Timeouts { head: NEVER, idle: NEVER, write: NEVER, head_bytes: 2000 };

/// Turns of the thread after which nothing moves any more, if nothing has moved meanwhile.
const QUIET_TURNS: usize = 24;

/// Pieces of what the client sends.
const PIECES_MAX: usize = 8;

/// What a client made of a connection.
#[derive(Debug, Default, PartialEq, Eq)]
struct Reading {
    /// Status and body of each answer. Interim answers are left out: a front may spare one if the body is there. So is an answer that is
    /// cut off.
    answers: Vec<(u16, Vec<u8>)>,
    /// Before the client closed its side, if it did.
    is_closed: bool,
}

/// A byte with the number of cuts and whether the client closes its side, the places of the cuts in two bytes each, then what it sends.
pub fn http1_stream(bytes: &[u8]) {
    let Some((flags, bytes)) = bytes.split_first() else { return };
    let cuts = usize::from(flags & 0x7f) % PIECES_MAX;
    let Some((places, sent)) = bytes.split_at_checked(cuts * 2) else { return };
    let mut cuts: Vec<usize> = places.chunks(2).map(|place| usize::from(place[0]) << 8 | usize::from(place[1])).collect();
    cuts.iter_mut().for_each(|cut| *cut %= sent.len() + 1);
    cuts.push(0);
    cuts.push(sent.len());
    cuts.sort_unstable();
    let pieces: Vec<&[u8]> = cuts.windows(2).map(|place| &sent[place[0]..place[1]]).filter(|piece| !piece.is_empty()).collect();
    let closes = flags & 0x80 != 0;
    let runtime = || tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime");
    let ours = runtime().block_on(converse(&pieces, closes, own));
    let theirs = runtime().block_on(converse(&pieces, closes, hyper));
    assert_eq!(ours, theirs, "ours, then hyper's, of {:?}", pieces.iter().map(|piece| String::from_utf8_lossy(piece)).collect::<Vec<_>>());
}

/// Sends the pieces and reads what comes.
async fn converse<F>(pieces: &[&[u8]], closes: bool, server: impl FnOnce(DuplexStream) -> F) -> Reading
where
    F: Future<Output = ()> + Send + 'static,
{
    let (client, stream) = tokio::io::duplex(1 << 20);
    let server = tokio::spawn(server(stream));
    let mut client = Client { stream: client, received: Vec::new(), is_closed: false };
    for piece in pieces {
        client.settle().await;
        if client.stream.write_all(piece).await.is_err() {
            break;
        }
    }
    client.settle().await;
    let is_closed = client.is_closed;
    if closes {
        let _ = client.stream.shutdown().await;
        client.settle().await;
        assert!(client.is_closed, "a client that closes its side is left");
    }
    server.abort();
    Reading { is_closed, ..read(&client.received) }
}

struct Client {
    stream: DuplexStream,
    received: Vec<u8>,
    is_closed: bool,
}

impl Client {
    /// Reads until nothing moves any more.
    async fn settle(&mut self) {
        let mut quiet = 0;
        while quiet < QUIET_TURNS && !self.is_closed {
            tokio::task::yield_now().await;
            quiet += 1;
            let before = self.received.len();
            let read = std::future::poll_fn(|cx| Poll::Ready(pin!(self.stream.read_buf(&mut self.received)).poll(cx))).await;
            match read {
                Poll::Ready(Ok(0) | Err(_)) => self.is_closed = true,
                Poll::Ready(Ok(_)) => quiet = 0,
                Poll::Pending => assert_eq!(self.received.len(), before),
            }
        }
    }
}

/// The host's own front.
async fn own(stream: DuplexStream) {
    let (_drain, drained) = Drain::new();
    let _ = serve(stream, TIMEOUTS, &drained, answer).await;
}

/// Hyper, behind the stream that checks what its client sends.
async fn hyper(stream: DuplexStream) {
    let active_requests = ActiveRequests::default();
    let stream = HttpStream::new(stream, TIMEOUTS, active_requests.clone()).http1_only();
    let service = hyper::service::service_fn(move |request: hyper::Request<hyper::body::Incoming>| {
        let active_requests = active_requests.clone();
        active_requests.begin();
        async move {
            let (parts, body) = request.into_parts();
            let rejection = Rejection::of(&parts);
            let uri = parts.uri.into_parts();
            let target = uri.path_and_query.unwrap_or(PathAndQuery::from_static("/"));
            let head = RequestHead { method: parts.method, authority: uri.authority, target, headers: parts.headers.into(), rejection };
            let answer = answer(head, ArrivingBody::Hyper(body)).await;
            let mut response = hyper::Response::new(Counted(answer.body, active_requests));
            *response.status_mut() = answer.status;
            *response.headers_mut() = answer.headers;
            Ok::<_, Infallible>(response)
        }
    });
    let served = hyper::server::conn::http1::Builder::new()
        .max_buf_size(TIMEOUTS.head_bytes + (8 << 10))
        .half_close(false)
        .serve_connection(TokioIo::new(stream), service);
    let _ = served.await;
}

/// A body that ends its request when it is written.
struct Counted(ResponseBody, ActiveRequests);

impl http_body::Body for Counted {
    type Data = Bytes;
    type Error = <ResponseBody as http_body::Body>::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Self::Error>>> {
        Pin::new(&mut self.0).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_end_stream()
    }

    fn size_hint(&self) -> http_body::SizeHint {
        self.0.size_hint()
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.1.end();
    }
}

/// Says what it was asked. Some targets have an answer of their own.
async fn answer(head: RequestHead, body: ArrivingBody) -> HttpAnswer {
    if let Some(rejection) = head.rejection {
        return of(rejection.status(), Body::Full(Bytes::new()));
    }
    // Hyper passes over one chunk of a body that nobody reads, the front over all that are there.
    if head.target.path() == "/ignore" && !head.headers.contains_key(http::header::TRANSFER_ENCODING) {
        return of(203, Body::Full(Bytes::from_static(b"ignored")));
    }
    let Ok(text) = body.collect().await.map(Collected::to_bytes) else { return of(400, Body::Full(Bytes::new())) };
    let headers = head.headers.iter().map(|(name, value)| format!("{name}={}", String::from_utf8_lossy(value.as_bytes())));
    let seen = format!("{} {:?} {} {}\n", head.method, head.authority, head.target, headers.collect::<Vec<_>>().join("&"));
    let text = Bytes::from([seen.as_bytes(), &text].concat());
    let mut answer = match head.target.path() {
        "/stream" => of(200, Body::Stream(Box::pin(StreamBody::new(pieces(text, None))))),
        "/promised" => {
            let length = text.len();
            let mut answer = of(200, Body::Stream(Box::pin(StreamBody::new(pieces(text, None)))));
            answer.headers.insert(http::header::CONTENT_LENGTH, length.into());
            answer.body.promise(Some(length as u64));
            answer
        }
        "/more" => {
            let length = text.len() / 2;
            let mut answer = of(200, Body::Stream(Box::pin(StreamBody::new(pieces(text, None)))));
            answer.headers.insert(http::header::CONTENT_LENGTH, length.into());
            answer.body.promise(Some(length as u64));
            answer
        }
        "/fails" => of(200, Body::Stream(Box::pin(StreamBody::new(pieces(text, Some("on purpose")))))),
        "/none" => of(204, Body::Empty),
        "/same" => of(304, Body::Empty),
        "/large" => of(299, Body::Full(Bytes::from(vec![b'x'; 20_000]))),
        _ => of(200, Body::Full(text)),
    };
    if head.method == http::Method::HEAD {
        answer.body = ResponseBody::new(Body::Empty, None);
    }
    answer
}

/// A text in two pieces, and an error if there is one.
fn pieces(
    text: Bytes,
    error: Option<&'static str>,
) -> impl futures::Stream<Item = Result<Frame<Bytes>, crate::function::message::BodyError>> {
    let half = text.len() / 2;
    let parts = [text.slice(..half), text.slice(half..)].map(|part| Ok(Frame::data(part)));
    futures::stream::iter(parts).chain(futures::stream::iter(error.map(|error| Err(io::Error::other(error).into()))))
}

fn of(status: u16, body: Body) -> HttpAnswer {
    HttpAnswer {
        status: StatusCode::from_u16(status).expect("a status"),
        headers: HeaderMap::new(),
        body: ResponseBody::new(body, None),
        request_id: Arc::from("id"),
        trace: TraceContext { trace_id: 1, span_id: 1, parent_id: 0, flags: 0 },
        close: false,
    }
}

/// Takes a conversation apart as a client would that has sent no HEAD.
fn read(mut bytes: &[u8]) -> Reading {
    let mut reading = Reading::default();
    while let Some((status, body, rest)) = read_answer(bytes) {
        bytes = rest;
        if status != 100 {
            reading.answers.push((status, body));
        }
    }
    let is_cut = bytes.is_empty() || bytes.starts_with(b"HTTP/1.1 200 OK\r\n") || bytes.starts_with(b"HTTP/1.0 200 OK\r\n");
    assert!(is_cut, "this is no answer: {:?}", String::from_utf8_lossy(bytes));
    reading
}

fn read_answer(bytes: &[u8]) -> Option<(u16, Vec<u8>, &[u8])> {
    let end = bytes.windows(4).position(|end| end == b"\r\n\r\n")?;
    let (head, rest) = bytes.split_at(end + 4);
    let head = std::str::from_utf8(head).expect("text").to_owned();
    let status = head.get(9..12)?.parse().ok()?;
    let header = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": ").map(str::to_owned));
    let (body, rest) = match (header("content-length"), header("transfer-encoding")) {
        _ if matches!(status, 100 | 204 | 304) => (Vec::new(), rest),
        (Some(_), Some(_)) => panic!("two framings: {head:?}"),
        (Some(length), None) => {
            let (body, rest) = rest.split_at_checked(length.parse().ok()?)?;
            (body.to_vec(), rest)
        }
        (None, Some(_)) => read_chunks(rest)?,
        (None, None) => (rest.to_vec(), &rest[rest.len()..]),
    };
    assert!(header("date").is_some() || status == 100, "{head:?}");
    Some((status, body, rest))
}

fn read_chunks(mut bytes: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let mut body = Vec::new();
    loop {
        let end = bytes.windows(2).position(|end| end == b"\r\n")?;
        let size = usize::from_str_radix(std::str::from_utf8(&bytes[..end]).ok()?, 16).ok()?;
        let (chunk, rest) = bytes[end + 2..].split_at_checked(size + 2)?;
        bytes = rest;
        if size == 0 {
            return Some((body, bytes));
        }
        body.extend_from_slice(&chunk[..size]);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;

    /// One part of many, the first ones more often.
    fn one_of(parts: &'static [&'static str]) -> impl Strategy<Value = String> {
        (0..parts.len(), 0..parts.len()).prop_map(move |(a, b)| parts[a.min(b)].to_owned())
    }

    fn request_line() -> impl Strategy<Value = String> {
        let methods = one_of(&["GET", "POST", "PUT", "OPTIONS", "BREW", "G{T", "-", "CONNECT", ""]);
        let targets = one_of(&[
            "/",
            "/stream",
            "/large",
            "/promised",
            "/more",
            "/none",
            "/same",
            "/ignore",
            "/fails",
            "/a?b=c",
            "*",
            "http://a/x",
            "HTTP://A:80",
            "http://a?q#f",
            "/#f",
            "/\u{e4}",
            "/\"<>",
            "http://[::1",
            "http://b/",
            "/\u{1}",
            "x",
            "",
        ]);
        let versions = one_of(&["HTTP/1.1", "HTTP/1.1", "HTTP/1.0", "HTTP/2.0", "http/1.1"]);
        (methods, targets, versions).prop_map(|(method, target, version)| format!("{method} {target} {version}\r\n"))
    }

    fn header() -> impl Strategy<Value = String> {
        let known = one_of(&[
            "x: y\r\n",
            "x:\t\u{e4} \r\n",
            "connection: keep-alive\r\n",
            "connection: close\r\n",
            "Connection: x, Close\r\n",
            "expect: 100-continue\r\n",
            "expect: nothing\r\n",
            "te: trailers\r\n",
            "upgrade: h2c\r\n",
            "host: a\r\n",
            "content-length: 3\r\n",
            "transfer-encoding: chunked\r\n",
            "x\r\n",
            ": y\r\n",
            "x : y\r\n",
            " folded\r\n",
            "x: \0\r\n",
            "x: y\rz\r\n",
            "x: y\n",
        ]);
        prop_oneof![4 => known, 1 => "[a-zA-Z-]{1,10}:[ -~]{0,20}\r\n"]
    }

    /// The framing headers and the body that fits, or nearly.
    fn framed() -> impl Strategy<Value = (String, String)> {
        let sized = ("[a-z]{0,20}", -1_i64..2).prop_map(|(body, off)| {
            let wrong = if off == 1 { 1 } else { 0 };
            (format!("content-length: {}\r\n", body.len() as i64 + wrong), body)
        });
        let chunk = ("[a-z]{1,9}", one_of(&["", ";x=y", " ", ";", "\r"]))
            .prop_map(|(data, extra)| format!("{:x}{extra}\r\n{data}\r\n", data.len()));
        let last = one_of(&["0\r\n\r\n", "0\r\nx: y\r\n\r\n", "000;z\r\n\r\n", "0\r\nx y\r\n\r\n", "0\r\n\n", "5\r\nab", ""]);
        let chunked = (proptest::collection::vec(chunk, 0..4), last)
            .prop_map(|(chunks, last)| ("transfer-encoding: chunked\r\n".to_owned(), format!("{}{last}", chunks.concat())));
        prop_oneof![2 => Just((String::new(), String::new())), 2 => sized, 2 => chunked]
    }

    fn message() -> impl Strategy<Value = String> {
        let hosts = one_of(&["host: a\r\n", "host: a\r\n", "Host:a:80\r\n", "", "host: a/b\r\n"]);
        let headers = proptest::collection::vec(header(), 0..3);
        let empty_lines = one_of(&["", "", "", "\r\n", "\r\n\r\n\r\n"]);
        (empty_lines, request_line(), hosts, headers, framed())
            .prop_map(|(empty, line, host, headers, (framing, body))| format!("{empty}{line}{host}{}{framing}\r\n{body}", headers.concat()))
    }

    fn plain() -> impl Strategy<Value = String> {
        let targets = one_of(&["/", "/stream", "/large", "/promised", "/more", "/a?b=c", "/ignore", "/none", "/same"]);
        (one_of(&["GET", "POST"]), targets, framed())
            .prop_map(|(method, target, (framing, body))| format!("{method} {target} HTTP/1.1\r\nhost: a\r\n{framing}\r\n{body}"))
    }

    fn cut(flags: u8, cuts: &[u16], sent: &[u8]) -> Vec<u8> {
        let cuts = &cuts[..cuts.len().min(PIECES_MAX - 1)];
        let places: Vec<u8> = cuts.iter().flat_map(|cut| cut.to_be_bytes()).collect();
        [&[flags | cuts.len() as u8][..], &places, sent].concat()
    }

    proptest! {
        #![proptest_config(ProptestConfig {
            cases: 2000,
            rng_seed: RngSeed::Fixed(12),
            failure_persistence: None,
            ..ProptestConfig::default()
        })]

        #[test]
        fn our_front_says_what_hyper_says(
            messages in proptest::collection::vec(prop_oneof![1 => message(), 2 => plain()], 1..4),
            cuts in proptest::collection::vec(any::<u16>(), 0..PIECES_MAX),
            flip in proptest::option::weighted(0.2, (any::<u16>(), any::<u8>())),
            closes in any::<bool>(),
        ) {
            let mut sent = messages.concat().into_bytes();
            if let Some((at, byte)) = flip {
                let at = usize::from(at) % sent.len();
                sent[at] = byte;
            }
            http1_stream(&cut(if closes { 0x80 } else { 0 }, &cuts, &sent));
        }
    }
}
