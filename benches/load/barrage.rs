//! The load of `releases`: calls of several functions, due at even times, from a thread of its own while others release, upgrade and kill.
//! One call in seven has a connection for itself, the others share kept-alive ones, each with one call at a time.
//!
//! The operator's side writes on the [`Board`] which phase it is and which versions may answer; calls are counted in the phase in which
//! they were sent, and latency from when they were due.
//!
//! Invariant: a call that was due is counted once, as right, wrong or broken off. It is written twice only if its kept-alive connection was
//! closed before the first time, which is counted as a reconnect.

use std::collections::VecDeque;
use std::io::{ErrorKind, Read, Result as IoResult, Write};
use std::net::{SocketAddr, TcpStream};
use std::time::{Duration, Instant};

use anyhow::{Result, bail, ensure};

use crate::board::Board;
use crate::http::{self, Parsed};
use crate::poll::Poll;
use crate::stats::Histogram;

/// One call in this many has a connection for itself. Prime to two and three, so that every function gets its part of them.
pub const ALONE_EVERY: u64 = 7;
/// Longest time without any answer: a killed engine's successor has to start within it.
const STALL: Duration = Duration::from_secs(20);
/// Calls that wait for a connection, in seconds of the rate.
const BACKLOG_S: f64 = 20.0;
const FAILURES_MAX: u64 = 10_000;

/// The number of calls.
#[derive(Clone, Copy, Debug)]
pub enum Pace {
    /// As many as the server takes, for this long.
    Full(Duration),
    /// This many a second, until the board says that it is over.
    Rate(f64),
}

/// The outcome of the calls of one phase.
#[derive(Default)]
pub struct Sample {
    /// Right answers; those that had a connection for themselves are among them.
    pub right: u64,
    pub alone: u64,
    pub wrong: u64,
    pub first_wrong: Option<String>,
    pub breaks: Vec<Break>,
    /// Kept-alive connections that were closed while idle, without having been announced.
    pub reconnects: u64,
    /// Kept-alive connections whose answer said that it was the last.
    pub told_to_close: u64,
    pub latency: Histogram,
    /// From due to written.
    pub lag: Histogram,
}

/// A connection that ended between a request and its answer.
pub struct Break {
    pub opened: Instant,
    pub sent: Instant,
    pub at: Instant,
    pub why: String,
}

/// The connections, and the calls that are due.
pub struct Barrage<'a> {
    board: &'a Board,
    address: SocketAddr,
    poll: Poll,
    slots: Vec<Slot>,
    /// Slots without a call, and calls without a slot: kept-alive, alone.
    free: [VecDeque<usize>; 2],
    due: [VecDeque<Call>; 2],
    made: u64,
    failures: u64,
    samples: Vec<Sample>,
}

struct Slot {
    alone: bool,
    stream: Option<TcpStream>,
    opened: Instant,
    buffer: Vec<u8>,
    filled: usize,
    call: Option<Call>,
}

struct Call {
    due: Instant,
    target: usize,
    sent: Instant,
    /// When it was sent.
    phase: usize,
    /// The oldest version that may answer it, since it was sent.
    oldest: u32,
}

impl<'a> Barrage<'a> {
    /// As many connections for calls that are alone as for the others; none is open yet.
    pub fn new(board: &'a Board, address: SocketAddr, connections: u32, phases: usize) -> Result<Self> {
        let half = connections as usize;
        let slot =
            |token| Slot { alone: token >= half, stream: None, opened: Instant::now(), buffer: vec![0; 4096], filled: 0, call: None };
        Ok(Self {
            board,
            address,
            poll: Poll::new()?,
            slots: (0..2 * half).map(slot).collect(),
            free: [(0..half).collect(), (half..2 * half).collect()],
            due: Default::default(),
            made: 0,
            failures: 0,
            samples: (0..phases).map(|_| Sample::default()).collect(),
        })
    }

    /// Calls at that pace, lets the last answers come in, and returns the outcome by phase.
    pub fn run(mut self, pace: Pace) -> Result<Vec<Sample>> {
        let begin = Instant::now();
        let (mut next, mut last) = (begin, begin);
        loop {
            let now = Instant::now();
            let is_over = match pace {
                Pace::Full(length) => now >= begin + length,
                Pace::Rate(_) => self.board.is_over(),
            };
            if !is_over {
                self.produce(pace, now, &mut next)?;
            }
            self.send_due()?;
            self.board.tell_waiting(self.due.iter().map(VecDeque::len).sum());
            let mut answered = false;
            // Spins: a sleep is coarser than the gaps, and the operator's side needs this CPU for moments only.
            for index in 0..self.poll.wait(0)? {
                answered |= self.receive(self.poll.token(index))?;
            }
            let is_idle = self.free.iter().map(VecDeque::len).sum::<usize>() == self.slots.len();
            if is_over && is_idle && self.due.iter().all(VecDeque::is_empty) {
                return Ok(self.samples);
            }
            if answered || is_idle {
                last = now;
            }
            ensure!(last.elapsed() < STALL, "no answer for {STALL:?}");
        }
    }

    fn produce(&mut self, pace: Pace, now: Instant, next: &mut Instant) -> Result<()> {
        match pace {
            // One ahead: as soon as it has to wait, everything is busy.
            Pace::Full(_) => {
                while self.due[self.kind()].is_empty() && !self.free[self.kind()].is_empty() {
                    self.add(now);
                    self.send_due()?;
                }
            }
            Pace::Rate(rate) => {
                while *next <= now {
                    self.add(*next);
                    *next += Duration::from_secs_f64(1.0 / rate);
                }
                let waiting: usize = self.due.iter().map(VecDeque::len).sum();
                ensure!((waiting as f64) < rate * BACKLOG_S, "{rate:.0} requests/s are more than the server takes");
            }
        }
        Ok(())
    }

    /// Whether the next call shares a connection (0) or not (1).
    fn kind(&self) -> usize {
        usize::from(self.made % ALONE_EVERY == ALONE_EVERY - 1)
    }

    fn add(&mut self, due: Instant) {
        let target = self.board.target_of(self.made);
        let call = Call { due, target, sent: due, phase: 0, oldest: 0 };
        let kind = self.kind();
        self.due[kind].push_back(call);
        self.made += 1;
    }

    fn send_due(&mut self) -> Result<()> {
        for kind in 0..2 {
            while !self.free[kind].is_empty()
                && let Some(call) = self.due[kind].pop_front()
                && let Some(token) = self.free[kind].pop_front()
            {
                self.send(token, call)?;
            }
        }
        Ok(())
    }

    fn send(&mut self, token: usize, mut call: Call) -> Result<()> {
        call.phase = self.board.phase();
        let (slot, sample, target) = (&mut self.slots[token], &mut self.samples[call.phase], &self.board.targets[call.target]);
        call.oldest = target.oldest();
        call.sent = Instant::now();
        sample.lag.record(call.sent - call.due);
        let bytes = target.request(slot.alone);
        if slot.is_open() && slot.write(bytes).is_ok() {
            slot.call = Some(call);
            return Ok(());
        }
        sample.reconnects += u64::from(slot.stream.take().is_some());
        match slot.open(self.address, &self.poll, token).and_then(|()| slot.write(bytes)) {
            Ok(()) => slot.call = Some(call),
            Err(error) => self.wrong(token, call.phase, format!("a new connection: {error}"))?,
        }
        Ok(())
    }

    /// Reads the bytes that have come; true if they completed an answer.
    fn receive(&mut self, token: usize) -> Result<bool> {
        let slot = &mut self.slots[token];
        // The connection that was ready may be closed by now.
        let Some(stream) = &mut slot.stream else { return Ok(false) };
        let count = match stream.read(&mut slot.buffer[slot.filled..]) {
            Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(false),
            count => count,
        };
        let Some(call) = slot.call.take() else {
            slot.stream = None;
            let phase = self.board.phase();
            match count {
                Ok(1..) => self.failed(phase, "bytes without a request".to_owned())?,
                Ok(0) | Err(_) => self.samples[phase].reconnects += 1,
            }
            return Ok(false);
        };
        match count {
            Ok(count @ 1..) => slot.filled += count,
            ended => {
                let why = ended.err().map_or_else(|| "closed before the answer".to_owned(), |error| error.to_string());
                self.samples[call.phase].breaks.push(Break { opened: slot.opened, sent: call.sent, at: Instant::now(), why });
                self.release(token, true);
                self.count_failure()?;
                return Ok(false);
            }
        }
        self.judge(token, call)
    }

    fn judge(&mut self, token: usize, call: Call) -> Result<bool> {
        let (slot, sample, target) = (&mut self.slots[token], &mut self.samples[call.phase], &self.board.targets[call.target]);
        match http::parse(&slot.buffer[..slot.filled]) {
            Ok(Parsed::Partial) if slot.filled < slot.buffer.len() => {
                slot.call = Some(call);
                return Ok(false);
            }
            Ok(Parsed::Whole { status, body, chunked: false, close }) if target.is_right(call.oldest, status, body) => {
                sample.right += 1;
                sample.alone += u64::from(slot.alone);
                sample.told_to_close += u64::from(close && !slot.alone);
                sample.latency.record(call.due.elapsed());
                let is_last = close || slot.alone;
                self.release(token, is_last);
            }
            _ => {
                let text = String::from_utf8_lossy(&slot.buffer[..slot.filled.min(500)]).into_owned();
                self.wrong(token, call.phase, format!("{} (version {} or newer): {text:?}", target.name, call.oldest))?;
            }
        }
        Ok(true)
    }

    fn wrong(&mut self, token: usize, phase: usize, why: String) -> Result<()> {
        self.release(token, true);
        self.failed(phase, why)
    }

    fn failed(&mut self, phase: usize, why: String) -> Result<()> {
        let sample = &mut self.samples[phase];
        sample.wrong += 1;
        sample.first_wrong.get_or_insert(why);
        self.count_failure()
    }

    fn count_failure(&mut self) -> Result<()> {
        self.failures += 1;
        if self.failures > FAILURES_MAX {
            let first = self.samples.iter().find_map(|sample| sample.first_wrong.as_deref());
            bail!("more than {FAILURES_MAX} failures; the first wrong answer: {}", first.unwrap_or("none"));
        }
        Ok(())
    }

    /// The slot may take another call.
    fn release(&mut self, token: usize, closes: bool) {
        let slot = &mut self.slots[token];
        slot.filled = 0;
        if closes {
            slot.stream = None;
        }
        self.free[usize::from(slot.alone)].push_back(token);
    }
}

impl Slot {
    /// Whether there is a connection that the server has not closed.
    fn is_open(&self) -> bool {
        let peeked = self.stream.as_ref().map(|stream| stream.peek(&mut [0]));
        peeked.is_some_and(|peeked| peeked.is_err_and(|error| error.kind() == ErrorKind::WouldBlock))
    }

    fn open(&mut self, address: SocketAddr, poll: &Poll, token: usize) -> IoResult<()> {
        // Not later than the moment when the server can accept it.
        self.opened = Instant::now();
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        stream.set_nonblocking(true)?;
        poll.add(&stream, token)?;
        self.stream = Some(stream);
        Ok(())
    }

    fn write(&mut self, bytes: &[u8]) -> IoResult<()> {
        let written = self.stream.as_mut().map_or(Ok(0), |stream| stream.write(bytes))?;
        // A request is far smaller than an empty socket buffer.
        if written == bytes.len() { Ok(()) } else { Err(ErrorKind::WriteZero.into()) }
    }
}
