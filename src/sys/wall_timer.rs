//! A timer of the kernel on the wall clock: it rings at a time, and when the clock is set.
//!
//! The schedules wait with it.
#![allow(unsafe_code, reason = "tokio cannot know that a descriptor stays open")]

use std::io;
use std::os::fd::OwnedFd;

use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime};
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

/// The timer.
pub struct WallTimer(AsyncFd<OwnedFd>);

impl WallTimer {
    /// A timer that is not set. Must be called inside a runtime.
    ///
    /// # Errors
    /// If the kernel gives none.
    pub fn new() -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        // SAFETY: the `AsyncFd` owns the timer, which keeps its one descriptor open until it is dropped.
        let registered = unsafe { AsyncFd::register_with_interest(timer, Interest::READABLE) };
        registered.map(Self).map_err(|error| error.into_parts().1)
    }

    /// Sets it to a time, in milliseconds since 1970.
    ///
    /// # Errors
    /// If the kernel does not take the time.
    pub fn set(&self, at_ms: i64) -> io::Result<()> {
        let at = Timespec { tv_sec: at_ms.div_euclid(1000), tv_nsec: at_ms.rem_euclid(1000) * 1_000_000 };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: at };
        timerfd_settime(self.0.get_ref(), TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &once)?;
        Ok(())
    }

    /// Waits until it rings: at its time, or because the clock was set.
    pub async fn ring(&self) {
        let Ok(mut ready) = self.0.readable().await else { return };
        // The number of rings, or an error if the clock was set: either way the caller asks for the time.
        let _ = rustix::io::read(self.0.get_ref(), &mut [0; 8]);
        ready.clear_ready();
    }
}
