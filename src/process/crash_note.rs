//! The crash note: which function each worker thread runs, written where it outlives the process.
//!
//! The supervisor creates slots in shared memory for each engine ([`CrashSlots`]). Worker threads of the engine write them, and so may
//! signal handlers; when the engine is dead the supervisor reads them.
//!
//! How to use it, on the worker's own thread unless it says otherwise:
//! - [`enter`] once the thread has a function, [`leave`] when it exits in an orderly way; a thread that is frozen never leaves;
//! - [`busy`] around every turn of JavaScript: one relaxed store;
//! - [`offender`] from a signal handler or a fatal-error callback, on any thread: async-signal-safe.
//!
//! A thread that helps one worker (DNS, crypto) enters as that worker and is never busy: it is named only for a signal of its own. A thread
//! that never entered is nobody's, and a signal on it names no function.
//!
//! All four do nothing in a process without a supervisor, and for threads that found no free slot.
//!
//! Invariant: after [`open`] nothing here allocates, locks or makes a system call.

use std::cell::Cell;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU8, Ordering};

use rustix::fs::{MemfdFlags, fstat, ftruncate, memfd_create};

use crate::sys::shared_memory::{self, CrashSlot as Slot, FUNCTION_BYTES, VERSION_BYTES};

/// Threads that help one worker, at most; each takes a slot.
pub const HELPERS_MAX: usize = 4;

/// States of a slot.
const FREE: u32 = 0;
const IDLE: u32 = 1;
const BUSY: u32 = 2;

const SLOT_BYTES: usize = size_of::<Slot>();

static SLOTS: OnceLock<&'static [Slot]> = OnceLock::new();

thread_local! {
    /// The slot of this thread. Constant and without a destructor, so that a signal handler may read it.
    static OWN: Cell<Option<&'static Slot>> = const { Cell::new(None) };
}

/// The note's record of one worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SlotState {
    /// Name of its function.
    pub function: String,
    /// Id of the function's version.
    pub version: String,
    /// The signal that its own code raised, if a handler noted one.
    pub signal: Option<u32>,
}

/// The supervisor's side: shared memory for one engine.
pub(crate) struct CrashSlots {
    memory: OwnedFd,
    slots: usize,
}

impl CrashSlots {
    /// Shared memory with a slot for each of `workers` threads.
    ///
    /// # Errors
    /// If the system cannot create it.
    pub(crate) fn new(workers: usize) -> io::Result<Self> {
        let memory = memfd_create("skep crash note", MemfdFlags::CLOEXEC)?;
        ftruncate(&memory, (workers * SLOT_BYTES) as u64)?;
        Ok(Self { memory, slots: workers })
    }

    /// The memory that an engine maps.
    pub(crate) fn descriptor(&self) -> impl AsFd + '_ {
        &self.memory
    }

    /// The workers that ran JavaScript, or whose code raised a signal. The engine must be dead.
    pub(crate) fn read(&self) -> Vec<SlotState> {
        let mut entries = Vec::new();
        let mut bytes = [0; SLOT_BYTES];
        for index in 0..self.slots {
            let offset = (index * SLOT_BYTES) as u64;
            if !matches!(rustix::io::pread(&self.memory, &mut bytes, offset), Ok(SLOT_BYTES)) {
                break;
            }
            entries.extend(parse(&bytes));
        }
        entries
    }
}

/// One slot's bytes, if its worker ran JavaScript or was named the offender.
fn parse(bytes: &[u8; SLOT_BYTES]) -> Option<SlotState> {
    let number = |at: usize| bytes.get(at..at + 4)?.try_into().ok().map(u32::from_ne_bytes);
    let text = |at: usize, length: usize| {
        let field = bytes.get(at..at + length)?;
        let text = field.split(|byte| *byte == 0).next()?;
        Some(String::from_utf8_lossy(text).into_owned())
    };
    let (state, signal) = (number(0)?, number(8)?);
    let function = text(16, FUNCTION_BYTES)?;
    let wanted = state == BUSY || (state != FREE && signal != 0);
    let version = text(16 + FUNCTION_BYTES, VERSION_BYTES)?;
    (wanted && !function.is_empty()).then_some(SlotState { function, version, signal: Some(signal).filter(|signal| *signal != 0) })
}

/// Lets the threads of this process write the slots behind `memory`, from now on.
///
/// # Errors
/// If it cannot be mapped.
pub(crate) fn open(memory: &OwnedFd) -> io::Result<()> {
    let count = usize::try_from(fstat(memory)?.st_size).unwrap_or(0) / SLOT_BYTES;
    if count == 0 {
        return Ok(());
    }
    let slots = shared_memory::map_crash_slots(memory, count)?;
    // A second memory would be a mistake of the caller; the first one stays.
    let _ = SLOTS.set(slots);
    Ok(())
}

/// This thread runs `function` in worker `worker` from now on, and is idle.
pub fn enter(worker: u32, function: &str, version: &str) {
    let Some(slots) = SLOTS.get() else { return };
    if let Some(slot) = OWN.get().or_else(|| claim(slots, worker)) {
        slot.worker.store(worker, Ordering::Relaxed);
        slot.signal.store(0, Ordering::Relaxed);
        write(&slot.function, function);
        write(&slot.version, version);
        OWN.set(Some(slot));
    }
}

/// This thread runs JavaScript, or has stopped running it.
#[inline]
pub fn busy(is: bool) {
    if let Some(slot) = OWN.get() {
        slot.state.store(if is { BUSY } else { IDLE }, Ordering::Relaxed);
    }
}

/// The code of `worker` raised `signal`; without a worker, the code that the calling thread runs for one, if it does. Async-signal-safe, on
/// any thread.
pub fn offender(worker: Option<u32>, signal: i32) {
    let Some(worker) = worker else {
        if let Some(slot) = OWN.get() {
            slot.signal.store(signal.unsigned_abs(), Ordering::Relaxed);
        }
        return;
    };
    let is_its = |slot: &&'static Slot| slot.worker.load(Ordering::Relaxed) == worker && slot.state.load(Ordering::Relaxed) != FREE;
    let own = OWN.get().filter(is_its);
    if let Some(slot) = own.or_else(|| SLOTS.get()?.iter().find(is_its)) {
        slot.signal.store(signal.unsigned_abs(), Ordering::Relaxed);
    }
}

/// This thread has no function any more.
pub fn leave() {
    if let Some(slot) = OWN.take() {
        slot.state.store(FREE, Ordering::Release);
    }
}

/// A free slot. Workers come and go, so the search begins at an index of the worker's own.
fn claim(slots: &'static [Slot], worker: u32) -> Option<&'static Slot> {
    let start = worker as usize % slots.len();
    let (before, after) = slots.split_at(start);
    let is_free = |slot: &&Slot| slot.state.compare_exchange(FREE, IDLE, Ordering::AcqRel, Ordering::Relaxed).is_ok();
    after.iter().chain(before).find(is_free)
}

fn write(field: &[AtomicU8], text: &str) {
    let bytes = text.bytes().take(field.len() - 1).chain(std::iter::repeat(0));
    for (cell, byte) in field.iter().zip(bytes) {
        cell.store(byte, Ordering::Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_note_names_who_ran_and_who_did_it() {
        let crash_slots = CrashSlots::new(3).unwrap();
        open(&crash_slots.memory).unwrap();
        assert_eq!(crash_slots.read(), []);

        enter(7, "spin", "v1");
        assert_eq!(crash_slots.read(), [], "an idle worker is no suspect");
        busy(true);
        let slot_state = |function: &str, signal| SlotState { function: function.into(), version: "v1".into(), signal };
        assert_eq!(crash_slots.read(), [slot_state("spin", None)]);

        // Another thread takes another slot, and its end frees it.
        std::thread::spawn(|| {
            enter(8, "crash", "v1");
            offender(Some(8), libc::SIGSEGV);
        })
        .join()
        .unwrap();
        let mut entries = crash_slots.read();
        entries.sort_by(|one, other| one.function.cmp(&other.function));
        assert_eq!(entries, [slot_state("crash", Some(11)), slot_state("spin", None)]);

        // A handler on a thread that is not the worker's finds it all the same.
        offender(Some(7), libc::SIGILL);
        assert!(crash_slots.read().contains(&slot_state("spin", Some(4))));
        busy(false);
        leave();
        assert_eq!(crash_slots.read(), [slot_state("crash", Some(11))]);

        // A thread that works for nobody names nobody, and one that helps a worker names its function.
        offender(None, libc::SIGSEGV);
        assert_eq!(crash_slots.read(), [slot_state("crash", Some(11))]);
        enter(7, "spin", "v1");
        offender(None, libc::SIGBUS);
        assert!(crash_slots.read().contains(&slot_state("spin", Some(7))));
        leave();

        // Slots run out: the thread goes unnoted, and nothing else happens.
        let threads: Vec<_> = (10..13)
            .map(|worker| {
                std::thread::spawn(move || {
                    enter(worker, "more", "v1");
                    busy(true);
                })
            })
            .collect();
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(crash_slots.read().iter().filter(|slot_state| slot_state.function == "more").count(), 2);
    }
}
