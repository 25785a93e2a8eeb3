//! The files that lines are written to: opened when a line comes, rolled when they are large or old, closed when others need their place.
//!
//! `writer` hands over whole lines; what was closed or rolled goes to `disk`.
//!
//! Invariant: at most [`OPEN_MAX`] files are open; a file ends with a whole line, whatever a write did.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write as _};
use std::os::unix::fs::{FileExt as _, MetadataExt as _};

use super::files::LogFolder;
use super::line;
use super::pack::MEMBER_BYTES;
use super::segment::{Folder, SegmentName, StoreFile};
use crate::telemetry::log::record::LINE_BYTES_MAX;
use crate::telemetry::stream::Stream;

/// Files open at a time.
const OPEN_MAX: usize = 256;

/// A file is rolled before it is larger.
const SEGMENT_BYTES_MAX: u64 = 16 << 20;

/// A file of at least one member is rolled after an hour. A smaller one is only after a day: ten thousand functions would have ten thousand
/// small segments an hour.
const LARGE_MS_MAX: i64 = 3_600_000;
const SMALL_MS_MAX: i64 = 86_400_000;

/// A file by its place.
pub(super) type FileKey = (Folder, Stream);

/// What became of a file.
#[derive(Debug)]
pub(super) enum Closed {
    /// Its lines are to be on the disk.
    File(File),
    /// The same, and it is a segment to pack.
    Segment(File, Folder, SegmentName),
}

/// The open files.
pub(super) struct OpenFiles {
    log: LogFolder,
    open: HashMap<FileKey, OpenFile>,
    clock: u64,
    /// What was closed and not taken yet.
    closed: Vec<Closed>,
}

struct OpenFile {
    file: File,
    bytes: u64,
    /// When its first line was written.
    began_ms: i64,
    used: u64,
    is_dirty: bool,
}

impl OpenFiles {
    pub(super) fn new(log: LogFolder) -> Self {
        Self { log, open: HashMap::new(), clock: 0, closed: Vec::new() }
    }

    /// Appends whole lines to a file.
    ///
    /// # Errors
    /// If they cannot be written; then none of them is.
    pub(super) fn append(&mut self, key: &FileKey, lines: &[u8], now_ms: i64) -> io::Result<()> {
        self.clock += 1;
        let mut open = match self.open.remove(key) {
            // Its folder was deleted: what is written to it nobody finds.
            Some(open) if open.file.metadata().is_ok_and(|about| about.nlink() > 0) => open,
            _ => self.open(key, now_ms)?,
        };
        if open.must_roll(lines.len() as u64, now_ms) {
            self.close_segment(key, open);
            open = self.open(key, now_ms)?;
        }
        if let Err(error) = open.file.write_all(lines) {
            // A part of a line must not stay.
            open.file.set_len(open.bytes)?;
            return Err(error);
        }
        open.bytes += lines.len() as u64;
        (open.is_dirty, open.used) = (true, self.clock);
        self.open.insert(key.clone(), open);
        self.close_unused();
        Ok(())
    }

    /// Opens a file as another process left it: its last line may be torn, and it may be one to roll.
    fn open(&mut self, key: &FileKey, now_ms: i64) -> io::Result<OpenFile> {
        let name = StoreFile::Open(key.1);
        let open = OpenFile::of(self.log.append(&key.0, &name)?, now_ms)?;
        if !open.must_roll(0, now_ms) && open.bytes < MEMBER_BYTES as u64 {
            return Ok(open);
        }
        self.close_segment(key, open);
        OpenFile::of(self.log.append(&key.0, &name)?, now_ms)
    }

    /// Makes a segment of an open file. If it cannot, lines go on to it.
    fn close_segment(&mut self, key: &FileKey, open: OpenFile) {
        let numbers = self.log.list(&key.0).into_iter().filter_map(|listed| listed.file.segment().cloned());
        let last = numbers.filter(|name| name.stream == key.1).map(|name| name.number).max().unwrap_or(0);
        let name = SegmentName::new(key.1, last.saturating_add(1), open.began_ms);
        if self.log.rename(&key.0, &StoreFile::Open(key.1), &StoreFile::Plain(name.clone())).is_ok() {
            self.closed.push(Closed::Segment(open.file, key.0.clone(), name));
        }
    }

    /// Makes a segment of a file now, open or not, if it has lines.
    pub(super) fn roll(&mut self, key: &FileKey, now_ms: i64) -> io::Result<()> {
        let open = match self.open.remove(key) {
            Some(open) => open,
            None => OpenFile::of(self.log.append(&key.0, &StoreFile::Open(key.1))?, now_ms)?,
        };
        if open.bytes > 0 {
            self.close_segment(key, open);
        }
        Ok(())
    }

    /// Rolls the files that are old enough.
    pub(super) fn roll_old(&mut self, now_ms: i64) {
        let old: Vec<FileKey> = self.open.iter().filter(|(_, open)| open.must_roll(0, now_ms)).map(|(key, _)| key.clone()).collect();
        for key in old {
            if let Some(open) = self.open.remove(&key) {
                self.close_segment(&key, open);
            }
        }
    }

    fn close_unused(&mut self) {
        while self.open.len() > OPEN_MAX {
            let Some(key) = self.open.iter().min_by_key(|(_, open)| open.used).map(|(key, _)| key.clone()) else { return };
            if let Some(open) = self.open.remove(&key).filter(|open| open.is_dirty) {
                self.closed.push(Closed::File(open.file));
            }
        }
    }

    /// The files whose lines are not on the disk for sure, and what was closed since this was asked last.
    pub(super) fn take_dirty(&mut self) -> Vec<Closed> {
        for open in self.open.values_mut().filter(|open| open.is_dirty) {
            if let Ok(file) = open.file.try_clone() {
                open.is_dirty = false;
                self.closed.push(Closed::File(file));
            }
        }
        self.take_closed()
    }

    /// What was closed since this was asked last.
    pub(super) fn take_closed(&mut self) -> Vec<Closed> {
        std::mem::take(&mut self.closed)
    }

    #[cfg(test)]
    pub(super) fn count(&self) -> usize {
        self.open.len()
    }
}

impl OpenFile {
    fn of(file: File, now_ms: i64) -> io::Result<Self> {
        let bytes = whole_bytes(&file)?;
        let mut first = vec![0; 64];
        let read = file.read_at(&mut first, 0)?;
        let began_ms = first.get(..read).and_then(line::time_ms).unwrap_or(now_ms);
        Ok(Self { file, bytes, began_ms, used: 0, is_dirty: false })
    }

    /// Whether it is to be rolled before that many bytes are appended. A clock that was set back rolls nothing.
    fn must_roll(&self, more: u64, now_ms: i64) -> bool {
        let age_ms = now_ms.saturating_sub(self.began_ms);
        let is_old = age_ms > SMALL_MS_MAX || (age_ms > LARGE_MS_MAX && self.bytes >= MEMBER_BYTES as u64);
        self.bytes > 0 && (is_old || self.bytes + more > SEGMENT_BYTES_MAX)
    }
}

/// The bytes of the file up to the end of its last whole line; what is beyond it is cut off.
fn whole_bytes(file: &File) -> io::Result<u64> {
    let bytes = file.metadata()?.len();
    let from = bytes.saturating_sub(LINE_BYTES_MAX as u64 + 1);
    let mut tail = vec![0; 1];
    if bytes == 0 || (file.read_at(&mut tail, bytes - 1)? == 1 && tail == b"\n") {
        return Ok(bytes);
    }
    tail.resize((bytes - from) as usize, 0);
    file.read_exact_at(&mut tail, from)?;
    let whole = memchr::memrchr(b'\n', &tail).map_or(0, |at| from + at as u64 + 1);
    file.set_len(whole)?;
    Ok(whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_715_581_250;

    fn key(folder: &str) -> FileKey {
        (Folder::parse(folder).unwrap(), Stream::Business)
    }

    fn text(seq: u64, bytes: usize) -> Vec<u8> {
        let mut line = Vec::new();
        let json = format!("{{\"time\":\"2026-11-26T17:53:01.250Z\",\"text\":\"{}\"}}\n", "x".repeat(bytes));
        line::numbered(json.as_bytes(), seq, Stream::Business, &mut line).unwrap();
        line
    }

    fn names(log: &LogFolder, folder: &str) -> Vec<String> {
        log.list(&Folder::parse(folder).unwrap()).iter().map(|listed| listed.file.name()).collect()
    }

    fn segments(files: &mut OpenFiles) -> usize {
        files.take_closed().iter().filter(|closed| matches!(closed, Closed::Segment(..))).count()
    }

    #[test]
    fn a_file_is_rolled_at_its_size_after_an_hour_and_after_a_day() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = OpenFiles::new(LogFolder::at(folder.path()));
        let large = text(1, 250 << 10);
        for _ in 0..66 {
            files.append(&key("large"), &large, NOW).unwrap();
        }
        assert_eq!((segments(&mut files), names(&files.log, "large").len()), (1, 2), "16 MB");
        files.append(&key("small"), &text(1, 10), NOW).unwrap();
        files.append(&key("middle"), &large.repeat(5), NOW).unwrap();
        files.roll_old(NOW + LARGE_MS_MAX);
        assert_eq!(segments(&mut files), 0);
        files.roll_old(NOW + LARGE_MS_MAX + 1);
        assert_eq!(segments(&mut files), 1, "an hour, from a megabyte on");
        files.append(&key("small"), &text(2, 10), NOW + SMALL_MS_MAX + 1).unwrap();
        assert_eq!(segments(&mut files), 1, "a day");
        assert_eq!(names(&files.log, "small"), ["business.ndjson", "business-20261126T175301Z-000001.ndjson"]);
        files.roll_old(NOW - SMALL_MS_MAX);
        assert_eq!(segments(&mut files), 0, "the clock was set back");
        files.roll(&key("small"), NOW).unwrap();
        files.roll(&key("small"), NOW).unwrap();
        assert_eq!(segments(&mut files), 1, "an empty file is no segment");
    }

    #[test]
    fn a_restart_goes_on_with_a_small_file_and_rolls_a_large_one() {
        let folder = tempfile::tempdir().unwrap();
        let log = LogFolder::at(folder.path());
        let write = |bytes: usize| {
            let mut files = OpenFiles::new(log.clone());
            files.append(&key("a"), &text(1, bytes), NOW).unwrap();
            segments(&mut files)
        };
        assert_eq!((write(10), write(10)), (0, 0));
        for _ in 0..5 {
            write(250 << 10);
        }
        assert_eq!(write(10), 1);
    }

    #[test]
    fn a_torn_line_is_cut_off_and_a_deleted_folder_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = OpenFiles::new(LogFolder::at(folder.path()));
        let path = folder.path().join("a/business.ndjson");
        files.append(&key("a"), &text(1, 10), NOW).unwrap();
        let mut torn = std::fs::read(&path).unwrap();
        torn.extend_from_slice(b"{\"time\":\"2026");
        std::fs::write(&path, &torn).unwrap();
        let mut files = OpenFiles::new(files.log);
        files.append(&key("a"), &text(2, 10), NOW).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), [text(1, 10), text(2, 10)].concat());
        std::fs::remove_dir_all(folder.path().join("a")).unwrap();
        files.append(&key("a"), &text(3, 10), NOW).unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), text(3, 10));
    }

    #[test]
    fn of_many_functions_so_many_files_are_open_and_each_line_is_written() {
        let folder = tempfile::tempdir().unwrap();
        let mut files = OpenFiles::new(LogFolder::at(folder.path()));
        for round in 0..2 {
            for function in 0..OPEN_MAX + 50 {
                files.append(&key(&format!("f{function}")), &text(round, 1), NOW).unwrap();
            }
        }
        assert_eq!(files.count(), OPEN_MAX);
        assert!(files.take_dirty().len() >= OPEN_MAX + 50);
        let lines = |function| std::fs::read_to_string(folder.path().join(format!("f{function}/business.ndjson"))).unwrap().lines().count();
        assert!((0..OPEN_MAX + 50).all(|function| lines(function) == 2));
    }
}
