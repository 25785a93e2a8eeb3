//! One connection, one request at a time, and the time to the first byte of its answer: for the parts that count single calls.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::http::{self, Parsed};
use crate::workload::Request;

const ANSWER_MAX: Duration = Duration::from_secs(30);

/// An open, kept-alive connection.
pub struct Single {
    stream: TcpStream,
    buffer: Vec<u8>,
}

/// The answer.
pub struct Answer {
    /// From before the request was written.
    pub first_byte: Duration,
    pub status: u16,
    pub body: Vec<u8>,
}

impl Single {
    pub fn connect(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).with_context(|| format!("connecting to {address}"))?;
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(ANSWER_MAX))?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024] })
    }

    /// Sends a request and checks its answer; returns the time from before the write to the first byte.
    pub fn call(&mut self, request: &Request) -> Result<Duration> {
        let answer = self.ask(request)?;
        http::check(request, answer.status, &answer.body, false)?;
        Ok(answer.first_byte)
    }

    /// Sends a request and returns its answer, right or wrong.
    pub fn ask(&mut self, request: &Request) -> Result<Answer> {
        let begin = Instant::now();
        self.stream.write_all(&request.bytes).context("sending")?;
        let (mut filled, mut first_byte) = (0, None);
        loop {
            let count = self.stream.read(&mut self.buffer[filled..]).context("waiting for the answer")?;
            first_byte.get_or_insert_with(|| begin.elapsed());
            ensure!(count > 0, "the server closed the connection");
            filled += count;
            if let Parsed::Whole { status, body, chunked, .. } = http::parse(&self.buffer[..filled])? {
                let body = if chunked { http::dechunk(body)? } else { body.to_vec() };
                return Ok(Answer { first_byte: first_byte.context("an answer has a first byte")?, status, body });
            }
        }
    }

    /// Calls each request once, `pause` apart.
    pub fn call_all(&mut self, requests: &[Request], pause: Duration) -> Result<Vec<Duration>> {
        let call = |(number, request): (usize, &Request)| {
            if !pause.is_zero() {
                std::thread::sleep(pause);
            }
            self.call(request).with_context(|| {
                format!("request {number} ({})", String::from_utf8_lossy(&request.bytes).lines().next().unwrap_or_default())
            })
        };
        requests.iter().enumerate().map(call).collect()
    }
}
