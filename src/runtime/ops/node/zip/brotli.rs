//! Brotli, by the crate `brotli`.
//!
//! Called by the ops in `mod.rs`.
//!
//! Invariant: no call works on more than `BLOCK_BYTES` of input at the two slowest qualities, and no window is larger than 16 MB.

use std::borrow::Cow;

use brotli::enc::StandardAlloc;
use brotli::enc::encode::{BrotliEncoderOperation as Operation, BrotliEncoderParameter as Parameter, BrotliEncoderStateStruct};
use brotli::{BrotliDecompressStream, BrotliResult, BrotliState};

use super::codec::{Codec, Progress, WriteOrder, ZipFailure};

/// Node's modes.
pub(super) const DECODE: u32 = 8;
pub(super) const ENCODE: u32 = 9;

/// A parameter that is not set, as Node's `zlib` passes it.
pub(super) const UNSET: u32 = u32::MAX;

const FINISH: u32 = 2;

/// As much is compressed at once at the two slowest qualities, which take some 2 µs a byte. It makes the output up to 2 % longer.
const BLOCK_BYTES: usize = 16 * 1024;

/// The smallest block that the format's encoder knows: 2^16 bytes.
const BLOCK_BITS: u32 = 16;

const SLOW_QUALITY: u32 = 10;

/// What a decoder keeps beside its window.
const DECODER_BYTES: usize = 256 * 1024;

/// Opens a stream; none if the parameters are not valid.
pub(super) fn open(mode: u32, params: &[u32]) -> Option<Box<dyn Codec>> {
    if mode == DECODE {
        return Some(Box::new(Decoder::new()));
    }
    Some(Box::new(Encoder::new(Params::read(params)?)))
}

/// What an encoder can be told.
#[derive(Clone, Copy)]
struct Params {
    mode: u32,
    quality: u32,
    window_bits: u32,
    no_context_modeling: u32,
    size_hint: u32,
}

impl Params {
    /// From the array of Node: by the numbers of the parameters. Postfix bits and direct distances are the encoder's own matter.
    fn read(params: &[u32]) -> Option<Self> {
        let at = |number: usize, otherwise: u32| params.get(number).copied().filter(|value| *value != UNSET).unwrap_or(otherwise);
        let no_context_modeling = at(4, 0);
        (no_context_modeling <= 1).then(|| Self {
            mode: at(0, 0).min(2),
            quality: at(1, 11).min(11),
            window_bits: at(2, 22).clamp(10, 24),
            no_context_modeling,
            size_hint: at(5, 0),
        })
    }

    fn encoder(self) -> Box<BrotliEncoderStateStruct<StandardAlloc>> {
        let mut encoder = Box::new(BrotliEncoderStateStruct::new(StandardAlloc::default()));
        for (parameter, value) in [
            (Parameter::BROTLI_PARAM_MODE, self.mode),
            (Parameter::BROTLI_PARAM_QUALITY, self.quality),
            (Parameter::BROTLI_PARAM_LGWIN, self.window_bits),
            (Parameter::BROTLI_PARAM_LGBLOCK, BLOCK_BITS),
            (Parameter::BROTLI_PARAM_DISABLE_LITERAL_CONTEXT_MODELING, self.no_context_modeling),
            (Parameter::BROTLI_PARAM_SIZE_HINT, self.size_hint),
        ] {
            encoder.set_parameter(parameter, value);
        }
        encoder
    }

    /// What the encoder keeps after so many bytes: it takes much at once, and the system gives it as it is used.
    fn bytes(self, read: usize) -> usize {
        let bucket_bits = if self.quality < 7 { 14 } else { 15 };
        let hasher = match self.quality {
            0..=1 => 128 << 10,
            2..=4 => 1 << 20,
            5..=8 if self.window_bits <= 16 => 1 << 20,
            5..=8 => 4 << (bucket_bits + self.quality - 1),
            9 => 32 << 20,
            _ => (1 << 20) + read.min(1 << self.window_bits) * 8,
        };
        let ring = 2 << self.window_bits.max(BLOCK_BITS);
        hasher + read.min(ring) + (512 << 10)
    }
}

struct Encoder {
    params: Params,
    state: Box<BrotliEncoderStateStruct<StandardAlloc>>,
    read: usize,
    /// Input since the last flush.
    unflushed: usize,
    /// Whether a flush is not written to its end.
    is_flushing: bool,
}

impl Encoder {
    fn new(params: Params) -> Self {
        Self { params, state: params.encoder(), read: 0, unflushed: 0, is_flushing: false }
    }

    /// Returns whether it succeeded, and what it read and wrote.
    fn run(&mut self, operation: Operation, input: &[u8], output: &mut [u8]) -> (bool, usize, usize) {
        let (mut available_in, mut available_out) = (input.len(), output.len());
        let (mut read, mut written) = (0, 0);
        let is_flush = matches!(operation, Operation::BROTLI_OPERATION_FLUSH);
        let succeeded = self.state.compress_stream(
            operation,
            &mut available_in,
            input,
            &mut read,
            &mut available_out,
            output,
            &mut written,
            &mut None,
            &mut |_, _, _, _| (),
        );
        self.read = self.read.saturating_add(read);
        self.unflushed = self.unflushed.saturating_add(read);
        if is_flush {
            self.is_flushing = self.state.has_more_output();
            self.unflushed = 0;
        }
        (succeeded, read, written)
    }
}

impl Codec for Encoder {
    fn write(&mut self, order: WriteOrder, input: &[u8], output: &mut [u8]) -> Progress {
        let mut before = 0;
        if self.is_flushing {
            let (succeeded, _, written) = self.run(Operation::BROTLI_OPERATION_FLUSH, &[], output);
            if !succeeded || self.is_flushing {
                return Progress { read: 0, written, failure: (!succeeded).then(failed) };
            }
            before = written;
        }
        let operation = match order.flush {
            1 => Operation::BROTLI_OPERATION_FLUSH,
            FINISH => Operation::BROTLI_OPERATION_FINISH,
            3 => Operation::BROTLI_OPERATION_EMIT_METADATA,
            // A block that is not written joins the next ones, and all are worked on together.
            _ if self.params.quality >= SLOW_QUALITY && self.unflushed.saturating_add(input.len()) >= BLOCK_BYTES => {
                Operation::BROTLI_OPERATION_FLUSH
            }
            _ => Operation::BROTLI_OPERATION_PROCESS,
        };
        let (succeeded, read, written) = self.run(operation, input, output.get_mut(before..).unwrap_or_default());
        Progress { read, written: before + written, failure: (!succeeded).then(failed) }
    }

    fn reset(&mut self) {
        *self = Self::new(self.params);
    }

    fn bytes(&self) -> usize {
        self.params.bytes(self.read)
    }
}

fn failed() -> ZipFailure {
    ZipFailure::new(-1, "ERR_BROTLI_COMPRESSION_FAILED", "Compression failed")
}

struct Decoder {
    state: Box<BrotliState<StandardAlloc, StandardAlloc, StandardAlloc>>,
}

impl Decoder {
    /// Strict: without windows of up to 1 GB.
    fn new() -> Self {
        let alloc = StandardAlloc::default;
        Self { state: Box::new(BrotliState::new_strict(alloc(), alloc(), alloc())) }
    }
}

impl Codec for Decoder {
    fn write(&mut self, order: WriteOrder, input: &[u8], output: &mut [u8]) -> Progress {
        let (mut available_in, mut available_out) = (input.len(), output.len());
        let (mut read, mut written, mut total) = (0, 0, 0);
        let result = BrotliDecompressStream(
            &mut available_in,
            &mut read,
            input,
            &mut available_out,
            &mut written,
            output,
            &mut total,
            &mut self.state,
        );
        let failure = match result {
            BrotliResult::ResultFailure => {
                let name = format!("{:?}", self.state.error_code);
                let code = format!("ERR_{}", name.strip_prefix("BROTLI_DECODER").unwrap_or(&name));
                let message = Cow::Borrowed("Decompression failed");
                Some(ZipFailure { errno: self.state.error_code as i32, code: Cow::Owned(code), message })
            }
            BrotliResult::NeedsMoreInput => (order.flush == FINISH).then(ZipFailure::ends_early),
            BrotliResult::ResultSuccess | BrotliResult::NeedsMoreOutput => None,
        };
        Progress { read, written, failure }
    }

    fn reset(&mut self) {
        *self = Self::new();
    }

    fn bytes(&self) -> usize {
        DECODER_BYTES + usize::try_from(self.state.ringbuffer_size).unwrap_or(0)
    }
}
