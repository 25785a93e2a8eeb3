//! What a comparison with hyper does not show: when something is read or written, and how much is kept.

use std::future::pending;
use std::io;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use futures::FutureExt as _;
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, Full};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, DuplexStream, ReadBuf, duplex};
use tokio::sync::Notify;

use super::{Served, serve};
use crate::function::message::Body;
use crate::function::trace::TraceContext;
use crate::ingress::wire::{PREFACE, Timeouts};
use crate::ingress::{ArrivingBody, HttpAnswer, RequestHead, ResponseBody};
use crate::shutdown::{Drain, Drained, ShutdownPhase};

const NEVER: Duration = Duration::from_secs(3600);
const TIMEOUTS: Timeouts = Timeouts { head: NEVER, idle: NEVER, write: NEVER, head_bytes: 2000 };

const GET: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";
const POST: &[u8] = b"POST / HTTP/1.1\r\nhost: a\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n";

fn answer(body: Body) -> HttpAnswer {
    HttpAnswer {
        status: StatusCode::OK,
        headers: HeaderMap::new(),
        body: ResponseBody::new(body, None),
        request_id: Arc::from("id"),
        trace: TraceContext { trace_id: 1, span_id: 1, parent_id: 0, flags: 0 },
        close: false,
    }
}

fn text(text: &'static str) -> HttpAnswer {
    answer(Body::Full(Bytes::from_static(text.as_bytes())))
}

/// Serves a connection of which the other end is returned.
fn connect<F, A>(drained: Drained, service: F) -> (DuplexStream, tokio::task::JoinHandle<io::Result<Served<DuplexStream>>>)
where
    F: Fn(RequestHead, ArrivingBody) -> A + Send + 'static,
    A: Future<Output = HttpAnswer> + Send,
    F: Sync,
{
    let (client, stream) = duplex(64 << 10);
    let served = tokio::spawn(async move { serve(stream, TIMEOUTS, &drained, service).await });
    (client, served)
}

/// What the server has written once it does nothing more.
async fn written(client: &mut DuplexStream) -> String {
    let mut bytes = Vec::new();
    for _ in 0..20 {
        tokio::task::yield_now().await;
        let _ = pin!(client.read_buf(&mut bytes)).now_or_never();
    }
    String::from_utf8(bytes).unwrap()
}

#[tokio::test]
async fn a_client_is_told_to_go_on_when_its_body_is_wanted() {
    let wanted = Arc::new(Notify::new());
    let (_drain, drained) = Drain::new();
    let wants = wanted.clone();
    let (mut client, _served) = connect(drained, move |_, body| {
        let wants = wants.clone();
        async move {
            wants.notified().await;
            answer(Body::Full(body.collect().await.unwrap().to_bytes()))
        }
    });
    client.write_all(POST).await.unwrap();
    assert_eq!(written(&mut client).await, "");
    wanted.notify_one();
    assert_eq!(written(&mut client).await, "HTTP/1.1 100 Continue\r\n\r\n");
    client.write_all(b"body").await.unwrap();
    assert!(written(&mut client).await.ends_with("\r\n\r\nbody"));
}

#[tokio::test]
async fn a_body_that_is_not_wanted_is_not_asked_for() {
    let (_drain, drained) = Drain::new();
    let (mut client, served) = connect(drained, |_, _| async { text("no") });
    client.write_all(POST).await.unwrap();
    let answer = written(&mut client).await;
    assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("\r\nconnection: close\r\n") && answer.ends_with("\r\n\r\nno"));
    drop(client);
    assert!(matches!(served.await.unwrap(), Ok(Served::Whole)));
}

#[tokio::test]
async fn a_client_that_leaves_drops_its_call() {
    let (_drain, drained) = Drain::new();
    let calls = Arc::new(());
    let held = calls.clone();
    let (mut client, served) = connect(drained, move |_, _| {
        let held = held.clone();
        async move {
            pending::<()>().await;
            drop(held);
            text("never")
        }
    });
    client.write_all(GET).await.unwrap();
    assert_eq!(written(&mut client).await, "");
    assert_eq!(Arc::strong_count(&calls), 3);
    client.shutdown().await.unwrap();
    assert!(served.await.unwrap().is_err());
    assert_eq!(Arc::strong_count(&calls), 1);
}

#[tokio::test]
async fn of_a_body_that_nobody_reads_little_is_taken() {
    let (_drain, drained) = Drain::new();
    let (mut client, _served) = connect(drained, |_, body| async move {
        pending::<()>().await;
        drop(body);
        text("never")
    });
    client.write_all(b"POST / HTTP/1.1\r\nhost: a\r\ncontent-length: 10000000\r\n\r\n").await.unwrap();
    let mut taken = 0;
    for _ in 0..1000 {
        tokio::task::yield_now().await;
        if let Some(bytes) = pin!(client.write(&[0; 16 << 10])).now_or_never() {
            taken += bytes.unwrap();
        }
    }
    // What is read before the call, and the stream's own.
    assert!(taken <= (64 << 10) + (64 << 10) + (64 << 10), "{taken} bytes");
}

#[tokio::test]
async fn the_beginning_of_http2_is_passed_on() {
    let (_drain, drained) = Drain::new();
    let (mut client, served) = connect(drained, |_, _| async { text("never") });
    for byte in PREFACE {
        client.write_all(&[*byte]).await.unwrap();
        tokio::task::yield_now().await;
    }
    let Ok(Served::Http2(_, read)) = served.await.unwrap() else { panic!("it is HTTP/2") };
    assert_eq!(read, PREFACE);
}

#[tokio::test]
async fn a_stop_closes_what_waits_for_a_head_and_a_hand_over_does_not() {
    for sent in [&b""[..], b"GET / HT"] {
        let (drain, drained) = Drain::new();
        let (mut client, served) = connect(drained, |_, _| async { text("fine") });
        client.write_all(GET).await.unwrap();
        assert!(written(&mut client).await.ends_with("fine"));
        client.write_all(sent).await.unwrap();
        drain.begin(ShutdownPhase::HandingOver);
        assert_eq!(written(&mut client).await, "");
        assert!(!served.is_finished());
        drain.begin(ShutdownPhase::Stopping);
        assert!(matches!(served.await.unwrap(), Ok(Served::Whole)));
    }
}

/// Counts the writes.
struct Counted(DuplexStream, Arc<AtomicUsize>);

impl AsyncRead for Counted {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(cx, out)
    }
}

impl AsyncWrite for Counted {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.1.fetch_add(1, Ordering::Relaxed);
        Pin::new(&mut self.0).poll_write(cx, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_shutdown(cx)
    }
}

#[tokio::test]
async fn an_answer_leaves_with_one_write() {
    let (mut client, stream) = duplex(64 << 10);
    let writes = Arc::new(AtomicUsize::new(0));
    let stream = Counted(stream, writes.clone());
    tokio::spawn(async move {
        let (_drain, drained) = Drain::new();
        let service = |head: RequestHead, _| async move {
            match head.target.path() {
                "/stream" => answer(Body::Stream(Box::pin(Full::new(Bytes::from_static(b"fine")).map_err(Into::into)))),
                _ => text("fine"),
            }
        };
        serve(stream, TIMEOUTS, &drained, service).await.map(|_| ())
    });
    for (request, end) in [(GET, "\r\n\r\nfine"), (b"GET /stream HTTP/1.1\r\nhost: a\r\n\r\n", "\r\n4\r\nfine\r\n0\r\n\r\n")] {
        writes.store(0, Ordering::Relaxed);
        client.write_all(request).await.unwrap();
        let answer = written(&mut client).await;
        assert!(answer.ends_with(end), "{answer:?}");
        assert_eq!(writes.load(Ordering::Relaxed), 1);
    }
}
