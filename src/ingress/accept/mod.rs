//! Sockets: one thread, runtime and accept loop per core, all on the same port.
//!
//! They come bound from `supervisor::sockets`, and from there again for ports that routes name; accepted connections go to `connection`.
//!
//! Invariant: one accept queue per thread (`SO_REUSEPORT`), so that no thread waits for another to accept; connections over the cap wait in
//! the kernel's queue, as do those that a drain leaves to the next process.

mod per_address;

use std::collections::HashSet;
use std::io;
use std::net::TcpListener as Socket;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::net::TcpListener;
use tokio::sync::{Semaphore, mpsc};

use super::connection::{self, Peer};
use super::dispatch::Dispatch;
use crate::config::IngressConfig;
use crate::process::engine::Control;
use crate::process::sockets::{BindError, Listening};
use crate::runtime::call::batch;
use crate::shutdown::{Drained, Phase};
use per_address::Addresses;

/// Threads per I/O thread that compile functions at their first call.
const BLOCKING_THREADS: usize = 4;

/// Pause after an accept error that is not the client's: too many open files, mostly.
const ACCEPT_PAUSE: Duration = Duration::from_millis(50);

/// The running listeners.
pub struct Ingress {
    threads: Vec<Thread>,
    ports: Mutex<HashSet<u16>>,
    control: Control,
}

/// What an I/O thread is told.
enum Notice {
    /// Accept on this socket too.
    Listen(Socket),
    /// Show that you are alive.
    Pulse(std::sync::mpsc::Sender<()>),
}

/// An I/O thread. It runs until the process ends: whoever drains decides how long its connections may take.
struct Thread {
    notices: mpsc::UnboundedSender<Notice>,
}

impl Ingress {
    /// Starts a thread per socket and serves; `control` opens the ports that routes name.
    ///
    /// # Errors
    /// If the system gives no thread.
    pub fn start(
        main: Listening,
        control: Control,
        config: &IngressConfig,
        dispatch: &Arc<Dispatch>,
        drained: &Drained,
    ) -> io::Result<Arc<Self>> {
        let cap = Arc::new(Semaphore::new(config.max_connections));
        let addresses = Addresses::new(config.max_connections_per_address);
        let mut threads = Vec::with_capacity(main.sockets.len());
        for (index, socket) in main.sockets.into_iter().enumerate() {
            let (notices, incoming) = mpsc::unbounded_channel();
            let _ = notices.send(Notice::Listen(socket));
            let server = Server {
                config: config.clone(),
                dispatch: dispatch.clone(),
                drained: drained.clone(),
                cap: cap.clone(),
                addresses: addresses.clone(),
            };
            std::thread::Builder::new().name(format!("skep io {index}")).spawn(move || server.run(incoming))?;
            threads.push(Thread { notices });
        }
        Ok(Arc::new(Self { threads, ports: Mutex::new(HashSet::from([main.address.port()])), control }))
    }

    /// Whether every I/O thread still turns: one that waits for a lock which nobody will give back does not.
    ///
    /// # Errors
    /// How many do not answer in time.
    pub fn pulse(&self, within: Duration) -> Result<(), String> {
        let (beat, beats) = std::sync::mpsc::channel();
        let until = Instant::now() + within;
        let asked = self.threads.iter().filter(|thread| thread.notices.send(Notice::Pulse(beat.clone())).is_ok()).count();
        let answered = (0..asked).filter(|_| beats.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok()).count();
        if answered == self.threads.len() { Ok(()) } else { Err(format!("{answered} of {} I/O threads answer", self.threads.len())) }
    }

    /// Opens the ports that routes name beside the main one; ports that are open already stay as they are.
    pub fn open_ports(&self, ports: impl IntoIterator<Item = u16>) -> Vec<BindError> {
        let mut open = self.ports.lock();
        let mut failed = Vec::new();
        for port in ports {
            if open.contains(&port) {
                continue;
            }
            match self.control.open_port(port) {
                Ok(listening) => {
                    open.insert(port);
                    for (thread, socket) in self.threads.iter().zip(listening.sockets) {
                        let _ = thread.notices.send(Notice::Listen(socket));
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
    addresses: Arc<Addresses>,
}

impl Server {
    fn run(self, mut incoming: mpsc::UnboundedReceiver<Notice>) {
        let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().max_blocking_threads(BLOCKING_THREADS).build() {
            Ok(runtime) => runtime,
            Err(error) => return tracing::error!(%error, "an I/O thread has no runtime"),
        };
        let server = Arc::new(self);
        runtime.block_on(async {
            tokio::spawn(batch::run());
            while let Some(notice) = incoming.recv().await {
                match notice {
                    // Nobody is waiting any more: that was decided already.
                    Notice::Pulse(beat) => drop(beat.send(())),
                    Notice::Listen(_) if server.drained.phase() != Phase::Serving => {}
                    Notice::Listen(socket) => match TcpListener::from_std(socket) {
                        Ok(listener) => drop(tokio::spawn(server.clone().accept(listener))),
                        Err(error) => tracing::error!(%error, "a socket could not be used"),
                    },
                }
            }
            // Connections hold guards of the drain; whoever drains decides how long they may take.
            std::future::pending::<()>().await;
        });
    }

    async fn accept(self: Arc<Self>, listener: TcpListener) {
        let mut drained = self.drained.clone();
        // A drain must not be over while a connection may just be coming out of `accept`.
        let _accepting = drained.in_flight();
        let port = listener.local_addr().map_or(0, |address| address.port());
        loop {
            // The place first: a connection that is accepted is served, and whoever finds no place waits in the kernel's queue.
            let place = tokio::select! {
                place = self.cap.clone().acquire_owned() => place,
                () = drained.reached(Phase::HandingOver) => return,
            };
            let Ok(place) = place else { return };
            let accepted = tokio::select! {
                accepted = listener.accept() => accepted,
                () = drained.reached(Phase::HandingOver) => return,
            };
            match accepted {
                Ok((stream, remote)) => {
                    let Some(entry) = self.addresses.enter(remote.ip()) else { continue };
                    let _ = stream.set_nodelay(true);
                    let peer = Peer { remote, port };
                    let in_flight = self.drained.in_flight();
                    let served = connection::serve(stream, peer, self.config.clone(), self.dispatch.clone(), self.drained.clone());
                    tokio::spawn(async move {
                        served.await;
                        drop((place, entry, in_flight));
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
