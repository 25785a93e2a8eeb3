//! Where a chunked body ends: follows its framing without taking its bytes.
//!
//! Fed by `framer` with what the client sends; hyper decodes the same bytes for the function.
//!
//! Invariant: the end it finds is hyper's; where a byte could be read in two ways, it finds no end at all.

/// Bytes of all extensions of a body, and of all its trailers: hyper's limits.
const EXTRA_BYTES_MAX: u32 = 16 << 10;

/// Digits of a chunk's size: more cannot be counted in 64 bits.
const DIGITS_MAX: u8 = 16;

/// Where in a chunked body the next byte stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
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

/// What came of some bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Followed {
    /// All of them belong to the body, which goes on.
    More,
    /// The body ended after so many.
    Ended(usize),
    /// The byte at this place cannot stand there.
    Broken(usize),
}

/// A chunked body on its way.
#[derive(Debug)]
pub(super) struct Chunks {
    state: State,
    /// Of the size that is being read, or what is left of the data.
    left: u64,
    digits: u8,
    extra: u32,
}

impl Chunks {
    pub(super) fn new() -> Self {
        Self { state: State::Size, left: 0, digits: 0, extra: 0 }
    }

    /// Follows some more bytes.
    pub(super) fn follow(&mut self, bytes: &[u8]) -> Followed {
        let mut at = 0;
        while let Some(byte) = bytes.get(at) {
            if self.state == State::Data {
                let here = u64::try_from(bytes.len() - at).unwrap_or(u64::MAX).min(self.left);
                self.left -= here;
                at += usize::try_from(here).unwrap_or(usize::MAX);
                if self.left == 0 {
                    self.state = State::DataReturn;
                }
                continue;
            }
            match self.step(*byte) {
                Some(_) if self.extra > EXTRA_BYTES_MAX => return Followed::Broken(at),
                Some(true) => return Followed::Ended(at + 1),
                Some(false) => at += 1,
                None => return Followed::Broken(at),
            }
        }
        Followed::More
    }

    /// Takes one byte that is not data. `Some(true)`: the body ended with it. `None`: it cannot stand here.
    fn step(&mut self, byte: u8) -> Option<bool> {
        self.state = match (self.state, byte) {
            (State::Size, digit) if digit.is_ascii_hexdigit() => {
                self.digits += 1;
                let value = char::from(digit).to_digit(16)?;
                self.left = self.left << 4 | u64::from(value);
                (self.digits <= DIGITS_MAX).then_some(State::Size)?
            }
            (State::Size, _) if self.digits == 0 => return None,
            (State::Size | State::Padding, b' ' | b'\t') => {
                self.extra += 1;
                State::Padding
            }
            (State::Size | State::Padding, b';') => State::Extension,
            (State::Size | State::Padding | State::Extension, b'\r') => State::SizeLineFeed,
            (State::Extension, other) if other != b'\n' => {
                self.extra += 1;
                State::Extension
            }
            (State::SizeLineFeed, b'\n') => {
                self.digits = 0;
                if self.left == 0 { State::Trailer } else { State::Data }
            }
            (State::DataReturn, b'\r') => State::DataLineFeed,
            (State::DataLineFeed, b'\n') => State::Size,
            (State::Trailer, b'\r') => State::LastLineFeed,
            (State::InTrailer, b'\r') => State::TrailerLineFeed,
            (State::Trailer | State::InTrailer, other) if other != b'\n' => {
                self.extra += 1;
                State::InTrailer
            }
            (State::TrailerLineFeed, b'\n') => State::Trailer,
            (State::LastLineFeed, b'\n') => return Some(true),
            _ => return None,
        };
        Some(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn follow(body: &[u8]) -> Followed {
        let whole = Chunks::new().follow(body);
        let mut chunks = Chunks::new();
        let mut one_by_one = Followed::More;
        for (at, byte) in body.iter().enumerate() {
            one_by_one = match chunks.follow(&[*byte]) {
                Followed::More => continue,
                Followed::Ended(taken) => Followed::Ended(at + taken),
                Followed::Broken(offset) => Followed::Broken(at + offset),
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
            assert_eq!(follow(&more), Followed::Ended(body.len()), "{body:?}");
            for end in 0..body.len() {
                assert_eq!(follow(&body.as_bytes()[..end]), Followed::More, "{end} bytes of {body:?}");
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
            assert_eq!(follow(body.as_bytes()), Followed::Broken(at), "{body:?}");
        }
        let long = format!("5;{}\r\n", "x".repeat(20 << 10));
        assert!(matches!(follow(long.as_bytes()), Followed::Broken(_)));
    }
}
