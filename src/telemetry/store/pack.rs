//! Packs a closed segment: members of gzip, each a megabyte of whole lines, so that a reader can begin at any of them; and the index beside it.
//!
//! `disk` packs, and makes an index anew that is missing. The packed file is one that `zcat` reads.
//!
//! Invariant: the plain segment is removed after the packed one is on the disk under its name; until then `search` reads the plain one.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read as _, Write};

use flate2::bufread::GzDecoder;
use flate2::{Compression, GzBuilder};

use super::files::LogFolder;
use super::index::{Member, MemberSummary, SegmentIndex};
use super::segment::{Folder, SegmentName, StoreFile};
use crate::telemetry::log::record::LINE_BYTES_MAX;

/// Bytes of lines in one member.
pub(super) const MEMBER_BYTES: usize = 1 << 20;

/// Largest index that is read.
const INDEX_BYTES_MAX: u64 = 16 << 20;

/// Packs a plain segment.
pub(super) fn pack(log: &LogFolder, folder: &Folder, name: &SegmentName) -> io::Result<()> {
    let plain = StoreFile::Plain(name.clone());
    let mut lines = BufReader::with_capacity(MEMBER_BYTES, log.read(folder, &plain)?);
    let mut members = Vec::new();
    log.write(folder, &StoreFile::Packed(name.clone()), |packed| {
        let mut offset = 0;
        while let Some((text, summary)) = next_member(&mut lines)? {
            let mut gzip = GzBuilder::new().write(Vec::with_capacity(text.len() / 4), Compression::default());
            gzip.write_all(&text)?;
            let bytes = gzip.finish()?;
            packed.write_all(&bytes)?;
            members.push(summary.finish(offset, bytes.len() as u64));
            offset += bytes.len() as u64;
        }
        Ok(())
    })?;
    write_index(log, folder, name, SegmentIndex::new(members))?;
    log.remove(folder, &plain)
}

/// A megabyte of whole lines, or what is left of them.
fn next_member(lines: &mut impl BufRead) -> io::Result<Option<(Vec<u8>, MemberSummary)>> {
    let (mut text, mut summary) = (Vec::with_capacity(MEMBER_BYTES + LINE_BYTES_MAX), MemberSummary::default());
    while text.len() < MEMBER_BYTES {
        let begin = text.len();
        if lines.read_until(b'\n', &mut text)? == 0 {
            break;
        }
        summary.add(text.get(begin..).unwrap_or_default());
    }
    Ok((!text.is_empty()).then_some((text, summary)))
}

fn write_index(log: &LogFolder, folder: &Folder, name: &SegmentName, index: SegmentIndex) -> io::Result<()> {
    let text = serde_json::to_vec(&index)?;
    log.write(folder, &StoreFile::Index(name.clone()), |file| file.write_all(&text))
}

/// The index of a packed segment; `None` if there is none that can be read.
pub(super) fn read_index(log: &LogFolder, folder: &Folder, name: &SegmentName) -> Option<SegmentIndex> {
    let mut bytes = Vec::new();
    let file = log.read(folder, &StoreFile::Index(name.clone())).ok()?;
    file.take(INDEX_BYTES_MAX).read_to_end(&mut bytes).ok()?;
    SegmentIndex::parse(&bytes)
}

/// Makes the index of a packed segment from its lines.
pub(super) fn rebuild_index(log: &LogFolder, folder: &Folder, name: &SegmentName) -> io::Result<SegmentIndex> {
    let mut packed = Counted { file: log.read(folder, &StoreFile::Packed(name.clone()))?, read: 0, buffer: Vec::new(), at: 0 };
    let mut members = Vec::new();
    while !packed.fill_buf()?.is_empty() {
        let offset = packed.position();
        let mut lines = BufReader::new(GzDecoder::new(&mut packed));
        let (mut summary, mut line) = (MemberSummary::default(), Vec::new());
        while lines.read_until(b'\n', &mut line)? > 0 {
            summary.add(&line);
            line.clear();
        }
        members.push(summary.finish(offset, packed.position() - offset));
    }
    let index = SegmentIndex::new(members);
    // Where it cannot be written it is made for whoever asks, each time.
    let _ = write_index(log, folder, name, index.clone());
    Ok(index)
}

/// The lines of one member.
pub(super) fn read_member(file: &File, member: &Member) -> io::Result<Vec<u8>> {
    use std::os::unix::fs::FileExt as _;
    let bytes = usize::try_from(member.bytes).ok().filter(|bytes| *bytes <= 2 * (MEMBER_BYTES + LINE_BYTES_MAX));
    let mut packed = vec![0; bytes.ok_or(io::ErrorKind::InvalidData)?];
    file.read_exact_at(&mut packed, member.offset)?;
    let mut text = Vec::with_capacity(MEMBER_BYTES + LINE_BYTES_MAX);
    GzDecoder::new(packed.as_slice()).take((MEMBER_BYTES + LINE_BYTES_MAX) as u64).read_to_end(&mut text)?;
    Ok(text)
}

/// A reader that knows how far it was read, to the byte.
struct Counted {
    file: File,
    /// Bytes that the buffer has been filled with, all in all.
    read: u64,
    buffer: Vec<u8>,
    at: usize,
}

impl Counted {
    fn position(&self) -> u64 {
        self.read - (self.buffer.len() - self.at) as u64
    }
}

impl io::Read for Counted {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.fill_buf()?.read(out)?;
        self.consume(count);
        Ok(count)
    }
}

impl BufRead for Counted {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.at == self.buffer.len() {
            self.buffer.resize(64 << 10, 0);
            let count = self.file.read(&mut self.buffer)?;
            self.buffer.truncate(count);
            self.at = 0;
            self.read += count as u64;
        }
        Ok(self.buffer.get(self.at..).unwrap_or_default())
    }

    fn consume(&mut self, count: usize) {
        self.at += count;
    }
}
