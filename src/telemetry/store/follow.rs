//! A client that follows: first what it has not seen, from the disk, then each line as the window shows it.
//!
//! `admin::api` makes one for each client and sends its events.
//!
//! Invariant: each line that meets the conditions comes once, in the order of the numbers, also where another engine goes on for a client that
//! names the last number it has seen. Lines are missing only if they were dropped, or where the disk keeps none; their number is told.

use std::collections::VecDeque;
use std::time::{Duration, Instant};

use super::filter::LogFilter;
use super::search::{LogReader, SearchOrder, SearchTask};
use crate::telemetry::log::record::RecordKind;
use crate::telemetry::log::sink;
use crate::telemetry::log::window::{WindowPosition, WindowRead};

/// How often a client that has seen everything looks again.
const LOOK_EVERY: Duration = Duration::from_millis(25);

/// Lines that are read from the disk at a time.
const PAGE_LINES: usize = 1000;

/// Lines that are looked at before other work of the thread may be done.
const LINES_AT_A_TIME: usize = 256;

/// How long the beginning waits for lines that are on their way.
const SETTLE_MAX: Duration = Duration::from_millis(500);
const SETTLE_PAUSE: Duration = Duration::from_millis(2);

/// How long a search waits for others.
const SEARCH_WAIT: Duration = Duration::from_secs(60);

/// Pause after a search that could not be made.
const RETRY: Duration = Duration::from_secs(1);

/// What a client receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowEvent {
    /// The line of this number: one JSON object.
    Line(u64, Vec<u8>),
    /// So many lines are gone.
    Missed(u64),
}

/// The position of a client in the log.
#[derive(Debug)]
pub struct Follower {
    reader: LogReader,
    filter: LogFilter,
    /// The number up to which it has seen all.
    seen: u64,
    place: Place,
    found: VecDeque<FollowEvent>,
}

#[derive(Debug)]
enum Place {
    /// It reads what is no longer in the window.
    Disk,
    Window(WindowPosition),
}

impl Follower {
    /// Follows from the next line on: those that were emitted before are not among them.
    pub async fn from_now(reader: LogReader, filter: LogFilter) -> Self {
        if let Some((ring, _)) = sink::attached() {
            let (head, begun) = (ring.head(), Instant::now());
            while !ring.is_written(head) && begun.elapsed() < SETTLE_MAX {
                tokio::time::sleep(SETTLE_PAUSE).await;
            }
        }
        let (place, seen) = (Place::Window(reader.window.end()), reader.window.newest());
        Self { reader, filter, seen, place, found: VecDeque::new() }
    }

    /// Follows from the line after this number on; from 0 on: from the first that meets the conditions.
    pub fn after(reader: LogReader, filter: LogFilter, seen: u64) -> Self {
        // A number that was not given out yet would hide what comes.
        let seen = seen.min(reader.window.newest());
        Self { reader, filter, seen, place: Place::Disk, found: VecDeque::new() }
    }

    /// The number up to which the client has seen all.
    pub fn seen(&self) -> u64 {
        self.seen
    }

    /// Waits for the next event. May be cancelled.
    pub async fn next(&mut self) -> FollowEvent {
        loop {
            if let Some(event) = self.found.pop_front() {
                if let FollowEvent::Line(seq, _) = event {
                    self.seen = self.seen.max(seq);
                }
                return event;
            }
            match self.place {
                Place::Disk => self.read_disk().await,
                Place::Window(at) => {
                    if let Some(event) = self.read_window(at).await {
                        return event;
                    }
                }
            }
        }
    }

    async fn read_disk(&mut self) {
        let (start, newest) = (self.reader.window.start(), self.reader.window.newest());
        if self.reader.log.is_none() || newest <= self.seen || self.is_in_window(start) {
            return self.enter_window(start);
        }
        let filter = LogFilter { after: Some(self.seen), before: Some(newest + 1), ..self.filter.clone() };
        let task = SearchTask { filter, limit: PAGE_LINES, order: SearchOrder::Oldest };
        let Ok(outcome) = self.reader.search(task, SEARCH_WAIT).await else { return tokio::time::sleep(RETRY).await };
        if !outcome.is_cut {
            // Whatever is in the window and not newer is seen.
            self.seen = newest;
            self.place = Place::Window(start);
        }
        self.found = outcome.lines.into_iter().map(|found| FollowEvent::Line(found.seq, found.line)).collect();
    }

    /// Whether the line after the last that was seen is in the window.
    fn is_in_window(&self, start: WindowPosition) -> bool {
        matches!(self.reader.window.read(start), WindowRead::Line(line, _) if line.seq <= self.seen + 1)
    }

    /// Goes on in the window; where the disk has nothing, what was overwritten is gone.
    fn enter_window(&mut self, start: WindowPosition) {
        if let WindowRead::Line(line, _) = self.reader.window.read(start)
            && self.seen > 0
            && line.seq > self.seen + 1
        {
            self.found.push_back(FollowEvent::Missed(line.seq - self.seen - 1));
            self.seen = line.seq - 1;
        }
        self.place = Place::Window(start);
    }

    async fn read_window(&mut self, mut at: WindowPosition) -> Option<FollowEvent> {
        for _ in 0..LINES_AT_A_TIME {
            match self.reader.window.read(at) {
                WindowRead::Line(line, next) if line.seq <= self.seen => at = next,
                // Between a search of the disk and now lines have left the window.
                WindowRead::Line(line, _) if line.seq > self.seen + 1 && self.reader.log.is_some() => {
                    self.place = Place::Disk;
                    return None;
                }
                WindowRead::Line(line, next) => {
                    (self.seen, at) = (line.seq, next);
                    let event = match line.kind {
                        RecordKind::Missed => {
                            std::str::from_utf8(&line.text).ok().and_then(|count| count.parse().ok()).map(FollowEvent::Missed)
                        }
                        _ => self.filter.matches(&line.text).then_some(FollowEvent::Line(line.seq, line.text)),
                    };
                    if event.is_some() {
                        self.place = Place::Window(at);
                        return event;
                    }
                }
                WindowRead::End => {
                    self.place = Place::Window(at);
                    tokio::time::sleep(LOOK_EVERY).await;
                    return None;
                }
                WindowRead::Gone => {
                    self.place = Place::Disk;
                    return None;
                }
            }
        }
        self.place = Place::Window(at);
        tokio::task::yield_now().await;
        None
    }
}
