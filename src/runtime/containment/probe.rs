//! Does the process still work? Asked after a thread was parked, and by an engine before it takes over.
//!
//! Makes an isolate, runs the prelude and a garbage collection in it, and takes memory on several threads, all within a deadline.
//!
//! Invariant: whoever asks is never stuck: what does not answer in time counts as broken.

use std::hint::black_box;
use std::sync::{Arc, OnceLock, mpsc};
use std::time::Duration;

use crate::runtime::isolate::{Interrupt, Isolate};
use crate::runtime::ops::Host;
use crate::sys::malloc;

/// Threads that take memory.
const THREADS: usize = 4;

/// Generous: the machine may be busy with the very functions that caused this.
pub const DEADLINE: Duration = Duration::from_secs(10);

/// Heap of the isolate that is made.
const HEAP_BYTES: usize = 32 << 20;

/// Stack of its thread, as workers have it.
const STACK_BYTES: usize = 8 << 20;

type Question = Box<dyn Fn() -> Result<(), String> + Send + Sync>;

static ASKED_ALSO: OnceLock<Question> = OnceLock::new();

/// What the rest of the process has to say about its health. Once.
pub fn ask_also(question: impl Fn() -> Result<(), String> + Send + Sync + 'static) {
    let _ = ASKED_ALSO.set(Box::new(question));
}

/// Tries it.
///
/// # Errors
/// What did not work.
pub fn run(host: Arc<dyn Host>) -> Result<(), String> {
    let (done, all) = mpsc::channel();
    for _ in 0..THREADS {
        start(&done, 1 << 20, || {
            for size in [16, 1 << 10, 64 << 10, 1 << 20] {
                drop(black_box(vec![1_u8; size]));
            }
            Ok(())
        })?;
    }
    start(&done, STACK_BYTES, move || make_isolate(host))?;
    // The threads above have an arena each; this one asks all arenas for their lock.
    start(&done, 1 << 20, || {
        malloc::give_back();
        Ok(())
    })?;
    for _ in 0..THREADS + 2 {
        all.recv_timeout(DEADLINE).map_err(|_| format!("no answer within {} s", DEADLINE.as_secs()))??;
    }
    ASKED_ALSO.get().map_or(Ok(()), |question| question())
}

fn start(
    done: &mpsc::Sender<Result<(), String>>,
    stack: usize,
    work: impl FnOnce() -> Result<(), String> + Send + 'static,
) -> Result<(), String> {
    let done = done.clone();
    let thread = std::thread::Builder::new().name("skep probe".to_owned()).stack_size(stack);
    // Nobody may be left to hear of it.
    thread.spawn(move || drop(done.send(work()))).map_err(|error| format!("no thread: {error}"))?;
    Ok(())
}

fn make_isolate(host: Arc<dyn Host>) -> Result<(), String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
    runtime.block_on(async {
        let interrupt = Arc::new(Interrupt::default());
        // Making one runs the prelude.
        let mut isolate = Isolate::blank(host, interrupt, HEAP_BYTES).map_err(|error| error.detail)?;
        isolate.trim();
        Ok(())
    })
}
