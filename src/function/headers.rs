//! The headers of a request: the bytes that the client sent, until a reader asks for a header that is not among the known few.
//!
//! `ingress` makes them of the bytes of a head, with the places of those that the host itself asks for; who makes a request has a map.
//!
//! Invariant: both forms give the same answer to every question. A map is made of the bytes at most once.

use std::ops::{Deref, DerefMut, Range};
use std::sync::OnceLock;

use bytes::Bytes;
use http::header::{self, HeaderMap, HeaderName, HeaderValue};

/// Bytes of a header line beside its name and its value, as they are counted: the colon, a space and the line end.
const LINE_BYTES: usize = 4;

/// The headers of a request.
#[derive(Debug)]
pub struct Headers(Form);

#[derive(Debug)]
enum Form {
    Map(HeaderMap),
    Sent { lines: Bytes, places: HeaderPlaces, bytes: usize, map: OnceLock<Box<HeaderMap>> },
}

/// Headers that the host asks for at every request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KnownHeader {
    /// `accept`
    Accept,
    /// `content-length`
    ContentLength,
    /// `cookie`
    Cookie,
    /// `host`
    Host,
    /// `traceparent`
    TraceParent,
    /// `x-request-id`
    RequestId,
    /// `x-skep-hops`
    Hops,
    /// `x-skep-version`: steers a single request to a version, for smoke tests.
    Version,
}

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const TRACE_PARENT: HeaderName = HeaderName::from_static("traceparent");
const HOPS: HeaderName = HeaderName::from_static("x-skep-hops");
const VERSION: HeaderName = HeaderName::from_static("x-skep-version");

/// Number of known headers.
const KNOWN: usize = 8;

impl KnownHeader {
    #[cfg(test)]
    const ALL: [Self; KNOWN] =
        [Self::Accept, Self::ContentLength, Self::Cookie, Self::Host, Self::TraceParent, Self::RequestId, Self::Hops, Self::Version];

    /// The known header of a name, in whatever case.
    pub fn of(name: &[u8]) -> Option<Self> {
        let is = |text: &str| name.eq_ignore_ascii_case(text.as_bytes());
        // The lengths first: hardly any header has to be compared.
        match name.len() {
            4 if is("host") => Some(Self::Host),
            6 if is("accept") => Some(Self::Accept),
            6 if is("cookie") => Some(Self::Cookie),
            11 if is("traceparent") => Some(Self::TraceParent),
            11 if is("x-skep-hops") => Some(Self::Hops),
            12 if is("x-request-id") => Some(Self::RequestId),
            14 if is("content-length") => Some(Self::ContentLength),
            14 if is("x-skep-version") => Some(Self::Version),
            _ => None,
        }
    }

    /// Its name.
    pub fn name(self) -> HeaderName {
        match self {
            Self::Accept => header::ACCEPT,
            Self::ContentLength => header::CONTENT_LENGTH,
            Self::Cookie => header::COOKIE,
            Self::Host => header::HOST,
            Self::TraceParent => TRACE_PARENT,
            Self::RequestId => REQUEST_ID,
            Self::Hops => HOPS,
            Self::Version => VERSION,
        }
    }
}

/// Where the values of the known headers stand.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct HeaderPlaces([Option<Place>; KNOWN]);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    start: u32,
    end: u32,
}

impl HeaderPlaces {
    /// Notes the place of a value; the first one of a name counts.
    pub fn note(&mut self, known: KnownHeader, place: &Range<usize>) {
        let (Ok(start), Ok(end)) = (place.start.try_into(), place.end.try_into()) else { return };
        if let Some(noted) = self.0.get_mut(known as usize) {
            noted.get_or_insert(Place { start, end });
        }
    }
}

impl Headers {
    /// Headers as they were sent: valid lines with their ends, the places of the known ones in them, and the bytes of all names and values
    /// as [`Headers::bytes`] counts them.
    pub fn sent(lines: Bytes, places: HeaderPlaces, bytes: usize) -> Self {
        Self(Form::Sent { lines, places, bytes, map: OnceLock::new() })
    }

    /// The first value of a known header.
    pub fn known(&self, known: KnownHeader) -> Option<&[u8]> {
        match &self.0 {
            Form::Map(map) => map.get(known.name()).map(HeaderValue::as_bytes),
            Form::Sent { lines, places, .. } => {
                let place = places.0.get(known as usize).copied().flatten()?;
                lines.get(usize::try_from(place.start).ok()?..usize::try_from(place.end).ok()?)
            }
        }
    }

    /// The same as text; `None` if it is not ASCII.
    pub fn known_text(&self, known: KnownHeader) -> Option<&str> {
        self.known(known).and_then(|value| std::str::from_utf8(value).ok()).filter(|value| value.is_ascii())
    }

    /// Whether a cookie may have this in its name. No map is made for the answer, so another header may have it too.
    pub fn may_have_cookie(&self, part: &[u8]) -> bool {
        let has = |text: &[u8]| text.windows(part.len()).any(|window| window == part);
        match &self.0 {
            Form::Map(map) => map.get_all(header::COOKIE).iter().any(|line| has(line.as_bytes())),
            Form::Sent { lines, .. } => has(lines),
        }
    }

    /// Bytes of all lines, with two for each separator.
    pub fn bytes(&self) -> usize {
        match &self.0 {
            Form::Map(map) => map.iter().map(|(name, value)| Self::line_bytes(name.as_str().len(), value.len())).sum(),
            Form::Sent { bytes, .. } => *bytes,
        }
    }

    /// Bytes that a line counts.
    pub fn line_bytes(name: usize, value: usize) -> usize {
        name + value + LINE_BYTES
    }
}

impl Default for Headers {
    fn default() -> Self {
        Self(Form::Map(HeaderMap::new()))
    }
}

impl From<HeaderMap> for Headers {
    fn from(map: HeaderMap) -> Self {
        Self(Form::Map(map))
    }
}

impl Deref for Headers {
    type Target = HeaderMap;

    fn deref(&self) -> &HeaderMap {
        match &self.0 {
            Form::Map(map) => map,
            Form::Sent { lines, map, .. } => map.get_or_init(|| Box::new(map_of(lines))),
        }
    }
}

impl DerefMut for Headers {
    fn deref_mut(&mut self) -> &mut HeaderMap {
        match self.0 {
            Form::Map(ref mut map) => map,
            Form::Sent { ref lines, ref mut map, .. } => {
                let map = map.take().map_or_else(|| map_of(lines), |map| *map);
                self.0 = Form::Map(map);
                self.deref_mut()
            }
        }
    }
}

/// The map of valid lines. Every value is a part of their bytes.
fn map_of(lines: &Bytes) -> HeaderMap {
    let mut map = HeaderMap::new();
    for line in lines.split(|byte| *byte == b'\n') {
        let Some(colon) = line.iter().position(|byte| *byte == b':') else { continue };
        let (name, value) = line.split_at(colon);
        let value = value.get(1..).unwrap_or_default().trim_ascii();
        if let (Ok(name), Ok(value)) = (HeaderName::from_bytes(name), HeaderValue::from_maybe_shared(lines.slice_ref(value))) {
            map.append(name, value);
        }
    }
    map
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINES: &str =
        "Host:\ta \r\nX-A: 1\r\nACCEPT: text/html\r\nx-a:2\r\naccept: */*\r\nx-skep-hops:\r\nx-\u{e4}\r\nx-b: \u{e4}:\r\n\r\n";

    fn sent() -> Headers {
        let mut places = HeaderPlaces::default();
        let mut bytes = 0;
        for line in LINES.split_inclusive("\r\n") {
            let Some((name, value)) = line.split_once(':') else { continue };
            bytes += Headers::line_bytes(name.len(), value.trim().len());
            if let Some(known) = KnownHeader::of(name.as_bytes()) {
                let start = value.trim().as_ptr() as usize - LINES.as_ptr() as usize;
                places.note(known, &(start..start + value.trim().len()));
            }
        }
        Headers::sent(Bytes::from_static(LINES.as_bytes()), places, bytes)
    }

    #[test]
    fn what_was_sent_and_its_map_say_the_same() {
        let sent = sent();
        let map = Headers::from(HeaderMap::clone(&sent));
        for known in KnownHeader::ALL {
            assert_eq!((sent.known(known), sent.known_text(known)), (map.known(known), map.known_text(known)), "{known:?}");
        }
        assert_eq!((sent.known_text(KnownHeader::Host), sent.known_text(KnownHeader::Hops)), (Some("a"), Some("")));
        assert_eq!(sent.known(KnownHeader::Accept), Some(&b"text/html"[..]));
        assert_eq!(sent.get_all("x-a").iter().collect::<Vec<_>>(), ["1", "2"]);
        assert_eq!(sent.get("x-b").unwrap().as_bytes(), "\u{e4}:".as_bytes());
        assert_eq!((sent.len(), sent.bytes()), (map.len(), map.bytes()));
    }

    #[test]
    fn what_is_changed_is_known_as_it_was_changed() {
        let mut headers = sent();
        headers.insert("host", HeaderValue::from_static("b"));
        assert_eq!((headers.known_text(KnownHeader::Host), headers.len()), (Some("b"), 7));
    }

    #[test]
    fn every_known_header_is_found_by_its_name() {
        for known in KnownHeader::ALL {
            assert_eq!(KnownHeader::of(known.name().as_str().to_ascii_uppercase().as_bytes()), Some(known));
        }
        assert_eq!(KnownHeader::of(b"x-skep-hop"), None);
    }
}
