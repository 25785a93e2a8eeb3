//! The cookies by which the dashboard knows its visitors: their names, and how they are kept from functions.
//!
//! Cookies know no ports: a browser sends the cookie of the admin address to the functions on the same host as well, and takes one for it from
//! them. `admin` names its cookie here; `ingress` takes it out of requests, `invoke` out of responses.
//!
//! Invariant: no function reads such a cookie of a client, and none sets one, whatever the admin's port is. A request without cookies pays
//! nothing for it.

use http::header::{COOKIE, HeaderMap, HeaderValue, SET_COOKIE};

use super::headers::{Headers, KnownHeader};

/// How the name begins; the port of the admin address follows.
const PREFIX: &[u8] = b"skep_";

/// How it begins where the client came by TLS: a browser takes such a cookie only from this very host, by TLS (RFC 6265bis §4.1.3.2).
const HOST_PREFIX: &[u8] = b"__Host-";

/// Digits of the largest port.
const PORT_DIGITS_MAX: usize = 5;

/// The name of the cookie of the admin address with this port.
pub fn name(port: u16, is_secure: bool) -> String {
    format!("{}skep_{port}", if is_secure { "__Host-" } else { "" })
}

/// The values of the cookie of this name, in the order in which they were sent. Another page of the host may have added one of its own.
pub fn values<'a>(headers: &'a HeaderMap, name: &'a str) -> impl Iterator<Item = &'a [u8]> {
    let pairs = headers.get_all(COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';'));
    pairs.filter_map(move |pair| {
        let pair = pair.trim_ascii();
        pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")
    })
}

/// Takes them out of a request.
pub fn take_from_request(headers: &mut Headers) {
    if headers.known(KnownHeader::Cookie).is_none() || !headers.may_have_cookie(PREFIX) {
        return;
    }
    let sent: Vec<HeaderValue> = headers.get_all(COOKIE).iter().cloned().collect();
    let kept: Vec<HeaderValue> = sent.iter().filter_map(without_own).collect();
    if kept == sent {
        return;
    }
    headers.remove(COOKIE);
    for line in kept {
        headers.append(COOKIE, line);
    }
}

/// Takes them out of a response.
pub fn take_from_response(headers: &mut HeaderMap) {
    if !headers.get_all(SET_COOKIE).iter().any(sets_own) {
        return;
    }
    let kept: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().filter(|line| !sets_own(line)).cloned().collect();
    headers.remove(SET_COOKIE);
    for line in kept {
        headers.append(SET_COOKIE, line);
    }
}

/// A line of cookies without those of the dashboard; `None` if nothing is left.
fn without_own(line: &HeaderValue) -> Option<HeaderValue> {
    let pairs: Vec<&[u8]> = line.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii).collect();
    let kept: Vec<&[u8]> = pairs.iter().copied().filter(|pair| !is_own(pair)).collect();
    if kept.len() == pairs.len() {
        return Some(line.clone());
    }
    // Parts of a valid value are valid.
    HeaderValue::from_bytes(&kept.join(&b"; "[..])).ok().filter(|line| !line.is_empty())
}

fn sets_own(line: &HeaderValue) -> bool {
    line.as_bytes().split(|byte| *byte == b';').next().is_some_and(is_own)
}

/// Whether a pair is such a cookie, with or without a value. A pair with an empty name is sent back as its value alone.
fn is_own(pair: &[u8]) -> bool {
    let mut pair = pair.trim_ascii();
    while let Some(value) = pair.strip_prefix(b"=") {
        pair = value.trim_ascii_start();
    }
    let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default().trim_ascii_end();
    let name = name.strip_prefix(HOST_PREFIX).unwrap_or(name);
    let is_port = |port: &[u8]| (1..=PORT_DIGITS_MAX).contains(&port.len()) && port.iter().all(u8::is_ascii_digit);
    name.strip_prefix(PREFIX).is_some_and(is_port)
}

#[cfg(test)]
mod tests {
    use bytes::Bytes;

    use super::*;
    use crate::function::headers::HeaderPlaces;

    fn sent(lines: &str) -> Headers {
        let mut places = HeaderPlaces::default();
        let text = lines.to_owned();
        for line in text.split_inclusive("\r\n") {
            let Some((name, value)) = line.split_once(':') else { continue };
            let start = value.trim().as_ptr() as usize - text.as_ptr() as usize;
            if let Some(known) = KnownHeader::of(name.as_bytes()) {
                places.note(known, &(start..start + value.trim().len()));
            }
        }
        Headers::sent(Bytes::from(text), places, lines.len())
    }

    fn left(headers: &Headers) -> Vec<&str> {
        headers.get_all(COOKIE).iter().map(|line| line.to_str().unwrap()).collect()
    }

    #[test]
    fn a_function_sees_the_other_cookies_as_they_were_sent() {
        for (lines, kept) in [
            ("cookie: skep_8001=a\r\n", &[][..]),
            ("Cookie: a=1; skep_8001=x; b=2\r\n", &["a=1; b=2"]),
            ("cookie: a=1;skep_1=x\r\ncookie: __Host-skep_65535=y\r\ncookie: c=3\r\n", &["a=1", "c=3"]),
            ("cookie: a=1;b=2\r\n", &["a=1;b=2"]),
            ("cookie: =skep_8001=x; skep_8001\r\n", &[]),
            (
                "cookie: skep_=1; skep_80011x=2; skep_123456=3; my_skep_8001=4; SKEP_8001=5\r\n",
                &["skep_=1; skep_80011x=2; skep_123456=3; my_skep_8001=4; SKEP_8001=5"],
            ),
            ("x-note: skep_8001=a\r\n", &[]),
        ] {
            let mut read = sent(lines);
            take_from_request(&mut read);
            assert_eq!(left(&read), kept, "{lines:?}");
            let mut map = Headers::from(HeaderMap::clone(&sent(lines)));
            take_from_request(&mut map);
            assert_eq!(left(&map), kept, "{lines:?} as HTTP/2 brings it");
        }
        assert!(sent("x-note: skep_8001=a\r\n").contains_key("x-note"));
    }

    #[test]
    fn a_function_sets_every_cookie_but_these() {
        let lines = [
            "a=1; Path=/",
            "skep_8001=x; Path=/",
            " skep_8001 =x",
            "=skep_8001=x",
            "__Host-skep_1=x; Secure",
            "skep_8001",
            "b=skep_8001=x",
            "skep_x=1",
        ];
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(SET_COOKIE, HeaderValue::from_static(line));
        }
        take_from_response(&mut headers);
        assert_eq!(headers.get_all(SET_COOKIE).iter().collect::<Vec<_>>(), ["a=1; Path=/", "b=skep_8001=x", "skep_x=1"]);
    }

    #[test]
    fn every_value_of_the_name_is_found() {
        let mut headers = HeaderMap::new();
        headers.append(COOKIE, HeaderValue::from_static("skep_8001=a; b=1; skep_80010=c"));
        headers.append(COOKIE, HeaderValue::from_static("skep_8001=d"));
        assert_eq!(values(&headers, "skep_8001").collect::<Vec<_>>(), [&b"a"[..], b"d"]);
        assert_eq!((name(8001, false).as_str(), name(8001, true).as_str()), ("skep_8001", "__Host-skep_8001"));
    }
}
