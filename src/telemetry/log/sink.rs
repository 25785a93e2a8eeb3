//! The output of the log: lines gather in a buffer, and one thread writes it to standard error. Each line goes into the ring beside it, if lines
//! are kept: from there the store's writer takes it, even if this process is killed.
//!
//! Invariant: a writer holds the buffer's lock only to append; when the buffer is full, lines are dropped and counted, never waited for. No
//! other thread waits for standard error without a deadline.

use std::cell::Cell;
use std::io::Write as _;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{LazyLock, OnceLock, mpsc};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use super::record::RecordKind;
use super::ring::{LogRing, RingProducer};
use super::window::LogWindow;
use crate::function::Level;
use crate::telemetry::stream::Stream;

/// Bytes that may wait for standard error.
const BUFFER_BYTES_MAX: usize = 8 << 20;

/// Largest buffer that is kept for the lines that come next.
const SPARE_BYTES_MAX: usize = 1 << 20;

/// How long lines gather before they are written together.
const GATHER: Duration = Duration::from_millis(5);

/// How long the exit of the process waits for a reader of standard error.
const FLUSH_MAX: Duration = Duration::from_secs(1);

/// The same when the operator has asked twice for the end: enough for a reader that reads.
const FLUSH_HURRIED_MAX: Duration = Duration::from_millis(100);

static SINK: LazyLock<Sink> = LazyLock::new(|| {
    // Without its thread the sink still works: `flush` tries again when the process exits, and a full buffer drops lines.
    let _ = std::thread::Builder::new().name("skep log".to_owned()).spawn(|| SINK.run());
    Sink::default()
});

#[derive(Default)]
struct Sink {
    buffer: Mutex<Buffer>,
    filled: Condvar,
    /// Held while writing, so that `flush` waits for lines that are on their way.
    writing: Mutex<()>,
    hurried: AtomicBool,
    /// The memory in which lines are kept.
    memory: OnceLock<(LogRing, LogWindow)>,
    /// Has the lines that are kept written to their files, if that is for this process to do.
    flusher: Mutex<Option<Flusher>>,
}

/// Writes what is kept; waits for it no longer than this.
pub(in crate::telemetry) type Flusher = Box<dyn Fn(Duration) + Send>;

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    /// The allocation that was written last, for the lines that come next.
    spare: Vec<u8>,
    dropped: u64,
    kept: Option<RingProducer>,
    /// A line that is kept and not shown in the same form.
    unshown: Vec<u8>,
}

/// What is known of a line beside its text.
pub(in crate::telemetry) struct SinkLine<'a> {
    pub(in crate::telemetry) stream: Stream,
    pub(in crate::telemetry) level: Level,
    /// The function in whose folder it is kept; empty: the host's.
    pub(in crate::telemetry) folder: &'a str,
}

/// How a line is shown on standard error.
pub(in crate::telemetry) enum OnStderr<F> {
    /// Not at all.
    Nowhere,
    /// As it is kept.
    Json,
    /// As this writes it: a whole number of lines.
    As(F),
}

thread_local! {
    static APPENDING: Cell<bool> = const { Cell::new(false) };
}

/// Whether the calling thread is appending a line, and holds the buffer's lock.
pub(in crate::telemetry) fn is_appending() -> bool {
    APPENDING.get()
}

/// Writes a line without the buffer, for a thread that holds its lock.
pub(in crate::telemetry) fn write_past(line: &str) {
    let _ = std::io::stderr().write_all(line.as_bytes());
}

/// Appends a line. `json` writes it as one JSON object with its line end.
pub(in crate::telemetry) fn append(line: &SinkLine<'_>, json: impl FnOnce(&mut Vec<u8>), shown: OnStderr<impl FnOnce(&mut Vec<u8>)>) {
    let mut buffer = SINK.buffer.lock();
    let was_empty = buffer.bytes.is_empty();
    APPENDING.set(true);
    buffer.append(line, json, shown);
    APPENDING.set(false);
    let has_filled = was_empty && !buffer.bytes.is_empty();
    let is_kept = buffer.kept.is_some();
    drop(buffer);
    if has_filled {
        SINK.filled.notify_one();
    }
    if is_kept && let Some((_, window)) = SINK.memory.get() {
        window.ring_bell();
    }
}

/// Says how the lines of a function are kept, in JSON.
pub(in crate::telemetry) fn keep_by(function: &str, rules: &[u8]) {
    if let Some(kept) = &mut SINK.buffer.lock().kept {
        kept.push(RecordKind::Rules, Level::Info, function, rules);
    }
}

/// Keeps every line from now on in this memory. The first memory counts.
pub(in crate::telemetry) fn attach(ring: LogRing, window: LogWindow) {
    let producer = ring.producer();
    if SINK.memory.set((ring, window)).is_ok() {
        SINK.buffer.lock().kept = Some(producer);
    }
}

/// The memory in which lines are kept, if they are.
pub(in crate::telemetry) fn attached() -> Option<(LogRing, LogWindow)> {
    SINK.memory.get().cloned()
}

/// This process has what is kept written.
pub(in crate::telemetry) fn flush_with(flusher: Flusher) {
    *SINK.flusher.lock() = Some(flusher);
}

/// Writes everything that waits, for the exit of the process. What the disk, or a reader of standard error, does not take within a second is
/// lost.
pub fn flush() {
    let patience = if SINK.hurried.load(Ordering::Relaxed) { FLUSH_HURRIED_MAX } else { FLUSH_MAX };
    let begun = Instant::now();
    if let Some(flusher) = &*SINK.flusher.lock() {
        flusher(patience);
    }
    within(patience.saturating_sub(begun.elapsed()).max(FLUSH_HURRIED_MAX), || SINK.write_out());
}

/// The process is to end at once: `flush` waits for nobody who does not read.
pub fn hurry() {
    SINK.hurried.store(true, Ordering::Relaxed);
}

/// Does the work on a thread of its own, and waits for it this long at most. A write that blocks cannot be taken back.
fn within(patience: Duration, work: impl FnOnce() + Send + 'static) {
    let (done_tx, done_rx) = mpsc::channel();
    let work = move || {
        work();
        // Nobody waits any more if it took too long.
        let _ = done_tx.send(());
    };
    // Without a thread the last lines are lost.
    if std::thread::Builder::new().name("skep flush".to_owned()).spawn(work).is_ok() {
        let _ = done_rx.recv_timeout(patience);
    }
}

impl Buffer {
    fn append(&mut self, line: &SinkLine<'_>, json: impl FnOnce(&mut Vec<u8>), shown: OnStderr<impl FnOnce(&mut Vec<u8>)>) {
        let has_room = self.bytes.len() <= BUFFER_BYTES_MAX;
        let begin = self.bytes.len();
        let kind = RecordKind::Line(line.stream);
        match shown {
            OnStderr::Json if has_room => {
                json(&mut self.bytes);
                if let Some(kept) = &mut self.kept {
                    kept.push(kind, line.level, line.folder, self.bytes.get(begin..).unwrap_or_default());
                }
                return;
            }
            OnStderr::As(write) if has_room => write(&mut self.bytes),
            OnStderr::Json | OnStderr::As(_) => self.dropped += 1,
            OnStderr::Nowhere => {}
        }
        if let Some(kept) = &mut self.kept {
            self.unshown.clear();
            json(&mut self.unshown);
            kept.push(kind, line.level, line.folder, &self.unshown);
        }
    }
}

impl Sink {
    fn run(&self) {
        loop {
            {
                let mut buffer = self.buffer.lock();
                if buffer.bytes.is_empty() {
                    self.filled.wait(&mut buffer);
                }
            }
            std::thread::sleep(GATHER);
            self.write_out();
        }
    }

    fn write_out(&self) {
        let _writing = self.writing.lock();
        let (mut bytes, dropped) = {
            let mut buffer = self.buffer.lock();
            let spare = std::mem::take(&mut buffer.spare);
            (std::mem::replace(&mut buffer.bytes, spare), std::mem::take(&mut buffer.dropped))
        };
        if dropped > 0 {
            let _ = writeln!(bytes, "{{\"level\":\"warn\",\"event\":\"log lines dropped\",\"count\":{dropped}}}");
        }
        // If standard error is closed there is no place to report it.
        let _ = std::io::stderr().write_all(&bytes);
        if bytes.capacity() <= SPARE_BYTES_MAX {
            bytes.clear();
            self.buffer.lock().spare = bytes;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;

    #[test]
    fn the_exit_waits_for_what_is_written_and_not_for_what_never_is() {
        let written = Arc::new(AtomicBool::new(false));
        let write = Arc::clone(&written);
        within(Duration::from_secs(60), move || write.store(true, Ordering::SeqCst));
        assert!(written.load(Ordering::SeqCst));
        // Never sent: a test that waited would hang.
        let (_blocked_tx, blocked_rx) = mpsc::channel::<()>();
        within(Duration::from_millis(1), move || {
            let _ = blocked_rx.recv();
        });
    }
}
