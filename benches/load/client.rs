//! The load generator: one thread, N kept-alive connections, one request in flight on each.
//! *Closed loop*: a connection sends its next request when the last is answered; finds saturation.
//! *Open loop*: requests have a time at which they are due, and latency counts from that time even if no connection was
//! free or the generator was late, so a stall of the server is not hidden (no coordinated omission).

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::http::{self, Parsed};
use crate::pin;
use crate::poll::Poll;
use crate::stats::Histogram;
use crate::workload::Request;

/// A server that answers nothing for this long has failed the run.
const STALL: Duration = Duration::from_secs(5);
const ERRORS_MAX: u64 = 1000;

/// The figures of one round.
#[derive(Default)]
pub struct Sample {
    /// Right answers.
    pub requests: u64,
    pub errors: u64,
    pub first_error: Option<String>,
    pub elapsed: Duration,
    /// CPU time of the generator; in the open loop it spins, so there this says nothing.
    pub generator_cpu: Duration,
    pub latency: Histogram,
    /// Open loop only: from due to written. Large values mean that all connections were busy or the generator was late.
    pub lag: Histogram,
}

/// The connections to one server.
pub struct Client {
    address: SocketAddr,
    request: Request,
    connections: Vec<Connection>,
    poll: Poll,
}

struct Connection {
    stream: TcpStream,
    buffer: Vec<u8>,
    filled: usize,
    since: Instant,
}

impl Client {
    pub fn connect(address: SocketAddr, count: u32, request: &Request) -> Result<Self> {
        let poll = Poll::new()?;
        let connections = (0..count as usize)
            .map(|token| Connection::open(address, &poll, token))
            .collect::<Result<_>>()
            .with_context(|| format!("connecting to {address}"))?;
        Ok(Self { address, request: request.clone(), connections, poll })
    }

    /// Keeps every connection busy for `length`, then lets the last answers come in.
    pub fn closed_loop(&mut self, length: Duration) -> Result<Sample> {
        let (mut sample, cpu, begin) = (Sample::default(), pin::thread_cpu(), Instant::now());
        let end = begin + length;
        for token in 0..self.connections.len() {
            self.send(token, begin)?;
        }
        let (mut in_flight, mut last) = (self.connections.len(), begin);
        while in_flight > 0 {
            for index in 0..self.poll.wait(100)? {
                let token = self.poll.token(index);
                if let Some(now) = self.receive(token, &mut sample)? {
                    last = now;
                    if now < end { self.send(token, now)? } else { in_flight -= 1 }
                }
            }
            ensure!(last.elapsed() < STALL, "no answer for {STALL:?}, {in_flight} requests in flight");
        }
        sample.elapsed = begin.elapsed();
        sample.generator_cpu = pin::thread_cpu() - cpu;
        Ok(sample)
    }

    /// Offers `rate` requests per second for `length`, evenly spaced or at random (Poisson).
    pub fn open_loop(&mut self, rate: f64, length: Duration, poisson: bool) -> Result<Sample> {
        let (mut sample, cpu, begin) = (Sample::default(), pin::thread_cpu(), Instant::now());
        let mut gaps = Gaps { mean: 1.0 / rate, poisson, random: 0x9e37_79b9_7f4a_7c15 };
        // First in, first out: all connections take part, as with many clients.
        let mut free: VecDeque<usize> = (0..self.connections.len()).collect();
        let mut due = VecDeque::new();
        let (mut next, mut last) = (begin, begin);
        let (end, backlog_max) = (begin + length, (rate * 2.0) as usize + 1000);
        loop {
            let now = Instant::now();
            while next <= now && next < end {
                due.push_back(next);
                next += gaps.next();
            }
            while let (Some(since), Some(token)) = (due.front().copied(), free.front().copied()) {
                due.pop_front();
                free.pop_front();
                self.send(token, since)?;
                sample.lag.record(since.elapsed());
            }
            // Spins: a sleep is coarser than the gaps, and the generator has its CPU for itself.
            for index in 0..self.poll.wait(0)? {
                let token = self.poll.token(index);
                if let Some(now) = self.receive(token, &mut sample)? {
                    last = now;
                    free.push_back(token);
                }
            }
            let idle = free.len() == self.connections.len();
            if idle && due.is_empty() && next >= end {
                break;
            }
            ensure!(due.len() < backlog_max, "{rate:.0} requests/s are more than the server takes");
            ensure!(idle || last.elapsed() < STALL, "no answer for {STALL:?}");
        }
        sample.elapsed = begin.elapsed();
        sample.generator_cpu = pin::thread_cpu() - cpu;
        Ok(sample)
    }

    fn send(&mut self, token: usize, since: Instant) -> Result<()> {
        let connection = &mut self.connections[token];
        connection.since = since;
        let written = connection.stream.write(&self.request.bytes).context("sending")?;
        ensure!(written == self.request.bytes.len(), "a request does not fit the socket buffer");
        Ok(())
    }

    /// Reads the bytes that have come; `Some(now)` if the connection is free again.
    fn receive(&mut self, token: usize, sample: &mut Sample) -> Result<Option<Instant>> {
        let connection = &mut self.connections[token];
        let outcome = connection.read(&self.request);
        let now = Instant::now();
        match outcome {
            Ok(false) => return Ok(None),
            Ok(true) => {
                sample.requests += 1;
                sample.latency.record(now - connection.since);
            }
            Err(error) => {
                sample.errors += 1;
                let text = sample.first_error.get_or_insert_with(|| format!("{error:#}"));
                if sample.errors > ERRORS_MAX {
                    bail!("more than {ERRORS_MAX} wrong answers; the first: {text}");
                }
                *connection = Connection::open(self.address, &self.poll, token)?;
            }
        }
        Ok(Some(now))
    }
}

impl Connection {
    fn open(address: SocketAddr, poll: &Poll, token: usize) -> Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        poll.add(&stream, token)?;
        Ok(Self { stream, buffer: vec![0; 16 * 1024], filled: 0, since: Instant::now() })
    }

    /// One read; true if it made the answer whole and right.
    fn read(&mut self, request: &Request) -> Result<bool> {
        let count = match self.stream.read(&mut self.buffer[self.filled..]) {
            Ok(0) => bail!("the server closed the connection"),
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            count => count?,
        };
        self.filled += count;
        match http::parse(&self.buffer[..self.filled])? {
            Parsed::Whole { status, body, chunked, .. } => http::check(request, status, body, chunked)?,
            Parsed::Partial if self.filled == self.buffer.len() => {
                bail!("an answer of more than {} bytes", self.filled)
            }
            Parsed::Partial => return Ok(false),
        }
        self.filled = 0;
        Ok(true)
    }
}

/// The times between two requests that are due.
struct Gaps {
    mean: f64,
    poisson: bool,
    random: u64,
}

impl Gaps {
    fn next(&mut self) -> Duration {
        if !self.poisson {
            return Duration::from_secs_f64(self.mean);
        }
        // xorshift64: the same arrivals in every round and for every server.
        self.random ^= self.random << 13;
        self.random ^= self.random >> 7;
        self.random ^= self.random << 17;
        let uniform = ((self.random >> 11) as f64 + 0.5) / (1u64 << 53) as f64;
        Duration::from_secs_f64(-self.mean * uniform.ln())
    }
}
