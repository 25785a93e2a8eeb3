//! The client: keep-alive connections, one request on each, then their answers.
//!
//! It sends on all connections before it reads from any, so that requests reach the I/O thread together, as they do on a busy server.
//!
//! Invariant: an answer is complete and right before the next request leaves on its connection.

use std::io::{Read as _, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::time::Duration;

use anyhow::{Context, Result, ensure};

/// Under callgrind an answer takes milliseconds.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(60);

/// More than an answer with its head.
const ANSWER_BYTES_MAX: usize = 4096;

/// Begins every answer.
const STATUS_LINE: &[u8] = b"HTTP/1.1 200 OK\r\n";

/// Connections, and the request that is sent on each.
pub struct Client {
    connections: Vec<TcpStream>,
    request: Vec<u8>,
    body: &'static [u8],
    buffer: [u8; ANSWER_BYTES_MAX],
}

impl Client {
    /// Opens `count` connections for `GET /<function>`, which is to be answered with `body`.
    pub fn connect(address: SocketAddr, count: usize, function: &str, body: &'static [u8]) -> Result<Self> {
        let connect = || {
            let connection = TcpStream::connect(address)?;
            connection.set_nodelay(true)?;
            connection.set_read_timeout(Some(ANSWER_WAIT_MAX))?;
            anyhow::Ok(connection)
        };
        let connections = (0..count).map(|_| connect()).collect::<Result<_>>().context("a connection")?;
        let request = format!("GET /{function} HTTP/1.1\r\nHost: {address}\r\n\r\n").into_bytes();
        Ok(Self { connections, request, body, buffer: [0; ANSWER_BYTES_MAX] })
    }

    /// One request on each connection, and the answers.
    pub fn round(&mut self) -> Result<()> {
        for connection in &mut self.connections {
            connection.write_all(&self.request).context("a request")?;
        }
        for connection in &mut self.connections {
            let mut filled = 0;
            // Nothing follows an answer: with its body it is complete.
            while !self.buffer[..filled].ends_with(self.body) {
                let more = connection.read(&mut self.buffer[filled..]).context("an answer")?;
                ensure!(more > 0, "a connection was closed: {:?}", String::from_utf8_lossy(&self.buffer[..filled]));
                filled += more;
            }
            let answer = &self.buffer[..filled];
            ensure!(answer.starts_with(STATUS_LINE), "a wrong answer: {:?}", String::from_utf8_lossy(answer));
        }
        Ok(())
    }
}
