//! Sockets of the admin address: with the timeouts of the main address, and few (`connection_places`).
//!
//! Accepts for `axum::serve`, which has no timeouts of its own; each stream is an `HttpStream` of `ingress::wire`.
//!
//! Invariant: a client that is slow or silent loses its connection; a connection is accepted at once, whatever the others do, so that a probe
//! is answered.

use std::future::Future;
use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use super::connection_places::{AdminPlace, AdminPlaces};
use crate::config::IngressConfig;
use crate::ingress::wire::{ActiveRequests, HttpStream, Timeouts};

/// Pause after an error that is not the client's: too many open files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts admin connections.
pub(super) struct AdminListener {
    listener: TcpListener,
    timeouts: Timeouts,
    places: AdminPlaces,
}

impl AdminListener {
    pub(super) fn new(listener: TcpListener, config: &IngressConfig, places: AdminPlaces) -> Self {
        let timeouts = Timeouts {
            head: config.header_timeout,
            idle: config.keep_alive,
            write: config.body_timeout,
            head_bytes: config.max_header_bytes,
        };
        Self { listener, timeouts, places }
    }

    async fn next(&self) -> io::Result<(AdminConnection, SocketAddr)> {
        let (stream, remote) = self.listener.accept().await?;
        // Active requests are not counted here: each is answered at once, and one that streams writes more often than a connection may be idle.
        let stream = HttpStream::new(stream, self.timeouts, ActiveRequests::default()).http1_only();
        Ok((AdminConnection { stream, place: self.places.enter() }, remote))
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

/// The address of the client, and the place of its connection.
#[derive(Clone)]
pub(super) struct AdminPeer(pub(super) SocketAddr, pub(super) AdminPlace);

impl Connected<IncomingStream<'_, AdminListener>> for AdminPeer {
    fn connect_info(stream: IncomingStream<'_, AdminListener>) -> Self {
        Self(*stream.remote_addr(), stream.io().place.clone())
    }
}

/// A connection and its place.
pub(super) struct AdminConnection {
    stream: HttpStream<TcpStream>,
    place: AdminPlace,
}

impl AsyncRead for AdminConnection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        if self.place.is_lost(cx) {
            // As if the client had closed it.
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut self.get_mut().stream).poll_read(cx, out)
    }
}

impl AsyncWrite for AdminConnection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        if self.place.is_lost(cx) {
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
