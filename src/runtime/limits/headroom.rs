//! Permits for headroom: they bound the number of isolates that use memory beyond their limit at a time.
//!
//! An isolate that hit its heap limit is granted gigabytes of headroom to unwind in, or V8 would abort the process. Fifty at once would
//! take the machine's memory, so the heap callback waits here until one of few permits is free; its isolate is condemned already.
//!
//! An isolate that comes to the heap of a prewarmed one for the first time takes a permit too, until its limit is set: V8 does not say how
//! much it wants, and may want gigabytes at once.
//!
//! Invariant: a permit is held by a condemned isolate from its first call of the heap callback until its thread has gone. The permit of a
//! frozen thread is lost: what is frozen keeps its memory, so no other thread gets as much in its place.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

use crate::sys::freeze;

/// What a condemned isolate may use until it has unwound: larger than V8's largest object, or V8 aborts the process.
pub const HEADROOM_BYTES: usize = 2 << 30;

/// What a condemned isolate may use without a permit, when all are lost: enough to unwind in, unless it wants much at once. Then V8 gives it
/// up, and its thread is frozen with the little that it has.
pub const LITTLE_BYTES: usize = 64 << 20;

/// Memory that a frozen thread which took headroom is assumed to keep of it, in bytes: the keys of a long typed array.
pub const KEPT_BYTES: usize = HEADROOM_BYTES / 8;

/// Longest wait of a condemned isolate for a permit while none is returned. One that waits longer continues without: to wait forever could
/// be a deadlock inside V8. In a storm of many isolates, which share few CPUs, each of them has its turn.
pub const WAIT_MAX: Duration = Duration::from_secs(5);

/// Longest wait of an isolate that only grows: most need no more than their limit, and all calls of the instance wait meanwhile.
pub const GROWTH_WAIT_MAX: Duration = Duration::from_secs(1);

// Lock order: see runtime.
static PERMITS: Permits = Permits::new(2);

/// Sets the number of permits. Must be called before the first isolate exists.
pub fn allow(permits: usize) {
    PERMITS.left.lock().free = permits.max(1);
}

/// Whether frozen threads hold every permit.
pub fn is_lost() -> bool {
    PERMITS.left.lock().is_lost()
}

/// The outcome of a wait for a permit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HeadroomPermit {
    /// The isolate holds one.
    Held,
    /// None was returned in time.
    TimedOut,
    /// None will ever be returned.
    Lost,
}

struct Permits {
    left: Mutex<PermitsLeft>,
    returned: Condvar,
}

struct PermitsLeft {
    free: usize,
    /// Held by threads that will return them.
    lent: usize,
    /// Permits that were returned since the start.
    returns: u64,
}

impl PermitsLeft {
    fn is_lost(&self) -> bool {
        self.free == 0 && self.lent == 0
    }
}

impl Permits {
    const fn new(free: usize) -> Self {
        Self { left: Mutex::new(PermitsLeft { free, lent: 0, returns: 0 }), returned: Condvar::new() }
    }

    /// Waits as long as this. `in_turn`: as long as this since a permit was returned to any isolate.
    fn acquire(&self, wait: Duration, in_turn: bool) -> HeadroomPermit {
        // Frozen here it would hold the lock.
        let _held_off = freeze::hold_off();
        let mut until = Instant::now() + wait;
        let mut left = self.left.lock();
        let mut returns = left.returns;
        while left.free == 0 {
            if left.is_lost() {
                return HeadroomPermit::Lost;
            }
            if !self.returned.wait_until(&mut left, until).timed_out() {
                continue;
            }
            if !in_turn || left.returns == returns {
                return HeadroomPermit::TimedOut;
            }
            returns = left.returns;
            until = Instant::now() + wait;
        }
        left.free -= 1;
        left.lent += 1;
        HeadroomPermit::Held
    }

    fn release(&self) {
        let _held_off = freeze::hold_off();
        let mut left = self.left.lock();
        left.lent = left.lent.saturating_sub(1);
        left.free += 1;
        left.returns += 1;
        self.returned.notify_one();
    }

    fn lose(&self) {
        let mut left = self.left.lock();
        left.lent = left.lent.saturating_sub(1);
        // If it was the last one, no thread waits any longer.
        self.returned.notify_all();
    }
}

/// Whether one isolate holds a permit.
#[derive(Debug, Default)]
pub struct Headroom {
    held: AtomicBool,
    waits: AtomicBool,
}

impl Headroom {
    /// Waits for a permit, unless one is held: for the isolate's turn among those that have to end.
    pub fn acquire_in_turn(&self) -> HeadroomPermit {
        self.acquire_from(WAIT_MAX, true)
    }

    /// Waits for a permit as long as this, unless one is held.
    pub fn acquire(&self, wait: Duration) -> HeadroomPermit {
        self.acquire_from(wait, false)
    }

    /// Whether the thread waits for a permit: then it uses no CPU time, and nothing is wrong with it.
    pub fn is_waiting(&self) -> bool {
        self.waits.load(Ordering::Relaxed)
    }

    fn acquire_from(&self, wait: Duration, in_turn: bool) -> HeadroomPermit {
        if self.held.load(Ordering::Relaxed) {
            return HeadroomPermit::Held;
        }
        self.waits.store(true, Ordering::Relaxed);
        let permit = PERMITS.acquire(wait, in_turn);
        self.waits.store(false, Ordering::Relaxed);
        self.held.store(permit == HeadroomPermit::Held, Ordering::Relaxed);
        permit
    }

    /// Gives the permit back, if one is held: the isolate is gone, or within its limit.
    pub fn release(&self) {
        if self.held.swap(false, Ordering::Relaxed) {
            PERMITS.release();
        }
    }

    /// The thread is frozen. Its permit, if one is held, is lost; returns whether it was.
    pub fn lose(&self) -> bool {
        let held = self.held.swap(false, Ordering::Relaxed);
        if held {
            PERMITS.lose();
        }
        held
    }
}

impl Drop for Headroom {
    fn drop(&mut self) {
        self.release();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const AT_ONCE: Duration = Duration::ZERO;

    #[test]
    fn a_permit_is_taken_once_and_given_back_once() {
        let headroom = Headroom::default();
        assert_eq!(headroom.acquire(WAIT_MAX), HeadroomPermit::Held);
        assert_eq!(headroom.acquire(AT_ONCE), HeadroomPermit::Held);
        headroom.release();
        assert!(!headroom.held.load(Ordering::Relaxed));
        headroom.release();
        assert!(!headroom.lose(), "none is held");
    }

    #[test]
    fn permits_come_back_from_the_living_and_are_lost_with_the_frozen() {
        let permits = Permits::new(2);
        assert_eq!([permits.acquire(AT_ONCE, false), permits.acquire(AT_ONCE, false)], [HeadroomPermit::Held; 2]);
        assert_eq!(permits.acquire(AT_ONCE, false), HeadroomPermit::TimedOut);
        permits.release();
        assert_eq!(permits.acquire(AT_ONCE, false), HeadroomPermit::Held);
        permits.lose();
        assert_eq!(permits.acquire(AT_ONCE, false), HeadroomPermit::TimedOut, "one is still lent");
        permits.lose();
        assert_eq!(permits.acquire(WAIT_MAX, true), HeadroomPermit::Lost);
    }

    #[test]
    fn an_isolate_in_a_storm_waits_as_long_as_permits_are_returned() {
        let permits = Permits::new(1);
        assert_eq!(permits.acquire(AT_ONCE, false), HeadroomPermit::Held);
        let wait = Duration::from_millis(300);
        std::thread::scope(|scope| {
            let waiting = scope.spawn(|| permits.acquire(wait, true));
            // Another isolate takes each permit that is returned, more often than the wait is long.
            let until = Instant::now() + wait * 3;
            while Instant::now() < until {
                let mut left = permits.left.lock();
                left.returns += 1;
                drop(left);
                std::thread::yield_now();
            }
            assert!(!waiting.is_finished());
            permits.release();
            assert_eq!(waiting.join().unwrap(), HeadroomPermit::Held);
        });
        assert_eq!(permits.acquire(wait, true), HeadroomPermit::TimedOut, "none is returned");
    }

    #[test]
    fn whoever_waits_for_a_permit_learns_that_the_last_one_is_lost() {
        let permits = Permits::new(1);
        assert_eq!(permits.acquire(AT_ONCE, false), HeadroomPermit::Held);
        std::thread::scope(|scope| {
            let waiting: Vec<_> = (0..3).map(|_| scope.spawn(|| permits.acquire(Duration::from_secs(60), false))).collect();
            permits.lose();
            for waiting in waiting {
                assert_eq!(waiting.join().unwrap(), HeadroomPermit::Lost);
            }
        });
    }
}
