//! A line on its way through shared memory: its head, the name of its folder, and its text, in whole words.
//!
//! `ring` carries lines from a process to the writer, `window` from the writer to those that follow.
//!
//! Invariant: bytes that are no record are never read as one.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::function::Level;
use crate::function::name::NAME_BYTES_MAX;
use crate::telemetry::stream::Stream;

/// Longest line in memory. A longer one is not kept.
pub const LINE_BYTES_MAX: usize = 256 << 10;

/// Bytes of a word.
const WORD: usize = size_of::<u64>();

/// What a record holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecordKind {
    /// A line.
    Line(Stream),
    /// How the lines of a function are kept, as its manifest says; JSON.
    Rules,
    /// Lines were dropped; their number, as text.
    Missed,
    /// Nothing follows before the end of the memory.
    Skip,
}

impl RecordKind {
    fn code(self) -> u8 {
        match self {
            Self::Line(stream) => stream as u8,
            Self::Rules => 0xfd,
            Self::Missed => 0xfe,
            Self::Skip => 0xff,
        }
    }

    fn of_code(code: u8) -> Option<Self> {
        match code {
            0xfd => Some(Self::Rules),
            0xfe => Some(Self::Missed),
            0xff => Some(Self::Skip),
            code => Stream::ALL.into_iter().find(|stream| *stream as u8 == code).map(Self::Line),
        }
    }
}

/// The first word of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordHead {
    /// What it holds.
    pub kind: RecordKind,
    /// How urgent the line is.
    pub level: Level,
    /// Bytes of the function's name; 0: the line is the host's.
    pub name_bytes: usize,
    /// Bytes of the text.
    pub text_bytes: usize,
}

impl RecordHead {
    /// The head of a record with this name and this text; `None` if they are too long.
    pub fn new(kind: RecordKind, level: Level, name: &str, text: &[u8]) -> Option<Self> {
        let fits = name.len() <= NAME_BYTES_MAX && text.len() <= LINE_BYTES_MAX;
        fits.then_some(Self { kind, level, name_bytes: name.len(), text_bytes: text.len() })
    }

    /// A record that has no text.
    pub fn skip() -> Self {
        Self { kind: RecordKind::Skip, level: Level::Info, name_bytes: 0, text_bytes: 0 }
    }

    /// As a word.
    pub fn pack(self) -> u64 {
        let [kind, level, name] = [self.kind.code(), self.level as u8, self.name_bytes as u8].map(u64::from);
        self.text_bytes as u64 | kind << 32 | level << 40 | name << 48
    }

    /// The head in a word; `None` if it is none.
    pub fn unpack(word: u64) -> Option<Self> {
        let byte = |place: u32| (word >> place) as u8;
        let head = Self {
            kind: RecordKind::of_code(byte(32))?,
            level: Level::ALL.get(usize::from(byte(40))).copied()?,
            name_bytes: usize::from(byte(48)),
            text_bytes: (word & 0xffff_ffff) as usize,
        };
        let is_valid = byte(56) == 0 && head.name_bytes <= NAME_BYTES_MAX && head.text_bytes <= LINE_BYTES_MAX;
        is_valid.then_some(head)
    }

    /// Words of the record after its head.
    pub fn body_words(self) -> u64 {
        (self.name_bytes.div_ceil(WORD) + self.text_bytes.div_ceil(WORD)) as u64
    }
}

/// Writes bytes into memory that is used round and round, from this position on; returns the position after them.
pub(super) fn put(words: &[AtomicU64], at: u64, bytes: &[u8]) -> u64 {
    let (whole, rest) = bytes.as_chunks::<WORD>();
    let mut last = [0; WORD];
    last.iter_mut().zip(rest).for_each(|(place, byte)| *place = *byte);
    let last = (!rest.is_empty()).then_some(&last);
    let (before, after) = words.split_at(place(words, at));
    let count = whole.len() + usize::from(last.is_some());
    let store = |(word, bytes): (&AtomicU64, &[u8; WORD])| word.store(u64::from_le_bytes(*bytes), Ordering::Relaxed);
    if count <= after.len() {
        // The usual case, as a plain loop.
        after.iter().zip(whole.iter().chain(last)).for_each(store);
    } else {
        after.iter().chain(before).zip(whole.iter().chain(last)).for_each(store);
    }
    at.wrapping_add(count as u64)
}

/// Appends bytes of such memory to `out`; returns the position after them.
pub(super) fn take(words: &[AtomicU64], at: u64, bytes: usize, out: &mut Vec<u8>) -> u64 {
    let (before, after) = words.split_at(place(words, at));
    let count = bytes.div_ceil(WORD);
    let end = out.len() + bytes;
    out.reserve(count * WORD);
    for word in after.iter().chain(before).take(count) {
        out.extend_from_slice(&word.load(Ordering::Relaxed).to_le_bytes());
    }
    out.truncate(end);
    at.wrapping_add(count as u64)
}

/// The place of a position; the number of words is a power of two.
pub(super) fn place(words: &[AtomicU64], at: u64) -> usize {
    (at & (words.len() as u64 - 1)) as usize
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_written_and_noise_is_no_head() {
        for kind in [RecordKind::Line(Stream::Audit), RecordKind::Rules, RecordKind::Missed, RecordKind::Skip] {
            let head = RecordHead { kind, level: Level::Warn, name_bytes: 63, text_bytes: LINE_BYTES_MAX };
            assert_eq!(RecordHead::unpack(head.pack()), Some(head));
        }
        assert_eq!(RecordHead::unpack(0), None);
        assert_eq!(RecordHead::unpack(u64::MAX), None);
        assert_eq!(RecordHead::new(RecordKind::Rules, Level::Info, &"a".repeat(64), b""), None);
    }

    proptest! {
        #[test]
        fn bytes_come_out_as_they_went_in_wherever_they_lie(at in 0u64..64, bytes in proptest::collection::vec(any::<u8>(), 0..128)) {
            let words: Vec<AtomicU64> = (0..16).map(|_| AtomicU64::new(u64::MAX)).collect();
            let after = put(&words, at, &bytes);
            let mut read = Vec::new();
            prop_assert_eq!(take(&words, at, bytes.len(), &mut read), after);
            prop_assert_eq!(read, bytes);
        }
    }
}
