//! The head of an answer as bytes.
//!
//! `send` asks for it; the bytes go into the output.
//!
//! Invariant: names are in lower case; an answer has one framing, and none of it comes from a function but the length that it promised.

use std::cell::Cell;
use std::time::{Duration, UNIX_EPOCH};

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName};
use hyper::StatusCode;
use rustix::time::{ClockId, clock_gettime};

use crate::function::trace::TraceContext;
use crate::ingress::respond::HttpAnswer;

/// Room for a head without reallocation, beside its headers.
const FIXED_BYTES: usize = 256;

/// Characters of a date (RFC 9110 §5.6.7).
const DATE_BYTES: usize = 29;

/// Digits of the largest number.
const DIGITS_MAX: usize = 20;

/// How the body of an answer is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum AnswerFraming {
    /// There is no body, whatever the head says. A length that it names: that of the body which GET would get.
    Bodiless(Option<u64>),
    /// This many bytes.
    Length(u64),
    /// Chunks until an empty one.
    Chunked,
    /// It ends with the connection.
    UntilClose,
}

impl AnswerFraming {
    /// The framing of an answer whose body is `whole`, or a stream.
    pub(super) fn of(answer: &HttpAnswer, whole: Option<&Bytes>, is_head: bool, is_http_11: bool) -> Self {
        if is_head {
            return Self::Bodiless(promised(&answer.headers));
        }
        if matches!(answer.status, StatusCode::NO_CONTENT | StatusCode::NOT_MODIFIED) {
            return Self::Bodiless(None);
        }
        match (whole, answer.body.promised()) {
            (Some(bytes), _) => Self::Length(bytes.len() as u64),
            (None, Some(length)) => Self::Length(length),
            (None, None) if is_http_11 => Self::Chunked,
            (None, None) => Self::UntilClose,
        }
    }

    /// Whether bytes follow the head.
    pub(super) fn has_body(self) -> bool {
        !matches!(self, Self::Bodiless(_))
    }
}

fn promised(headers: &HeaderMap) -> Option<u64> {
    headers.get(header::CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok())
}

/// What a head is written from.
pub(super) struct AnswerHead<'a> {
    pub(super) status: StatusCode,
    pub(super) headers: &'a HeaderMap,
    pub(super) request_id: &'a str,
    pub(super) trace: TraceContext,
    pub(super) is_http_11: bool,
    /// Another request may follow on the connection.
    pub(super) keeps: bool,
    pub(super) framing: AnswerFraming,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_ID: HeaderName = HeaderName::from_static("x-trace-id");

/// Appends a head.
pub(super) fn encode_head(head: &AnswerHead<'_>, out: &mut Vec<u8>) {
    out.reserve(FIXED_BYTES);
    write_status(head, out);
    let mut has_date = false;
    for (name, value) in head.headers {
        match *name {
            // Framing and connection are written below.
            header::CONTENT_LENGTH | header::TRANSFER_ENCODING | header::CONNECTION => continue,
            header::DATE => has_date = true,
            // The host's own.
            _ if *name == REQUEST_ID || *name == TRACE_ID => continue,
            _ => {}
        }
        write_line(out, name.as_str(), value.as_bytes());
    }
    out.extend_from_slice(b"x-request-id: ");
    out.extend_from_slice(head.request_id.as_bytes());
    out.extend_from_slice(b"\r\nx-trace-id: ");
    out.extend_from_slice(head.trace.write_trace_id(&mut [0; 32]).as_bytes());
    out.extend_from_slice(b"\r\n");
    match (head.is_http_11, head.keeps) {
        (true, false) => out.extend_from_slice(b"connection: close\r\n"),
        (false, true) => out.extend_from_slice(b"connection: keep-alive\r\n"),
        // What the version means without a word.
        (true, true) | (false, false) => {}
    }
    match head.framing {
        AnswerFraming::Bodiless(None) | AnswerFraming::UntilClose => {}
        AnswerFraming::Chunked => out.extend_from_slice(b"transfer-encoding: chunked\r\n"),
        AnswerFraming::Length(length) | AnswerFraming::Bodiless(Some(length)) => {
            out.extend_from_slice(b"content-length: ");
            write_number(out, length);
            out.extend_from_slice(b"\r\n");
        }
    }
    if !has_date {
        out.extend_from_slice(b"date: ");
        out.extend_from_slice(&date());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(b"\r\n");
}

fn write_status(head: &AnswerHead<'_>, out: &mut Vec<u8>) {
    if head.status == StatusCode::OK && head.is_http_11 {
        return out.extend_from_slice(b"HTTP/1.1 200 OK\r\n");
    }
    out.extend_from_slice(if head.is_http_11 { b"HTTP/1.1 " } else { b"HTTP/1.0 " });
    out.extend_from_slice(head.status.as_str().as_bytes());
    out.push(b' ');
    // Many parsers expect a reason.
    out.extend_from_slice(head.status.canonical_reason().unwrap_or("<none>").as_bytes());
    out.extend_from_slice(b"\r\n");
}

fn write_line(out: &mut Vec<u8>, name: &str, value: &[u8]) {
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(b": ");
    out.extend_from_slice(value);
    out.extend_from_slice(b"\r\n");
}

fn write_number(out: &mut Vec<u8>, mut number: u64) {
    let mut digits = [0; DIGITS_MAX];
    let mut used = 0;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (number % 10) as u8;
        number /= 10;
        used += 1;
        if number == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(DIGITS_MAX - used..).unwrap_or_default());
}

thread_local! {
    /// The second that was written last, and its text.
    static DATE: Cell<(u64, [u8; DATE_BYTES])> = const { Cell::new((0, [0; DATE_BYTES])) };
}

/// The present second; written out once a second.
fn date() -> [u8; DATE_BYTES] {
    // A few milliseconds behind, and a fifth as dear.
    let second = u64::try_from(clock_gettime(ClockId::RealtimeCoarse).tv_sec).unwrap_or_default();
    let (written, text) = DATE.get();
    if written == second && second != 0 {
        return text;
    }
    let mut text = [b' '; DATE_BYTES];
    text.iter_mut().zip(httpdate::fmt_http_date(UNIX_EPOCH + Duration::from_secs(second)).bytes()).for_each(|(to, from)| *to = from);
    DATE.set((second, text));
    text
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    const TRACE: TraceContext = TraceContext { trace_id: 0xab, span_id: 1, flags: 0 };

    fn head(status: u16, headers: &[(&'static str, &'static str)], is_http_11: bool, keeps: bool, framing: AnswerFraming) -> String {
        let headers = headers.iter().map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value)));
        let mut map = HeaderMap::new();
        headers.for_each(|(name, value)| _ = map.append(name, value));
        let status = StatusCode::from_u16(status).unwrap();
        let mut out = Vec::new();
        encode_head(&AnswerHead { status, headers: &map, request_id: "id", trace: TRACE, is_http_11, keeps, framing }, &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_head_has_the_hosts_headers_after_the_functions() {
        let sent = [("set-cookie", "a"), ("x-request-id", "forged"), ("set-cookie", "b"), ("content-length", "9"), ("date", "now")];
        assert_eq!(
            head(200, &sent, true, true, AnswerFraming::Length(1204)),
            "HTTP/1.1 200 OK\r\nset-cookie: a\r\nset-cookie: b\r\ndate: now\r\nx-request-id: id\r\n\
             x-trace-id: 000000000000000000000000000000ab\r\ncontent-length: 1204\r\n\r\n"
        );
        let text = head(299, &[], false, true, AnswerFraming::Bodiless(Some(0)));
        assert!(text.starts_with("HTTP/1.0 299 <none>\r\n") && text.contains("\r\nconnection: keep-alive\r\ncontent-length: 0\r\ndate: "));
        let text = head(204, &[], true, false, AnswerFraming::Bodiless(None));
        assert!(text.starts_with("HTTP/1.1 204 No Content\r\n") && text.contains("\r\nconnection: close\r\ndate: "), "{text}");
        assert!(head(200, &[], true, true, AnswerFraming::Chunked).contains("\r\ntransfer-encoding: chunked\r\n"));
    }

    #[test]
    fn a_date_is_written_as_http_wants_it() {
        let text = String::from_utf8(date().to_vec()).unwrap();
        assert!(httpdate::parse_http_date(&text).is_ok() && text == String::from_utf8(date().to_vec()).unwrap(), "{text}");
    }

    #[test]
    fn numbers_are_decimal() {
        for number in [0, 7, 10, 1_234_567, u64::MAX] {
            let mut out = Vec::new();
            write_number(&mut out, number);
            assert_eq!(out, number.to_string().as_bytes());
        }
    }
}
