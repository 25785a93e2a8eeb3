//! One connection: HTTP/1.1 or HTTP/2 with prior knowledge, from accept to close.
//!
//! Streams come from `listener`; each request goes to `dispatch`.
//!
//! Invariant: every wait for the client has a bound; a drain lets the running requests finish and closes what is idle.

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;

use super::dispatch::Dispatch;
use crate::config::IngressConfig;
use crate::shutdown::Drained;

/// Streams of one HTTP/2 connection at a time.
const HTTP2_STREAMS: u32 = 100;

/// Headers of one request.
const HEADERS_MAX: usize = 100;

/// hyper's smallest buffer for a request head.
const HEAD_BUFFER_MIN: usize = 8 << 10;

/// Who is at the other end, and where they came in.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The client's address.
    pub remote: SocketAddr,
    /// The port they connected to.
    pub port: u16,
}

/// Serves a connection until it closes.
pub async fn serve(stream: TcpStream, peer: Peer, config: IngressConfig, dispatch: Arc<Dispatch>, mut drained: Drained) {
    let draining = drained.clone();
    let spoken = Arc::new(AtomicBool::new(false));
    let speaks = spoken.clone();
    let service = service_fn(move |request| {
        speaks.store(true, Ordering::Relaxed);
        let dispatch = dispatch.clone();
        let is_draining = draining.has_begun();
        async move { Ok::<_, Infallible>(dispatch.answer(request, peer, is_draining).await) }
    });
    let builder = builder(&config);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => ended,
        () = drained.begun() => {
            connection.as_mut().graceful_shutdown();
            connection.await
        }
        // hyper's own timer starts only when the protocol is known; a client that says nothing must not hold its place until then.
        () = silence(&config, &spoken) => return,
    };
    if let Err(error) = ended {
        // Clients that vanish or talk nonsense are no news.
        tracing::debug!(remote = %peer.remote, %error, "connection failed");
    }
}

/// Ends when a client has sent no request for twice the time that a request's head may take.
async fn silence(config: &IngressConfig, spoken: &AtomicBool) {
    tokio::time::sleep(config.header_timeout * 2).await;
    if spoken.load(Ordering::Relaxed) {
        std::future::pending::<()>().await;
    }
}

fn builder(config: &IngressConfig) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    // Twice the limit, so that a head just over it gets our answer instead of hyper's bare one.
    let head_bytes = (config.max_header_bytes * 2).max(HEAD_BUFFER_MIN);
    builder
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(config.header_timeout)
        .max_buf_size(head_bytes)
        .max_headers(HEADERS_MAX)
        // A client that closes its side has left: `request.signal` fires at once, and not at the first write that fails.
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(config.keep_alive)
        .keep_alive_timeout(config.header_timeout);
    builder
}
