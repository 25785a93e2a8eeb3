//! HTTP/2 by hand: frames as bytes, so that a test can send what no client library would.
//!
//! Invariant: nothing is sent or acknowledged but what the test says.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream};

use crate::support::HANG;

pub const DATA: u8 = 0;
pub const HEADERS: u8 = 1;
pub const RST_STREAM: u8 = 3;
pub const SETTINGS: u8 = 4;
pub const PING: u8 = 6;
pub const GOAWAY: u8 = 7;
pub const WINDOW_UPDATE: u8 = 8;
pub const CONTINUATION: u8 = 9;

pub const ACK: u8 = 1;
pub const END_STREAM: u8 = 1;
pub const END_HEADERS: u8 = 4;

/// A frame that the server sent.
#[derive(Debug)]
pub struct Frame {
    pub kind: u8,
    pub flags: u8,
    pub stream: u32,
    pub payload: Vec<u8>,
}

/// A frame as bytes.
pub fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = u32::try_from(payload.len()).expect("a short payload").to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Headers in HPACK, each a literal that is not indexed.
pub fn hpack(headers: &[(&str, &str)]) -> Vec<u8> {
    let mut block = Vec::new();
    for (name, value) in headers {
        block.push(0);
        for text in [name, value] {
            match text.len() {
                short @ 0..127 => block.push(short as u8),
                long => {
                    let mut rest = long - 127;
                    block.push(127);
                    while rest >= 128 {
                        block.push((rest % 128) as u8 | 128);
                        rest /= 128;
                    }
                    block.push(rest as u8);
                }
            }
            block.extend_from_slice(text.as_bytes());
        }
    }
    block
}

/// The headers of a `GET`.
pub fn get(path: &str) -> Vec<u8> {
    hpack(&[(":method", "GET"), (":scheme", "http"), (":authority", "a"), (":path", path)])
}

/// A connection that has sent the preface, and settings of the test's choice.
pub struct Connection {
    pub stream: TcpStream,
}

impl Connection {
    pub fn open(address: SocketAddr, settings: &[(u16, u32)]) -> Self {
        let stream = TcpStream::connect(address).expect("connected");
        stream.set_read_timeout(Some(HANG)).expect("a timeout");
        stream.set_write_timeout(Some(HANG)).expect("a timeout");
        stream.set_nodelay(true).expect("no delay");
        let mut connection = Self { stream };
        let payload: Vec<u8> = settings.iter().flat_map(|(id, value)| [&id.to_be_bytes()[..], &value.to_be_bytes()].concat()).collect();
        let preface =
            [b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".as_slice(), &frame(SETTINGS, 0, 0, &payload), &frame(SETTINGS, ACK, 0, &[])].concat();
        connection.stream.write_all(&preface).expect("a preface");
        connection
    }

    /// Sends bytes; false if the server takes no more.
    pub fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    /// Reads the next frame; `None` if the server has closed.
    pub fn read(&mut self) -> Option<Frame> {
        let mut head = [0; 9];
        let mut payload = Vec::new();
        let read = self.stream.read_exact(&mut head).and_then(|()| {
            payload.resize(usize::from(head[0]) << 16 | usize::from(head[1]) << 8 | usize::from(head[2]), 0);
            self.stream.read_exact(&mut payload)
        });
        match read {
            Ok(()) => {
                let stream = u32::from_be_bytes([head[5], head[6], head[7], head[8]]);
                Some(Frame { kind: head[3], flags: head[4], stream, payload })
            }
            Err(error) => {
                assert!(
                    !matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut),
                    "the server neither answers nor closes"
                );
                None
            }
        }
    }

    /// Reads until a frame that is wanted; panics if the server closes before.
    pub fn read_until(&mut self, what: &str, wanted: impl Fn(&Frame) -> bool) -> Frame {
        loop {
            let frame = self.read().unwrap_or_else(|| panic!("closed before {what}"));
            if wanted(&frame) {
                return frame;
            }
        }
    }

    /// Reads until the server closes; gives the reason of the last GOAWAY.
    pub fn read_to_end(&mut self) -> Option<u32> {
        let mut reason = None;
        while let Some(frame) = self.read() {
            if frame.kind == GOAWAY {
                reason = frame.payload.get(4..8).and_then(|code| Some(u32::from_be_bytes(code.try_into().ok()?)));
            }
        }
        reason
    }

    /// Sends the same bytes again and again until the server takes no more, while somebody reads what it sends. Panics if it takes `most` times.
    pub fn flood(&mut self, what: &str, most: usize, mut bytes: impl FnMut(usize) -> Vec<u8>) {
        let mut reader = Self { stream: self.stream.try_clone().expect("a second handle") };
        let sent = std::thread::scope(|scope| {
            scope.spawn(move || reader.read_to_end());
            (0..most).take_while(|turn| self.send(&bytes(*turn))).count()
        });
        assert!(sent < most, "{what}: {sent} were taken");
    }
}
