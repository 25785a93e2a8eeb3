//! A function in the table: the live version, and beside it perhaps a candidate that gets a part of the traffic.
//!
//! `release` creates it and never changes it: another weight is another endpoint with the same tracks. `invoke` asks which track a call
//! takes.
//!
//! Invariant: the same sticky value takes the same track as long as the weight stays; a call that names a version gets that version or a
//! fault.

use std::fmt;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::sync::Arc;

use http::HeaderMap;
use http::header::{COOKIE, HeaderName};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::track::Track;
use crate::fault::{Fault, Kind};
use crate::function::{FunctionName, Headers, KnownHeader, VersionId};
use crate::runtime::pool::Pool;
use crate::telemetry::metrics::labels::ReleaseTrack;

/// The weight of all traffic.
pub const WEIGHT_WHOLE: u16 = 10_000;

/// A function in the table.
pub struct Endpoint {
    /// Its name.
    pub name: FunctionName,
    /// The live version.
    pub live: Arc<Track>,
    /// The version that answers a part of the calls.
    pub candidate: Option<Candidate>,
}

/// A version beside the live one.
#[derive(Clone)]
pub struct Candidate {
    /// Its track.
    pub track: Arc<Track>,
    /// Its version.
    pub version: VersionId,
    /// Its part of the traffic, of [`WEIGHT_WHOLE`]; 0: only calls that name it.
    pub weight: u16,
    /// The header or cookie that decides in place of chance.
    pub sticky: Option<Sticky>,
}

/// The header or cookie by which a client's calls take the same track.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Sticky {
    /// The value of a header.
    Header(HeaderName),
    /// The value of a cookie.
    Cookie(String),
}

impl Sticky {
    /// Reads `header:NAME` or `cookie:NAME`.
    ///
    /// # Errors
    /// The problem, in one line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("{text:?} is neither `header:NAME` nor `cookie:NAME`");
        match text.split_once(':').ok_or_else(wrong)? {
            ("header", name) => name.parse().map(Self::Header).map_err(|_| format!("{name:?} is not the name of a header")),
            ("cookie", name) if !name.is_empty() && name.bytes().all(is_token) => Ok(Self::Cookie(name.to_owned())),
            ("cookie", name) => Err(format!("{name:?} is not the name of a cookie")),
            _ => Err(wrong()),
        }
    }

    /// The value in a request.
    fn value<'h>(&self, headers: &'h HeaderMap) -> Option<&'h [u8]> {
        match self {
            Self::Header(name) => headers.get(name).map(http::HeaderValue::as_bytes),
            Self::Cookie(name) => {
                headers.get_all(COOKIE).iter().flat_map(|line| line.as_bytes().split(|byte| *byte == b';')).find_map(|pair| {
                    let pair = pair.trim_ascii();
                    pair.strip_prefix(name.as_bytes())?.strip_prefix(b"=")
                })
            }
        }
    }
}

/// As text, in the state folder.
impl Serialize for Sticky {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Sticky {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::parse(&String::deserialize(deserializer)?).map_err(de::Error::custom)
    }
}

impl fmt::Display for Sticky {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Header(name) => write!(f, "header:{name}"),
            Self::Cookie(name) => write!(f, "cookie:{name}"),
        }
    }
}

/// RFC 9110 §5.6.2, of which cookie names are made (RFC 6265 §4.1.1).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

impl Endpoint {
    /// An endpoint without a candidate.
    pub fn new(name: FunctionName, live: Arc<Track>) -> Arc<Self> {
        Arc::new(Self { name, live, candidate: None })
    }

    /// The pool that answers a request, and whose it is. `chance` is any evenly distributed number, such as the trace id.
    ///
    /// # Errors
    /// `no_such_function` if the request names a version that is neither live nor a candidate. `boot_failed` if the version does not
    /// compile.
    pub async fn pool_for(&self, headers: &Headers, chance: u64) -> Result<(Arc<Pool>, ReleaseTrack), Fault> {
        let (track, kind) = self.choose(headers, chance);
        let pool = track.pool().await?;
        match headers.known(KnownHeader::Version) {
            Some(wanted) if wanted != pool.version().id.as_str().as_bytes() => {
                Err(Fault::new(Kind::NoSuchFunction, "the version that x-skep-version names is neither live nor a candidate"))
            }
            _ => Ok((pool, kind)),
        }
    }

    /// The track of a request. One that names a version gets the candidate if it names that one, and the live version otherwise.
    fn choose(&self, headers: &Headers, chance: u64) -> (&Arc<Track>, ReleaseTrack) {
        let Some(candidate) = &self.candidate else { return (&self.live, ReleaseTrack::Live) };
        let is_taken = match headers.known(KnownHeader::Version) {
            Some(wanted) => wanted == candidate.version.as_str().as_bytes(),
            None => {
                let value = candidate.sticky.as_ref().and_then(|sticky| sticky.value(headers));
                let drawn = value.map_or(chance, |value| spread(&self.name, value));
                drawn % u64::from(WEIGHT_WHOLE) < u64::from(candidate.weight)
            }
        };
        if is_taken { (&candidate.track, ReleaseTrack::Candidate) } else { (&self.live, ReleaseTrack::Live) }
    }

    /// Every track, the live one first.
    pub fn tracks(&self) -> impl Iterator<Item = &Arc<Track>> {
        std::iter::once(&self.live).chain(self.candidate.iter().map(|candidate| &candidate.track))
    }
}

/// A hash of the value, different for each function: the clients of one function's candidate are not those of every candidate.
fn spread(name: &FunctionName, value: &[u8]) -> u64 {
    BuildHasherDefault::<DefaultHasher>::default().hash_one((name.as_str(), value))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> Arc<Track> {
        Track::new(Box::new(|| Err(Fault::new(Kind::BootFailed, "never made").into())))
    }

    fn endpoint(weight: u16, sticky: Option<&str>) -> Endpoint {
        let candidate = Candidate {
            track: never(),
            version: VersionId::from_digest(&[7; 32]),
            weight,
            sticky: sticky.map(|sticky| Sticky::parse(sticky).unwrap()),
        };
        Endpoint { name: FunctionName::parse("f").unwrap(), live: never(), candidate: Some(candidate) }
    }

    fn headers(pairs: &[(&'static str, &str)]) -> Headers {
        pairs.iter().map(|(name, value)| (HeaderName::from_static(name), value.parse().unwrap())).collect::<HeaderMap>().into()
    }

    fn takes_candidate(endpoint: &Endpoint, headers: &Headers, chance: u64) -> bool {
        Arc::ptr_eq(endpoint.choose(headers, chance).0, &endpoint.candidate.as_ref().unwrap().track)
    }

    #[test]
    fn a_candidate_gets_its_share_of_chance() {
        for weight in [0, 1, 500, 10_000] {
            let endpoint = endpoint(weight, None);
            let taken = (0..10_000).filter(|chance| takes_candidate(&endpoint, &Headers::default(), *chance)).count();
            assert_eq!(taken, usize::from(weight));
        }
    }

    #[test]
    fn a_sticky_value_decides_alone_and_for_good() {
        for (sticky, name) in [("header:x-user", "x-user"), ("cookie:user", "cookie")] {
            let endpoint = endpoint(3_000, Some(sticky));
            let with = |user: usize| headers(&[(name, &if name == "cookie" { format!("a=b; user={user};c=d") } else { user.to_string() })]);
            let chosen: Vec<bool> = (0..2_000).map(|user| takes_candidate(&endpoint, &with(user), 0)).collect();
            let again: Vec<bool> = (0..2_000).map(|user| takes_candidate(&endpoint, &with(user), 9_999)).collect();
            assert_eq!(chosen, again, "chance has no say");
            let taken = chosen.iter().filter(|taken| **taken).count();
            assert!((450..750).contains(&taken), "{taken} of 2000 at 30 %");
            assert!(takes_candidate(&endpoint, &Headers::default(), 2_999), "without a value, chance decides");
        }
    }

    #[test]
    fn a_version_that_is_named_leaves_nothing_to_chance() {
        let endpoint = endpoint(5_000, None);
        let candidate = endpoint.candidate.as_ref().unwrap().version.to_string();
        for chance in [0, 9_999] {
            assert!(takes_candidate(&endpoint, &headers(&[("x-skep-version", &candidate)]), chance));
            assert!(!takes_candidate(&endpoint, &headers(&[("x-skep-version", "v000000000000")]), chance));
        }
    }

    #[test]
    fn sticky_texts_are_read_back() {
        for text in ["header:x-user", "cookie:session_id"] {
            assert_eq!(Sticky::parse(text).unwrap().to_string(), text);
        }
        for wrong in ["", "user", "header:", "header:a b", "cookie:", "cookie:a=b", "query:x"] {
            assert!(Sticky::parse(wrong).is_err(), "{wrong}");
        }
    }
}
