//! The output of the log: lines gather in a buffer, and one thread writes it to standard error.
//!
//! Invariant: a writer holds the buffer's lock only to append; when the buffer is full, lines are dropped and counted, never waited for.

use std::cell::Cell;
use std::io::Write as _;
use std::sync::LazyLock;
use std::time::Duration;

use parking_lot::{Condvar, Mutex};

/// Bytes that may wait for standard error.
const BUFFER_BYTES_MAX: usize = 8 << 20;

/// How long lines gather before they are written together.
const GATHER: Duration = Duration::from_millis(5);

static SINK: LazyLock<Sink> = LazyLock::new(|| {
    // Without its thread the sink still works: `flush` writes when the process exits, and a full buffer drops lines.
    let _ = std::thread::Builder::new().name("skep log".to_owned()).spawn(|| SINK.run());
    Sink::default()
});

#[derive(Default)]
struct Sink {
    buffer: Mutex<Buffer>,
    filled: Condvar,
    /// Held while writing, so that `flush` waits for lines that are on their way.
    writing: Mutex<()>,
}

#[derive(Default)]
struct Buffer {
    bytes: Vec<u8>,
    dropped: u64,
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

/// Appends the text that `write` writes, a whole number of lines.
pub(in crate::telemetry) fn append(write: impl FnOnce(&mut Vec<u8>)) {
    let mut buffer = SINK.buffer.lock();
    if buffer.bytes.len() > BUFFER_BYTES_MAX {
        buffer.dropped += 1;
        return;
    }
    let was_empty = buffer.bytes.is_empty();
    APPENDING.set(true);
    write(&mut buffer.bytes);
    APPENDING.set(false);
    drop(buffer);
    if was_empty {
        SINK.filled.notify_one();
    }
}

/// Writes everything that waits. For the exit of the process.
pub fn flush() {
    SINK.write_out();
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
            (std::mem::take(&mut buffer.bytes), std::mem::take(&mut buffer.dropped))
        };
        if dropped > 0 {
            let _ = writeln!(bytes, "{{\"level\":\"warn\",\"event\":\"log lines dropped\",\"count\":{dropped}}}");
        }
        // If standard error is closed there is no place to report it.
        let _ = std::io::stderr().write_all(&bytes);
    }
}
