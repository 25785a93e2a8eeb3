//! Request heads as they arrive on the wire: rejects those that hyper's parser accepts although other parsers read them differently.
//!
//! Takes the bytes from the start of a head; returns its length and the framing of its body. Hyper, which reads the same bytes, checks the
//! rest: control characters in values, the characters of the target.
//!
//! Invariant: a head that passes has one length, one host and one framing in every reading of RFC 9112.

use super::rejection::{METHOD, Rejection};

/// Longest request target.
pub const TARGET_BYTES_MAX: usize = 16 << 10;

/// Headers of one request.
pub const HEADERS_MAX: usize = 100;

/// Empty lines before a request that are passed over (RFC 9112 §2.2).
const EMPTY_LINES_MAX: usize = 2;

/// How the body that follows a head is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// This many bytes.
    Length(u64),
    /// Chunks until an empty one.
    Chunked,
}

/// A head that passed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) bytes: usize,
    pub(super) framing: Framing,
}

/// The facts of the headers that were read so far.
#[derive(Default)]
struct HeaderFacts<'a> {
    length: Option<u64>,
    chunked: bool,
    host: Option<&'a [u8]>,
    headers: usize,
}

struct StartLine<'a> {
    is_http_11: bool,
    /// Authority of a target in absolute form, and the port that its scheme implies.
    authority: Option<(&'a [u8], &'static [u8])>,
}

/// Reads a head from its first byte. `None`: it is valid so far, and continues.
pub(super) fn read(bytes: &[u8]) -> Result<Option<Head>, Rejection> {
    let mut at = 0;
    for _ in 0..EMPTY_LINES_MAX {
        if bytes.get(at..at + 2) == Some(b"\r\n") {
            at += 2;
        }
    }
    match bytes.get(at..) {
        None | Some([] | [b'\r']) => return Ok(None),
        // TLS, or nonsense: there is no need to wait for as many bytes as a head may have.
        Some([first, ..]) if !is_token(*first) => return Err(Rejection::StartLine),
        Some(_) => {}
    }
    let Some(line) = next_line(bytes, &mut at)? else { return Ok(None) };
    let start = read_start(line)?;
    let mut seen = HeaderFacts::default();
    while let Some(line) = next_line(bytes, &mut at)? {
        if line.is_empty() {
            return finish(&start, &seen, at).map(Some);
        }
        read_header(line, &start, &mut seen)?;
    }
    Ok(None)
}

/// The line at `at`, without its end; moves `at` behind it.
fn next_line<'a>(bytes: &'a [u8], at: &mut usize) -> Result<Option<&'a [u8]>, Rejection> {
    let rest = bytes.get(*at..).unwrap_or_default();
    let Some(length) = rest.iter().position(|byte| *byte == b'\n') else { return Ok(None) };
    let line = rest.get(..length).and_then(|line| line.strip_suffix(b"\r")).ok_or(Rejection::LineFeed)?;
    *at += length + 1;
    Ok(Some(line))
}

fn read_start(line: &[u8]) -> Result<StartLine<'_>, Rejection> {
    let mut words = line.split(|byte| *byte == b' ');
    let (Some(method), Some(target), Some(version), None) = (words.next(), words.next(), words.next(), words.next()) else {
        return Err(Rejection::StartLine);
    };
    if method.is_empty() || !method.iter().copied().all(is_token) || method == METHOD.as_bytes() {
        return Err(Rejection::StartLine);
    }
    let is_http_11 = match version {
        b"HTTP/1.1" => true,
        b"HTTP/1.0" => false,
        _ => return Err(Rejection::StartLine),
    };
    if target.len() > TARGET_BYTES_MAX {
        return Err(Rejection::LongTarget);
    }
    let authority = match target {
        _ if method == b"CONNECT" => return Err(Rejection::Connect),
        [b'/', ..] => None,
        b"*" if method == b"OPTIONS" => None,
        absolute => Some(authority_of(absolute).ok_or(Rejection::Target)?),
    };
    Ok(StartLine { is_http_11, authority })
}

fn authority_of(target: &[u8]) -> Option<(&[u8], &'static [u8])> {
    let scheme_is = |scheme: &[u8]| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let (scheme, port): (&[u8], &[u8]) = if scheme_is(b"http://") {
        (b"http://", b":80")
    } else if scheme_is(b"https://") {
        (b"https://", b":443")
    } else {
        return None;
    };
    let rest = target.get(scheme.len()..)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    (is_host(authority) && !authority.is_empty()).then_some((authority, port))
}

fn read_header<'a>(line: &'a [u8], start: &StartLine<'_>, seen: &mut HeaderFacts<'a>) -> Result<(), Rejection> {
    seen.headers += 1;
    if seen.headers > HEADERS_MAX {
        return Err(Rejection::Many);
    }
    // A folded line begins with a space, which is not a token.
    let end = line.iter().position(|byte| !is_token(*byte)).unwrap_or(line.len());
    let (Some(name), Some([b':', value @ ..])) = (line.get(..end), line.get(end..)) else { return Err(Rejection::HeaderName) };
    match name.len() {
        0 => Err(Rejection::HeaderName),
        4 if name.eq_ignore_ascii_case(b"host") => {
            let host = trimmed(value);
            if seen.host.replace(host).is_some() {
                return Err(Rejection::Hosts);
            }
            if is_host(host) { Ok(()) } else { Err(Rejection::Host) }
        }
        14 if name.eq_ignore_ascii_case(b"content-length") => {
            let length = digits(trimmed(value)).ok_or(Rejection::Length)?;
            if seen.length.replace(length).is_some() { Err(Rejection::Length) } else { Ok(()) }
        }
        17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
            let is_right = start.is_http_11 && !seen.chunked && trimmed(value).eq_ignore_ascii_case(b"chunked");
            seen.chunked = true;
            if is_right { Ok(()) } else { Err(Rejection::Encoding) }
        }
        _ => Ok(()),
    }
}

fn finish(start: &StartLine<'_>, seen: &HeaderFacts<'_>, bytes: usize) -> Result<Head, Rejection> {
    match (seen.host, start.authority) {
        (None, _) if start.is_http_11 => return Err(Rejection::Hosts),
        (Some(host), Some((authority, port))) if !is_same_host(host, authority, port) => return Err(Rejection::HostMismatch),
        _ => {}
    }
    let framing = match (seen.chunked, seen.length) {
        (true, Some(_)) => return Err(Rejection::LengthAndEncoding),
        (true, None) => Framing::Chunked,
        (false, length) => Framing::Length(length.unwrap_or(0)),
    };
    Ok(Head { bytes, framing })
}

/// A number in decimal digits and nothing else; not so large that hyper's marks for other framings begin.
fn digits(text: &[u8]) -> Option<u64> {
    let mut number = 0u64;
    for digit in text {
        let digit = digit.is_ascii_digit().then(|| u64::from(digit - b'0'))?;
        number = number.checked_mul(10)?.checked_add(digit)?;
    }
    (!text.is_empty() && number < u64::MAX - 2).then_some(number)
}

fn is_same_host(host: &[u8], authority: &[u8], default_port: &[u8]) -> bool {
    fn without<'a>(host: &'a [u8], port: &[u8]) -> &'a [u8] {
        host.strip_suffix(port).unwrap_or(host)
    }
    without(host, default_port).eq_ignore_ascii_case(without(authority, default_port))
}

/// Whether the text can be a host and a port. Empty is allowed: the client knows no name (RFC 9112 §3.2).
pub fn is_host(text: &[u8]) -> bool {
    text.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_' | b'~' | b'%' | b':' | b'[' | b']'))
}

fn trimmed(mut value: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] | [rest @ .., b' ' | b'\t'] = value {
        value = rest;
    }
    value
}

/// RFC 9110 §5.6.2.
fn is_token(byte: u8) -> bool {
    TOKENS.get(usize::from(byte)).copied().unwrap_or(false)
}

const TOKENS: [bool; 256] = {
    let mut tokens = [false; 256];
    let others = b"!#$%&'*+-.^_`|~";
    let mut index = 0;
    while index < 128 {
        tokens[index] = (index as u8).is_ascii_alphanumeric();
        index += 1;
    }
    index = 0;
    while index < others.len() {
        tokens[others[index] as usize] = true;
        index += 1;
    }
    tokens
};

#[cfg(test)]
mod tests {
    use super::*;

    fn framing(head: &str) -> Result<Framing, Rejection> {
        let read = read(head.as_bytes())?.expect("a whole head");
        assert_eq!(read.bytes, head.len());
        Ok(read.framing)
    }

    #[test]
    fn ordinary_heads_pass_with_their_framing() {
        assert_eq!(framing("GET / HTTP/1.1\r\nhost: a\r\n\r\n"), Ok(Framing::Length(0)));
        assert_eq!(framing("\r\nGET / HTTP/1.0\r\n\r\n"), Ok(Framing::Length(0)));
        assert_eq!(framing("OPTIONS * HTTP/1.1\r\nHOST:[::1]:80\r\n\r\n"), Ok(Framing::Length(0)));
        assert_eq!(framing("POST http://A.b:80/x HTTP/1.1\r\nHost: a.B\r\nContent-Length:  7\t\r\n\r\n"), Ok(Framing::Length(7)));
        assert_eq!(framing("POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n"), Ok(Framing::Chunked));
    }

    #[test]
    fn a_head_is_waited_for_until_it_is_wrong_or_whole() {
        let head = b"POST /x HTTP/1.1\r\nhost: a\r\ncontent-length: 7\r\n\r\n";
        for end in 0..head.len() {
            assert_eq!(read(&head[..end]), Ok(None), "{end} bytes");
        }
        assert_eq!(read(b"GET /\r\n"), Err(Rejection::StartLine));
        assert_eq!(read(b"\x16\x03\x01"), Err(Rejection::StartLine));
        assert_eq!(read(b"\r\n\r\n\r\n"), Err(Rejection::StartLine));
    }

    #[test]
    fn what_only_the_gate_sends_is_refused_from_a_client() {
        assert_eq!(framing("- /1 HTTP/1.1\r\nhost: -\r\nconnection: close\r\n\r\n"), Err(Rejection::StartLine));
    }
}
