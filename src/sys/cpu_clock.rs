//! CPU clocks of threads: the CPU time of a thread, read by itself or by another.
//!
//! Invariant: to read the clock of a thread that has ended is no fault; the result is `None`.
#![allow(unsafe_code, reason = "CPU clocks of threads are C calls")]

/// The clock of one thread; readable from every thread.
#[derive(Clone, Copy, Debug)]
pub struct CpuClock(libc::clockid_t);

impl CpuClock {
    /// The clock of the calling thread.
    pub fn own() -> Option<Self> {
        let mut clock = 0;
        // SAFETY: the calling thread is alive, and `clock` is a valid place for the answer.
        (unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &raw mut clock) } == 0).then_some(Self(clock))
    }

    /// As a number that fits an atomic; never 0.
    pub fn to_raw(self) -> i32 {
        self.0
    }

    /// The clock of [`CpuClock::to_raw`]; 0 means no clock.
    pub fn from_raw(raw: i32) -> Option<Self> {
        (raw != 0).then_some(Self(raw))
    }

    /// Nanoseconds the thread has used; `None` if it has ended.
    pub fn read_ns(self) -> Option<u64> {
        read(self.0)
    }
}

/// CPU time the calling thread has used, in nanoseconds.
pub fn own_cpu_ns() -> u64 {
    read(libc::CLOCK_THREAD_CPUTIME_ID).unwrap_or(0)
}

fn read(clock: libc::clockid_t) -> Option<u64> {
    let mut time = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `time` is a valid place for the answer; a clock of a thread that has ended is an error, not a fault.
    if unsafe { libc::clock_gettime(clock, &raw mut time) } != 0 {
        return None;
    }
    Some(u64::try_from(time.tv_sec).ok()? * 1_000_000_000 + u64::try_from(time.tv_nsec).ok()?)
}
