//! Finds the end of a chunked body: follows its framing without taking its bytes.
//!
//! Fed by `framer` with what the client sends; hyper decodes the same bytes for the function.
//!
//! Invariant: the end it finds is hyper's; where a byte could be read in two ways, it finds no end at all.

/// Bytes of all extensions of a body, and of all its trailers: hyper's limits.
const EXTRA_BYTES_MAX: u32 = 16 << 10;

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
    InTrailer,
    TrailerLineFeed,
    LastLineFeed,
}

/// The result of following some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum ChunkProgress {
    /// All of them belong to the body, which continues.
    More,
    /// The body ended after this many bytes.
    Ended(usize),
    /// The byte at this offset cannot stand there.
    Broken(usize),
}

/// The progress through one chunked body.
#[derive(Debug)]
pub(super) struct Chunks {
    state: ChunkState,
    /// The size as far as it was read, or the bytes of data that are still to come.
    left: u64,
    digits: u8,
    extra: u32,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self { state: ChunkState::Size, left: 0, digits: 0, extra: 0 }
    }

    /// Follows some more bytes.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> ChunkProgress {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.state == ChunkState::Data {
                let here = u64::try_from(bytes.len() - at).unwrap_or(u64::MAX).min(self.left);
                self.left -= here;
                at += usize::try_from(here).unwrap_or(usize::MAX);
                if self.left == 0 {
                    self.state = ChunkState::DataReturn;
                }
                continue;
            }
            match self.step(*byte) {
                Some(_) if self.extra > EXTRA_BYTES_MAX => return ChunkProgress::Broken(at),
                Some(true) => return ChunkProgress::Ended(at + 1),
                Some(false) => at += 1,
                None => return ChunkProgress::Broken(at),
            }
        }
        ChunkProgress::More
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
            (ChunkState::InTrailer, b'\r') => ChunkState::TrailerLineFeed,
            (ChunkState::Trailer | ChunkState::InTrailer, other) if other != b'\n' => {
                self.extra += 1;
                ChunkState::InTrailer
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
        let whole = Chunks::new().follow(body);
        let mut chunks = Chunks::new();
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
        ] {
            assert_eq!(follow(body.as_bytes()), ChunkProgress::Broken(at), "{body:?}");
        }
        let long = format!("5;{}\r\n", "x".repeat(20 << 10));
        assert!(matches!(follow(long.as_bytes()), ChunkProgress::Broken(_)));
    }
}
