//! Request heads as they arrive on the wire: rejects those that two parsers could read differently.
//!
//! Takes the bytes from the start of a head; returns its facts and the places of its parts. `http1` makes a request of them; the stream in
//! front of hyper looks at the framing alone.
//!
//! Invariant: a head that passes has one length, one host and one framing in every reading of RFC 9112.

use std::ops::Range;

use super::charset::{is_target, is_token, is_value};
use super::rejection::{METHOD, Rejection};
use crate::function::{HeaderPlaces, Headers, KnownHeader};

/// Longest request target.
pub const TARGET_BYTES_MAX: usize = 16 << 10;

/// Headers of one request.
pub const HEADERS_MAX: usize = 100;

/// Longest name of a header that the `http` crate takes.
const NAME_BYTES_MAX: usize = 0xffff;

/// The versions that are spoken, with the end of their line.
const HTTP_11: &[u8] = b"HTTP/1.1\r\n";
const HTTP_10: &[u8] = b"HTTP/1.0\r\n";

/// Ends a line.
const LINE_END: &[u8] = b"\r\n";

/// Empty lines before a request that are passed over (RFC 9112 §2.2).
const EMPTY_LINES_MAX: usize = 2;

/// How the body that follows a head is delimited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BodyFraming {
    /// This many bytes.
    Length(u64),
    /// Chunks until an empty one.
    Chunked,
}

/// A head that passed. Ranges count from the first byte that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WireHead {
    /// Bytes of the head.
    pub bytes: usize,
    /// How its body is delimited.
    pub framing: BodyFraming,
    /// Else it is HTTP/1.0.
    pub is_http_11: bool,
    /// The client takes another answer on this connection.
    pub keep_alive: bool,
    /// The client waits for `100 Continue` before it sends the body.
    pub expects_continue: bool,
    /// The method.
    pub method: Range<usize>,
    /// The target.
    pub target: Range<usize>,
    /// The authority of a target in absolute form.
    pub authority: Option<Range<usize>>,
    /// The lines of the headers.
    pub headers: Range<usize>,
    /// Where the values of known headers stand in these lines.
    pub places: HeaderPlaces,
    /// The bytes of their names and values, as [`Headers::bytes`] counts them.
    pub header_bytes: usize,
}

/// The facts of the headers that were read so far.
#[derive(Default)]
struct HeaderFacts<'a> {
    length: Option<u64>,
    chunked: bool,
    host: Option<&'a [u8]>,
    close: bool,
    keep_alive: bool,
    expects_continue: bool,
    headers: usize,
    header_bytes: usize,
    places: HeaderPlaces,
}

struct StartLine<'a> {
    method: Range<usize>,
    target: Range<usize>,
    is_http_11: bool,
    /// Authority of a target in absolute form, and the port that its scheme implies.
    authority: Option<(&'a [u8], &'static [u8])>,
}

/// Reads a head from its first byte. `None`: it is valid so far, and continues.
pub fn read_head(bytes: &[u8]) -> Result<Option<WireHead>, Rejection> {
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
    let Some(start) = read_start(bytes, &mut at)? else { return Ok(None) };
    let mut seen = HeaderFacts::default();
    let headers = at;
    loop {
        match bytes.get(at..).unwrap_or_default() {
            [b'\r', b'\n', ..] => return finish(start, seen, headers..at + LINE_END.len()).map(Some),
            [] | [b'\r'] => return Ok(None),
            _ if seen.headers == HEADERS_MAX => return Err(Rejection::Many),
            line => match read_header(line, at - headers, &start, &mut seen)? {
                Some(bytes) => at += bytes,
                None => return Ok(None),
            },
        }
    }
}

/// Reads the request line at `at`; moves `at` behind it. `None`: it continues.
fn read_start<'a>(bytes: &'a [u8], at: &mut usize) -> Result<Option<StartLine<'a>>, Rejection> {
    let rest = bytes.get(*at..).unwrap_or_default();
    let Some((method, rest)) = until(rest, is_token) else { return Ok(None) };
    let [b' ', rest @ ..] = rest else { return Err(Rejection::StartLine) };
    let Some((target, rest)) = until(rest, is_target) else { return Ok(None) };
    let version = match rest {
        [b' ', version @ ..] => version,
        [b'\r' | b'\n', ..] => return Err(Rejection::StartLine),
        _ => return Err(Rejection::Target),
    };
    let is_http_11 = match version.get(..HTTP_11.len()) {
        Some(HTTP_11) => true,
        Some(HTTP_10) => false,
        None if HTTP_11.starts_with(version) || HTTP_10.starts_with(version) => return Ok(None),
        _ => return Err(Rejection::StartLine),
    };
    if method == METHOD.as_bytes() {
        return Err(Rejection::StartLine);
    }
    if target.len() > TARGET_BYTES_MAX {
        return Err(Rejection::LongTarget);
    }
    let authority = match target {
        _ if method == b"CONNECT" => return Err(Rejection::Connect),
        [b'/', ..] => None,
        b"*" if method == b"OPTIONS" => None,
        absolute => Some(authority_of(absolute).ok_or(Rejection::Target)?),
    };
    let method = *at..*at + method.len();
    let target = method.end + 1..method.end + 1 + target.len();
    *at = target.end + 1 + HTTP_11.len();
    Ok(Some(StartLine { method, target, is_http_11, authority }))
}

/// Parts a text before the first byte that cannot stand in it; `None`: there is none.
fn until(text: &[u8], is_part: impl Fn(u8) -> bool) -> Option<(&[u8], &[u8])> {
    text.iter().position(|byte| !is_part(*byte)).and_then(|end| text.split_at_checked(end))
}

/// How targets in absolute form begin, and the port that they imply.
const HTTP: (&[u8], &[u8]) = (b"http://", b":80");
const HTTPS: (&[u8], &[u8]) = (b"https://", b":443");

fn authority_of(target: &[u8]) -> Option<(&[u8], &'static [u8])> {
    let scheme_is = |scheme: &[u8]| target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    let (scheme, port) = [HTTP, HTTPS].into_iter().find(|(scheme, _)| scheme_is(scheme))?;
    let rest = target.get(scheme.len()..)?;
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let authority = rest.get(..end)?;
    (is_host(authority) && !authority.is_empty()).then_some((authority, port))
}

/// Reads a header that begins at `begins` among the lines. Says how many bytes it has; `None`: it continues.
fn read_header<'a>(line: &'a [u8], begins: usize, start: &StartLine<'_>, seen: &mut HeaderFacts<'a>) -> Result<Option<usize>, Rejection> {
    let Some((name, rest)) = until(line, is_token) else { return Ok(None) };
    let rest = match rest {
        // A folded line begins with a space, which is not a token.
        [b':', rest @ ..] if !name.is_empty() && name.len() <= NAME_BYTES_MAX => rest,
        [b'\n', ..] => return Err(Rejection::LineFeed),
        _ => return Err(Rejection::HeaderName),
    };
    let Some((sent, rest)) = until(rest, is_value) else { return Ok(None) };
    match rest {
        [b'\r', b'\n', ..] => {}
        [b'\r'] => return Ok(None),
        [b'\n', ..] => return Err(Rejection::LineFeed),
        _ => return Err(Rejection::HeaderValue),
    }
    let value = trimmed(sent);
    note_header(name, value, start, seen)?;
    seen.headers += 1;
    seen.header_bytes += Headers::line_bytes(name.len(), value.len());
    if let Some(known) = KnownHeader::of(name) {
        let padding = sent.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let begins = begins + name.len() + 1 + padding;
        seen.places.note(known, &(begins..begins + value.len()));
    }
    Ok(Some(name.len() + 1 + sent.len() + LINE_END.len()))
}

/// Notes what a header says about the message and its connection.
fn note_header<'a>(name: &[u8], value: &'a [u8], start: &StartLine<'_>, seen: &mut HeaderFacts<'a>) -> Result<(), Rejection> {
    match name.len() {
        4 if name.eq_ignore_ascii_case(b"host") => {
            if seen.host.replace(value).is_some() {
                return Err(Rejection::Hosts);
            }
            if !is_host(value) {
                return Err(Rejection::Host);
            }
        }
        6 if name.eq_ignore_ascii_case(b"expect") => seen.expects_continue = value.eq_ignore_ascii_case(b"100-continue"),
        10 if name.eq_ignore_ascii_case(b"connection") => {
            seen.close |= lists(value, b"close");
            seen.keep_alive |= lists(value, b"keep-alive");
        }
        14 if name.eq_ignore_ascii_case(b"content-length") => {
            let length = digits(value).ok_or(Rejection::Length)?;
            if seen.length.replace(length).is_some() {
                return Err(Rejection::Length);
            }
        }
        17 if name.eq_ignore_ascii_case(b"transfer-encoding") => {
            let is_right = start.is_http_11 && !seen.chunked && value.eq_ignore_ascii_case(b"chunked");
            seen.chunked = true;
            if !is_right {
                return Err(Rejection::Encoding);
            }
        }
        _ => {}
    }
    Ok(())
}

/// Whether a list has this option. A list beyond ASCII has none.
fn lists(value: &[u8], option: &[u8]) -> bool {
    value.is_ascii() && value.split(|byte| *byte == b',').any(|word| trimmed(word).eq_ignore_ascii_case(option))
}

fn finish(start: StartLine<'_>, seen: HeaderFacts<'_>, headers: Range<usize>) -> Result<WireHead, Rejection> {
    match (seen.host, start.authority) {
        (None, _) if start.is_http_11 => return Err(Rejection::Hosts),
        (Some(host), Some((authority, port))) if !is_same_host(host, authority, port) => return Err(Rejection::HostMismatch),
        _ => {}
    }
    let framing = match (seen.chunked, seen.length) {
        (true, Some(_)) => return Err(Rejection::LengthAndEncoding),
        (true, None) => BodyFraming::Chunked,
        (false, length) => BodyFraming::Length(length.unwrap_or(0)),
    };
    let authority = start.authority.map(|(authority, port)| {
        let begins = start.target.start + scheme_bytes(port);
        begins..begins + authority.len()
    });
    Ok(WireHead {
        bytes: headers.end,
        framing,
        is_http_11: start.is_http_11,
        keep_alive: !seen.close && (start.is_http_11 || seen.keep_alive),
        // HTTP/1.0 knows no interim answers, and a client without a body waits for none.
        expects_continue: seen.expects_continue && start.is_http_11 && framing != BodyFraming::Length(0),
        method: start.method,
        target: start.target,
        authority,
        headers,
        places: seen.places,
        header_bytes: seen.header_bytes,
    })
}

/// Bytes of the scheme that implies this port, with what follows it.
fn scheme_bytes(port: &[u8]) -> usize {
    if port == HTTPS.1 { HTTPS.0.len() } else { HTTP.0.len() }
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

#[cfg(test)]
mod tests {
    use bytes::Bytes;
    use http::HeaderMap;

    use super::*;

    fn read(head: &[u8]) -> Result<Option<WireHead>, Rejection> {
        read_head(head)
    }

    fn framing(head: &str) -> Result<BodyFraming, Rejection> {
        let read = read(head.as_bytes())?.expect("a whole head");
        assert_eq!(read.bytes, head.len());
        Ok(read.framing)
    }

    #[test]
    fn ordinary_heads_pass_with_their_framing() {
        assert_eq!(framing("GET / HTTP/1.1\r\nhost: a\r\n\r\n"), Ok(BodyFraming::Length(0)));
        assert_eq!(framing("\r\nGET / HTTP/1.0\r\n\r\n"), Ok(BodyFraming::Length(0)));
        assert_eq!(framing("OPTIONS * HTTP/1.1\r\nHOST:[::1]:80\r\n\r\n"), Ok(BodyFraming::Length(0)));
        assert_eq!(framing("POST http://A.b:80/x HTTP/1.1\r\nHost: a.B\r\nContent-Length:  7\t\r\n\r\n"), Ok(BodyFraming::Length(7)));
        assert_eq!(framing("POST /x HTTP/1.1\r\nhost: a\r\ntransfer-encoding: Chunked\r\n\r\n"), Ok(BodyFraming::Chunked));
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

    #[test]
    fn the_places_of_a_head_are_those_of_its_parts() {
        let text: &'static str =
            "\r\nPOST HTTPS://A.b:443/x?y HTTP/1.1\r\nHost:\t a.B \r\nEXPECT: 100-Continue\r\nX:\r\ncontent-length: 1\r\n\r\n";
        let head = read_head(text.as_bytes()).unwrap().unwrap();
        assert_eq!((&text[head.method], &text[head.target], &text[head.authority.unwrap()]), ("POST", "HTTPS://A.b:443/x?y", "A.b:443"));
        assert!(text[head.headers.clone()].starts_with("Host:") && head.headers.end == text.len());
        let headers = Headers::sent(Bytes::from_static(text[head.headers].as_bytes()), head.places, head.header_bytes);
        assert_eq!(headers.known_text(KnownHeader::Host), Some("a.B"));
        assert_eq!((headers.bytes(), Headers::from(HeaderMap::clone(&headers)).bytes()), (57, 57));
        assert!(head.is_http_11 && head.keep_alive && head.expects_continue);
    }

    #[test]
    fn a_connection_goes_on_as_its_version_and_its_options_say() {
        for (version, options, keeps) in [
            ("1.1", "", true),
            ("1.1", "connection: x, Close\r\nconnection: keep-alive\r\n", false),
            ("1.1", "connection: closer\r\n", true),
            ("1.1", "connection: \u{e4}, close\r\n", true),
            ("1.0", "", false),
            ("1.0", "connection: Keep-Alive\r\n", true),
            ("1.0", "connection: keep-alive\r\nconnection: close\r\n", false),
        ] {
            let head = format!("GET / HTTP/{version}\r\nhost: a\r\n{options}\r\n");
            assert_eq!(read(head.as_bytes()).unwrap().unwrap().keep_alive, keeps, "{head:?}");
        }
    }

    #[test]
    fn what_http_or_a_value_cannot_hold_is_refused() {
        for (head, rejection) in [
            ("GET /\u{1} HTTP/1.1\r\nhost: a\r\n\r\n", Rejection::Target),
            ("GET /\u{7f} HTTP/1.1\r\nhost: a\r\n\r\n", Rejection::Target),
            ("GET / HTTP/1.1\r\nhost: a\r\nx: y\0z\r\n\r\n", Rejection::HeaderValue),
            ("GET / HTTP/1.1\r\nhost: a\r\nx: y\rz\r\n\r\n", Rejection::HeaderValue),
            ("GET / HTTP/1.1\r\nhost: a\r\nx: \u{7f}\r\n\r\n", Rejection::HeaderValue),
        ] {
            assert_eq!(read(head.as_bytes()), Err(rejection), "{head:?}");
        }
        assert!(read("GET /\u{e4}?\u{e4} HTTP/1.1\r\nhost: a\r\nx: \u{e4}\tz\r\n\r\n".as_bytes()).unwrap().is_some());
    }
}
