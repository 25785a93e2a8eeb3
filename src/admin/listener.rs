//! Sockets of the admin address: with the timeouts of the main address, and few. A connection that finds every place taken is one for probes.
//!
//! Accepts for `axum::serve`, which has no timeouts of its own; each stream is an `HttpStream` of `ingress::wire`.
//!
//! Invariant: a client that is slow or silent loses its connection; a connection is accepted at once, whatever the others do, so that a probe
//! is answered.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::probe_places::{ProbePlace, ProbePlaces};
use super::token_places::{CONNECTIONS_MAX, ConnectionOwner};
use crate::config::IngressConfig;
use crate::ingress::wire::{ActiveRequests, HttpStream, Timeouts};

/// The longest wait for a client whose connection is for probes alone.
const PROBE_WAIT_MAX: Duration = Duration::from_secs(2);

/// Pause after an error that is not the client's: too many open files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts admin connections.
pub(super) struct AdminListener {
    listener: TcpListener,
    timeouts: Timeouts,
    free: Arc<Semaphore>,
    probes: ProbePlaces,
}

impl AdminListener {
    pub(super) fn new(listener: TcpListener, config: &IngressConfig) -> Self {
        let timeouts = Timeouts {
            head: config.header_timeout,
            idle: config.keep_alive,
            write: config.body_timeout,
            head_bytes: config.max_header_bytes,
        };
        Self { listener, timeouts, free: Arc::new(Semaphore::new(CONNECTIONS_MAX)), probes: ProbePlaces::default() }
    }

    async fn next(&self) -> io::Result<(AdminConnection, SocketAddr)> {
        let (stream, remote) = self.listener.accept().await?;
        // A connection that was accepted is served at once: waiting for a place here would keep every later client waiting, probes too.
        let (place, timeouts) = match self.free.clone().try_acquire_owned() {
            Ok(permit) => (Place::Any { _permit: permit }, self.timeouts),
            Err(_none_is_free) => (Place::Probe(self.probes.enter()), self.probe_timeouts()),
        };
        // Active requests are not counted here: each is answered at once, and one that streams writes more often than a connection may be idle.
        Ok((AdminConnection { stream: HttpStream::new(stream, timeouts, ActiveRequests::default()).http1_only(), place }, remote))
    }

    fn probe_timeouts(&self) -> Timeouts {
        let Timeouts { head, idle, write, head_bytes } = self.timeouts;
        let [head, idle, write] = [head, idle, write].map(|wait| wait.min(PROBE_WAIT_MAX));
        Timeouts { head, idle, write, head_bytes }
    }
}

impl Listener for AdminListener {
    type Io = AdminConnection;
    type Addr = SocketAddr;

    fn accept(&mut self) -> impl Future<Output = (Self::Io, Self::Addr)> + Send {
        let listener = &*self;
        async move {
            loop {
                match listener.next().await {
                    Ok(accepted) => return accepted,
                    Err(error) => {
                        tracing::debug!(%error, "cannot accept an admin connection");
                        tokio::time::sleep(ACCEPT_PAUSE).await;
                    }
                }
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

/// The address of the client, what its connection is for, and the token that it counts for.
#[derive(Clone)]
pub(super) struct AdminPeer(pub(super) SocketAddr, pub(super) Reach, pub(super) ConnectionOwner);

/// The requests that a connection may make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reach {
    /// Every request.
    All,
    /// One probe: every other place is taken.
    OneProbe,
}

impl Connected<IncomingStream<'_, AdminListener>> for AdminPeer {
    fn connect_info(stream: IncomingStream<'_, AdminListener>) -> Self {
        let reach = if matches!(stream.io().place, Place::Probe(_)) { Reach::OneProbe } else { Reach::All };
        Self(*stream.remote_addr(), reach, ConnectionOwner::default())
    }
}

/// A connection and its place.
pub(super) struct AdminConnection {
    stream: HttpStream<TcpStream>,
    place: Place,
}

/// What counts a connection.
enum Place {
    /// One of [`CONNECTIONS_MAX`].
    Any { _permit: OwnedSemaphorePermit },
    /// One for probes.
    Probe(ProbePlace),
}

impl AdminConnection {
    /// Whether another connection has its place now.
    fn is_lost(&self, cx: &Context<'_>) -> bool {
        matches!(&self.place, Place::Probe(place) if place.is_lost(cx))
    }
}

impl AsyncRead for AdminConnection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.is_lost(cx) {
            // As if the client had closed it.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.get_mut().stream).poll_read(cx, out)
    }
}

impl AsyncWrite for AdminConnection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.is_lost(cx) {
            return Poll::Ready(Err(io::ErrorKind::ConnectionAborted.into()));
        }
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
