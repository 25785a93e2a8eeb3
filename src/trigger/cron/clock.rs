//! The time, and waiting for it.
//!
//! `scheduler` waits here for the next moment. The machine gets every time as a number, so that its tests need no clock.
//!
//! Invariant: a wait ends when the clock is set, and after a second at the latest: no jump goes unnoticed for longer.

use std::future::Future;
use std::io;
use std::os::fd::OwnedFd;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use rustix::time::{Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime};
use tokio::io::unix::AsyncFd;

/// The longest wait, in milliseconds.
const WAIT_MS_MAX: i64 = 1000;

/// The time, and waiting for it.
pub(super) trait Clock: Send {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// Waits until about this time, for a second at the longest, or until the clock is set.
    fn wait(&mut self, until_ms: Option<i64>) -> impl Future<Output = ()> + Send;
}

/// The clock of the machine. A timer of the kernel that follows the wall clock ends the waits.
pub(super) struct WallClock {
    timer: AsyncFd<OwnedFd>,
}

impl WallClock {
    /// Must run inside a tokio runtime.
    ///
    /// # Errors
    /// If the kernel gives no timer.
    pub(super) fn new() -> io::Result<Self> {
        let timer = timerfd_create(TimerfdClockId::Realtime, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
        Ok(Self { timer: registered(timer)? })
    }

    /// Arms the timer for a time of the wall clock; setting the clock ends the wait too.
    fn arm(&self, at_ms: i64) -> io::Result<()> {
        let at = Timespec { tv_sec: at_ms.div_euclid(1000), tv_nsec: at_ms.rem_euclid(1000) * 1_000_000 };
        let once = Itimerspec { it_interval: Timespec { tv_sec: 0, tv_nsec: 0 }, it_value: at };
        timerfd_settime(self.timer.get_ref(), TimerfdTimerFlags::ABSTIME | TimerfdTimerFlags::CANCEL_ON_SET, &once)?;
        Ok(())
    }

    async fn ring(&self) {
        let Ok(mut ready) = self.timer.readable().await else { return };
        // The number of rings, or that the clock was set: either way the caller asks for the time.
        let _ = rustix::io::read(self.timer.get_ref(), &mut [0; 8]);
        ready.clear_ready();
    }
}

#[expect(deprecated, reason = "unsound for what does not own its descriptor; this does, and `register` is unsafe")]
fn registered(timer: OwnedFd) -> io::Result<AsyncFd<OwnedFd>> {
    AsyncFd::new(timer)
}

impl Clock for WallClock {
    fn now_ms(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
    }

    async fn wait(&mut self, until_ms: Option<i64>) {
        let now_ms = self.now_ms();
        let latest_ms = now_ms + WAIT_MS_MAX;
        let at_ms = until_ms.map_or(latest_ms, |until| until.min(latest_ms));
        if at_ms <= now_ms {
            return;
        }
        // The timer may be wrong about the time; the second is not.
        let longest = Duration::from_millis(WAIT_MS_MAX.unsigned_abs());
        match self.arm(at_ms) {
            Ok(()) => drop(tokio::time::timeout(longest, self.ring()).await),
            Err(_) => tokio::time::sleep(Duration::from_millis((at_ms - now_ms).unsigned_abs())).await,
        }
    }
}
