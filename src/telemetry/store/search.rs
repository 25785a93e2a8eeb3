//! The search: lines that meet conditions, from the files where they lie and from the window of the newest.
//!
//! `admin::api` asks, and `follow` for what is no longer in the window. A search runs on a thread of its own at the lowest priority; searches take
//! turns, so that all of them use one core.
//!
//! Invariant: an answer has at most [`LINES_MAX`] lines and [`ANSWER_BYTES_MAX`] bytes, each line once, in the order of their numbers.

use std::collections::BTreeMap;
use std::io;
use std::ops::ControlFlow;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Mutex, MutexGuard};
use tokio::sync::{Semaphore, oneshot};

use super::blocks::Blocks;
use super::files::LogFolder;
use super::filter::LogFilter;
use super::line;
use super::segment::{Folder, StoreFile};
use crate::function::FunctionName;
use crate::sys::scheduling;
use crate::telemetry::log::record::RecordKind;
use crate::telemetry::log::sink;
use crate::telemetry::log::window::{LogWindow, WindowRead};
use crate::telemetry::stream::Stream;

/// Lines of an answer.
pub const LINES_MAX: usize = 10_000;

/// Bytes of an answer's lines.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Searches at a time.
const SEARCHES_MAX: usize = 4;

/// How often a search begins again with the window because the writer was faster.
const ATTEMPTS_MAX: usize = 100;

/// How long a search works before another may.
const SLICE: Duration = Duration::from_millis(100);

/// Which of many lines.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SearchOrder {
    /// Those with the smallest numbers, ascending.
    #[default]
    Oldest,
    /// Those with the greatest numbers, descending.
    Newest,
}

/// What is looked for.
#[derive(Clone, Debug, Default)]
pub struct SearchTask {
    /// The conditions.
    pub filter: LogFilter,
    /// Lines at most.
    pub limit: usize,
    /// Which of them.
    pub order: SearchOrder,
}

/// A line that was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoundLine {
    /// Its number.
    pub seq: u64,
    /// One JSON object, without a line end.
    pub line: Vec<u8>,
}

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchOutcome {
    /// The lines, in the order that was asked for.
    pub lines: Vec<FoundLine>,
    /// Whether there may be more.
    pub is_cut: bool,
}

/// Why there is no answer.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    /// [`SEARCHES_MAX`] others search.
    #[error("{SEARCHES_MAX} other searches of the log run already")]
    Busy,
    /// The system gives no thread.
    #[error("cannot search the log: {0}")]
    System(#[from] io::Error),
}

/// Reads the log of this host.
#[derive(Clone, Debug)]
pub struct LogReader {
    pub(super) log: Option<LogFolder>,
    pub(super) window: LogWindow,
    turn: Arc<Mutex<()>>,
    places: Arc<Semaphore>,
}

impl LogReader {
    /// A reader of the lines in this folder, and of those in memory. `None` if this process keeps no lines.
    pub fn attached(folder: Option<&Path>) -> Option<Self> {
        let (_, window) = sink::attached()?;
        Some(Self::new(folder.map(LogFolder::at), window))
    }

    pub(super) fn new(log: Option<LogFolder>, window: LogWindow) -> Self {
        Self { log, window, turn: Arc::default(), places: Arc::new(Semaphore::new(SEARCHES_MAX)) }
    }

    /// Lines that could not be written to the disk, since the host began.
    pub fn dropped_lines(&self) -> u64 {
        self.window.dropped()
    }

    /// Whether there are lines in a function's folder, or were.
    pub fn knows(&self, function: &FunctionName) -> bool {
        self.log.as_ref().is_some_and(|log| !log.list(&Folder::Function(function.clone())).is_empty())
    }

    /// Searches on a thread of its own, once there is a place. Dropped, it ends at its next block.
    ///
    /// # Errors
    /// If there is no place for so long, or the system gives no thread.
    pub async fn search(&self, task: SearchTask, wait: Duration) -> Result<SearchOutcome, SearchError> {
        let place = tokio::time::timeout(wait, self.places.clone().acquire_owned()).await.map_err(|_| SearchError::Busy)?;
        // The places are never closed.
        let place = place.map_err(io::Error::other)?;
        let (done_tx, done_rx) = oneshot::channel();
        let wanted = Wanted(Arc::new(AtomicBool::new(true)));
        let (reader, is_wanted) = (self.clone(), wanted.0.clone());
        std::thread::Builder::new().name("skep log search".to_owned()).spawn(move || {
            scheduling::lower_own();
            let outcome = reader.search_now(&task, &is_wanted);
            drop(place);
            // The client may have left.
            let _ = done_tx.send(outcome);
        })?;
        let outcome = done_rx.await.map_err(io::Error::other);
        drop(wanted);
        Ok(outcome?)
    }

    /// Searches on this thread.
    pub(super) fn search_now(&self, task: &SearchTask, is_wanted: &AtomicBool) -> SearchOutcome {
        let mut search =
            Search { task, best: Best::new(task), buffer: Vec::new(), turn: self.turn.lock(), since: Instant::now(), is_wanted };
        if let Some(log) = &self.log {
            for folder in folders(log, &task.filter) {
                if search.folder(log, &folder).is_break() {
                    break;
                }
            }
        }
        search.window(&self.window);
        search.best.finish()
    }
}

/// Says that the answer is not wanted any more.
struct Wanted(Arc<AtomicBool>);

impl Drop for Wanted {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// The folders that may have what is looked for: lines of the host may be about a function, too.
fn folders(log: &LogFolder, filter: &LogFilter) -> Vec<Folder> {
    match &filter.function {
        Some(function) => vec![Folder::Host, Folder::Function(function.clone())],
        None => log.folders(),
    }
}

struct Search<'a> {
    task: &'a SearchTask,
    best: Best,
    /// The block that is looked at.
    buffer: Vec<u8>,
    turn: MutexGuard<'a, ()>,
    since: Instant,
    is_wanted: &'a AtomicBool,
}

impl Search<'_> {
    /// Searches a folder. The open files are opened before the others are listed: one that is rolled meanwhile is read twice rather than not at
    /// all.
    fn folder(&mut self, log: &LogFolder, folder: &Folder) -> ControlFlow<()> {
        let wanted = Stream::ALL.into_iter().filter(|stream| self.task.filter.wants(*stream));
        let open: Vec<Blocks> = wanted.filter_map(|stream| Blocks::open(log, folder, &StoreFile::Open(stream)).ok().flatten()).collect();
        let since_ms = self.task.filter.since_ms;
        let mut closed = log.list(folder);
        closed.retain(|listed| {
            // A file that was not touched since then has no line since then; a second for the clock of the file system.
            let is_late = since_ms.is_none_or(|since_ms| listed.modified_ms + 1000 >= since_ms);
            listed.file.segment().is_some() && self.task.filter.wants(listed.file.stream()) && is_late
        });
        if self.task.order == SearchOrder::Newest {
            closed.reverse();
            for blocks in &open {
                self.file(blocks)?;
            }
        }
        for listed in closed {
            // One that was removed since.
            if let Ok(Some(blocks)) = Blocks::open(log, folder, &listed.file) {
                self.file(&blocks)?;
            }
        }
        if self.task.order == SearchOrder::Oldest {
            for blocks in &open {
                self.file(blocks)?;
            }
        }
        ControlFlow::Continue(())
    }

    /// Searches a file, from the end that has the better lines. `Break`: the answer is not wanted any more.
    fn file(&mut self, blocks: &Blocks) -> ControlFlow<()> {
        let count = blocks.count();
        for nth in 0..count {
            self.pause()?;
            let number = if self.task.order == SearchOrder::Newest { count - 1 - nth } else { nth };
            if let Some(member) = blocks.member(number) {
                if !self.best.may_take(member.first_seq, member.last_seq) {
                    break;
                }
                if !self.task.filter.may_match(member) {
                    continue;
                }
            }
            let mut buffer = std::mem::take(&mut self.buffer);
            // A block that cannot be read has no lines.
            let lines = blocks.read(number, &mut buffer).unwrap_or_default();
            let is_better = self.lines(buffer.get(lines).unwrap_or_default());
            self.buffer = buffer;
            if !is_better {
                break;
            }
        }
        ControlFlow::Continue(())
    }

    /// Looks at the lines of a block. Says whether the next block may have better ones.
    fn lines(&mut self, text: &[u8]) -> bool {
        if let (Some(first), Some(last)) = (first_line(text).and_then(line::seq), last_line(text).and_then(line::seq))
            && !self.best.may_take(first, last)
        {
            return false;
        }
        if !self.task.filter.may_have(text) {
            return true;
        }
        let mut begin = 0;
        for end in memchr::memchr_iter(b'\n', text) {
            let line = text.get(begin..end).unwrap_or_default();
            begin = end + 1;
            if self.task.filter.matches(line)
                && let Some(seq) = line::seq(line)
            {
                self.best.add(seq, line);
            }
        }
        true
    }

    /// The newest lines: what the disk does not take is there all the same.
    fn window(&mut self, window: &LogWindow) {
        let (mut at, mut attempts) = (window.start(), 0);
        while attempts < ATTEMPTS_MAX {
            match window.read(at) {
                WindowRead::Line(line, next) => {
                    at = next;
                    if matches!(line.kind, RecordKind::Line(_)) && self.task.filter.matches(&line.text) {
                        self.best.add(line.seq, &line.text);
                    }
                }
                WindowRead::Gone => (at, attempts) = (window.start(), attempts + 1),
                WindowRead::End => return,
            }
        }
    }

    /// Lets another search work, if this one has for long. `Break`: no one waits for the answer.
    fn pause(&mut self) -> ControlFlow<()> {
        if !self.is_wanted.load(Ordering::Relaxed) {
            return ControlFlow::Break(());
        }
        if self.since.elapsed() >= SLICE {
            MutexGuard::bump(&mut self.turn);
            self.since = Instant::now();
        }
        ControlFlow::Continue(())
    }
}

fn first_line(text: &[u8]) -> Option<&[u8]> {
    text.get(..memchr::memchr(b'\n', text)?)
}

fn last_line(text: &[u8]) -> Option<&[u8]> {
    let text = text.strip_suffix(b"\n")?;
    text.get(memchr::memrchr(b'\n', text).map_or(0, |at| at + 1)..)
}

/// The best lines so far.
struct Best {
    lines: BTreeMap<u64, Vec<u8>>,
    bytes: usize,
    limit: usize,
    order: SearchOrder,
    is_cut: bool,
}

impl Best {
    fn new(task: &SearchTask) -> Self {
        Self { lines: BTreeMap::new(), bytes: 0, limit: task.limit.clamp(1, LINES_MAX), order: task.order, is_cut: false }
    }

    /// Whether a line with a number in this range could be among the best.
    fn may_take(&self, first: u64, last: u64) -> bool {
        if !self.is_cut && self.lines.len() < self.limit {
            return true;
        }
        match self.order {
            SearchOrder::Oldest => self.lines.last_key_value().is_none_or(|(worst, _)| first < *worst),
            SearchOrder::Newest => self.lines.first_key_value().is_none_or(|(worst, _)| last > *worst),
        }
    }

    fn add(&mut self, seq: u64, line: &[u8]) {
        if self.lines.contains_key(&seq) {
            return;
        }
        if !self.may_take(seq, seq) {
            self.is_cut = true;
            return;
        }
        self.bytes += line.len();
        self.lines.insert(seq, line.to_vec());
        while self.lines.len() > self.limit || (self.bytes > ANSWER_BYTES_MAX && self.lines.len() > 1) {
            self.is_cut = true;
            let worst = if self.order == SearchOrder::Oldest { self.lines.pop_last() } else { self.lines.pop_first() };
            self.bytes -= worst.map_or(0, |(_, line)| line.len());
        }
    }

    fn finish(self) -> SearchOutcome {
        // A file that was skipped because the answer was full may have had more.
        let is_cut = self.is_cut || self.lines.len() >= self.limit;
        let mut lines: Vec<FoundLine> = self.lines.into_iter().map(|(seq, line)| FoundLine { seq, line }).collect();
        if self.order == SearchOrder::Newest {
            lines.reverse();
        }
        SearchOutcome { lines, is_cut }
    }
}
