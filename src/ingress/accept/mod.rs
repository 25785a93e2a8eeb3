//! Sockets: one thread, runtime and accept loop per core, all on the same port.
//!
//! They come bound from `process::sockets`, as do those of ports that routes name; accepted connections go to `connection`.
//!
//! Invariant: one accept queue per thread (`SO_REUSEPORT`), so that no thread waits for another to accept.

mod listener;
mod places;
mod per_address;

use std::collections::HashSet;
use std::io;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::mpsc;

use super::dispatch::Dispatch;
use crate::config::IngressConfig;
use crate::process::engine::SupervisorClient;
use crate::process::sockets::{BindError, Listening};
use crate::shutdown::Drained;
use crate::telemetry::metrics::thread;
use listener::{Acceptor, IoCommand};
use per_address::ConnectionsPerIp;
use places::Places;

/// Commands that may wait for an I/O thread: sockets of ports that routes name, and pings.
const COMMANDS_MAX: usize = 1024;

/// The running listeners.
pub struct Ingress {
    threads: Vec<IoThread>,
    places: Places,
    /// Open ports beside the main one.
    ports: Mutex<HashSet<u16>>,
    main_port: u16,
    supervisor_client: SupervisorClient,
}

/// An I/O thread. It runs until the process ends: the drain decides how long its connections may take.
struct IoThread {
    commands_tx: mpsc::Sender<IoCommand>,
}

impl Ingress {
    /// Starts a thread per socket and serves; `supervisor_client` opens the ports that routes name.
    ///
    /// # Errors
    /// If the system cannot spawn a thread.
    pub fn start(
        main: Listening,
        supervisor_client: SupervisorClient,
        config: &IngressConfig,
        dispatch: &Arc<Dispatch>,
        drained: &Drained,
    ) -> io::Result<Arc<Self>> {
        let places = Places::new(config.max_connections);
        let of_main = places.of_main();
        let per_ip = ConnectionsPerIp::new(config.max_connections_per_address);
        thread::expect(main.sockets.len());
        let mut threads = Vec::with_capacity(main.sockets.len());
        for (index, socket) in main.sockets.into_iter().enumerate() {
            let (commands_tx, commands_rx) = mpsc::channel(COMMANDS_MAX);
            // The channel is empty.
            let _ = commands_tx.try_send(IoCommand::Listen(socket, of_main.clone()));
            let acceptor =
                Acceptor { config: config.clone(), dispatch: dispatch.clone(), drained: drained.clone(), per_ip: per_ip.clone() };
            std::thread::Builder::new().name(format!("skep io {index}")).spawn(move || acceptor.run(index, commands_rx))?;
            threads.push(IoThread { commands_tx });
        }
        Ok(Arc::new(Self { threads, places, ports: Mutex::default(), main_port: main.address.port(), supervisor_client }))
    }

    /// Whether the event loop of every I/O thread still runs: that of a thread which waits for a lock that no thread will release does not.
    ///
    /// # Errors
    /// The number of threads that answered in time, if it is not all of them.
    pub fn ping(&self, within: Duration) -> Result<(), String> {
        let (alive_tx, alive_rx) = std::sync::mpsc::sync_channel(self.threads.len());
        let until = Instant::now() + within;
        let asked = self.threads.iter().filter(|thread| thread.commands_tx.try_send(IoCommand::Ping(alive_tx.clone())).is_ok()).count();
        let answered = (0..asked).filter(|_| alive_rx.recv_timeout(until.saturating_duration_since(Instant::now())).is_ok()).count();
        if answered == self.threads.len() { Ok(()) } else { Err(format!("{answered} of {} I/O threads answer", self.threads.len())) }
    }

    /// Opens the ports that routes name beside the main one; ports that are open already stay as they are.
    pub fn open_ports(&self, ports: impl IntoIterator<Item = u16>) -> Vec<BindError> {
        let mut open = self.ports.lock();
        let mut failed = Vec::new();
        for port in ports {
            if port == self.main_port || open.contains(&port) {
                continue;
            }
            match self.supervisor_client.open_port(port) {
                Ok(listening) => {
                    open.insert(port);
                    let places = self.places.of_route();
                    for (thread, socket) in self.threads.iter().zip(listening.sockets) {
                        if thread.commands_tx.try_send(IoCommand::Listen(socket, places.clone())).is_err() {
                            tracing::error!(port, "the command queue of an I/O thread is full: the thread does not accept on the port");
                        }
                    }
                }
                Err(error) => failed.push(error),
            }
        }
        failed
    }

    /// Closes the open ports that `keeps` is false of, and returns them. A supervisor of an earlier release keeps all of them.
    pub fn close_ports(&self, keeps: impl Fn(u16) -> bool) -> Vec<u16> {
        if !self.supervisor_client.closes_ports() {
            return Vec::new();
        }
        let mut open = self.ports.lock();
        let closed: Vec<u16> = open.iter().copied().filter(|port| !keeps(*port)).collect();
        for port in &closed {
            open.remove(port);
            for thread in &self.threads {
                if thread.commands_tx.try_send(IoCommand::Close(*port)).is_err() {
                    tracing::error!(port, "the command queue of an I/O thread is full: the thread still accepts on the port");
                }
            }
            self.supervisor_client.close_port(*port);
        }
        closed
    }
}
