//! A server outside Skep that says exactly what a test wants, and knows who came.
//!
//! Each connection gets a thread; the test's answer is written by a closure that has the request's head and the open connection.
//!
//! Invariant: a visit is counted before anything is read, so "nobody came" is certain.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::support::HANG;

/// The server.
pub struct Peer {
    pub address: SocketAddr,
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    visits: AtomicUsize,
    open: AtomicUsize,
    heads: Mutex<Vec<String>>,
    closed: AtomicBool,
}

impl Peer {
    /// Listens; `answer` is called for each request of each connection until it leaves the connection half closed or the client leaves.
    pub fn start(address: &str, answer: impl Fn(&str, &mut TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind(address).expect("a free port");
        let address = listener.local_addr().expect("an address");
        let seen = Arc::new(Seen::default());
        let kept = Arc::clone(&seen);
        let answer = Arc::new(answer);
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                if kept.closed.load(Ordering::SeqCst) {
                    break;
                }
                kept.visits.fetch_add(1, Ordering::SeqCst);
                kept.open.fetch_add(1, Ordering::SeqCst);
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || {
                    stream.set_read_timeout(Some(HANG)).expect("a socket");
                    while let Some(head) = read_head(&mut stream) {
                        kept.heads.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
                        answer(&head, &mut stream);
                    }
                    kept.open.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        Self { address, seen }
    }

    /// Answers everything with `hello`.
    pub fn hello() -> Self {
        Self::answering("HTTP/1.1 200 OK\r\ncontent-length: 5\r\n\r\nhello".to_owned())
    }

    /// Answers everything with the same bytes; each character is one.
    pub fn answering(answer: String) -> Self {
        let bytes: Vec<u8> = answer.chars().map(|character| u8::try_from(u32::from(character)).expect("Latin-1")).collect();
        Self::start("127.0.0.1:0", move |_, stream| write(stream, &bytes))
    }

    /// Accepts WebSockets and sends back every frame; answers other requests with an empty stream of events.
    pub fn websocket() -> Self {
        Self::start("127.0.0.1:0", |head, stream| {
            if header_lines(head, "upgrade").is_empty() {
                return write(stream, b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ncontent-length: 0\r\n\r\n");
            }
            write(stream, b"HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n");
            while let Some(frame) = read_frame(stream) {
                write(stream, &frame);
            }
        })
    }

    /// How many connections were made.
    pub fn visits(&self) -> usize {
        self.seen.visits.load(Ordering::SeqCst)
    }

    /// How many of them are open.
    pub fn open(&self) -> usize {
        self.seen.open.load(Ordering::SeqCst)
    }

    /// The heads of all requests so far.
    pub fn heads(&self) -> Vec<String> {
        self.seen.heads.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for Peer {
    fn drop(&mut self) {
        self.seen.closed.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address)); // wakes the accepting thread
    }
}

/// The values of a header, in their order.
pub fn header_lines(head: &str, name: &str) -> Vec<String> {
    let lines = head.lines().filter_map(|line| line.split_once(": "));
    lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
}

/// A client that left is no failure of the test.
pub fn write(stream: &mut TcpStream, bytes: &[u8]) {
    let _ = stream.write_all(bytes);
}

/// Says nothing more until the client leaves.
pub fn wait_for_end(stream: &mut TcpStream) {
    let mut byte = [0];
    while matches!(stream.read(&mut byte), Ok(1)) {}
}

/// Sends the request's body back as gzip, in small pieces.
pub fn mirror_as_gzip(head: &str, stream: &mut TcpStream) {
    let length = header_lines(head, "content-length").first().map_or(0, |length| length.parse().expect("a length"));
    let mut body = vec![0; length];
    stream.read_exact(&mut body).expect("the body");
    write(stream, b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n");
    let mut rest = body.as_slice();
    for size in [1, 2, 3, 5, 700, 30_000].into_iter().cycle() {
        let (piece, after) = rest.split_at(size.min(rest.len()));
        if piece.is_empty() {
            break;
        }
        write(stream, format!("{:x}\r\n", piece.len()).as_bytes());
        write(stream, piece);
        write(stream, b"\r\n");
        rest = after;
    }
    write(stream, b"0\r\n\r\n");
}

/// Zeros without end, 158 times smaller: one literal, then matches of 258 bytes at distance 1 in the fixed code, 13 bits each.
pub fn send_bomb(stream: &mut TcpStream) {
    write(stream, b"HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ntransfer-encoding: chunked\r\n\r\n");
    let (mut held, mut count, mut bytes) = (0u32, 0, vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    let mut put = |value: u32, bits: u32, bytes: &mut Vec<u8>| {
        held |= value << count;
        count += bits;
        while count >= 8 {
            bytes.push(held as u8);
            held >>= 8;
            count -= 8;
        }
    };
    put(0b011, 3, &mut bytes); // last block, fixed code
    put(0x30u32.reverse_bits() >> 24, 8, &mut bytes); // the literal 0
    loop {
        while bytes.len() < 4096 {
            put(0xc5u32.reverse_bits() >> 24, 8, &mut bytes); // length 258
            put(0, 5, &mut bytes); // distance 1
        }
        let chunk = [format!("{:x}\r\n", bytes.len()).as_bytes(), &bytes, b"\r\n"].concat();
        if stream.write_all(&chunk).is_err() {
            return;
        }
        bytes.clear();
    }
}

/// A request's head, or `None` when the client has left.
fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        let mut byte = [0];
        stream.read_exact(&mut byte).ok()?;
        head.push(byte[0]);
    }
    String::from_utf8(head).ok()
}

/// A frame of a client, as a server would send it: without its mask. Only short ones.
fn read_frame(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut head = [0; 6];
    stream.read_exact(&mut head).ok()?;
    let length = usize::from(head[1] & 0x7f);
    assert!(length < 126 && head[1] & 0x80 != 0, "a short masked frame");
    let mut frame = vec![0; length + 2];
    stream.read_exact(&mut frame[2..]).ok()?;
    for (index, byte) in frame[2..].iter_mut().enumerate() {
        *byte ^= head[2 + index % 4];
    }
    frame[0] = head[0];
    frame[1] = length as u8;
    Some(frame)
}
