//! The fields of a head or of trailers, and those of them that decide about the body: length, encoding, connection, upgrade.
//!
//! Invariant: a length is taken once, and not beside an encoding, unless the caller forgives it.

use super::fault::HeadFault;
use super::machine::{HeadMachine, HeadState, HeadStep, KnownField, flag, lenient};
use super::words::{CHUNKED, CONNECTION, FIELDS, KnownWord};

const CR: u8 = b'\r';
const LF: u8 = b'\n';
const TAB: u8 = b'\t';

impl HeadMachine {
    pub(super) fn step_field(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::FieldStart, CR) => self.take(HeadState::HeadersEnd),
            (HeadState::FieldStart, LF) if self.forgives(lenient::NO_CR_BEFORE_LF) => self.take(HeadState::HeadDone),
            (HeadState::FieldStart, LF) => Err(HeadFault::FieldChar),
            (HeadState::FieldStart, b':') => Err(HeadFault::FieldToken),
            (HeadState::FieldStart, _) => {
                self.word = KnownWord::ANY;
                self.leave(HeadState::Name)
            }
            (HeadState::HeadersEnd, LF) => self.take(HeadState::HeadDone),
            (HeadState::HeadersEnd, _) if self.forgives(lenient::NO_LF_AFTER_CR) => self.leave(HeadState::HeadDone),
            (HeadState::HeadersEnd, _) => Err(HeadFault::HeadersEnd),
            (HeadState::Name, b':') => self.begin_value(),
            (HeadState::Name, b' ') if self.word.found(FIELDS).is_some() => {
                if self.forgives(lenient::HEADERS) {
                    self.take(HeadState::NameSpaces)
                } else {
                    Err(HeadFault::FieldChar)
                }
            }
            (HeadState::Name, _) if is_token(byte) => {
                self.word.push(byte.to_ascii_lowercase(), FIELDS);
                self.take(HeadState::Name)
            }
            (HeadState::Name, _) => Err(HeadFault::FieldToken),
            (HeadState::NameSpaces, b' ') => self.take(HeadState::NameSpaces),
            (HeadState::NameSpaces, b':') => self.begin_value(),
            (HeadState::NameSpaces, _) => {
                self.word = KnownWord::NONE;
                self.leave(HeadState::Name)
            }
            (HeadState::ConnectionStart | HeadState::ConnectionToken | HeadState::ConnectionSpaces, _) => self.step_connection(byte),
            (HeadState::LengthDigits | HeadState::LengthSpaces, _) => self.step_length(byte),
            (HeadState::EncodingStart | HeadState::EncodingChunked | HeadState::EncodingToken | HeadState::EncodingSpaces, _) => {
                self.step_encoding(byte)
            }
            _ => self.step_value(byte),
        }
    }

    /// After the colon.
    fn begin_value(&mut self) -> Result<HeadStep, HeadFault> {
        self.field = match self.word.found(FIELDS) {
            Some(0 | 1) => KnownField::Connection,
            Some(2) => KnownField::Length,
            Some(3) => KnownField::Encoding,
            Some(_) => KnownField::Upgrade,
            None => KnownField::General,
        };
        let is_strict = !self.forgives(lenient::LENGTH);
        match self.field {
            KnownField::Length if self.flags & flag::ENCODING != 0 && is_strict => Err(HeadFault::LengthBesideEncoding),
            KnownField::Encoding if self.flags & flag::LENGTH != 0 && is_strict => Err(HeadFault::EncodingBesideLength),
            _ => self.take(HeadState::ValueSpaces),
        }
    }

    /// At the first byte of a value, which is left to the state that reads such values.
    fn begin_text(&mut self) -> Result<HeadStep, HeadFault> {
        match self.field {
            KnownField::Connection => self.leave(HeadState::ConnectionStart),
            KnownField::Length if self.flags & flag::LENGTH != 0 => Err(HeadFault::LengthTwice),
            KnownField::Length => {
                self.length = 0;
                self.leave(HeadState::LengthDigits)
            }
            KnownField::Encoding => {
                if self.flags & flag::CHUNKED != 0 && self.is_request && !self.forgives(lenient::ENCODING) {
                    return Err(HeadFault::Encoding);
                }
                self.flags = (self.flags | flag::ENCODING) & !flag::CHUNKED;
                self.word = KnownWord::ANY;
                self.leave(HeadState::EncodingStart)
            }
            KnownField::Upgrade => {
                self.flags |= flag::UPGRADE;
                self.field = KnownField::General;
                self.leave(HeadState::Value)
            }
            _ => self.leave(HeadState::Value),
        }
    }

    fn step_value(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::ValueSpaces, b' ' | TAB) => self.take(HeadState::ValueSpaces),
            (HeadState::ValueSpaces, CR) => self.take(HeadState::ValueSpacesLf),
            (HeadState::ValueSpaces, LF) if self.forgives(lenient::NO_CR_BEFORE_LF) => self.take(HeadState::ValueEmpty),
            (HeadState::ValueSpaces, LF) => Err(HeadFault::ValueStart),
            (HeadState::ValueSpaces, _) => self.begin_text(),
            (HeadState::ValueSpacesLf, LF) => self.take(HeadState::ValueEmpty),
            (HeadState::ValueSpacesLf, _) if self.forgives(lenient::HEADERS) => self.leave(HeadState::ValueEmpty),
            (HeadState::ValueSpacesLf, _) => Err(HeadFault::ValueEmptyLf),
            (HeadState::ValueEmpty, b' ' | TAB) if self.forgives(lenient::HEADERS) => self.take(HeadState::ValueSpaces),
            (HeadState::ValueEmpty, b' ' | TAB) => Err(HeadFault::ValueStart),
            (HeadState::ValueEmpty, _) if self.field == KnownField::Length => Err(HeadFault::LengthEmpty),
            (HeadState::ValueEmpty, _) => self.leave(HeadState::FieldStart),
            (HeadState::Value, _) if is_text(byte) => self.take(HeadState::Value),
            (HeadState::Value, _) => self.leave(HeadState::ValueEnd),
            (HeadState::ValueEnd | HeadState::ValueLenient, CR) => self.take(HeadState::ValueLf),
            (HeadState::ValueEnd, LF) if !self.forgives(lenient::NO_CR_BEFORE_LF) => Err(HeadFault::ValueCr),
            (HeadState::ValueEnd | HeadState::ValueLenient, LF) => self.leave(HeadState::ValueLf),
            (HeadState::ValueEnd | HeadState::ValueLenient, _) if self.forgives(lenient::HEADERS) => self.take(HeadState::ValueLenient),
            (HeadState::ValueEnd, _) => Err(HeadFault::ValueChar),
            (HeadState::ValueLf, LF) => self.take(HeadState::AfterValue),
            (HeadState::ValueLf, _) => Err(HeadFault::ValueLf),
            (HeadState::AfterValue, b' ' | TAB) => {
                if !self.forgives(lenient::HEADERS) {
                    return Err(HeadFault::ValueFold);
                }
                if self.field == KnownField::Chunked {
                    self.field = KnownField::General;
                }
                self.begin_text()
            }
            (HeadState::AfterValue, _) => {
                self.settle();
                self.leave(HeadState::FieldStart)
            }
            _ => Err(HeadFault::State),
        }
    }

    /// The value has ended, or a part of it: what it says counts.
    fn settle(&mut self) {
        self.flags |= match self.field {
            KnownField::KeepAlive => flag::KEEP_ALIVE,
            KnownField::Close => flag::CLOSE,
            KnownField::ConnectionUpgrade => flag::CONNECTION_UPGRADE,
            KnownField::Chunked => flag::CHUNKED,
            _ => 0,
        };
    }

    fn step_connection(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::ConnectionStart, b' ' | TAB) => self.take(HeadState::ConnectionStart),
            (HeadState::ConnectionStart, _) => {
                self.word = KnownWord::ANY;
                self.leave(HeadState::ConnectionToken)
            }
            (HeadState::ConnectionToken, b',') => self.take(HeadState::ConnectionStart),
            (HeadState::ConnectionToken, _) if is_text(byte) => {
                self.word.push(byte.to_ascii_lowercase(), CONNECTION);
                match self.word.found(CONNECTION) {
                    Some(0) => self.field = KnownField::KeepAlive,
                    Some(1) => self.field = KnownField::Close,
                    Some(_) => self.field = KnownField::ConnectionUpgrade,
                    None => return self.take(HeadState::ConnectionToken),
                }
                self.take(HeadState::ConnectionSpaces)
            }
            (HeadState::ConnectionSpaces, b' ') => self.take(HeadState::ConnectionSpaces),
            (HeadState::ConnectionSpaces, b',') => {
                self.settle();
                self.field = KnownField::Connection;
                self.take(HeadState::ConnectionStart)
            }
            (HeadState::ConnectionSpaces, CR | LF) | (HeadState::ConnectionToken, _) => self.leave(HeadState::ValueEnd),
            (HeadState::ConnectionSpaces, _) => {
                self.field = KnownField::General;
                self.word = KnownWord::NONE;
                self.leave(HeadState::ConnectionToken)
            }
            _ => Err(HeadFault::State),
        }
    }

    fn step_length(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::LengthDigits, b'0'..=b'9') => {
                let longer = self.length.checked_mul(10).and_then(|length| length.checked_add(u64::from(byte - b'0')));
                self.length = longer.ok_or(HeadFault::LengthOverflow)?;
                self.take(HeadState::LengthDigits)
            }
            (HeadState::LengthDigits, _) => self.leave(HeadState::LengthSpaces),
            (HeadState::LengthSpaces, b' ') => self.take(HeadState::LengthSpaces),
            (HeadState::LengthSpaces, CR | LF) => {
                self.flags |= flag::LENGTH;
                self.leave(HeadState::ValueEnd)
            }
            _ => Err(HeadFault::LengthChar),
        }
    }

    fn step_encoding(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::EncodingStart, _) => {
                if !self.word.push(byte.to_ascii_lowercase(), CHUNKED) {
                    return self.leave(HeadState::EncodingToken);
                }
                self.take(if self.word.found(CHUNKED).is_some() { HeadState::EncodingChunked } else { HeadState::EncodingStart })
            }
            (HeadState::EncodingChunked, b' ') => self.take(HeadState::EncodingChunked),
            (HeadState::EncodingChunked, CR | LF) => {
                self.field = KnownField::Chunked;
                self.leave(HeadState::ValueEnd)
            }
            (HeadState::EncodingChunked, b',') => {
                if self.is_request && !self.forgives(lenient::ENCODING) {
                    return Err(HeadFault::Encoding);
                }
                self.take(HeadState::EncodingSpaces)
            }
            (HeadState::EncodingChunked, _) => self.leave(HeadState::EncodingToken),
            (HeadState::EncodingToken, b',') => self.take(HeadState::EncodingSpaces),
            (HeadState::EncodingToken, _) if is_text(byte) => self.take(HeadState::EncodingToken),
            (HeadState::EncodingToken, _) => {
                self.field = KnownField::General;
                self.leave(HeadState::Value)
            }
            (HeadState::EncodingSpaces, b' ' | TAB) => self.take(HeadState::EncodingSpaces),
            (HeadState::EncodingSpaces, _) => {
                self.word = KnownWord::ANY;
                self.leave(HeadState::EncodingStart)
            }
            _ => Err(HeadFault::State),
        }
    }
}

/// Whether a byte may be part of a name (RFC 9110, `tchar`).
pub(super) const fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric()
        || matches!(byte, b'!' | b'#' | b'$' | b'%' | b'&' | b'\'' | b'*' | b'+' | b'-' | b'.' | b'^' | b'_' | b'`' | b'|' | b'~')
}

/// Whether a byte may be part of a value.
pub(super) const fn is_text(byte: u8) -> bool {
    byte == TAB || (byte >= b' ' && byte != 0x7f)
}
