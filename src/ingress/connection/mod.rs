//! One connection: HTTP/1.1 or HTTP/2 with prior knowledge, from accept to close.
//!
//! Streams come from `listener`; each request goes to `dispatch`.
//!
//! Invariant: every wait for the client has a bound; a drain lets the running requests finish. A shutdown closes what is idle; a hand-over cannot, or
//! it would lose the request that is on its way just then.

pub(super) mod activity;

use std::convert::Infallible;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;

use http::Version;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::Notify;

use super::dispatch::Dispatch;
use super::wire::{Gate, Patience};
use crate::config::IngressConfig;
use crate::shutdown::{Drained, Phase};
use activity::{Attended, Underway};

/// Streams of one HTTP/2 connection at a time.
const HTTP2_STREAMS: u32 = 100;

/// More than a head that passes the gate: hyper never has to refuse one for its size.
const BUFFER_BYTES_SPARE: usize = 8 << 10;

/// Who is at the other end, and where they came in.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// The client's address.
    pub remote: SocketAddr,
    /// The port they connected to.
    pub port: u16,
}

/// What the requests of a connection share.
struct Shared {
    dispatch: Arc<Dispatch>,
    drained: Drained,
    peer: Peer,
    underway: Arc<Underway>,
    /// Woken at every HTTP/2 request while the process hands over.
    last: Notify,
}

/// Serves a connection until it closes.
pub async fn serve(stream: TcpStream, peer: Peer, config: IngressConfig, dispatch: Arc<Dispatch>, drained: Drained) {
    let underway = Underway::new();
    let shared = Arc::new(Shared { dispatch, drained, peer, underway: underway.clone(), last: Notify::new() });
    let answering = shared.clone();
    let service = service_fn(move |request| {
        let attended = answering.hear(request.version());
        let shared = answering.clone();
        async move {
            let mut response = shared.dispatch.answer(request, shared.peer, &shared.drained).await;
            response.body_mut().attend(attended);
            Ok::<_, Infallible>(response)
        }
    });
    let builder = builder(&config);
    let stream = Gate::new(stream, patience(&config), underway.busy());
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = farewell(&shared) => None,
        () = underway.forsaken(config.keep_alive, config.body_timeout) => None,
        // A client that speaks HTTP/2 and asks for nothing must not hold its place for as long as one that has asked.
        () = silence(&config, &underway) => return,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = underway.abandoned(config.body_timeout) => return,
            }
        }
    };
    if let Err(error) = ended {
        // Clients that vanish or talk nonsense are no news.
        tracing::debug!(remote = %peer.remote, %error, "connection failed");
    }
}

impl Shared {
    fn hear(&self, version: Version) -> Attended {
        let attended = self.underway.begin(version);
        if version == Version::HTTP_2 && self.drained.phase() != Phase::Serving {
            self.last.notify_one();
        }
        attended
    }
}

/// Ends when the connection is to be closed as its protocol allows. HTTP/2 can say goodbye and lose nothing (GOAWAY), so it does when the process hands
/// over; HTTP/1.1 can only close, which loses a request that is on its way, so it waits for one and answers it with `connection: close`.
async fn farewell(shared: &Shared) {
    let mut drained = shared.drained.clone();
    drained.reached(Phase::HandingOver).await;
    if !shared.underway.is_multiplexed() {
        tokio::select! {
            () = drained.reached(Phase::Stopping) => {}
            () = shared.last.notified() => {}
        }
    }
}

/// Ends when a client has sent no request for twice the time that a request's head may take.
async fn silence(config: &IngressConfig, underway: &Underway) {
    tokio::time::sleep(config.header_timeout * 2).await;
    if underway.has_begun() {
        std::future::pending::<()>().await;
    }
}

fn patience(config: &IngressConfig) -> Patience {
    Patience {
        head: config.header_timeout,
        idle: config.keep_alive,
        write: config.body_timeout,
        // Twice the limit: a head just over it is told what it used and what it may.
        head_bytes: config.max_header_bytes * 2,
    }
}

fn builder(config: &IngressConfig) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .http1()
        // It would count from the end of the request before; the gate counts from the first byte of a head.
        .header_read_timeout(None)
        .max_buf_size(patience(config).head_bytes + BUFFER_BYTES_SPARE)
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
