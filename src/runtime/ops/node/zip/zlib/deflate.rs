//! Deflating: zlib, gzip and raw.
//!
//! Opened by `zlib`. zlib-rs cannot change its parameters in the middle of a stream (0.6.8 has no place for what it flushes then): a raw
//! stream continues the one that is flushed, and the checksum behind it is written here.
//!
//! Invariant: a stream is continued at the border of a byte only, which a full or a sync flush leaves behind.

use zlib_rs::adler32::adler32;
use zlib_rs::crc32::crc32;
use zlib_rs::{Deflate, DeflateConfig, DeflateError, DeflateFlush, Status, Strategy};

use super::super::codec::{Codec, Progress, WriteOrder, ZipFailure};
use super::flow::{Z_FINISH, distance};

/// What follows the blocks.
#[derive(Clone, Copy)]
enum Checksum {
    None,
    Adler32(u32),
    Crc32 { sum: u32, length: u32 },
}

impl Checksum {
    fn of(window_bits: i32) -> Self {
        match window_bits {
            16.. => Self::Crc32 { sum: 0, length: 0 },
            0..=15 => Self::Adler32(1),
            _ => Self::None,
        }
    }

    fn add(&mut self, bytes: &[u8]) {
        match self {
            Self::None => {}
            Self::Adler32(sum) => *sum = adler32(*sum, bytes),
            Self::Crc32 { sum, length } => {
                *sum = crc32(*sum, bytes);
                // Of the length, gzip keeps the last four bytes.
                *length = length.wrapping_add(u32::try_from(bytes.len()).unwrap_or(0));
            }
        }
    }

    fn trailer(self) -> Vec<u8> {
        match self {
            Self::None => Vec::new(),
            Self::Adler32(sum) => sum.to_be_bytes().to_vec(),
            Self::Crc32 { sum, length } => [sum.to_le_bytes(), length.to_le_bytes()].concat(),
        }
    }
}

pub(super) struct Deflater {
    /// As it was opened, with level and strategy as they are now.
    config: DeflateConfig,
    deflate: Deflate,
    dictionary: Vec<u8>,
    checksum: Checksum,
    /// Whether `deflate` is a raw stream that continues another one.
    is_continued: bool,
    /// Whether all input is flushed to the border of a byte.
    is_flushed: bool,
    /// What is left to write behind a stream that is continued.
    trailer: Option<Vec<u8>>,
}

impl Deflater {
    pub(super) fn new(config: DeflateConfig, dictionary: Vec<u8>) -> Self {
        let mut deflate = Deflate::new_with_config(config);
        if !dictionary.is_empty() {
            // It is refused only in the middle of a stream.
            let _ = deflate.set_dictionary(&dictionary);
        }
        let checksum = Checksum::of(config.window_bits);
        Self { config, deflate, dictionary, checksum, is_continued: false, is_flushed: false, trailer: None }
    }

    fn failure(&self, error: DeflateError) -> ZipFailure {
        let (errno, code) = match error {
            DeflateError::StreamError => (-2, "Z_STREAM_ERROR"),
            DeflateError::DataError => (-3, "Z_DATA_ERROR"),
            DeflateError::MemError => (-4, "Z_MEM_ERROR"),
        };
        ZipFailure::new(errno, code, self.deflate.error_message().unwrap_or("Zlib error"))
    }

    /// The size of its window, as a power of two.
    fn window_bits(&self) -> i32 {
        if self.config.window_bits > 15 { self.config.window_bits - 16 } else { self.config.window_bits.abs() }
    }

    /// Writes what is left of the trailer. Returns how many bytes.
    fn write_trailer(&mut self, output: &mut [u8]) -> usize {
        let checksum = self.checksum;
        let trailer = self.trailer.get_or_insert_with(|| checksum.trailer());
        let count = trailer.len().min(output.len());
        output.iter_mut().zip(trailer.drain(..count)).for_each(|(place, byte)| *place = byte);
        count
    }
}

impl Codec for Deflater {
    fn write(&mut self, order: WriteOrder, input: &[u8], output: &mut [u8]) -> Progress {
        let (read, written) = (self.deflate.total_in(), self.deflate.total_out());
        let flush = i32::try_from(order.flush).ok().and_then(|flush| DeflateFlush::try_from(flush).ok()).unwrap_or_default();
        let result = self.deflate.compress(input, output, flush);
        let read = distance(read, self.deflate.total_in());
        let mut written = distance(written, self.deflate.total_out());
        self.checksum.add(input.get(..read).unwrap_or_default());
        let has_space = written < output.len();
        self.is_flushed = has_space && read == input.len() && matches!(flush, DeflateFlush::SyncFlush | DeflateFlush::FullFlush);
        let failure = match result {
            Ok(Status::StreamEnd) if self.is_continued => {
                written += self.write_trailer(output.get_mut(written..).unwrap_or_default());
                None
            }
            Ok(Status::StreamEnd) => None,
            Ok(Status::Ok | Status::BufError) => (has_space && order.flush == Z_FINISH).then(ZipFailure::ends_early),
            Err(error) => Some(self.failure(error)),
        };
        Progress { read, written, failure }
    }

    fn reset(&mut self) {
        *self = Self::new(self.config, std::mem::take(&mut self.dictionary));
    }

    fn set_params(&mut self, level: i32, strategy: i32) -> Option<ZipFailure> {
        let failed = || Some(ZipFailure::new(-2, "Z_STREAM_ERROR", "Failed to set parameters"));
        let Ok(strategy) = Strategy::try_from(strategy) else { return failed() };
        if !(-1..=9).contains(&level) {
            return failed();
        }
        if (level, strategy) == (self.config.level, self.config.strategy) {
            return None;
        }
        let config = DeflateConfig { level, strategy, ..self.config };
        if self.deflate.total_in() == 0 && self.deflate.total_out() == 0 && !self.is_continued {
            *self = Self::new(config, std::mem::take(&mut self.dictionary));
            return None;
        }
        if !self.is_flushed {
            return failed();
        }
        self.config = config;
        self.deflate = Deflate::new_with_config(DeflateConfig { window_bits: -self.window_bits().max(9), ..config });
        self.is_continued = true;
        None
    }

    fn bytes(&self) -> usize {
        // Hash heads and the state; window and chains; symbols and what waits for output.
        (136 << 10) + (4 << self.window_bits()) + (4 << (self.config.mem_level + 6)) + self.dictionary.len()
    }
}
