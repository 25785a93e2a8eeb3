//! The probe of a process: does it still work after a thread was frozen?
//!
//! It creates an isolate, runs the prelude and a garbage collection in it, and allocates memory on several threads, all within a deadline.
//!
//! Invariant: the caller is never stuck: a thread that does not answer in time counts as broken.

use std::hint::black_box;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use crate::runtime::isolate::{Interrupt, Isolate};
use crate::runtime::ops::HostApi;
use crate::sys::malloc;

/// Threads that allocate memory.
const THREADS: usize = 4;

/// Generous: the machine may be busy with the very functions that caused this.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Heap of the isolate that is created.
const HEAP_BYTES: usize = 32 << 20;

/// Stack of its thread, as workers have it.
const STACK_BYTES: usize = 8 << 20;

type Question = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

static ASKED_ALSO: OnceLock<Question> = OnceLock::new();

/// Adds a check of the rest of the process. Called once.
pub fn ask_also(question: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
    let _ = ASKED_ALSO.set(Box::new(question));
}

/// Runs the probe.
///
/// # Errors
/// The part that does not work.
pub fn run(host: Arc<dyn HostApi>) -> Result<(), String> {
    let (done_tx, done_rx) = mpsc::sync_channel(3);
    for _ in 0..THREADS {
        start(&done_tx, 1 << 20, || {
            for size in [16, 1 << 10, 64 << 10, 1 << 20] {
                drop(black_box(vec![1_u8; size]));
            }
            Ok(())
        })?;
    }
    start(&done_tx, STACK_BYTES, move || make_isolate(host))?;
    // The threads above have an arena each; this one asks all arenas for their lock.
    start(&done_tx, 1 << 20, || {
        malloc::give_back();
        Ok(())
    })?;
    for _ in 0..THREADS + 2 {
        done_rx.recv_timeout(DEADLINE).map_err(|_| format!("no answer within {} s", DEADLINE.as_secs()))??;
    }
    ASKED_ALSO.get().map_or(Ok(()), |question| question())
}

fn start(
    done_tx: &mpsc::SyncSender<Result<(), String>>,
    stack: usize,
    work: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    let done_tx = done_tx.clone();
    let thread = std::thread::Builder::new().name("skep probe".to_owned()).stack_size(stack);
    // The receiver may be gone.
    thread.spawn(move || drop(done_tx.send(work()))).map_err(|error| format!("cannot spawn a thread: {error}"))?;
    Ok(())
}

fn make_isolate(host: Arc<dyn HostApi>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let interrupt = Arc::new(Interrupt::default());
        // Creating it runs the prelude.
        let mut isolate = Isolate::prewarmed(host, interrupt, HEAP_BYTES).map_err(|error| error.detail)?;
        isolate.trim();
        Ok(())
    })
}
