//! The words between a compiler process and its owner: a job one way, a reply the other way.
//!
//! A frame is a kind (one byte), the length of its text (four bytes, little-endian) and the text. A job is one frame; a reply is two: the
//! paths that were read, and the outcome.
//!
//! Invariant: no bytes make a reader allocate more than it was sent, or more than `FRAME_BYTES_MAX`.

use std::collections::BTreeSet;
use std::ffi::OsStr;
use std::io::{self, ErrorKind, Read, Write};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::limits::{OUTPUT_BYTES_MAX, ReachedLimit};
use crate::config::CompileConfig;
use crate::function::FunctionName;
use crate::release::compile::CompileError;
use crate::release::source::{FunctionSource, SourceKind};

/// Longest text of a frame.
const FRAME_BYTES_MAX: usize = OUTPUT_BYTES_MAX;

/// Bytes that are read at a time.
const READ_BYTES: usize = 256 << 10;

/// Kinds of frames.
const JOB: u8 = b'J';
const WATCHED: u8 = b'W';
/// As `WATCHED`, from a process that takes another job.
const WATCHED_AND_STAYS: u8 = b'S';
const VERSION: u8 = b'V';
const ERROR: u8 = b'E';
const LIMIT: u8 = b'L';

/// A function to compile. Paths need not be text.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Job {
    root: Vec<u8>,
    path: Vec<u8>,
    name: FunctionName,
    is_folder: bool,
    pub(super) memory_bytes: u64,
    pub(super) cpu_ms: u64,
}

/// What became of a job.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct CompileReply {
    /// Every path that was read or searched.
    pub(super) watched: BTreeSet<PathBuf>,
    /// Whether the process takes another job.
    pub(super) stays: bool,
    pub(super) outcome: Outcome,
}

/// The outcome of a compile.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// The bytes of the version, as the store keeps them.
    Version(Vec<u8>),
    /// The source has errors.
    Error(CompileError),
    /// A limit ended it.
    Limit(ReachedLimit),
}

impl Job {
    pub(super) fn new(root: &Path, source: &FunctionSource, limits: &CompileConfig) -> Self {
        Self {
            root: root.as_os_str().as_bytes().to_owned(),
            path: source.path.as_os_str().as_bytes().to_owned(),
            name: source.name.clone(),
            is_folder: source.kind == SourceKind::Folder,
            memory_bytes: limits.memory_bytes,
            cpu_ms: u64::try_from(limits.cpu.as_millis()).unwrap_or(u64::MAX),
        }
    }

    pub(super) fn root(&self) -> &Path {
        Path::new(OsStr::from_bytes(&self.root))
    }

    pub(super) fn source(&self) -> FunctionSource {
        FunctionSource {
            name: self.name.clone(),
            path: OsStr::from_bytes(&self.path).into(),
            kind: if self.is_folder { SourceKind::Folder } else { SourceKind::File },
        }
    }

    pub(super) fn write(&self, socket: &mut impl Write) -> io::Result<()> {
        write(socket, JOB, &serde_json::to_vec(self)?)
    }

    /// The next job; `None` if the owner is gone.
    pub(super) fn read(socket: &mut impl Read) -> io::Result<Option<Self>> {
        match read(socket)? {
            Some((JOB, text)) => Ok(Some(serde_json::from_slice(&text)?)),
            Some(_) => Err(ErrorKind::InvalidData.into()),
            None => Ok(None),
        }
    }
}

impl CompileReply {
    pub(super) fn write(&self, socket: &mut impl Write) -> io::Result<()> {
        let paths: Vec<&[u8]> = self.watched.iter().map(|path| path.as_os_str().as_bytes()).collect();
        write(socket, if self.stays { WATCHED_AND_STAYS } else { WATCHED }, &paths.join(&0))?;
        match &self.outcome {
            Outcome::Version(bytes) => write(socket, VERSION, bytes),
            Outcome::Error(error) => write(socket, ERROR, &serde_json::to_vec(error)?),
            Outcome::Limit(reached) => write(socket, LIMIT, &serde_json::to_vec(reached)?),
        }
    }

    /// The reply to the job that was sent.
    pub(super) fn read(socket: &mut impl Read) -> io::Result<Self> {
        let gone = || io::Error::from(ErrorKind::UnexpectedEof);
        let (kind, paths) = read(socket)?.ok_or_else(gone)?;
        let stays = match kind {
            WATCHED => false,
            WATCHED_AND_STAYS => true,
            _ => return Err(ErrorKind::InvalidData.into()),
        };
        let paths = paths.split(|byte| *byte == 0).filter(|path| !path.is_empty());
        let watched = paths.map(|path| PathBuf::from(OsStr::from_bytes(path))).collect();
        let (kind, text) = read(socket)?.ok_or_else(gone)?;
        let outcome = match kind {
            VERSION => Outcome::Version(text),
            ERROR => Outcome::Error(serde_json::from_slice(&text)?),
            LIMIT => Outcome::Limit(serde_json::from_slice(&text)?),
            _ => return Err(ErrorKind::InvalidData.into()),
        };
        Ok(Self { watched, stays, outcome })
    }
}

fn write(socket: &mut impl Write, kind: u8, text: &[u8]) -> io::Result<()> {
    let length = u32::try_from(text.len()).ok().filter(|_| text.len() <= FRAME_BYTES_MAX).ok_or(ErrorKind::InvalidInput)?;
    let mut head = [kind, 0, 0, 0, 0];
    head[1..].copy_from_slice(&length.to_le_bytes());
    socket.write_all(&head)?;
    socket.write_all(text)
}

/// The next frame; `None` at the end.
fn read(socket: &mut impl Read) -> io::Result<Option<(u8, Vec<u8>)>> {
    let mut kind = [0];
    if let Err(error) = socket.read_exact(&mut kind) {
        return if error.kind() == ErrorKind::UnexpectedEof { Ok(None) } else { Err(error) };
    }
    let mut length = [0; 4];
    socket.read_exact(&mut length)?;
    let length = u32::from_le_bytes(length) as usize;
    if length > FRAME_BYTES_MAX {
        return Err(ErrorKind::InvalidData.into());
    }
    let mut text = Vec::with_capacity(length.min(READ_BYTES));
    socket.take(length as u64).read_to_end(&mut text)?;
    if text.len() < length {
        return Err(ErrorKind::UnexpectedEof.into());
    }
    let [kind] = kind;
    Ok(Some((kind, text)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::release::compile::{CompileErrorKind, Diagnostic, Place};

    fn round_trip(reply: &CompileReply) {
        let mut bytes = Vec::new();
        reply.write(&mut bytes).unwrap();
        assert_eq!(&CompileReply::read(&mut bytes.as_slice()).unwrap(), reply);
        for cut in 0..bytes.len() {
            assert!(CompileReply::read(&mut &bytes[..cut]).is_err(), "a reply that is cut is none");
        }
    }

    #[test]
    fn replies_and_jobs_arrive_as_they_were_sent() {
        let watched = BTreeSet::from([PathBuf::from("/f/a.ts"), PathBuf::from(OsStr::from_bytes(b"/f/\xff"))]);
        let place = Place::of("a.ts", "let a\nlet a", 6..9);
        let error = CompileError::from(Diagnostic::new(CompileErrorKind::Syntax, "twice").help("once").at(place));
        for outcome in [
            Outcome::Version(b"{}".to_vec()),
            Outcome::Error(error),
            Outcome::Limit(ReachedLimit::Memory(1 << 30)),
            Outcome::Limit(ReachedLimit::Cpu(10_001)),
        ] {
            round_trip(&CompileReply { watched: watched.clone(), stays: true, outcome });
        }
        let name = FunctionName::parse("a").unwrap();
        let source = FunctionSource { name, path: OsStr::from_bytes(b"/f/\xff").into(), kind: SourceKind::Folder };
        let job = Job::new(Path::new("/f"), &source, &CompileConfig { memory_bytes: 1 << 20, cpu: std::time::Duration::from_secs(1) });
        let mut bytes = Vec::new();
        job.write(&mut bytes).unwrap();
        let read = Job::read(&mut bytes.as_slice()).unwrap().unwrap();
        assert_eq!((&read, read.source(), read.root()), (&job, source, Path::new("/f")));
        assert!(Job::read(&mut [].as_slice()).unwrap().is_none());
    }

    #[test]
    fn a_frame_that_is_too_long_is_refused_before_it_is_read() {
        let mut bytes = vec![VERSION];
        bytes.extend((FRAME_BYTES_MAX as u32 + 1).to_le_bytes());
        assert_eq!(read(&mut bytes.as_slice()).unwrap_err().kind(), ErrorKind::InvalidData);
        assert!(write(&mut Vec::new(), VERSION, &vec![0; FRAME_BYTES_MAX + 1]).is_err());
    }

    proptest! {
        #[test]
        fn no_bytes_bring_a_reader_down(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let _ = CompileReply::read(&mut bytes.as_slice());
            let _ = Job::read(&mut bytes.as_slice());
        }
    }
}
