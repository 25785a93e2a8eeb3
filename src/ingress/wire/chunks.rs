//! Follows the framing of a chunked body: finds its end, and its data.
//!
//! `http1` decodes what a client sends with it. In front of hyper, which decodes the same bytes, `framer` asks for the end alone.
//!
//! Invariant: the end it finds is hyper's; where a byte could be read in two ways, it finds no end at all.

use std::ops::Range;

use super::charset::{is_token, is_value};

/// Bytes of all extensions and trailers of a body; hyper has such a limit for each of the two.
const EXTRA_BYTES_MAX: u32 = 16 << 10;

/// Trailers of a body: hyper's limit.
const TRAILERS_MAX: u8 = 100;

/// Digits of a chunk's size: more cannot be counted in 64 bits.
const DIGITS_MAX: u8 = 16;

/// The part of a chunked body to which the next byte belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ChunkState {
    Size,
    /// Between the size and an extension or the line's end.
    Padding,
    Extension,
    SizeLineFeed,
    Data,
    DataReturn,
    DataLineFeed,
    /// At the start of a trailer, or of the empty line that ends the body.
    Trailer,
    TrailerName,
    TrailerValue,
    TrailerLineFeed,
    LastLineFeed,
}

/// The result of following some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChunkProgress {
    /// All of them belong to the body, which continues.
    More,
    /// The body ended after this many bytes.
    Ended(usize),
    /// The byte at this offset cannot stand there.
    Broken(usize),
}

/// The progress through one chunked body.
#[derive(Debug)]
pub struct Chunks {
    state: ChunkState,
    /// The size as far as it was read, or the bytes of data that are still to come.
    left: u64,
    digits: u8,
    extra: u32,
    trailers: u8,
}

/// What comes next in some bytes.
enum Part {
    /// Data.
    Data(Range<usize>),
    /// Nothing more.
    End(ChunkProgress),
}

impl Default for Chunks {
    fn default() -> Self {
        Self { state: ChunkState::Size, left: 0, digits: 0, extra: 0, trailers: 0 }
    }
}

impl Chunks {
    /// Follows some more bytes.
    pub fn follow(&mut self, bytes: &[u8]) -> ChunkProgress {
        let mut at = 0;
        loop {
            if let Part::End(progress) = self.next_part(bytes, &mut at) {
                return progress;
            }
        }
    }

    /// Follows some more bytes and moves the data among them to their beginning. Says how many bytes of data there are.
    pub fn compact(&mut self, bytes: &mut [u8]) -> (usize, ChunkProgress) {
        let (mut at, mut kept) = (0, 0);
        loop {
            match self.next_part(bytes, &mut at) {
                Part::Data(range) => {
                    let length = range.len();
                    bytes.copy_within(range, kept);
                    kept += length;
                }
                Part::End(progress) => return (kept, progress),
            }
        }
    }

    /// Follows the bytes from `at` on, to the end of the next data among them, or to their end.
    fn next_part(&mut self, bytes: &[u8], at: &mut usize) -> Part {
        while let Some(byte) = bytes.get(*at) {
            if self.state == ChunkState::Data {
                let begins = *at;
                let here = u64::try_from(bytes.len() - begins).unwrap_or(u64::MAX).min(self.left);
                self.left -= here;
                *at += usize::try_from(here).unwrap_or(usize::MAX);
                if self.left == 0 {
                    self.state = ChunkState::DataReturn;
                }
                return Part::Data(begins..*at);
            }
            match self.step(*byte) {
                Some(_) if self.extra > EXTRA_BYTES_MAX => return Part::End(ChunkProgress::Broken(*at)),
                Some(true) => return Part::End(ChunkProgress::Ended(*at + 1)),
                Some(false) => *at += 1,
                None => return Part::End(ChunkProgress::Broken(*at)),
            }
        }
        Part::End(ChunkProgress::More)
    }

    /// Takes one byte that is not data. `Some(true)`: the body ended with it. `None`: it cannot stand here.
    fn step(&mut self, byte: u8) -> Option<bool> {
        self.state = match (self.state, byte) {
            (ChunkState::Size, digit) if digit.is_ascii_hexdigit() => {
                self.digits += 1;
                let value = char::from(digit).to_digit(16)?;
                self.left = self.left << 4 | u64::from(value);
                (self.digits <= DIGITS_MAX).then_some(ChunkState::Size)?
            }
            (ChunkState::Size, _) if self.digits == 0 => return None,
            (ChunkState::Size | ChunkState::Padding, b' ' | b'\t') => {
                self.extra += 1;
                ChunkState::Padding
            }
            (ChunkState::Size | ChunkState::Padding, b';') => ChunkState::Extension,
            (ChunkState::Size | ChunkState::Padding | ChunkState::Extension, b'\r') => ChunkState::SizeLineFeed,
            (ChunkState::Extension, other) if other != b'\n' => {
                self.extra += 1;
                ChunkState::Extension
            }
            (ChunkState::SizeLineFeed, b'\n') => {
                self.digits = 0;
                if self.left == 0 { ChunkState::Trailer } else { ChunkState::Data }
            }
            (ChunkState::DataReturn, b'\r') => ChunkState::DataLineFeed,
            (ChunkState::DataLineFeed, b'\n') => ChunkState::Size,
            (ChunkState::Trailer, b'\r') => ChunkState::LastLineFeed,
            (ChunkState::TrailerValue, b'\r') => ChunkState::TrailerLineFeed,
            (ChunkState::Trailer, name) if is_token(name) && self.trailers < TRAILERS_MAX => {
                self.extra += 1;
                self.trailers += 1;
                ChunkState::TrailerName
            }
            (ChunkState::TrailerName, name) if is_token(name) => {
                self.extra += 1;
                ChunkState::TrailerName
            }
            (ChunkState::TrailerName, b':') => ChunkState::TrailerValue,
            (ChunkState::TrailerValue, value) if is_value(value) => {
                self.extra += 1;
                ChunkState::TrailerValue
            }
            (ChunkState::TrailerLineFeed, b'\n') => ChunkState::Trailer,
            (ChunkState::LastLineFeed, b'\n') => return Some(true),
            _ => return None,
        };
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(body: &[u8]) -> ChunkProgress {
        let whole = Chunks::default().follow(body);
        let mut chunks = Chunks::default();
        let mut one_by_one = ChunkProgress::More;
        for (at, byte) in body.iter().enumerate() {
            one_by_one = match chunks.follow(&[*byte]) {
                ChunkProgress::More => continue,
                ChunkProgress::Ended(taken) => ChunkProgress::Ended(at + taken),
                ChunkProgress::Broken(offset) => ChunkProgress::Broken(at + offset),
            };
            break;
        }
        assert_eq!(whole, one_by_one, "{:?}", String::from_utf8_lossy(body));
        whole
    }

    #[test]
    fn a_body_ends_where_its_last_chunk_ends() {
        for body in [
            "0\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "00A;x=\"y\"\r\n0123456789\r\n000\r\nx: y\r\nz: 1\r\n\r\n",
            "5 \t;a\r\nhello\r\n0\r\n\r\n",
        ] {
            let more = [body.as_bytes(), b"GET / HTTP/1.1"].concat();
            assert_eq!(follow(&more), ChunkProgress::Ended(body.len()), "{body:?}");
            for end in 0..body.len() {
                assert_eq!(follow(&body.as_bytes()[..end]), ChunkProgress::More, "{end} bytes of {body:?}");
            }
        }
    }

    #[test]
    fn what_could_be_read_in_two_ways_has_no_end() {
        for (body, at) in [
            ("\r\n", 0),
            ("5\nhello", 1),
            ("+5\r\nhello", 0),
            ("0x5\r\nhello", 1),
            ("5\r\nhellothere", 8),
            ("5\r\nhello\n0\r\n\r\n", 8),
            ("5 5\r\nhello", 2),
            ("5;a\nb\r\nhello", 3),
            ("0\r\nx: y\nz: 1\r\n\r\n", 7),
            ("11111111111111111\r\n", 16),
            ("0\r\n\n", 3),
            ("0\r\nx\r\n\r\n", 4),
            ("0\r\n x: y\r\n\r\n", 3),
            ("0\r\nx: \0\r\n\r\n", 6),
        ] {
            assert_eq!(follow(body.as_bytes()), ChunkProgress::Broken(at), "{body:?}");
        }
        let long = format!("5;{}\r\n", "x".repeat(20 << 10));
        assert!(matches!(follow(long.as_bytes()), ChunkProgress::Broken(_)));
    }

    #[test]
    fn the_data_is_what_is_not_framing_however_the_bytes_arrive() {
        let body = "5;x\r\nhello\r\n01\r\n,\r\n6\r\n world\r\n0\r\nx: y\r\n\r\nGET";
        for first in 0..=body.len() {
            let mut chunks = Chunks::default();
            let (mut left, mut right) = (body.as_bytes()[..first].to_vec(), body.as_bytes()[first..].to_vec());
            let (kept, progress) = chunks.compact(&mut left);
            left.truncate(kept);
            if progress == ChunkProgress::More {
                let (kept, progress) = chunks.compact(&mut right);
                assert_eq!(progress, ChunkProgress::Ended(body.len() - 3 - first));
                left.extend_from_slice(&right[..kept]);
            }
            assert_eq!(left, b"hello, world", "{first}");
        }
    }

    #[test]
    fn trailers_are_counted() {
        let body = |count: usize| format!("0\r\n{}\r\n", "x: y\r\n".repeat(count));
        assert!(matches!(follow(body(100).as_bytes()), ChunkProgress::Ended(_)));
        assert!(matches!(follow(body(101).as_bytes()), ChunkProgress::Broken(_)));
    }
}
