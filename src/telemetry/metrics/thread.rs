//! Threads that count for themselves: each has a slot of its own in what it counts, and writes there without a lock and without a bus lock.
//!
//! The I/O threads take slots when they begin. Every other thread counts in the common slot, with atomic additions.
//!
//! Invariant: one slot has one thread, and the common slot has number 0.

use std::cell::Cell;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Slots of what is counted: each may take some kilobytes. Further threads count in the common slot.
const SLOTS_MAX: usize = 16;

/// Threads that will take a slot.
static EXPECTED: AtomicUsize = AtomicUsize::new(0);

/// Slots that were taken.
static TAKEN: AtomicUsize = AtomicUsize::new(0);

thread_local! {
    static SLOT: Cell<usize> = const { Cell::new(0) };
}

/// This many threads will take a slot each. What is made from now on has room for them.
pub fn expect(threads: usize) {
    EXPECTED.fetch_max(threads.min(SLOTS_MAX), Ordering::Relaxed);
}

/// Takes a slot for the calling thread, for as long as the process lives.
pub fn take_slot() {
    if SLOT.get() == 0 {
        SLOT.set(TAKEN.fetch_add(1, Ordering::Relaxed) + 1);
    }
}

/// Who writes into a cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Writer {
    /// The calling thread and no other.
    Alone,
    /// Any thread.
    Shared,
}

impl Writer {
    /// Adds to a cell.
    #[inline]
    pub(super) fn add(self, cell: &AtomicU64, amount: u64) {
        match self {
            Self::Alone => cell.store(cell.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Relaxed),
            Self::Shared => drop(cell.fetch_add(amount, Ordering::Relaxed)),
        }
    }

    /// Adds to a cell. A reader that sees it sees what the thread added before.
    #[inline]
    pub(super) fn add_last(self, cell: &AtomicU64, amount: u64) {
        match self {
            Self::Alone => cell.store(cell.load(Ordering::Relaxed).wrapping_add(amount), Ordering::Release),
            Self::Shared => drop(cell.fetch_add(amount, Ordering::Release)),
        }
    }
}

/// One `T` for each thread that counts for itself, and a common one; each is made when its thread first counts.
#[derive(Debug)]
pub struct Sharded<T> {
    slots: Box<[OnceLock<Box<T>>]>,
}

impl<T: Default> Default for Sharded<T> {
    fn default() -> Self {
        Self { slots: (0..=EXPECTED.load(Ordering::Relaxed)).map(|_| OnceLock::new()).collect() }
    }
}

impl<T: Default> Sharded<T> {
    /// Runs `count` on the calling thread's part; not `apart`: on the common one.
    #[inline]
    pub(super) fn count(&self, apart: bool, count: impl FnOnce(&T, Writer)) {
        let slot = if apart { SLOT.get() } else { 0 };
        let (slot, writer) = if slot < self.slots.len() && slot > 0 { (slot, Writer::Alone) } else { (0, Writer::Shared) };
        if let Some(part) = self.slots.get(slot) {
            count(part.get_or_init(Box::default), writer);
        }
    }

    /// The parts in which something was counted.
    pub(super) fn parts(&self) -> impl Iterator<Item = &T> {
        self.slots.iter().filter_map(|slot| slot.get().map(|part| &**part))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn threads_with_a_slot_and_without_count_all_of_it() {
        const THREADS: usize = 8;
        const EACH: u64 = 10_000;
        expect(THREADS / 2);
        let counted = Sharded::<AtomicU64>::default();
        std::thread::scope(|scope| {
            for thread in 0..THREADS {
                let counted = &counted;
                scope.spawn(move || {
                    if thread % 2 == 0 {
                        take_slot();
                    }
                    for _ in 0..EACH {
                        counted.count(true, |cell, writer| writer.add(cell, 1));
                    }
                });
            }
        });
        let all: u64 = counted.parts().map(|cell| cell.load(Ordering::Relaxed)).sum();
        assert_eq!(all, THREADS as u64 * EACH);
        assert!(counted.parts().count() > 1);
    }
}
