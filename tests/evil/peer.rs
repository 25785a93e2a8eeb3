//! A server outside Skep that misbehaves towards functions that `fetch` it.
//!
//! It listens on a free loopback port, which the program's manifest allows; the program finds it as `{upstream}`.
//!
//! Invariant: its threads exit when the other side closes, at the latest when the host of the trial ends.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Deserialize;
use socket2::SockRef;

use super::neighbours::Stop;

/// The behaviour of the server on a connection.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Behaviour {
    /// Reads and never answers.
    Silent,
    /// Answers with gzip that decodes to 159 times its size, forever.
    Bomb,
    /// Sends the caller to what stands after `?to=`.
    Redirect,
    /// Sends the caller to itself, forever.
    RedirectLoop,
    /// Resets every connection.
    Reset,
    /// A head that never ends.
    EndlessHead,
    /// A body that never ends, as fast as it is read.
    Flood,
    /// A byte of body every 50 ms.
    Drip,
    /// Announces 1,000 bytes and closes after 5.
    Short,
    /// Chunks that are not valid.
    Garbage,
    /// Events for an EventSource without an end.
    Events,
}

/// The server.
pub struct Peer {
    pub address: SocketAddr,
    stop: Arc<Stop>,
}

impl Peer {
    /// Starts to listen.
    pub fn start(behaviour: Behaviour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let stop = Arc::new(Stop::default());
        let heard = Arc::clone(&stop);
        std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if heard.until(Instant::now()) {
                    return;
                }
                let stop = Arc::clone(&heard);
                std::thread::spawn(move || misbehave(behaviour, stream, &stop));
            }
        });
        Self { address, stop }
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.stop.say();
        drop(TcpStream::connect(self.address)); // wakes the accepting thread
    }
}

/// One connection, to its end; an error means that the other side has left.
fn misbehave(behaviour: Behaviour, mut stream: TcpStream, stop: &Stop) -> std::io::Result<()> {
    if behaviour == Behaviour::Reset {
        return SockRef::from(&stream).set_linger(Some(Duration::ZERO));
    }
    loop {
        let target = read_target(&mut stream)?;
        match behaviour {
            Behaviour::Silent | Behaviour::Reset => drain(&mut stream)?,
            Behaviour::Bomb => bomb(&mut stream)?,
            Behaviour::Redirect => {
                let to = target.split_once("?to=").map_or("", |(_, to)| to);
                write!(stream, "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n")?;
            }
            Behaviour::RedirectLoop => {
                write!(stream, "HTTP/1.1 307 Temporary Redirect\r\nlocation: {target}x\r\ncontent-length: 0\r\n\r\n")?;
            }
            Behaviour::EndlessHead => {
                stream.write_all(b"HTTP/1.1 200 OK\r\n")?;
                forever(&mut stream, b"x-more: and more\r\n")?;
            }
            Behaviour::Flood => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
                forever(&mut stream, &[b"10000\r\n".as_slice(), &[b'f'; 0x10000], b"\r\n"].concat())?;
            }
            Behaviour::Drip => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")?;
                while !stop.until(Instant::now() + Duration::from_millis(50)) {
                    stream.write_all(b"1\r\nd\r\n")?;
                }
            }
            Behaviour::Short => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\nshort")?;
                return stream.shutdown(Shutdown::Both);
            }
            Behaviour::Garbage => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nzz\r\n\0\0\0\r\n-5\r\n")?;
                return stream.shutdown(Shutdown::Both);
            }
            Behaviour::Events => {
                stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")?;
                forever(&mut stream, b"d\r\ndata: event\n\n\r\n")?;
            }
        }
    }
}

/// Reads one request head; its target.
fn read_target(stream: &mut TcpStream) -> std::io::Result<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte)?;
        head.push(byte[0]);
    }
    Ok(String::from_utf8_lossy(&head).split(' ').nth(1).unwrap_or("/").to_owned())
}

fn drain(stream: &mut TcpStream) -> std::io::Result<()> {
    let mut buffer = [0; 16 * 1024];
    while stream.read(&mut buffer)? > 0 {}
    Err(std::io::ErrorKind::UnexpectedEof.into())
}

fn forever(stream: &mut TcpStream, piece: &[u8]) -> std::io::Result<()> {
    let many = piece.repeat((64 * 1024 / piece.len()).max(1));
    loop {
        stream.write_all(&many)?;
    }
}

/// One deflate block that never ends: a zero, then "258 bytes like the last one" in 13 bits, again and again.
fn bomb(stream: &mut TcpStream) -> std::io::Result<()> {
    // A block with fixed codes (bits 0, 1, 0), the literal 0 (8 bits), then length 285 (8 bits) and distance 0 (5 bits).
    let start: Vec<bool> = [0, 1, 0].into_iter().chain([0, 0, 1, 1, 0, 0, 0, 0]).map(|bit| bit == 1).collect();
    let copy = [1, 1, 0, 0, 0, 1, 0, 1, 0, 0, 0, 0, 0].map(|bit| bit == 1);
    let bits: Vec<bool> = start.into_iter().chain(copy.into_iter().cycle().take(13 * 8 * 2)).collect();
    let bytes: Vec<u8> = bits.chunks_exact(8).map(|byte| byte.iter().rev().fold(0, |value, bit| (value << 1) | u8::from(*bit))).collect();
    // After the two bytes that hold the start, the pattern repeats every 13 bytes.
    let (first, rest) = bytes.split_at(2);
    stream.write_all(b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\nconnection: close\r\n\r\n\x1f\x8b\x08\0\0\0\0\0\0\xff")?;
    stream.write_all(first)?;
    forever(stream, &rest[..13])
}
