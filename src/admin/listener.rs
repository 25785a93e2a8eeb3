//! Sockets of the admin address: watched like those of the functions, and few.
//!
//! Accepts for `axum::serve`, which has no timeouts of its own; each stream passes the gate of `ingress::wire`.
//!
//! Invariant: a client that is slow, or says nothing, gives its place back; probes never wait for more than a head's time.

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

use crate::config::IngressConfig;
use crate::ingress::wire::{Busy, Gate, Patience};

/// Connections open at a time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 256;

/// Pause after an error that is not the client's: too many open files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts admin connections.
pub(super) struct Places {
    listener: TcpListener,
    patience: Patience,
    free: Arc<Semaphore>,
}

impl Places {
    pub(super) fn new(listener: TcpListener, config: &IngressConfig) -> Self {
        let patience = Patience {
            head: config.header_timeout,
            idle: config.keep_alive,
            write: config.body_timeout,
            head_bytes: config.max_header_bytes,
        };
        Self { listener, patience, free: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }
    }

    async fn next(&self) -> io::Result<(Connection, SocketAddr)> {
        let (stream, remote) = self.listener.accept().await?;
        let place = self.free.clone().acquire_owned().await.map_err(io::Error::other)?;
        // Nobody counts requests here: each is answered at once, and one that streams writes more often than connections may be idle.
        Ok((Connection { gate: Gate::new(stream, self.patience, Busy::default()).http1_only(), _place: place }, remote))
    }
}

impl Listener for Places {
    type Io = Connection;
    type Addr = SocketAddr;

    fn accept(&mut self) -> impl Future<Output = (Self::Io, Self::Addr)> + Send {
        let places = &*self;
        async move {
            loop {
                match places.next().await {
                    Ok(accepted) => return accepted,
                    Err(error) => {
                        tracing::debug!(%error, "an admin connection could not be accepted");
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

/// Who is at the other end.
#[derive(Clone, Copy, Debug)]
pub(super) struct Peer(pub(super) SocketAddr);

impl Connected<IncomingStream<'_, Places>> for Peer {
    fn connect_info(stream: IncomingStream<'_, Places>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A connection and its place.
pub(super) struct Connection {
    gate: Gate<TcpStream>,
    _place: OwnedSemaphorePermit,
}

impl AsyncRead for Connection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().gate).poll_read(cx, out)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().gate).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().gate).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().gate).poll_shutdown(cx)
    }
}
