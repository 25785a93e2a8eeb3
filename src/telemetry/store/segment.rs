//! The names of the store's files: a folder for each function and one for the host, in it a file for each stream, and its closed segments.
//!
//! Invariant: a path is made of checked names alone, never of a function's text; of other files the store knows nothing.

use chrono::DateTime;

use crate::function::FunctionName;
use crate::telemetry::stream::Stream;

/// The folder of the host's own lines. No function has such a name.
pub(super) const HOST_FOLDER: &str = "_host";

const OPEN: &str = ".ndjson";
const PACKED: &str = ".ndjson.gz";
const INDEX: &str = ".idx";

/// A folder of the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Folder {
    /// The host's.
    Host,
    /// A function's.
    Function(FunctionName),
}

impl Folder {
    /// The folder of this name; `None` if it is none of the store's.
    pub(super) fn parse(name: &str) -> Option<Self> {
        if name == HOST_FOLDER { Some(Self::Host) } else { FunctionName::parse(name).ok().map(Self::Function) }
    }

    /// Its name.
    pub(super) fn as_str(&self) -> &str {
        match self {
            Self::Host => HOST_FOLDER,
            Self::Function(name) => name.as_str(),
        }
    }
}

/// A closed segment of a stream: when its first line was written, and its number in the folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct SegmentName {
    pub(super) stream: Stream,
    pub(super) number: u32,
    stamp: String,
}

impl SegmentName {
    /// The name of a segment whose first line was written then.
    pub(super) fn new(stream: Stream, number: u32, began_ms: i64) -> Self {
        let began = DateTime::from_timestamp_millis(began_ms).unwrap_or_default();
        Self { stream, number, stamp: began.format("%Y%m%dT%H%M%SZ").to_string() }
    }

    fn parse(stem: &str) -> Option<Self> {
        let mut parts = stem.splitn(3, '-');
        let stream = Stream::of_label(parts.next()?)?;
        let (stamp, number) = (parts.next()?, parts.next()?);
        let is_stamp = stamp.len() == 16 && stamp.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'T' | b'Z'));
        let is_number = number.len() >= 6 && number.bytes().all(|byte| byte.is_ascii_digit());
        (is_stamp && is_number).then_some(())?;
        Some(Self { stream, number: number.parse().ok()?, stamp: stamp.to_owned() })
    }

    fn stem(&self) -> String {
        format!("{}-{}-{:06}", self.stream.label(), self.stamp, self.number)
    }
}

/// A file of the store.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum StoreFile {
    /// The one that lines are written to.
    Open(Stream),
    /// A closed segment that is not packed yet.
    Plain(SegmentName),
    /// A packed one.
    Packed(SegmentName),
    /// Where its members lie, and what is in them.
    Index(SegmentName),
}

impl StoreFile {
    /// The file of this name; `None` if it is none of the store's.
    pub(super) fn parse(name: &str) -> Option<Self> {
        if let Some(stem) = name.strip_suffix(PACKED) {
            return SegmentName::parse(stem).map(Self::Packed);
        }
        if let Some(stem) = name.strip_suffix(INDEX) {
            return SegmentName::parse(stem).map(Self::Index);
        }
        let stem = name.strip_suffix(OPEN)?;
        Stream::of_label(stem).map(Self::Open).or_else(|| SegmentName::parse(stem).map(Self::Plain))
    }

    /// Its name.
    pub(super) fn name(&self) -> String {
        match self {
            Self::Open(stream) => format!("{}{OPEN}", stream.label()),
            Self::Plain(segment) => format!("{}{OPEN}", segment.stem()),
            Self::Packed(segment) => format!("{}{PACKED}", segment.stem()),
            Self::Index(segment) => format!("{}{INDEX}", segment.stem()),
        }
    }

    /// The stream whose lines it has.
    pub(super) fn stream(&self) -> Stream {
        match self {
            Self::Open(stream) => *stream,
            Self::Plain(segment) | Self::Packed(segment) | Self::Index(segment) => segment.stream,
        }
    }

    /// The segment that it is, or belongs to.
    pub(super) fn segment(&self) -> Option<&SegmentName> {
        match self {
            Self::Open(_) => None,
            Self::Plain(segment) | Self::Packed(segment) | Self::Index(segment) => Some(segment),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_read_as_it_was_written_and_no_other_is_read() {
        let segment = SegmentName::new(Stream::Business, 42, 1_795_715_581_250);
        let names = ["business.ndjson", "business-20261126T175301Z-000042.ndjson", "business-20261126T175301Z-000042.ndjson.gz"];
        let files = [StoreFile::Open(Stream::Business), StoreFile::Plain(segment.clone()), StoreFile::Packed(segment.clone())];
        for (name, file) in names.iter().zip(&files) {
            assert_eq!((file.name().as_str(), StoreFile::parse(name).as_ref()), (*name, Some(file)));
        }
        assert_eq!(StoreFile::parse("business-20261126T175301Z-000042.idx"), Some(StoreFile::Index(segment)));
        for wrong in
            ["business", "other.ndjson", "business-1-2.ndjson", "business-20261126T175301Z-42.ndjson", "a.tmp", "../business.ndjson"]
        {
            assert_eq!(StoreFile::parse(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_folder_is_the_hosts_or_bears_the_name_of_a_function() {
        assert_eq!(Folder::parse("_host"), Some(Folder::Host));
        assert_eq!(Folder::parse("hello").map(|folder| folder.as_str().to_owned()), Some("hello".to_owned()));
        for wrong in ["_other", "..", ".", "a/b", "", "A"] {
            assert_eq!(Folder::parse(wrong), None, "{wrong}");
        }
    }
}
