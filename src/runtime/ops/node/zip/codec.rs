//! What a stream of any format does: a slice of input and output at a time, and how far it came.
//!
//! `brotli` and `zlib` implement it; the ops in `mod.rs` call it, and hand a failure to JavaScript.
//!
//! Invariant: nothing here knows a format or V8.

use std::borrow::Cow;

/// One stream.
pub(super) trait Codec {
    /// Reads a part of the input and writes a part of the output.
    fn write(&mut self, order: WriteOrder, input: &[u8], output: &mut [u8]) -> Progress;

    /// Begins anew.
    fn reset(&mut self);

    /// Changes level and strategy of what follows. Nothing happens where there are none.
    fn set_params(&mut self, _level: i32, _strategy: i32) -> Option<ZipFailure> {
        None
    }

    /// About how many bytes it keeps outside of V8's heap.
    fn bytes(&self) -> usize;
}

/// How a write is to end.
#[derive(Clone, Copy)]
pub(super) struct WriteOrder {
    /// zlib's flush value, or brotli's operation.
    pub(super) flush: u32,
    /// Whether what follows a gzip member is left alone.
    pub(super) is_single: bool,
}

/// How far a write came.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Progress {
    pub(super) read: usize,
    pub(super) written: usize,
    pub(super) failure: Option<ZipFailure>,
}

/// Why a stream cannot go on, in Node's words.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct ZipFailure {
    pub(super) errno: i32,
    pub(super) code: Cow<'static, str>,
    pub(super) message: Cow<'static, str>,
}

impl ZipFailure {
    pub(super) fn new(errno: i32, code: &'static str, message: &'static str) -> Self {
        Self { errno, code: Cow::Borrowed(code), message: Cow::Borrowed(message) }
    }

    /// As Node reports input that ends too early, for all formats.
    pub(super) fn ends_early() -> Self {
        Self::new(-5, "Z_BUF_ERROR", "unexpected end of file")
    }
}
