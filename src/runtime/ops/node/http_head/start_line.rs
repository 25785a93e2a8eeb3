//! The first line of a message: `HTTP/1.1 200 OK`, or `GET / HTTP/1.1`.
//!
//! Invariant: a status has three digits.

use super::fault::HeadFault;
use super::machine::{HeadMachine, HeadState, HeadStep, lenient};
use super::words::{CONNECT, KnownWord, METHODS, PROTOCOLS};

const CR: u8 = b'\r';
const LF: u8 = b'\n';

impl HeadMachine {
    pub(super) fn step_start_line(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::Start, CR | LF) => self.take(HeadState::Start),
            (HeadState::Start, _) => {
                self.word = KnownWord::ANY;
                self.leave(if self.is_request { HeadState::Method } else { HeadState::Protocol })
            }
            (HeadState::Protocol, _) => {
                if !self.word.push(byte, PROTOCOLS) {
                    return Err(HeadFault::Protocol);
                }
                self.take(if self.word.found(PROTOCOLS).is_some() { HeadState::ProtocolEnd } else { HeadState::Protocol })
            }
            (HeadState::ProtocolEnd, b'/') => self.take(HeadState::Major),
            (HeadState::ProtocolEnd, _) => Err(HeadFault::Protocol),
            (HeadState::Major, b'0'..=b'9') => {
                self.major = digit(byte);
                self.take(HeadState::Dot)
            }
            (HeadState::Major, _) => Err(HeadFault::Major),
            (HeadState::Dot, b'.') => self.take(HeadState::Minor),
            (HeadState::Dot, _) => Err(HeadFault::Dot),
            (HeadState::Minor, b'0'..=b'9') => {
                self.minor = digit(byte);
                let is_known = matches!((self.major, self.minor), (0, 9) | (1, 0 | 1) | (2, 0));
                if !is_known && !self.forgives(lenient::VERSION) {
                    return Err(HeadFault::Version);
                }
                self.take(if self.is_request { HeadState::RequestLineEnd } else { HeadState::VersionEnd })
            }
            (HeadState::Minor, _) => Err(HeadFault::Minor),
            (HeadState::HeadersStart, b' ') if self.forgives(lenient::HEADERS) => self.take(HeadState::FieldStart),
            (HeadState::HeadersStart, b' ') => Err(HeadFault::SpaceAfterStart),
            (HeadState::HeadersStart, _) => self.leave(HeadState::FieldStart),
            _ if self.is_request => self.step_request_line(byte),
            _ => self.step_status_line(byte),
        }
    }

    fn step_status_line(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::VersionEnd, b' ') => {
                self.code = 0;
                self.word = KnownWord::NONE;
                self.take(HeadState::Status)
            }
            (HeadState::VersionEnd, _) => Err(HeadFault::SpaceAfterVersion),
            (HeadState::Status, b'0'..=b'9') => {
                self.code = self.code.saturating_mul(10).saturating_add(digit(byte));
                self.word.length += 1;
                self.take(if self.word.length == 3 { HeadState::StatusEnd } else { HeadState::Status })
            }
            (HeadState::Status, _) => Err(HeadFault::Status),
            (HeadState::StatusEnd, b' ') => self.take(HeadState::Reason),
            (HeadState::StatusEnd, LF) if self.forgives(lenient::NO_CR_BEFORE_LF) => self.take(HeadState::HeadersStart),
            (HeadState::StatusEnd, LF) => Err(HeadFault::StatusBareLf),
            (HeadState::StatusEnd | HeadState::Reason, CR) => self.take(HeadState::StatusLineEnd),
            (HeadState::StatusEnd, _) => Err(HeadFault::StatusLine),
            (HeadState::Reason, LF) if self.forgives(lenient::NO_CR_BEFORE_LF) => self.take(HeadState::HeadersStart),
            (HeadState::Reason, LF) => Err(HeadFault::StatusLineCr),
            (HeadState::Reason, _) => self.take(HeadState::Reason),
            (HeadState::StatusLineEnd, LF) => self.take(HeadState::HeadersStart),
            (HeadState::StatusLineEnd, _) if self.forgives(lenient::NO_LF_AFTER_CR) => self.leave(HeadState::HeadersStart),
            (HeadState::StatusLineEnd, _) => Err(HeadFault::StatusLineLf),
            _ => Err(HeadFault::State),
        }
    }

    fn step_request_line(&mut self, byte: u8) -> Result<HeadStep, HeadFault> {
        match (self.state, byte) {
            (HeadState::Method, _) => {
                if !self.word.push(byte, METHODS) {
                    return Err(HeadFault::Method);
                }
                let Some(method) = self.word.found(METHODS) else { return self.take(HeadState::Method) };
                self.code = u32::try_from(method).unwrap_or(0);
                self.take(HeadState::MethodEnd)
            }
            (HeadState::MethodEnd, b' ') => self.take(HeadState::UrlSpaces),
            (HeadState::MethodEnd, _) => Err(HeadFault::SpaceAfterMethod),
            (HeadState::UrlSpaces, b' ') => self.take(HeadState::UrlSpaces),
            (HeadState::UrlSpaces, b'/' | b'*' | b'a'..=b'z' | b'A'..=b'Z') => self.leave(HeadState::Url),
            (HeadState::UrlSpaces, b'0'..=b'9' | b'[') if self.code == CONNECT => self.leave(HeadState::Url),
            (HeadState::UrlSpaces, _) => Err(HeadFault::UrlStart),
            (HeadState::Url, b'!'..=b'~') => self.take(HeadState::Url),
            (HeadState::Url, b' ') => self.take(HeadState::RequestProtocolSpaces),
            (HeadState::Url, _) => Err(HeadFault::Url),
            (HeadState::RequestProtocolSpaces, b' ') => self.take(HeadState::RequestProtocolSpaces),
            (HeadState::RequestProtocolSpaces, _) => {
                self.word = KnownWord::ANY;
                self.leave(HeadState::Protocol)
            }
            (HeadState::RequestLineEnd, CR) => self.take(HeadState::StatusLineEnd),
            (HeadState::RequestLineEnd, LF) if self.forgives(lenient::NO_CR_BEFORE_LF) => self.take(HeadState::HeadersStart),
            (HeadState::StatusLineEnd, LF) => self.take(HeadState::HeadersStart),
            (HeadState::StatusLineEnd, _) if self.forgives(lenient::NO_LF_AFTER_CR) => self.leave(HeadState::HeadersStart),
            (HeadState::RequestLineEnd, _) => Err(HeadFault::LineAfterVersion),
            (HeadState::StatusLineEnd, _) => Err(HeadFault::LineAfterVersionLf),
            _ => Err(HeadFault::State),
        }
    }
}

/// The digit that a byte is.
fn digit(byte: u8) -> u32 {
    u32::from(byte.wrapping_sub(b'0'))
}
