//! A server that a version asks in its `check`, and that answers when the test says so: a release can be held at that step.
//!
//! Invariant: nothing passes that the test did not let through.

use std::io::Write as _;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;

use crate::support::HANG;
use crate::support::client::Wire;

/// The server.
pub(super) struct CheckServer {
    address: SocketAddr,
    arrivals_rx: mpsc::Receiver<TcpStream>,
    closed: Arc<AtomicBool>,
}

/// A check that waits.
pub(super) struct Arrival(Wire<TcpStream>);

impl CheckServer {
    pub(super) fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (arrivals_tx, arrivals_rx) = mpsc::channel();
        let closed = Arc::new(AtomicBool::new(false));
        let is_closed = Arc::clone(&closed);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if is_closed.load(Ordering::SeqCst) || arrivals_tx.send(stream).is_err() {
                    break;
                }
            }
        });
        Self { address, arrivals_rx, closed }
    }

    /// A function that answers `text`, and whose check asks here.
    pub(super) fn code(&self, text: &str) -> String {
        let address = self.address;
        format!("export default () => {text:?};\nexport const check = async () => (await fetch('http://{address}/')).ok;\n")
    }

    /// What lets it.
    pub(super) fn manifest(&self) -> String {
        format!("[net]\nallow = [\"{}\"]\n[check]\ntimeout_ms = 30000\n", self.address)
    }

    /// Waits for the next check.
    pub(super) fn arrival(&self) -> Arrival {
        let stream = self.arrivals_rx.recv_timeout(HANG).expect("a check that asks");
        stream.set_read_timeout(Some(HANG)).expect("a time-out");
        let mut wire = Wire::new(stream);
        wire.read_head().expect("a request");
        Arrival(wire)
    }
}

impl Drop for CheckServer {
    fn drop(&mut self) {
        self.closed.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // wakes the accepting thread
    }
}

impl Arrival {
    /// The check passes.
    pub(super) fn open(mut self) {
        self.0.stream.write_all(b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 2\r\n\r\nok").expect("written");
    }
}
