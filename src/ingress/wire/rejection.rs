//! Rejections: why the bytes of a client are not a request.
//!
//! `http1` answers one itself. In front of hyper, the stream replaces the client's request by one that stands for the rejection, so that
//! the answer leaves in its turn; who answers recognises it. A client cannot send such a request: its method is rejected if it comes from
//! the wire.
//!
//! Invariant: a rejection is the last thing that is read from a connection.

use http::Version;
use http::request::Parts;

use crate::telemetry::metrics::labels::MetricLabel;

/// The method of a request that stands for a rejection; no client's request with it passes.
pub const METHOD: &str = "-";

macro_rules! rejections {
    ($($(#[$doc:meta])* $variant:ident, $status:literal, $text:literal;)*) => {
        /// Why a connection's bytes are not a request.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub enum Rejection { $($(#[$doc])* $variant),* }

        impl Rejection {
            /// Every rejection.
            pub const ALL: &[Rejection] = &[$(Rejection::$variant),*];

            /// The status of its answer.
            pub fn status(self) -> u16 {
                match self { $(Rejection::$variant => $status),* }
            }

            /// The text that the client receives.
            pub fn text(self) -> &'static str {
                match self { $(Rejection::$variant => $text),* }
            }
        }
    };
}

rejections! {
    /// No method, target and version, each one space apart.
    StartLine, 400, "the request line is not `METHOD target HTTP/1.1`";
    /// A target that is neither a path nor an address.
    Target, 400, "the request target is neither a path nor an http address";
    /// The client asks for a tunnel.
    Connect, 400, "this server opens no tunnels";
    /// A line that ends in a line feed alone.
    LineFeed, 400, "a line of the request head does not end with CR LF";
    /// A header without a name, or a name with other characters.
    HeaderName, 400, "a header's name is not a token right before its colon";
    /// A value with a control character.
    HeaderValue, 400, "a header's value has a control character";
    /// More than one length, or one that is not a number.
    Length, 400, "content-length is not one number";
    /// Another coding than `chunked`, or more than one.
    Encoding, 400, "transfer-encoding is not `chunked` alone";
    /// Two framings at once.
    LengthAndEncoding, 400, "the request has both content-length and transfer-encoding";
    /// No host, or more than one.
    Hosts, 400, "the request does not have one host header";
    /// A host header that does not name a host.
    Host, 400, "the host header is not a valid host";
    /// The target names another host than the header.
    HostMismatch, 400, "the request target and the host header name different hosts";
    /// A body that ends too early, or whose chunks are not valid.
    Body, 400, "the request body is not framed as its head says";
    /// The head did not arrive in time.
    Slow, 408, "the request head did not arrive in time";
    /// The head is larger than the host allows.
    Large, 431, "the request head is larger than the host allows";
    /// The target is longer than the host allows.
    LongTarget, 431, "the request target is longer than the host allows";
    /// There are more headers than the host allows.
    Many, 431, "the request has more headers than the host allows";
}

impl MetricLabel for Rejection {
    fn index(self) -> usize {
        self as usize
    }
}

impl Rejection {
    /// The request that stands for it.
    pub(super) fn to_head(self) -> Vec<u8> {
        let index = Self::ALL.iter().position(|rejection| *rejection == self).unwrap_or_default();
        format!("{METHOD} /{index} HTTP/1.1\r\nhost: -\r\nconnection: close\r\n\r\n").into_bytes()
    }

    /// The rejection that a request stands for. In HTTP/2, where heads do not pass the stream, a client could send one.
    pub fn of(parts: &Parts) -> Option<Self> {
        if parts.version != Version::HTTP_11 || parts.method.as_str() != METHOD {
            return None;
        }
        let index = || parts.uri.path().strip_prefix('/')?.parse::<usize>().ok();
        Some(index().and_then(|index| Self::ALL.get(index)).copied().unwrap_or(Self::StartLine))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(method: &str, target: &str, version: Version) -> Option<Rejection> {
        let request = http::Request::builder().method(method).uri(target).version(version).body(()).unwrap();
        Rejection::of(&request.into_parts().0)
    }

    #[test]
    fn a_refusal_is_recognised_in_the_request_that_stands_for_it() {
        for rejection in Rejection::ALL {
            let head = String::from_utf8(rejection.to_head()).unwrap();
            let mut words = head.split(' ');
            assert_eq!(of(words.next().unwrap(), words.next().unwrap(), Version::HTTP_11), Some(*rejection));
        }
        assert_eq!(of("GET", "/1", Version::HTTP_11), None);
        assert_eq!(of("-", "/1", Version::HTTP_2), None);
    }
}
