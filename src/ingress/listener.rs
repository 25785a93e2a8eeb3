//! Sockets: one thread, runtime and accept loop per core, all on the same port.
//!
//! Bound from `Config` (and from ports that routes name); accepted connections go to `connection`.
//!
//! Invariant: one accept queue per thread (`SO_REUSEPORT`), so that no thread waits for another to accept; connections over the cap wait in
//! the kernel's queue.

use std::collections::HashSet;
use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use socket2::{Domain, Protocol, Socket, Type};
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use super::connection::{self, Peer};
use super::dispatch::Dispatch;
use crate::config::IngressConfig;
use crate::runtime::worker::batch;
use crate::shutdown::Drained;

/// Connections the kernel keeps for a thread that is busy.
const BACKLOG: i32 = 1024;

/// Threads per I/O thread that compile functions at their first call.
const BLOCKING_THREADS: usize = 4;

/// Pause after an accept error that is not the client's: too many open files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// An address could not be bound.
#[derive(Debug, thiserror::Error)]
#[error("cannot listen on {address}: {source}")]
pub struct BindError {
    /// Which address.
    pub address: SocketAddr,
    /// What the system says.
    pub source: io::Error,
}

/// The running listeners.
pub struct Ingress {
    address: SocketAddr,
    threads: Vec<Thread>,
    ports: Mutex<HashSet<u16>>,
}

/// An I/O thread. It runs until the process ends: whoever drains decides how long its connections may take.
struct Thread {
    listeners: mpsc::UnboundedSender<std::net::TcpListener>,
}

/// The sockets of one port, one per thread.
pub struct Bound {
    address: SocketAddr,
    sockets: Vec<std::net::TcpListener>,
}

impl Bound {
    /// Binds `address` once per thread. Port 0 takes a free one.
    ///
    /// # Errors
    /// What the system says.
    pub fn bind(address: SocketAddr, threads: usize) -> Result<Self, BindError> {
        let failed = |source| BindError { address, source };
        let first = listen(address).map_err(failed)?;
        let bound = first.local_addr().map_err(failed)?;
        let mut sockets = vec![first];
        for _ in 1..threads {
            sockets.push(listen(bound).map_err(failed)?);
        }
        Ok(Self { address: bound, sockets })
    }

    /// The address, with the port the system chose.
    pub fn address(&self) -> SocketAddr {
        self.address
    }
}

fn listen(address: SocketAddr) -> io::Result<std::net::TcpListener> {
    let socket = Socket::new(Domain::for_address(address), Type::STREAM, Some(Protocol::TCP))?;
    socket.set_reuse_address(true)?;
    socket.set_reuse_port(true)?;
    socket.set_nonblocking(true)?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

impl Ingress {
    /// Starts a thread per socket and serves.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(bound: Bound, config: &IngressConfig, dispatch: &Arc<Dispatch>, drained: &Drained) -> io::Result<Arc<Self>> {
        let cap = Arc::new(Semaphore::new(config.max_connections));
        let address = bound.address;
        let mut threads = Vec::with_capacity(bound.sockets.len());
        for (index, socket) in bound.sockets.into_iter().enumerate() {
            let (listeners, incoming) = mpsc::unbounded_channel();
            let _ = listeners.send(socket);
            let server = Server { config: config.clone(), dispatch: dispatch.clone(), drained: drained.clone(), cap: cap.clone() };
            std::thread::Builder::new().name(format!("skep io {index}")).spawn(move || server.run(incoming))?;
            threads.push(Thread { listeners });
        }
        Ok(Arc::new(Self { address, threads, ports: Mutex::new(HashSet::from([address.port()])) }))
    }

    /// Opens the ports that routes name beside the main one; ports that are open already stay as they are.
    pub fn open_ports(&self, ports: impl IntoIterator<Item = u16>) -> Vec<BindError> {
        let mut open = self.ports.lock();
        let mut failed = Vec::new();
        for port in ports {
            if open.contains(&port) {
                continue;
            }
            let mut address = self.address;
            address.set_port(port);
            match Bound::bind(address, self.threads.len()) {
                Ok(bound) => {
                    open.insert(port);
                    for (thread, socket) in self.threads.iter().zip(bound.sockets) {
                        let _ = thread.listeners.send(socket);
                    }
                }
                Err(error) => failed.push(error),
            }
        }
        failed
    }
}

struct Server {
    config: IngressConfig,
    dispatch: Arc<Dispatch>,
    drained: Drained,
    cap: Arc<Semaphore>,
}

impl Server {
    fn run(self, mut incoming: mpsc::UnboundedReceiver<std::net::TcpListener>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::error!(%error, "an I/O thread has no runtime"),
        };
        let server = Arc::new(self);
        runtime.block_on(async {
            tokio::spawn(batch::run());
            let mut drained = server.drained.clone();
            loop {
                tokio::select! {
                    listener = incoming.recv() => match listener.map(TcpListener::from_std) {
                        Some(Ok(listener)) => drop(tokio::spawn(server.clone().accept(listener))),
                        Some(Err(error)) => tracing::error!(%error, "a socket could not be used"),
                        None => break,
                    },
                    () = drained.begun() => break,
                }
            }
            // Connections hold guards of the drain; whoever drains decides how long they may take.
            std::future::pending::<()>().await;
        });
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut drained = self.drained.clone();
        let port = listener.local_addr().map_or(0, |address| address.port());
        loop {
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = drained.begun() => return,
            };
            // One over the cap is held here; the rest waits in the kernel's queue.
            let Ok(place) = self.cap.clone().acquire_owned().await else { return };
            match accepted {
                Ok((stream, remote)) => {
                    let _ = stream.set_nodelay(true);
                    let peer = Peer { remote, port };
                    let in_flight = self.drained.in_flight();
                    let served = connection::serve(stream, peer, self.config.clone(), self.dispatch.clone(), self.drained.clone());
                    tokio::spawn(async move {
                        served.await;
                        drop((place, in_flight));
                    });
                }
                Err(error) if is_of_client(&error) => {}
                Err(error) => {
                    tracing::warn!(%error, "a connection could not be accepted");
                    tokio::time::sleep(ACCEPT_PAUSE).await;
                }
            }
        }
    }
}

/// Errors of one connection that was gone before it was accepted.
fn is_of_client(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}
