//! Path patterns: `/orders/:id`, `/orders/*`.
//!
//! Parsed from a route's path; `live` turns the segments into its tree.
//!
//! Invariant: no segment is empty, a parameter's name occurs once, and the rest stands nowhere but at the end.

use std::fmt;

use super::PatternError;

/// Longest pattern, in bytes.
const PATH_BYTES_MAX: usize = 2048;
/// Most segments of a pattern; bounds the depth of the route table.
const SEGMENTS_MAX: usize = 64;

/// One step of a path pattern.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Segment {
    /// This text, byte for byte.
    Literal(Box<str>),
    /// Any one segment that is not empty; the name is for people and logs.
    Param(Box<str>),
    /// Everything below, and the path so far itself; always last.
    Rest,
}

/// A parsed path pattern; no segments at all is `/`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PathPattern(Box<[Segment]>);

impl PathPattern {
    /// Accepts `/`, and `/` before each of: literal text, `:name`, and at the end `*`.
    pub fn parse(text: &str) -> Result<Self, PatternError> {
        let refuse = |why: &str| Err(PatternError(format!("`{}` is not a path: {why}", text.escape_debug())));
        let Some(path) = text.strip_prefix('/') else {
            return refuse("it must begin with `/`");
        };
        if text.len() > PATH_BYTES_MAX {
            return Err(PatternError(format!("a path of {} bytes is too long: at most {PATH_BYTES_MAX}", text.len())));
        }
        if path.is_empty() {
            return Ok(Self(Box::default()));
        }
        let mut segments = Vec::new();
        let mut rest_of_path = Some(path);
        while let Some(path) = rest_of_path {
            let (segment, after) = path.split_once('/').map_or((path, None), |(segment, after)| (segment, Some(after)));
            match parse_segment(segment) {
                Ok(Segment::Rest) if after.is_some() => return refuse("`*` may stand only at the end"),
                Ok(Segment::Param(name)) if segments.contains(&Segment::Param(name.clone())) => {
                    return refuse(&format!("`:{name}` occurs twice"));
                }
                Ok(segment) => segments.push(segment),
                Err(_) if segment.is_empty() && after.is_none() => {
                    return refuse("it ends in `/`; leave that out, or write `/*` to answer everything below");
                }
                Err(why) => return refuse(&why),
            }
            rest_of_path = after;
        }
        if segments.len() > SEGMENTS_MAX {
            return refuse("it has more than 64 segments");
        }
        Ok(Self(segments.into()))
    }

    /// The steps, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.0
    }

    /// One number a step, greater for narrower ones, and one for the end, so that comparing lists compares patterns.
    pub(super) fn ranks(&self) -> Vec<u8> {
        let rank = |segment: &Segment| match segment {
            Segment::Literal(_) => 3,
            Segment::Param(_) => 2,
            Segment::Rest => 0,
        };
        let end = (self.0.last() != Some(&Segment::Rest)).then_some(1);
        self.0.iter().map(rank).chain(end).collect()
    }
}

fn parse_segment(text: &str) -> Result<Segment, String> {
    if text == "*" {
        return Ok(Segment::Rest);
    }
    if let Some(name) = text.strip_prefix(':') {
        let is_name = !name.starts_with(|first: char| first.is_ascii_digit())
            && !name.is_empty()
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        return match is_name {
            true => Ok(Segment::Param(name.into())),
            false => Err(format!("`{text}` is not a parameter; write `:name` with letters, digits and `_`")),
        };
    }
    if text.is_empty() {
        return Err("it has an empty segment (`//`)".into());
    }
    if matches!(text, "." | "..") {
        return Err(format!("`{text}` is not allowed as a segment"));
    }
    match text.chars().find(|character| !is_path_character(*character)) {
        None => Ok(Segment::Literal(text.into())),
        Some('*') => Err("`*` must be a segment of its own, at the end".into()),
        Some('?' | '#') => Err("query and fragment are no part of a path".into()),
        Some(character) => Err(format!("{character:?} must be percent-encoded")),
    }
}

/// `pchar` of RFC 3986, except `*`, which has a meaning of its own here.
fn is_path_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || "-._~%!$&'()+,;=:@".contains(character)
}

impl fmt::Display for PathPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_empty() {
            return f.write_str("/");
        }
        self.0.iter().try_for_each(|segment| match segment {
            Segment::Literal(text) => write!(f, "/{text}"),
            Segment::Param(name) => write!(f, "/:{name}"),
            Segment::Rest => f.write_str("/*"),
        })
    }
}

impl std::str::FromStr for PathPattern {
    type Err = PatternError;

    fn from_str(text: &str) -> Result<Self, PatternError> {
        Self::parse(text)
    }
}
