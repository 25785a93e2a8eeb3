//! The newest lines with their numbers, in memory that the writer shares with every process that answers followers.
//!
//! `store::writer` appends each line once it is in its file; `store::follow` reads. Beside it the memory has the bell that wakes the writer.
//!
//! Invariant: a reader never holds up the writer: it copies a line, and then looks whether the line was overwritten meanwhile. Whatever another
//! process writes into the memory, the writer goes on.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};
use std::time::Duration;

use rustix::thread::futex;
use rustix::time::Timespec;

use super::record::{RecordHead, RecordKind, place, put, take};
use crate::function::Level;
use crate::sys::shared_memory::{SharedWords, create_words};

/// Words of lines: 4 MB.
const DATA_WORDS: usize = 1 << 19;

/// Places of the marks, each in a cache line of its own.
const FORMAT: usize = 0;
/// Position of the oldest line.
const OLDEST: usize = 16;
/// Position after the newest.
const HEAD: usize = 32;
/// Number of the newest line.
const NEWEST: usize = 48;
/// The bell: 1 while the writer sleeps.
const BELL: usize = 64;
/// Lines that are not on the disk.
const DROPPED: usize = 80;
const MARK_WORDS: usize = 96;

/// This layout.
const FORMAT_NUMBER: u64 = 0x736b_6570_7769_6e01;

/// The memory.
#[derive(Clone, Debug)]
pub struct LogWindow(Arc<SharedWords>);

/// A line in the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WindowLine {
    /// Its number, larger than that of the line before.
    pub seq: u64,
    /// What it is.
    pub kind: RecordKind,
    /// Its level.
    pub level: Level,
    /// The function; empty: the host's.
    pub name: Box<str>,
    /// One JSON object, without a line end; of [`RecordKind::Missed`] a number.
    pub text: Vec<u8>,
}

/// The position of a reader.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowPosition(u64);

/// What a reader finds at its position.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum WindowRead {
    /// A line, and the position after it.
    Line(WindowLine, WindowPosition),
    /// Nothing yet.
    End,
    /// The line was overwritten.
    Gone,
}

impl LogWindow {
    /// Creates the memory. The first line will have the number after `newest`.
    ///
    /// # Errors
    /// If the system cannot create it.
    pub fn create(newest: u64) -> io::Result<(OwnedFd, Self)> {
        let memory = create_words("skep log lines", MARK_WORDS + DATA_WORDS)?;
        let window = Self(Arc::new(SharedWords::map(&memory, MARK_WORDS + DATA_WORDS)?));
        window.mark(NEWEST).store(newest, Ordering::Relaxed);
        window.mark(FORMAT).store(FORMAT_NUMBER, Ordering::Release);
        Ok((memory, window))
    }

    /// Maps the memory that another process created.
    ///
    /// # Errors
    /// If it has another layout, or cannot be mapped.
    pub fn open(memory: impl AsFd) -> io::Result<Self> {
        let window = Self(Arc::new(SharedWords::map(memory, MARK_WORDS + DATA_WORDS)?));
        if window.mark(FORMAT).load(Ordering::Acquire) != FORMAT_NUMBER {
            return Err(io::Error::other("the log's memory is another release's"));
        }
        Ok(window)
    }

    /// Appends the line of this number. Only the writer may. One that is too long is not shown.
    pub fn append(&self, seq: u64, kind: RecordKind, level: Level, name: &str, text: &[u8]) {
        let Some(head) = RecordHead::new(kind, level, name, text) else { return };
        let (data, at) = (self.data(), self.mark(HEAD).load(Ordering::Relaxed));
        self.make_room(at, 2 + head.body_words());
        for (word, position) in [(head.pack(), at), (seq, at.wrapping_add(1))] {
            if let Some(place) = data.get(place(data, position)) {
                place.store(word, Ordering::Relaxed);
            }
        }
        let after = put(data, put(data, at.wrapping_add(2), name.as_bytes()), text);
        self.mark(NEWEST).store(seq, Ordering::Release);
        self.mark(HEAD).store(after, Ordering::Release);
    }

    /// Gives the oldest lines up until there is room.
    fn make_room(&self, at: u64, words: u64) {
        let data = self.data();
        let mut oldest = self.mark(OLDEST).load(Ordering::Relaxed);
        while at.wrapping_add(words).wrapping_sub(oldest) > DATA_WORDS as u64 && oldest != at {
            let head = data.get(place(data, oldest)).and_then(|word| RecordHead::unpack(word.load(Ordering::Relaxed)));
            oldest = head.map_or(at, |head| oldest.wrapping_add(2 + head.body_words()));
        }
        self.mark(OLDEST).store(oldest, Ordering::Relaxed);
        // Whoever has read a word that is written from now on sees that the line is gone.
        fence(Ordering::SeqCst);
    }

    /// Lines that could not be written to the disk, since the host began.
    pub fn dropped(&self) -> u64 {
        self.mark(DROPPED).load(Ordering::Relaxed)
    }

    /// Counts them.
    pub fn count_dropped(&self, lines: u64) {
        self.mark(DROPPED).fetch_add(lines, Ordering::Relaxed);
    }

    /// The number of the newest line.
    pub fn newest(&self) -> u64 {
        self.mark(NEWEST).load(Ordering::Acquire)
    }

    /// The position of the next line.
    pub fn end(&self) -> WindowPosition {
        WindowPosition(self.mark(HEAD).load(Ordering::Acquire))
    }

    /// The position of the oldest line.
    pub fn start(&self) -> WindowPosition {
        WindowPosition(self.mark(OLDEST).load(Ordering::Acquire))
    }

    /// Reads the line at a position.
    pub fn read(&self, WindowPosition(at): WindowPosition) -> WindowRead {
        let (end, data) = (self.mark(HEAD).load(Ordering::Acquire), self.data());
        if at == end {
            return WindowRead::End;
        }
        let word = |position: u64| data.get(place(data, position)).map_or(0, |word| word.load(Ordering::Relaxed));
        let (head, seq) = (RecordHead::unpack(word(at)), word(at.wrapping_add(1)));
        let (mut name, mut text, mut after) = (Vec::new(), Vec::new(), at);
        if let Some(head) = head {
            after = take(data, at.wrapping_add(2), head.name_bytes, &mut name);
            after = take(data, after, head.text_bytes, &mut text);
        }
        fence(Ordering::SeqCst);
        let (Some(head), true) = (head, self.mark(OLDEST).load(Ordering::Relaxed) <= at && at < end) else { return WindowRead::Gone };
        let name = String::from_utf8_lossy(&name).into();
        WindowRead::Line(WindowLine { seq, kind: head.kind, level: head.level, name, text }, WindowPosition(after))
    }

    /// Wakes the writer if it sleeps. The caller has just moved the head of a ring.
    pub fn ring_bell(&self) {
        if let Some(bell) = self.0.futex(BELL).filter(|bell| bell.load(Ordering::Relaxed) != 0) {
            bell.store(0, Ordering::SeqCst);
            // Without a sleeper there is no one to wake.
            let _ = futex::wake(bell, futex::Flags::empty(), 1);
        }
    }

    /// The writer says that it is about to sleep; it looks at every ring once more afterwards.
    pub fn lie_down(&self) {
        if let Some(bell) = self.0.futex(BELL) {
            bell.store(1, Ordering::SeqCst);
            fence(Ordering::SeqCst);
        }
    }

    /// Sleeps until the bell rings, for this long at most.
    pub fn sleep(&self, most: Duration) {
        let Some(bell) = self.0.futex(BELL) else { return };
        let most = Timespec { tv_sec: i64::try_from(most.as_secs()).unwrap_or(1), tv_nsec: i64::from(most.subsec_nanos()) };
        // It ends for any reason: the writer looks by itself.
        let _ = futex::wait(bell, futex::Flags::empty(), 1, Some(&most));
        bell.store(0, Ordering::SeqCst);
    }

    fn mark(&self, index: usize) -> &AtomicU64 {
        // Each is within the marks.
        &self.0.words()[index]
    }

    fn data(&self) -> &[AtomicU64] {
        self.0.words().split_at(MARK_WORDS).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::stream::Stream;

    const LINE: RecordKind = RecordKind::Line(Stream::Requests);

    fn all(window: &LogWindow, mut at: WindowPosition) -> Vec<(u64, usize)> {
        let mut found = Vec::new();
        while let WindowRead::Line(line, next) = window.read(at) {
            found.push((line.seq, line.text.len()));
            at = next;
        }
        found
    }

    #[test]
    fn a_reader_goes_on_where_it_was_and_hears_that_a_line_is_gone() {
        let (memory, window) = LogWindow::create(41).unwrap();
        let reader = LogWindow::open(&memory).unwrap();
        let start = reader.end();
        assert_eq!(reader.read(start), WindowRead::End);
        window.append(42, LINE, Level::Warn, "hello", b"{}");
        let WindowRead::Line(line, next) = reader.read(start) else { panic!("a line") };
        assert_eq!((line.seq, line.kind, line.level, &*line.name, line.text.as_slice()), (42, LINE, Level::Warn, "hello", &b"{}"[..]));
        assert_eq!((reader.read(next), reader.newest()), (WindowRead::End, 42));
        let lines: Vec<Vec<u8>> = (0..1000).map(|length| vec![b'x'; length * 17]).collect();
        lines.iter().zip(43..).for_each(|(line, seq)| window.append(seq, LINE, Level::Info, "hello", line));
        assert_eq!(reader.read(start), WindowRead::Gone);
        let kept = all(&reader, reader.start());
        assert!(kept.len() > 200, "{}", kept.len());
        let expected: Vec<(u64, usize)> = (0..1000).map(|length| (43 + length as u64, length * 17)).collect();
        assert!(expected.ends_with(&kept), "the newest lines, whole and in order");
    }

    #[test]
    fn a_reader_beside_the_writer_never_sees_a_torn_line() {
        let (_, window) = LogWindow::create(0).unwrap();
        std::thread::scope(|scope| {
            let reader = window.clone();
            let reading = scope.spawn(move || {
                let (mut at, mut lines, mut last) = (reader.start(), 0, 0);
                while last < 20_000 {
                    match reader.read(at) {
                        WindowRead::Line(line, next) => {
                            assert!(line.seq > last && line.text.iter().all(|byte| *byte == line.seq as u8), "{}", line.seq);
                            (last, at, lines) = (line.seq, next, lines + 1);
                        }
                        WindowRead::End => std::thread::yield_now(),
                        WindowRead::Gone => at = reader.start(),
                    }
                }
                lines
            });
            for seq in 1..=20_000_u64 {
                window.append(seq, LINE, Level::Info, "f", &vec![seq as u8; 2000 + (seq % 3000) as usize]);
            }
            assert!(reading.join().unwrap() > 0);
        });
    }

    #[test]
    fn the_bell_wakes_a_writer_that_sleeps() {
        let (_, window) = LogWindow::create(0).unwrap();
        std::thread::scope(|scope| {
            window.lie_down();
            let sleeper = window.clone();
            let sleeping = scope.spawn(move || sleeper.sleep(Duration::from_secs(60)));
            while !sleeping.is_finished() {
                window.ring_bell();
                std::thread::yield_now();
            }
        });
    }
}
