//! The line before a chunk: its size, and extensions that nobody reads; and the end of the line after it.
//!
//! Invariant: a size that does not fit in 64 bits is refused.

use super::fault::HeadFault;
use super::field::{is_text, is_token};
use super::machine::{HeadMachine, HeadState, HeadStep, lenient};

const CR: u8 = b'\r';
const LF: u8 = b'\n';

impl HeadMachine {
    pub(super) fn step_chunk(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::ChunkStart, _) => {
                self.length = digit(byte).ok_or(HeadFault::ChunkSize)?;
                self.take(HeadState::ChunkSize)
            }
            (HeadState::ChunkSize, _) => {
                let Some(digit) = digit(byte) else { return self.leave(HeadState::ChunkSizeEnd) };
                self.length = self.length.checked_mul(16).ok_or(HeadFault::ChunkSizeOverflow)? + digit;
                self.take(HeadState::ChunkSize)
            }
            (HeadState::ChunkSizeEnd, b' ' | b'\t') if self.forgives(lenient::SPACES_AFTER_CHUNK_SIZE) => {
                self.take(HeadState::ChunkSizeEnd)
            }
            (HeadState::ChunkSizeEnd, b' ' | b'\t') => Err(HeadFault::ChunkSizeSpace),
            (HeadState::ChunkSizeEnd, LF) => self.bare_line_feed(HeadFault::ChunkSizeCr),
            (HeadState::ChunkSizeEnd | HeadState::ExtensionName | HeadState::ExtensionValue | HeadState::ExtensionQuoteEnd, CR) => {
                self.take(HeadState::ChunkSizeLf)
            }
            (HeadState::ChunkSizeEnd | HeadState::ExtensionName | HeadState::ExtensionValue | HeadState::ExtensionQuoteEnd, b';') => {
                self.take(HeadState::Extension)
            }
            (HeadState::ChunkSizeEnd, _) => Err(HeadFault::ChunkSize),
            (HeadState::ChunkSizeLf, LF) => self.take(HeadState::ChunkDone),
            (HeadState::ChunkSizeLf, _) if self.forgives(lenient::NO_LF_AFTER_CR) => self.leave(HeadState::ChunkDone),
            (HeadState::ChunkSizeLf, _) => Err(HeadFault::ChunkSizeLf),
            (HeadState::ChunkDataEnd, LF) if self.forgives(lenient::NO_CR_BEFORE_LF) => self.take(HeadState::ChunkStart),
            (HeadState::ChunkDataEnd, LF) => Err(HeadFault::ChunkDataCr),
            (HeadState::ChunkDataEnd, CR) => self.take(HeadState::ChunkDataLf),
            (HeadState::ChunkDataLf, LF) => self.take(HeadState::ChunkStart),
            (HeadState::ChunkDataEnd | HeadState::ChunkDataLf, _) if self.forgives(lenient::NO_LINE_AFTER_CHUNK) => {
                self.leave(HeadState::ChunkStart)
            }
            (HeadState::ChunkDataEnd | HeadState::ChunkDataLf, _) => Err(HeadFault::ChunkDataLf),
            _ => self.step_extension(byte),
        }
    }

    fn step_extension(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::Extension, CR | b' ') => Err(HeadFault::Extension),
            (HeadState::Extension, _) => self.leave(HeadState::ExtensionName),
            (HeadState::ExtensionName, LF) => self.bare_line_feed(HeadFault::ExtensionNameCr),
            (HeadState::ExtensionName, b'=') => self.take(HeadState::ExtensionValue),
            (HeadState::ExtensionName, _) if is_token(byte) => self.take(HeadState::ExtensionName),
            (HeadState::ExtensionName, _) => Err(HeadFault::ExtensionName),
            (HeadState::ExtensionValue | HeadState::ExtensionQuoteEnd, LF) => self.bare_line_feed(HeadFault::ExtensionValueCr),
            (HeadState::ExtensionValue, b'"') => self.take(HeadState::ExtensionQuoted),
            (HeadState::ExtensionValue, _) if is_token(byte) => self.take(HeadState::ExtensionValue),
            (HeadState::ExtensionValue, _) => Err(HeadFault::ExtensionValue),
            (HeadState::ExtensionQuoted, b'"') => self.take(HeadState::ExtensionQuoteEnd),
            (HeadState::ExtensionQuoted, b'\\') => self.take(HeadState::ExtensionPair),
            (HeadState::ExtensionQuoted | HeadState::ExtensionPair, _) if is_text(byte) => self.take(HeadState::ExtensionQuoted),
            (HeadState::ExtensionQuoted, _) => Err(HeadFault::ExtensionQuoted),
            (HeadState::ExtensionPair, _) => Err(HeadFault::ExtensionPair),
            (HeadState::ExtensionQuoteEnd, _) => Err(HeadFault::ExtensionQuoteEnd),
            _ => Err(HeadFault::State),
        }
    }

    /// A line that ends without CR.
    fn bare_line_feed(&mut self, fault: HeadFault) -> Result<HeadStep, HeadFault> {
        if self.forgives(lenient::NO_CR_BEFORE_LF) { self.take(HeadState::ChunkSizeLf) } else { Err(fault) }
    }
}

/// The hexadecimal digit that a byte is.
fn digit(byte: u8) -> Option<u64> {
    char::from(byte).to_digit(16).map(u64::from)
}
