//! The lines of one process on their way to the writer, in memory that outlives the process.
//!
//! `sink` appends as the only producer; `store::writer`, in the supervisor or in the same process, takes the lines out and moves the tail once
//! they are in their files.
//!
//! Invariant: what lies between the two marks is whole records: the head moves after the bytes of a record, the tail after its line is in a
//! file. A process that is killed between two marks leaves what it had said.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering, fence};

use super::record::{RecordHead, RecordKind, place, put, take};
use crate::function::Level;
use crate::sys::shared_memory::{SharedWords, create_words};

/// Words of lines that may wait: 8 MB.
const DATA_WORDS: usize = 1 << 20;

/// Places of the marks, each in a cache line of its own.
const FORMAT: usize = 0;
const HEAD: usize = 16;
const TAIL: usize = 32;
const DROPPED: usize = 48;
const MARK_WORDS: usize = 64;

/// This layout. Neighbouring releases of the supervisor and an engine agree on it or keep no lines.
const FORMAT_NUMBER: u64 = 0x736b_6570_6c6f_6701;

/// An empty memory is used from its start on beyond this many words: lines that lie in the same place stay in the processor's cache. The longest
/// line has room before that.
const REWIND_WORDS: usize = 1 << 16;

/// The memory of one process.
#[derive(Clone, Debug)]
pub struct LogRing(Arc<SharedWords>);

impl LogRing {
    /// Creates the memory.
    ///
    /// # Errors
    /// If the system cannot create it.
    pub fn create() -> io::Result<(OwnedFd, Self)> {
        let memory = create_words("skep log", MARK_WORDS + DATA_WORDS)?;
        let words = SharedWords::map(&memory, MARK_WORDS + DATA_WORDS)?;
        let ring = Self(Arc::new(words));
        ring.mark(FORMAT).store(FORMAT_NUMBER, Ordering::Release);
        Ok((memory, ring))
    }

    /// Maps the memory that another process created.
    ///
    /// # Errors
    /// If it has another layout, or cannot be mapped.
    pub fn open(memory: impl AsFd) -> io::Result<Self> {
        let ring = Self(Arc::new(SharedWords::map(memory, MARK_WORDS + DATA_WORDS)?));
        if ring.mark(FORMAT).load(Ordering::Acquire) != FORMAT_NUMBER {
            return Err(io::Error::other("the log's memory is another release's"));
        }
        Ok(ring)
    }

    /// The producer's end; there is one.
    pub fn producer(&self) -> RingProducer {
        let head = self.mark(HEAD).load(Ordering::Acquire);
        RingProducer { ring: self.clone(), head, tail: self.mark(TAIL).load(Ordering::Acquire) }
    }

    /// The consumer's end; there is one.
    pub fn consumer(&self) -> RingConsumer {
        let position = self.mark(TAIL).load(Ordering::Acquire);
        RingConsumer { ring: self.clone(), position, dropped: 0 }
    }

    /// Where the next line goes: all lines until now lie before it.
    pub fn head(&self) -> u64 {
        self.mark(HEAD).load(Ordering::Acquire)
    }

    /// Whether every line before this position is in its file.
    pub fn is_written(&self, head: u64) -> bool {
        self.mark(TAIL).load(Ordering::Acquire) >= head
    }

    fn mark(&self, index: usize) -> &AtomicU64 {
        // Each is within the marks.
        &self.0.words()[index]
    }

    fn data(&self) -> &[AtomicU64] {
        self.0.words().split_at(MARK_WORDS).1
    }
}

/// The end that appends.
#[derive(Debug)]
pub struct RingProducer {
    ring: LogRing,
    head: u64,
    /// The tail as it was seen last: there may be more room by now.
    tail: u64,
}

impl RingProducer {
    /// Appends a record; without room for it, it is counted as dropped.
    pub fn push(&mut self, kind: RecordKind, level: Level, name: &str, text: &[u8]) {
        let Some(head) = RecordHead::new(kind, level, name, text) else { return self.drop_one() };
        self.rewind();
        let words = 1 + head.body_words();
        if !self.has_room(words) {
            return self.drop_one();
        }
        let data = self.ring.data();
        if let Some(word) = data.get(place(data, self.head)) {
            word.store(head.pack(), Ordering::Relaxed);
        }
        let at = put(data, self.head + 1, name.as_bytes());
        self.head = put(data, at, text);
        self.ring.mark(HEAD).store(self.head, Ordering::Release);
        // The writer says that it sleeps and looks at the head again; we move the head and look whether it sleeps.
        fence(Ordering::SeqCst);
    }

    fn drop_one(&self) {
        self.ring.mark(DROPPED).fetch_add(1, Ordering::Relaxed);
    }

    /// A word stays free, so that the memory is never full for whoever compares places.
    fn has_room(&mut self, words: u64) -> bool {
        let room = |head: u64, tail: u64| DATA_WORDS as u64 - head.wrapping_sub(tail) > words;
        if !room(self.head, self.tail) {
            self.tail = self.ring.mark(TAIL).load(Ordering::Acquire);
        }
        room(self.head, self.tail)
    }

    /// Continues at the start of an empty memory.
    fn rewind(&mut self) {
        let at = place(self.ring.data(), self.head);
        if at < REWIND_WORDS {
            return;
        }
        if self.tail != self.head {
            self.tail = self.ring.mark(TAIL).load(Ordering::Acquire);
        }
        if self.tail == self.head {
            let data = self.ring.data();
            if let Some(word) = data.get(at) {
                word.store(RecordHead::skip().pack(), Ordering::Relaxed);
            }
            self.head += (DATA_WORDS - at) as u64;
            self.ring.mark(HEAD).store(self.head, Ordering::Release);
        }
    }
}

/// A record that was taken out.
#[derive(Debug)]
pub struct RingRecord<'a> {
    /// What it is.
    pub head: RecordHead,
    /// The function's name; empty: the host's.
    pub name: &'a [u8],
    /// The line, with its end.
    pub text: &'a [u8],
}

/// The memory holds what no release writes: its process wrote where it must not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the log's memory is damaged")]
pub struct DamagedRing;

/// The end that takes out.
#[derive(Debug)]
pub struct RingConsumer {
    ring: LogRing,
    position: u64,
    dropped: u64,
}

impl RingConsumer {
    /// Hands out records, oldest first, until there are none or `most` bytes were handed out. Says whether any was. The tail stays where it is
    /// until [`RingConsumer::commit`].
    ///
    /// # Errors
    /// If the memory is damaged. What lies in it is given up.
    pub fn read(&mut self, most: usize, mut each: impl FnMut(RingRecord<'_>)) -> Result<bool, DamagedRing> {
        let head = self.ring.mark(HEAD).load(Ordering::Acquire);
        let (mut bytes, mut read) = (Vec::new(), 0);
        let is_any = head != self.position;
        while self.position != head && read < most {
            let left = head.wrapping_sub(self.position);
            let Some((record, next)) = self.next(left, &mut bytes) else {
                self.position = head;
                self.commit();
                return Err(DamagedRing);
            };
            read += bytes.len();
            let (name, text) = bytes.split_at(record.name_bytes);
            if record.kind != RecordKind::Skip {
                each(RingRecord { head: record, name, text });
            }
            self.position = next;
        }
        Ok(is_any)
    }

    fn next(&self, left: u64, bytes: &mut Vec<u8>) -> Option<(RecordHead, u64)> {
        let data = self.ring.data();
        let at = place(data, self.position);
        let head = RecordHead::unpack(data.get(at)?.load(Ordering::Relaxed))?;
        bytes.clear();
        if head.kind == RecordKind::Skip {
            let words = (DATA_WORDS - at) as u64;
            return (words <= left).then_some((RecordHead::skip(), self.position.wrapping_add(words)));
        }
        if left > DATA_WORDS as u64 || 1 + head.body_words() > left {
            return None;
        }
        let after = take(data, self.position.wrapping_add(1), head.name_bytes, bytes);
        Some((head, take(data, after, head.text_bytes, bytes)))
    }

    /// What was read is in its files: its room is free.
    pub fn commit(&self) {
        self.ring.mark(TAIL).store(self.position, Ordering::Release);
    }

    /// Whether there is nothing to read.
    pub fn is_empty(&self) -> bool {
        self.ring.head() == self.position
    }

    /// Lines that found no room since this was asked last.
    pub fn dropped(&mut self) -> u64 {
        let all = self.ring.mark(DROPPED).load(Ordering::Relaxed);
        all.wrapping_sub(std::mem::replace(&mut self.dropped, all))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::log::record::LINE_BYTES_MAX;
    use crate::telemetry::stream::Stream;

    const LINE: RecordKind = RecordKind::Line(Stream::Business);

    fn read(consumer: &mut RingConsumer) -> Vec<(String, String)> {
        let mut found = Vec::new();
        let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
        consumer.read(usize::MAX, |record| found.push((text(record.name), text(record.text)))).unwrap();
        found
    }

    #[test]
    fn lines_come_out_in_order_and_stay_until_they_are_written() {
        let (memory, ring) = LogRing::create().unwrap();
        let mut producer = LogRing::open(&memory).unwrap().producer();
        producer.push(LINE, Level::Info, "hello", b"one\n");
        producer.push(LINE, Level::Error, "", b"");
        let expected = [("hello".to_owned(), "one\n".to_owned()), (String::new(), String::new())];
        assert_eq!(read(&mut ring.consumer()), expected);
        let mut consumer = ring.consumer();
        assert_eq!(read(&mut consumer), expected, "the first consumer did not write them");
        assert!(!ring.is_written(ring.head()));
        consumer.commit();
        assert!(ring.is_written(ring.head()) && ring.consumer().is_empty());
    }

    #[test]
    fn lines_without_room_are_counted_and_the_others_are_whole() {
        let (_, ring) = LogRing::create().unwrap();
        let (mut producer, mut consumer) = (ring.producer(), ring.consumer());
        let line = vec![b'x'; LINE_BYTES_MAX - 1];
        for _ in 0..40 {
            producer.push(LINE, Level::Info, "a", &line);
        }
        let found = read(&mut consumer);
        assert!(found.iter().all(|(_, text)| text.as_bytes() == line));
        assert_eq!(found.len() as u64 + consumer.dropped(), 40);
        assert!(found.len() >= 30, "{}", found.len());
        consumer.commit();
        producer.push(LINE, Level::Info, "b", b"next");
        assert_eq!(read(&mut consumer), [("b".to_owned(), "next".to_owned())]);
        producer.push(LINE, Level::Info, "b", &vec![b'x'; LINE_BYTES_MAX + 1]);
        assert_eq!((read(&mut consumer).len(), consumer.dropped()), (0, 1), "too long");
    }

    #[test]
    fn any_number_of_lines_goes_round_and_round() {
        let (_, ring) = LogRing::create().unwrap();
        let (mut producer, mut consumer) = (ring.producer(), ring.consumer());
        for round in 0..3000 {
            let lines: Vec<String> = (0..round % 7).map(|line| format!("{round} {line} {}", "y".repeat(round))).collect();
            lines.iter().for_each(|line| producer.push(LINE, Level::Info, "f", line.as_bytes()));
            let found = read(&mut consumer);
            assert!(found.iter().map(|(_, text)| text).eq(lines.iter()), "round {round}");
            consumer.commit();
        }
        assert_eq!(consumer.dropped(), 0);
    }

    #[test]
    fn a_process_that_wrote_where_it_must_not_ends_no_other() {
        for noise in [0, u64::MAX, RecordHead { text_bytes: LINE_BYTES_MAX, ..RecordHead::new(LINE, Level::Info, "", b"").unwrap() }.pack()]
        {
            let (_, ring) = LogRing::create().unwrap();
            let (mut producer, mut consumer) = (ring.producer(), ring.consumer());
            producer.push(LINE, Level::Info, "f", b"whole");
            ring.data()[0].store(noise, Ordering::Relaxed);
            assert_eq!(consumer.read(usize::MAX, |_| ()), Err(DamagedRing));
            producer.push(LINE, Level::Info, "f", b"whole");
            assert_eq!(read(&mut consumer).len(), 1, "what comes next is read");
        }
        let (_, ring) = LogRing::create().unwrap();
        ring.mark(HEAD).store(u64::MAX, Ordering::Relaxed);
        assert_eq!(ring.consumer().read(usize::MAX, |_| ()), Err(DamagedRing));
    }
}
