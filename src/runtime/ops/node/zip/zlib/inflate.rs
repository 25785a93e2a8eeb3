//! Inflating: zlib, gzip with all of its members, raw, and what `Unzip` finds out.
//!
//! Opened by `zlib`.
//!
//! Invariant: a member of gzip begins with a fresh state.

use zlib_rs::{Inflate, InflateError, InflateFlush, Status};

use super::super::codec::{Codec, Progress, WriteOrder, ZipFailure};
use super::flow::{Z_BLOCK, Z_FINISH, distance};

/// What a stream keeps at most: its window and its tables.
const INFLATER_BYTES: usize = 64 * 1024;

/// What zlib-rs says in the place of the reason when its fast loop found the error.
const NO_REASON: &str = "repeated call with bad state";

/// What the input is wrapped in.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Zlib,
    Gzip,
    Raw,
    /// `Unzip`, before the two bytes that say so.
    Unknown {
        id_bytes: usize,
    },
}

pub(super) struct Inflater {
    format: Format,
    /// That of the beginning: `Unzip` finds out again after a reset.
    opened: Format,
    inflate: Inflate,
    window_bits: u8,
    dictionary: Vec<u8>,
}

impl Inflater {
    pub(super) fn new(format: Format, window_bits: u8, dictionary: Vec<u8>) -> Self {
        let mut inflater = Self { format, opened: format, inflate: inflate(format, window_bits), window_bits, dictionary };
        inflater.set_raw_dictionary();
        inflater
    }

    /// Begins with another member, or anew.
    fn restart(&mut self) {
        self.inflate = inflate(self.opened, self.window_bits);
        self.set_raw_dictionary();
    }

    /// A stream without a header cannot ask for its dictionary.
    fn set_raw_dictionary(&mut self) {
        if self.format == Format::Raw && !self.dictionary.is_empty() {
            // Any is taken.
            let _ = self.inflate.set_dictionary(&self.dictionary);
        }
    }

    /// Reads the two bytes that gzip begins with.
    fn detect(&mut self, input: &[u8]) {
        for byte in input {
            match (self.format, byte) {
                (Format::Unknown { id_bytes: 0 }, 0x1f) => self.format = Format::Unknown { id_bytes: 1 },
                (Format::Unknown { id_bytes: 1 }, 0x8b) => self.format = Format::Gzip,
                (Format::Unknown { .. }, _) => self.format = Format::Zlib,
                _ => return,
            }
        }
    }

    /// Inflates, with the dictionary if the input asks for one.
    fn step(&mut self, flush: u32, input: &[u8], output: &mut [u8]) -> (usize, usize, Result<Status, ZipFailure>) {
        let (read, written) = (self.inflate.total_in(), self.inflate.total_out());
        let flush = match flush {
            Z_FINISH => InflateFlush::Finish,
            Z_BLOCK => InflateFlush::Block,
            _ => InflateFlush::NoFlush,
        };
        let mut result = self.inflate.decompress(input, output, flush);
        if let Err(InflateError::NeedDict { .. }) = result
            && self.format != Format::Raw
            && !self.dictionary.is_empty()
            && self.inflate.set_dictionary(&self.dictionary).is_ok()
        {
            let rest = input.get(distance(read, self.inflate.total_in())..).unwrap_or_default();
            let free = output.get_mut(distance(written, self.inflate.total_out())..).unwrap_or_default();
            result = self.inflate.decompress(rest, free, flush);
        }
        let result = result.map_err(|error| self.failure(error));
        (distance(read, self.inflate.total_in()), distance(written, self.inflate.total_out()), result)
    }

    fn failure(&self, error: InflateError) -> ZipFailure {
        let (errno, code) = match error {
            InflateError::NeedDict { .. } => {
                let message = if self.dictionary.is_empty() { "Missing dictionary" } else { "Bad dictionary" };
                return ZipFailure::new(2, "Z_NEED_DICT", message);
            }
            InflateError::StreamError => (-2, "Z_STREAM_ERROR"),
            InflateError::DataError => (-3, "Z_DATA_ERROR"),
            InflateError::MemError => (-4, "Z_MEM_ERROR"),
        };
        let message = match self.inflate.error_message() {
            Some(NO_REASON) => "invalid compressed data",
            Some(message) => message,
            None => "Zlib error",
        };
        ZipFailure::new(errno, code, message)
    }
}

impl Codec for Inflater {
    fn write(&mut self, order: WriteOrder, input: &[u8], output: &mut [u8]) -> Progress {
        self.detect(input);
        let (mut read, mut written) = (0, 0);
        loop {
            let rest = input.get(read..).unwrap_or_default();
            let free = output.get_mut(written..).unwrap_or_default();
            let (more_read, more_written, result) = self.step(order.flush, rest, free);
            read += more_read;
            written += more_written;
            let failure = match result {
                // Another member follows, or what is no gzip; zeros are padding.
                Ok(Status::StreamEnd)
                    if self.format == Format::Gzip && !order.is_single && input.get(read).is_some_and(|next| *next != 0) =>
                {
                    self.restart();
                    continue;
                }
                Ok(Status::StreamEnd) => None,
                Ok(Status::Ok | Status::BufError) => (written < output.len() && order.flush == Z_FINISH).then(ZipFailure::ends_early),
                Err(failure) => Some(failure),
            };
            return Progress { read, written, failure };
        }
    }

    fn reset(&mut self) {
        self.format = self.opened;
        self.restart();
    }

    fn bytes(&self) -> usize {
        INFLATER_BYTES + self.dictionary.len()
    }
}

/// A stream that inflates a format.
fn inflate(format: Format, window_bits: u8) -> Inflate {
    match format {
        Format::Raw => Inflate::new(false, window_bits),
        Format::Zlib => Inflate::new(true, window_bits),
        Format::Gzip => Inflate::new(true, window_bits + 16),
        Format::Unknown { .. } => Inflate::new(true, window_bits + 32),
    }
}
