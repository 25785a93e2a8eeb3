//! W3C Trace Context: the identity a request carries through every function it touches.
//!
//! Read from `traceparent` by `ingress`, handed to the isolate with the request, written on every outgoing `fetch` and in-process call.
//! Format: <https://www.w3.org/TR/trace-context/#traceparent-header>, version 00.
//!
//! Invariant: ids are never all zero; a malformed header begins a new trace instead of failing the request.

use std::cell::RefCell;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use fastrand::Rng;

use super::hex;

/// Trace id, the id of the current span, and the trace flags.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct TraceContext {
    /// 16 bytes shared by every span of the trace.
    pub trace_id: u128,
    /// 8 bytes naming this hop.
    pub span_id: u64,
    /// Bit 0: sampled.
    pub flags: u8,
}

impl TraceContext {
    /// A new trace. `random` must be 24 random bytes' worth of entropy.
    pub fn begin(random: (u128, u64)) -> Self {
        Self { trace_id: random.0.max(1), span_id: random.1.max(1), flags: 1 }
    }

    /// The same trace, one hop further.
    pub fn child(&self, span_id: u64) -> Self {
        Self { span_id: span_id.max(1), ..*self }
    }

    /// Parses `00-<32 hex>-<16 hex>-<2 hex>`; later versions may carry more fields. `None` if malformed.
    pub fn parse(header: &[u8]) -> Option<Self> {
        if header.len() < 55 || header[2] != b'-' || header[35] != b'-' || header[52] != b'-' {
            return None;
        }
        let version = parse_hex(&header[..2])?;
        if version == 0xff || (version == 0 && header.len() != 55) || (header.len() > 55 && header[55] != b'-') {
            return None;
        }
        let trace_id = parse_hex(&header[3..35])?;
        let span_id = parse_hex(&header[36..52])? as u64;
        let flags = parse_hex(&header[53..55])? as u8;
        (trace_id != 0 && span_id != 0).then_some(Self { trace_id, span_id, flags })
    }

    /// The trace id as 32 digits, written into `place`.
    pub fn write_trace_id(self, place: &mut [u8; 32]) -> &str {
        hex::write(self.trace_id, place)
    }

    /// A number that is spread evenly over traces and the same in all of one: the low half of a trace id is random (Trace Context level 2).
    pub fn chance(self) -> u64 {
        self.trace_id as u64
    }

    /// The header value for an outgoing request.
    pub fn to_traceparent(self) -> String {
        format!("00-{:032x}-{:016x}-{:02x}", self.trace_id, self.span_id, self.flags)
    }
}

impl fmt::Debug for TraceContext {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_traceparent())
    }
}

thread_local! {
    /// Seeded by the system's randomness: two processes that start together draw different numbers.
    static IDS: RefCell<Rng> = RefCell::new(Rng::with_seed(RandomState::new().hash_one(0)));
}

/// Random enough for ids. Not for secrets.
pub fn random() -> u64 {
    IDS.with_borrow_mut(|ids| ids.u64(..))
}

/// Lower-case hexadecimal digits only, as the specification demands.
fn parse_hex(digits: &[u8]) -> Option<u128> {
    digits.iter().try_fold(0u128, |value, digit| {
        let nibble = match digit {
            b'0'..=b'9' => digit - b'0',
            b'a'..=b'f' => digit - b'a' + 10,
            _ => return None,
        };
        Some(value << 4 | u128::from(nibble))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_well_formed_header_round_trips() {
        let text = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
        assert_eq!(TraceContext::parse(text.as_bytes()).map(TraceContext::to_traceparent).as_deref(), Some(text));
    }

    #[test]
    fn malformed_headers_are_refused() {
        for text in [
            "",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7",
            "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
            "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
            "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
            "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
            "00-4bf92f3577b34da6a3ce929d0e0e473g-00f067aa0ba902b7-01",
        ] {
            assert_eq!(TraceContext::parse(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn a_later_version_may_carry_more_fields() {
        let text = "01-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-extra";
        assert!(TraceContext::parse(text.as_bytes()).is_some());
    }
}
