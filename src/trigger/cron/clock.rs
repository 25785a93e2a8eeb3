//! The time, and waiting for it.
//!
//! `scheduler` waits here for the next moment. The machine gets every time as a number, so that its tests need no clock.
//!
//! Invariant: a wait ends when the clock is set, and after a second at the latest: no jump goes unnoticed for longer.

use std::future::Future;
use std::io;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::sys::wall_timer::WallTimer;

/// The longest wait, in milliseconds.
const WAIT_MS_MAX: i64 = 1000;

/// The time, and waiting for it.
pub(super) trait Clock: Send {
    /// Milliseconds since 1970.
    fn now_ms(&self) -> i64;

    /// Waits until about this time, for a second at the longest, or until the clock is set.
    fn wait(&mut self, until_ms: Option<i64>) -> impl Future<Output = ()> + Send;
}

/// The clock of the machine.
pub(super) struct WallClock(WallTimer);

impl WallClock {
    /// Must be called inside a runtime.
    ///
    /// # Errors
    /// If the kernel gives no timer.
    pub(super) fn new() -> io::Result<Self> {
        WallTimer::new().map(Self)
    }
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
        match self.0.set(at_ms) {
            Ok(()) => drop(tokio::time::timeout(longest, self.0.ring()).await),
            Err(_) => tokio::time::sleep(Duration::from_millis((at_ms - now_ms).unsigned_abs())).await,
        }
    }
}
