//! One I/O thread: its runtime, its sockets and the connections it accepts.
//!
//! `Ingress` commands it; accepted connections go to `connection`.
//!
//! Invariant: a connection has its place before it is accepted, and a listener takes a place only when a connection waits; connections over
//! the cap wait in the kernel's queue, as do those that a drain leaves to the next process.

use std::collections::HashMap;
use std::io;
use std::net::{SocketAddr, TcpListener as Socket};
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::unix::AsyncFd;
use tokio::net::TcpStream;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use super::per_address::ConnectionsPerIp;
use super::places::PortPlaces;
use crate::config::IngressConfig;
use crate::ingress::connection;
use crate::ingress::dispatch::Dispatch;
use crate::ingress::request::Peer;
use crate::runtime::call::{batch, deadlines};
use crate::shutdown::{Drained, ShutdownPhase};
use crate::sys::readiness;
use crate::telemetry::metrics::host::OpenConnection;
use crate::telemetry::metrics::labels::{ConnectionEnd, RuntimeKind};
use crate::telemetry::metrics::{HOST, thread};

/// Threads per I/O thread that compile functions at their first call.
const BLOCKING_THREADS: usize = 4;

/// Pause after an accept error that is not the client's: too many open files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// How often a thread measures how late it is.
const PROBE_EVERY: Duration = Duration::from_millis(100);

/// A command to an I/O thread.
pub(super) enum IoCommand {
    /// Accept on this socket too; each connection takes one of these places.
    Listen(Socket, PortPlaces),
    /// Accept no more on this port. Its open connections are served to their end.
    Close(u16),
    /// Answer, to show that the thread's event loop still runs.
    Ping(std::sync::mpsc::SyncSender<()>),
}

/// What an I/O thread needs to accept connections.
pub(super) struct Acceptor {
    pub(super) config: IngressConfig,
    pub(super) dispatch: Arc<Dispatch>,
    pub(super) drained: Drained,
    pub(super) per_ip: Arc<ConnectionsPerIp>,
}

impl Acceptor {
    /// Runs until the process ends.
    pub(super) fn run(self, index: usize, mut commands_rx: mpsc::Receiver<IoCommand>) {
        thread::take_slot();
        HOST.io_thread(index.to_string());
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::error!(%error, "cannot build the runtime of an I/O thread"),
        };
        let acceptor = Arc::new(self);
        runtime.block_on(async {
            tokio::spawn(batch::run());
            tokio::spawn(deadlines::run());
            tokio::spawn(probe());
            HOST.runtime(RuntimeKind::Io, tokio::runtime::Handle::current());
            let mut listeners: HashMap<u16, AbortHandle> = HashMap::new();
            while let Some(command) = commands_rx.recv().await {
                match command {
                    // An error means that the caller of `ping` no longer waits.
                    IoCommand::Ping(alive_tx) => drop(alive_tx.send(())),
                    // It is dropped where it waits: between two connections.
                    IoCommand::Close(port) => listeners.remove(&port).iter().for_each(AbortHandle::abort),
                    IoCommand::Listen(..) if acceptor.drained.phase() != ShutdownPhase::Serving => {}
                    IoCommand::Listen(socket, places) => match readiness::watch(socket) {
                        Ok(listener) => {
                            let port = port_of(&listener);
                            listeners.insert(port, tokio::spawn(acceptor.clone().accept(listener, places)).abort_handle());
                        }
                        Err(error) => tracing::error!(%error, "cannot use a socket"),
                    },
                }
            }
            // Connections hold guards of the drain; the drain decides how long they may take.
            std::future::pending::<()>().await;
        });
    }

    async fn accept(self: Arc<Self>, listener: AsyncFd<Socket>, places: PortPlaces) {
        let mut drained = self.drained.clone();
        // A drain must not be over while a connection may just be coming out of `accept`.
        let _accepting = drained.in_flight();
        let port = port_of(&listener);
        loop {
            // A listener that no client connects to takes no place: those of all ports together are more than there are.
            let ready = tokio::select! {
                ready = listener.readable() => ready,
                () = drained.reached(ShutdownPhase::HandingOver) => return,
            };
            let Ok(mut ready) = ready else { return };
            // The place before the connection: one that is accepted is served, and one without a place waits in the kernel's queue.
            let place = tokio::select! {
                place = places.take() => place,
                () = drained.reached(ShutdownPhase::HandingOver) => return,
            };
            let Some(place) = place else { return };
            // Another thread may have accepted it: those of a service manager's socket share one queue.
            let Ok(accepted) = ready.try_io(|listener| accept(listener.get_ref())) else { continue };
            match accepted {
                Ok((stream, remote)) => {
                    let Some(entry) = self.per_ip.enter(remote.ip()) else {
                        HOST.connection_ended(ConnectionEnd::PerAddress);
                        continue;
                    };
                    let _ = stream.set_nodelay(true);
                    let peer = Peer { remote, port };
                    let in_flight = self.drained.in_flight();
                    let served = connection::serve(
                        stream,
                        peer,
                        self.config.clone(),
                        (self.dispatch.clone(), OpenConnection::new(places.kind())),
                        self.drained.clone(),
                    );
                    tokio::spawn(async move {
                        served.await;
                        drop((place, entry, in_flight));
                    });
                }
                Err(error) if is_of_client(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "cannot accept a connection");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// Measures how late the thread comes to what is due.
async fn probe() {
    loop {
        let due = Instant::now() + PROBE_EVERY;
        tokio::time::sleep_until(due.into()).await;
        HOST.io_lag(due.elapsed());
    }
}

fn port_of(listener: &AsyncFd<Socket>) -> u16 {
    listener.get_ref().local_addr().map_or(0, |address| address.port())
}

/// Accepts a connection, if one waits.
fn accept(listener: &Socket) -> io::Result<(TcpStream, SocketAddr)> {
    let (stream, remote) = listener.accept()?;
    stream.set_nonblocking(true)?;
    Ok((TcpStream::from_std(stream)?, remote))
}

/// Errors of one connection that was gone before it was accepted.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
