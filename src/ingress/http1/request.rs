//! A head that was read from the wire becomes a request.
//!
//! `next_head` passes the bytes and the places of their parts; the request goes to `dispatch`.
//!
//! Invariant: the bytes of a head are copied once; its target and its headers are parts of that copy.

use std::ops::Range;

use bytes::Bytes;
use http::Method;
use http::uri::{Authority, PathAndQuery};

use crate::function::Headers;
use crate::ingress::request::RequestHead;
use crate::ingress::wire::{BodyFraming, METHOD, Rejection, WireHead};

/// What a head says about its connection.
#[derive(Clone, Copy, Debug)]
pub(super) struct HeadFacts {
    pub(super) framing: BodyFraming,
    pub(super) is_http_11: bool,
    pub(super) keep_alive: bool,
    pub(super) expects_continue: bool,
}

/// The request whose head was read from the beginning of these bytes.
pub(super) fn request_head(bytes: &[u8], head: WireHead) -> Result<(RequestHead, HeadFacts), Rejection> {
    let copy = Bytes::copy_from_slice(bytes.get(..head.bytes).unwrap_or_default());
    let part = |range: &Range<usize>| copy.slice(range.clone());
    let method = Method::from_bytes(bytes.get(head.method.clone()).unwrap_or_default()).map_err(|_| Rejection::StartLine)?;
    let target = bytes.get(head.target.clone()).unwrap_or_default();
    // `PathAndQuery` passes over a fragment, and checks the rest.
    if target.contains(&b'#') && std::str::from_utf8(target).is_err() {
        return Err(Rejection::Target);
    }
    let (authority, target) = match &head.authority {
        Some(authority) => (Some(Authority::from_maybe_shared(part(authority)).map_err(|_| Rejection::Target)?), authority.end),
        None => (None, head.target.start),
    };
    let target = match target..head.target.end {
        // An address without a path.
        rest if rest.is_empty() => PathAndQuery::from_static("/"),
        rest => PathAndQuery::from_maybe_shared(part(&rest)).map_err(|_| Rejection::Target)?,
    };
    let headers = Headers::sent(part(&head.headers), head.places, head.header_bytes);
    let facts = HeadFacts {
        framing: head.framing,
        is_http_11: head.is_http_11,
        keep_alive: head.keep_alive,
        expects_continue: head.expects_continue,
    };
    Ok((RequestHead { method, authority, target, headers, rejection: None }, facts))
}

/// The request that stands for bytes which are none.
pub(super) fn rejected(rejection: Rejection) -> RequestHead {
    RequestHead {
        method: Method::from_bytes(METHOD.as_bytes()).unwrap_or_default(),
        authority: None,
        target: PathAndQuery::from_static("/"),
        headers: Headers::default(),
        rejection: Some(rejection),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ingress::wire::read_head;

    fn request(text: &str) -> Result<RequestHead, Rejection> {
        let head = read_head(text.as_bytes())?.expect("a whole head");
        Ok(request_head(text.as_bytes(), head)?.0)
    }

    #[test]
    fn a_request_has_what_was_sent() {
        let head = request("\r\nBREW /a?b#c HTTP/1.1\r\nHost: h\r\nX-A: 1\r\nx-a:\t2 \r\n\r\n").unwrap();
        assert_eq!((head.method.as_str(), head.target.as_str(), head.authority), ("BREW", "/a?b", None));
        assert_eq!(head.headers.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        for (target, written) in [("http://H", "/"), ("http://h?x", "?x"), ("HTTP://h:80/y", "/y"), ("http://h#f", "/")] {
            let head = request(&format!("GET {target} HTTP/1.1\r\nhost: h\r\n\r\n")).unwrap();
            let authority = head.authority.unwrap();
            assert!(authority.host().eq_ignore_ascii_case("h"), "{target}");
            assert_eq!(head.target.to_string(), if written == "?x" { "/?x" } else { written }, "{target}");
        }
        assert_eq!(request("OPTIONS * HTTP/1.1\r\nhost: h\r\n\r\n").unwrap().target, "*");
    }

    #[test]
    fn what_no_url_can_hold_is_refused() {
        let text = b"GET /#\xa3 HTTP/1.1\r\nhost: h\r\n\r\n";
        let head = read_head(text).unwrap().unwrap();
        assert_eq!(request_head(text, head).err(), Some(Rejection::Target));
        for target in ["/\u{e4}\0", "http://[::1/"] {
            let text = format!("GET {target} HTTP/1.1\r\nhost: [::1\r\n\r\n");
            assert_eq!(request(&text).err(), Some(Rejection::Target), "{target:?}");
        }
    }
}
