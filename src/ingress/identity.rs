//! Who a request is: its trace and its id.
//!
//! Continued from what the client sent, begun where nothing usable was sent.
//!
//! Invariant: what is echoed to the client and written to the log is short and printable.

use std::sync::Arc;

use http::HeaderMap;

use crate::function::hex;
use crate::function::trace::{TraceContext, random};

/// Longest request id that is taken over from a client.
const REQUEST_ID_BYTES_MAX: usize = 128;

/// Hexadecimal digits of a request id that is made here.
const REQUEST_ID_DIGITS: usize = 24;

/// The trace of a request: the client's, one hop further, or a new one.
pub fn trace(headers: &HeaderMap) -> TraceContext {
    let sent = headers.get("traceparent").and_then(|value| TraceContext::parse(value.as_bytes()));
    match sent {
        Some(parent) => parent.child(random()),
        None => TraceContext::begin((u128::from(random()) << 64 | u128::from(random()), random())),
    }
}

/// The client's `x-request-id` if it is printable ASCII without quotes, else a new one.
pub fn request_id(headers: &HeaderMap) -> Arc<str> {
    let sent = headers.get("x-request-id").and_then(|value| value.to_str().ok());
    match sent.filter(|id| is_printable(id)) {
        Some(id) => id.into(),
        None => {
            let mut digits = [0; REQUEST_ID_DIGITS];
            hex::write(u128::from(random()) << 32 | u128::from(random() as u32), &mut digits).into()
        }
    }
}

fn is_printable(id: &str) -> bool {
    (1..=REQUEST_ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'"' && byte != b'\\')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_usable_request_id_is_echoed_and_others_are_replaced() {
        let mut headers = HeaderMap::new();
        headers.insert("x-request-id", "abc-123".parse().unwrap());
        assert_eq!(&*request_id(&headers), "abc-123");
        for bad in ["", "with space", "quote\"", &"x".repeat(129)] {
            headers.insert("x-request-id", bad.parse().unwrap());
            let id = request_id(&headers);
            assert_ne!(&*id, bad);
            assert_eq!(id.len(), 24);
        }
    }

    #[test]
    fn a_trace_is_continued_with_a_span_of_its_own() {
        let mut headers = HeaderMap::new();
        headers.insert("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01".parse().unwrap());
        let trace = trace(&headers);
        assert_eq!(trace.trace_id, 0x4bf9_2f35_77b3_4da6_a3ce_929d_0e0e_4736);
        assert_ne!(trace.span_id, 0x00f0_67aa_0ba9_02b7);
    }
}
