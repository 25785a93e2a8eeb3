//! Permits for headroom: they bound the number of isolates that use memory beyond their limit at a time.
//!
//! An isolate that hit its heap limit is granted gigabytes of headroom to unwind in, or V8 would abort the process. Fifty at once would
//! take the machine's memory, so the heap callback waits here until one of few permits is free; its isolate is condemned already.
//!
//! Invariant: a permit is held by a condemned isolate from its first call of the heap callback until its thread has gone.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::{Condvar, Mutex};

/// What a condemned isolate may use until it has unwound: larger than V8's largest object, or V8 aborts the process.
pub const HEADROOM_BYTES: usize = 2 << 30;

/// Longest wait for a permit. An isolate that waits longer continues without one: to wait forever could be a deadlock inside V8.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// Permits that are free.
// Lock order: see runtime.
static FREE: Mutex<usize> = Mutex::new(2);
static RETURNED: Condvar = Condvar::new();

/// Sets the number of permits. Must be called before the first isolate exists.
pub fn allow(permits: usize) {
    *FREE.lock() = permits.max(1);
}

/// Whether one isolate holds a permit.
#[derive(Debug, Default)]
pub struct Headroom {
    held: AtomicBool,
}

impl Headroom {
    /// Waits for a permit. A second call has no effect.
    pub fn acquire(&self) {
        if self.held.load(Ordering::Relaxed) {
            return;
        }
        let until = Instant::now() + WAIT_MAX;
        let mut free = FREE.lock();
        while *free == 0 {
            if RETURNED.wait_until(&mut free, until).timed_out() {
                return;
            }
        }
        *free -= 1;
        self.held.store(true, Ordering::Relaxed);
    }

    /// Gives the permit back, if one is held: the isolate is gone, or its thread is frozen and uses no more.
    pub fn release(&self) {
        if self.held.swap(false, Ordering::Relaxed) {
            *FREE.lock() += 1;
            RETURNED.notify_one();
        }
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

    #[test]
    fn a_permit_is_taken_once_and_given_back_once() {
        let before = *FREE.lock();
        let headroom = Headroom::default();
        headroom.acquire();
        headroom.acquire();
        assert_eq!(*FREE.lock(), before - 1);
        headroom.release();
        headroom.release();
        assert_eq!(*FREE.lock(), before);
        headroom.acquire();
        drop(headroom);
        assert_eq!(*FREE.lock(), before);
    }
}
