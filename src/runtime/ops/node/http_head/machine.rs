//! The machine that judges bytes: its states, what it knows between two pieces, and its loop.
//!
//! `start_line`, `field` and `chunk` have the steps. The states and their order are those of llhttp 9, which Node has; what is not about
//! the client's side (RTSP, HTTP/0.9, the preface of HTTP/2) is left out.
//!
//! Invariant: a step takes one byte, or goes to another state; a chain of steps that take none ends in at most four.

use super::fault::HeadFault;
use super::words::KnownWord;

/// As many numbers as `HeadMachine` is stored in.
const REGISTERS: usize = 15;

/// Bytes of the extensions of one chunk, as in Node.
const EXTENSIONS_MAX: u32 = 16_384;

/// Defines the states in their order; the first seven have their number in `parser.js` too.
macro_rules! states {
    ($($name:ident,)+) => {
        /// What is expected next.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum HeadState {
            $($name,)+
        }

        impl HeadState {
            const ALL: &[Self] = &[$(Self::$name),+];
        }
    };
}

states! {
    // Known to `parser.js`: where it starts a scan, and where one stops.
    Start, FieldStart, ChunkStart, ChunkDataEnd, HeadDone, ChunkDone, Failed,
    // First lines.
    Protocol, ProtocolEnd, Major, Dot, Minor, VersionEnd, Status, StatusEnd, Reason, StatusLineEnd,
    Method, MethodEnd, UrlSpaces, Url, RequestProtocolSpaces, RequestLineEnd, HeadersStart,
    // Fields.
    HeadersEnd, Name, NameSpaces, ValueSpaces, ValueSpacesLf, ValueEmpty, Value, ValueEnd, ValueLenient, ValueLf, AfterValue,
    ConnectionStart, ConnectionToken, ConnectionSpaces, LengthDigits, LengthSpaces,
    EncodingStart, EncodingChunked, EncodingToken, EncodingSpaces,
    // Chunks.
    ChunkSize, ChunkSizeEnd, ChunkSizeLf, Extension, ExtensionName, ExtensionValue, ExtensionQuoted, ExtensionPair, ExtensionQuoteEnd,
    ChunkDataLf,
}

/// What the field is that is read, or what its value has turned out to say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum KnownField {
    General,
    Connection,
    Length,
    Encoding,
    Upgrade,
    KeepAlive,
    Close,
    ConnectionUpgrade,
    Chunked,
}

impl KnownField {
    const ALL: &[Self] = &[
        Self::General,
        Self::Connection,
        Self::Length,
        Self::Encoding,
        Self::Upgrade,
        Self::KeepAlive,
        Self::Close,
        Self::ConnectionUpgrade,
        Self::Chunked,
    ];
}

/// What the fields of a message say, as bits of `HeadMachine::flags`; `parser.js` has them too.
pub(super) mod flag {
    pub(in super::super) const KEEP_ALIVE: u32 = 1;
    pub(in super::super) const CLOSE: u32 = 2;
    pub(in super::super) const CONNECTION_UPGRADE: u32 = 4;
    pub(in super::super) const CHUNKED: u32 = 8;
    pub(in super::super) const UPGRADE: u32 = 16;
    pub(in super::super) const LENGTH: u32 = 32;
    pub(in super::super) const ENCODING: u32 = 512;
}

/// What is forgiven, as bits of `HeadMachine::lenient`.
pub(super) mod lenient {
    pub(in super::super) const HEADERS: u32 = 1;
    pub(in super::super) const LENGTH: u32 = 2;
    pub(in super::super) const ENCODING: u32 = 8;
    pub(in super::super) const VERSION: u32 = 16;
    pub(in super::super) const NO_LF_AFTER_CR: u32 = 64;
    pub(in super::super) const NO_LINE_AFTER_CHUNK: u32 = 128;
    pub(in super::super) const NO_CR_BEFORE_LF: u32 = 256;
    pub(in super::super) const SPACES_AFTER_CHUNK_SIZE: u32 = 512;
}

/// What a step did with its byte.
pub(super) enum HeadStep {
    /// It took it.
    Taken,
    /// It left it to the next state.
    Left,
}

/// What is known between two pieces.
#[derive(Debug)]
pub(super) struct HeadMachine {
    pub(super) state: HeadState,
    pub(super) is_request: bool,
    pub(super) lenient: u32,
    /// Bytes of names, values, reason and address that are too many.
    limit: u32,
    counted: u32,
    pub(super) flags: u32,
    /// Of the body, or of the chunk.
    pub(super) length: u64,
    /// The status, or the number of the method.
    pub(super) code: u32,
    pub(super) major: u32,
    pub(super) minor: u32,
    pub(super) word: KnownWord,
    pub(super) field: KnownField,
    fault: u32,
}

impl HeadMachine {
    /// None if these are not the numbers of a machine.
    pub(super) fn load(registers: &[u32]) -> Option<Self> {
        let registers: &[u32; REGISTERS] = registers.first_chunk()?;
        let [
            state,
            is_request,
            lenient,
            limit,
            counted,
            flags,
            low,
            high,
            code,
            major,
            minor,
            letters_low,
            letters_high,
            length_field,
            fault,
        ] = *registers;
        Some(Self {
            state: HeadState::ALL.get(state as usize).copied().unwrap_or(HeadState::Failed),
            is_request: is_request == 1,
            lenient,
            limit,
            counted,
            flags,
            length: u64::from(high) << 32 | u64::from(low),
            code,
            major,
            minor,
            word: KnownWord { candidates: u64::from(letters_high) << 32 | u64::from(letters_low), length: length_field >> 4 },
            field: KnownField::ALL.get((length_field & 15) as usize).copied().unwrap_or(KnownField::General),
            fault,
        })
    }

    pub(super) fn store(&self, registers: &mut [u32]) {
        let Some(registers) = registers.first_chunk_mut::<REGISTERS>() else { return };
        let [length_low, length_high] = halves(self.length);
        let [letters_low, letters_high] = halves(self.word.candidates);
        *registers = [
            self.state as u32,
            u32::from(self.is_request),
            self.lenient,
            self.limit,
            self.counted,
            self.flags,
            length_low,
            length_high,
            self.code,
            self.major,
            self.minor,
            letters_low,
            letters_high,
            self.word.length.min(u32::MAX >> 4) << 4 | self.field as u32,
            self.fault,
        ];
    }

    /// Looks at bytes until they end, or until a head or the head of a chunk is complete or refused. Returns how many were taken.
    pub(super) fn run(&mut self, bytes: &[u8]) -> usize {
        let mut taken = 0;
        while let Some(&byte) = bytes.get(taken) {
            if self.has_stopped() {
                return taken;
            }
            let was_counted = self.is_counted();
            match self.step(byte) {
                Ok(HeadStep::Taken) => {
                    taken += 1;
                    // What ends a name or a value is no part of it.
                    self.counted = self.counted.saturating_add(u32::from(was_counted && self.is_counted()));
                }
                Ok(HeadStep::Left) => {}
                Err(fault) => {
                    // What is too long is that first.
                    if !was_counted || fault == HeadFault::FieldToken || self.is_within_limit() {
                        self.fail(fault);
                    }
                    return taken + usize::from(fault.takes_byte());
                }
            }
            if was_counted && !self.is_counted() && !self.is_within_limit() {
                return taken;
            }
        }
        if !self.has_stopped() && self.is_counted() {
            self.is_within_limit();
        }
        taken
    }

    fn step(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match self.state {
            HeadState::HeadDone | HeadState::ChunkDone | HeadState::Failed => Err(HeadFault::State),
            state if state.is_of_first_line() => self.step_start_line(byte),
            state if state.is_of_chunk() => self.step_chunk(byte),
            _ => self.step_field(byte),
        }
    }

    const fn has_stopped(&self) -> bool {
        matches!(self.state, HeadState::HeadDone | HeadState::ChunkDone | HeadState::Failed)
    }

    /// Whether the bytes of this state count against a limit.
    const fn is_counted(&self) -> bool {
        matches!(
            self.state,
            HeadState::Reason
                | HeadState::Url
                | HeadState::Name
                | HeadState::NameSpaces
                | HeadState::Value
                | HeadState::ValueEnd
                | HeadState::ValueLenient
                | HeadState::ConnectionStart
                | HeadState::ConnectionToken
                | HeadState::ConnectionSpaces
                | HeadState::LengthDigits
                | HeadState::LengthSpaces
                | HeadState::EncodingStart
                | HeadState::EncodingChunked
                | HeadState::EncodingToken
                | HeadState::EncodingSpaces
                | HeadState::ExtensionName
                | HeadState::ExtensionValue
                | HeadState::ExtensionQuoted
                | HeadState::ExtensionPair
        )
    }

    /// Fails if too many bytes were counted.
    fn is_within_limit(&mut self) -> bool {
        let fault = if self.state.is_of_chunk() {
            (self.counted > EXTENSIONS_MAX).then_some(HeadFault::ExtensionOverflow)
        } else {
            (self.counted >= self.limit).then_some(HeadFault::HeaderOverflow)
        };
        if let Some(fault) = fault {
            self.fail(fault);
        }
        fault.is_none()
    }

    fn fail(&mut self, fault: HeadFault) {
        self.state = HeadState::Failed;
        self.fault = fault.number();
    }

    /// Takes the byte, and goes on in a state.
    pub(super) fn take(&mut self, state: HeadState) -> Result<HeadStep, HeadFault> {
        self.state = state;
        Ok(HeadStep::Taken)
    }

    /// Leaves the byte to a state.
    pub(super) fn leave(&mut self, state: HeadState) -> Result<HeadStep, HeadFault> {
        self.state = state;
        Ok(HeadStep::Left)
    }

    pub(super) const fn forgives(&self, what: u32) -> bool {
        self.lenient & what != 0
    }
}

impl HeadState {
    const fn is_of_first_line(self) -> bool {
        matches!(self, Self::Start) || (self as u32 >= Self::Protocol as u32 && self as u32 <= Self::HeadersStart as u32)
    }

    const fn is_of_chunk(self) -> bool {
        matches!(self, Self::ChunkStart | Self::ChunkDataEnd) || self as u32 >= Self::ChunkSize as u32
    }
}

/// The low and the high half.
const fn halves(number: u64) -> [u32; 2] {
    #[expect(clippy::cast_possible_truncation, reason = "the halves of a number")]
    [number as u32, (number >> 32) as u32]
}
