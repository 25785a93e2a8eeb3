//! Sockets of the admin address: with the timeouts of the main address, and few.
//!
//! Accepts for `axum::serve`, which has no timeouts of its own; each stream is an `HttpStream` of `ingress::wire`.
//!
//! Invariant: a client that is slow or silent loses its connection; a probe never waits longer than the time for a request head.

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
use crate::ingress::wire::{ActiveRequests, HttpStream, Timeouts};

/// Connections open at a time; more wait to be accepted.
const CONNECTIONS_MAX: usize = 256;

/// Pause after an error that is not the client's: too many open files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// Accepts admin connections.
pub(super) struct AdminListener {
    listener: TcpListener,
    timeouts: Timeouts,
    free: Arc<Semaphore>,
}

impl AdminListener {
    pub(super) fn new(listener: TcpListener, config: &IngressConfig) -> Self {
        let timeouts = Timeouts {
            head: config.header_timeout,
            idle: config.keep_alive,
            write: config.body_timeout,
            head_bytes: config.max_header_bytes,
        };
        Self { listener, timeouts, free: Arc::new(Semaphore::new(CONNECTIONS_MAX)) }
    }

    async fn next(&self) -> io::Result<(AdminConnection, SocketAddr)> {
        let (stream, remote) = self.listener.accept().await?;
        let permit = self.free.clone().acquire_owned().await.map_err(io::Error::other)?;
        // Active requests are not counted here: each is answered at once, and one that streams writes more often than a connection may be idle.
        Ok((
            AdminConnection { stream: HttpStream::new(stream, self.timeouts, ActiveRequests::default()).http1_only(), _permit: permit },
            remote,
        ))
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

/// The address of the client.
#[derive(Clone, Copy, Debug)]
pub(super) struct AdminPeer(pub(super) SocketAddr);

impl Connected<IncomingStream<'_, AdminListener>> for AdminPeer {
    fn connect_info(stream: IncomingStream<'_, AdminListener>) -> Self {
        Self(*stream.remote_addr())
    }
}

/// A connection, and the permit that counts it.
pub(super) struct AdminConnection {
    stream: HttpStream<TcpStream>,
    _permit: OwnedSemaphorePermit,
}

impl AsyncRead for AdminConnection {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, out: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_read(cx, out)
    }
}

impl AsyncWrite for AdminConnection {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().stream).poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().stream).poll_shutdown(cx)
    }
}
