//! One connection: HTTP/1.1 or HTTP/2 with prior knowledge, from accept to close.
//!
//! Streams come from `listener`; each request goes to `dispatch`.
//!
//! Invariant: every wait for the client has a bound; a drain lets the running requests finish. A shutdown closes what is idle; a hand-over
//! cannot, or it would lose the request that is on its way just then.

use std::convert::Infallible;
use std::pin::pin;
use std::sync::Arc;

use http::Version;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::activity::{Activity, RequestGuard};
use super::dispatch::Dispatch;
use super::hyper_message;
use super::request::Peer;
use super::wire::{HttpStream, Timeouts};
use crate::config::IngressConfig;
use crate::shutdown::{Drained, ShutdownPhase};

/// Streams of one HTTP/2 connection at a time.
const HTTP2_STREAMS: u32 = 100;

/// Bytes of one HTTP/2 answer that hyper keeps while the client has no window for them. Its default is 400 KB: with the streams of a
/// connection these would be 40 MB of answers that no client reads.
const HTTP2_SEND_BYTES: usize = 64 << 10;

/// More than a head that passes the stream: hyper never has to refuse one for its size.
const BUFFER_BYTES_SPARE: usize = 8 << 10;

/// The state that the requests of a connection share.
struct ConnectionContext {
    dispatch: Arc<Dispatch>,
    drained: Drained,
    peer: Peer,
    activity: Arc<Activity>,
    /// Woken at every HTTP/2 request while the process hands over.
    last: Notify,
}

/// Serves a connection until it closes.
pub(crate) async fn serve(stream: TcpStream, peer: Peer, config: IngressConfig, dispatch: Arc<Dispatch>, drained: Drained) {
    let activity = Activity::new();
    let context = Arc::new(ConnectionContext { dispatch, drained, peer, activity: activity.clone(), last: Notify::new() });
    let answering = context.clone();
    let service = service_fn(move |request| {
        let guard = answering.begin_request(request.version());
        let context = answering.clone();
        async move {
            context.activity.room().await;
            let (head, body) = hyper_message::request(request);
            let mut response = hyper_message::response(context.dispatch.answer(head, body, context.peer, &context.drained).await);
            response.body_mut().hold(guard);
            Ok::<_, Infallible>(response)
        }
    });
    let builder = builder(&config);
    let stream = HttpStream::new(stream, timeouts(&config), activity.active_requests());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = close_requested(&context) => None,
        () = activity.idle_or_stalled(config.keep_alive, config.body_timeout) => None,
        // A client that speaks HTTP/2 and sends no request must not hold its slot for as long as a client that has sent one.
        () = no_first_request(&config, &activity) => return,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = activity.drained_or_stalled(config.body_timeout) => return,
            }
        }
    };
    if let Err(error) = ended {
        // Clients that vanish or send nonsense are ordinary.
        tracing::debug!(remote = %peer.remote, %error, "connection failed");
    }
}

impl ConnectionContext {
    fn begin_request(&self, version: Version) -> RequestGuard {
        let guard = self.activity.begin(version);
        if version == Version::HTTP_2 && self.drained.phase() != ShutdownPhase::Serving {
            self.last.notify_one();
        }
        guard
    }
}

/// Resolves when the connection is to be closed as its protocol allows. HTTP/2 can announce the close and lose nothing (GOAWAY), so it does
/// when the process hands over. HTTP/1.1 can only close, which loses a request that is on its way; so it waits for one and answers it with
/// `connection: close`.
async fn close_requested(context: &ConnectionContext) {
    let mut drained = context.drained.clone();
    drained.reached(ShutdownPhase::HandingOver).await;
    if !context.activity.is_multiplexed() {
        tokio::select! {
            () = drained.reached(ShutdownPhase::Stopping) => {}
            () = context.last.notified() => {}
        }
    }
}

/// Resolves when a client has sent no request for twice the time that a request's head may take.
async fn no_first_request(config: &IngressConfig, activity: &Activity) {
    tokio::time::sleep(config.header_timeout * 2).await;
    if activity.has_begun() {
        std::future::pending::<()>().await;
    }
}

fn timeouts(config: &IngressConfig) -> Timeouts {
    Timeouts {
        head: config.header_timeout,
        idle: config.keep_alive,
        write: config.body_timeout,
        // Twice the limit: the client of a head just over it learns the size of the head and the limit.
        head_bytes: config.max_header_bytes * 2,
    }
}

fn builder(config: &IngressConfig) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // Hyper would count from the end of the request before; the stream counts from the first byte of a head.
        .header_read_timeout(None)
        .max_buf_size(timeouts(config).head_bytes + BUFFER_BYTES_SPARE)
        // A client that closes its side has left: `request.signal` fires at once, and not at the first write that fails.
        .half_close(false);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_send_buf_size(HTTP2_SEND_BYTES)
        .max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(config.keep_alive)
        .keep_alive_timeout(config.header_timeout);
    builder
}
