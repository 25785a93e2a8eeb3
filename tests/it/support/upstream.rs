//! A server outside Skep that functions call with `fetch`: it keeps every request that it received and answers each with `200 ok`.
//!
//! It listens on a free loopback port, so a function reaches it only if its manifest says `[net] allow`.
//!
//! Invariant: its threads exit with it, or with the connections they serve.

use std::io::{self, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use super::client::{Framing, Wire};
use super::{HANG, Request};

/// The server.
pub struct Upstream {
    pub address: SocketAddr,
    got: Arc<Mutex<Got>>,
}

#[derive(Default)]
struct Got {
    requests: Vec<Request>,
    closed: bool,
}

impl Upstream {
    /// Starts to listen.
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let got = Arc::new(Mutex::new(Got::default()));
        let kept = Arc::clone(&got);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if lock(&kept).closed {
                    break;
                }
                let kept = Arc::clone(&kept);
                thread::spawn(move || serve(stream, &kept));
            }
        });
        Self { address, got }
    }

    /// Every request so far, in the order of their arrival.
    pub fn requests(&self) -> Vec<Request> {
        lock(&self.got).requests.clone()
    }
}

impl Drop for Upstream {
    fn drop(&mut self) {
        lock(&self.got).closed = true;
        drop(TcpStream::connect(self.address)); // wakes the accepting thread
    }
}

/// Answers until the other side leaves.
fn serve(stream: TcpStream, got: &Mutex<Got>) -> io::Result<()> {
    stream.set_read_timeout(Some(HANG))?;
    let mut wire = Wire::new(stream);
    loop {
        let (start, headers) = wire.read_head()?;
        let mut framing = Framing::of_headers(&headers).unwrap_or(Framing::Length(0));
        let mut body = Vec::new();
        while let Some(piece) = wire.read_piece(&mut framing)? {
            body.extend(piece);
        }
        let mut words = start.split(' ');
        let mut request = Request::new(words.next().unwrap_or(""), words.next().unwrap_or("")).body(body);
        request.headers = headers;
        lock(got).requests.push(request);
        wire.stream.write_all(b"HTTP/1.1 200 OK\r\nx-upstream: yes\r\ncontent-length: 2\r\n\r\nok")?;
    }
}

fn lock(got: &Mutex<Got>) -> std::sync::MutexGuard<'_, Got> {
    got.lock().unwrap_or_else(PoisonError::into_inner)
}
