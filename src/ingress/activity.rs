//! The requests of one HTTP/2 connection that are begun and not answered whole, and the idle or stalled clients that hyper leaves to us to
//! notice.
//!
//! `http2` begins them; the body of the answer ends them. A client that reads nothing answers pings and keeps its windows shut, and hyper
//! would wait forever.
//!
//! The bytes of answers that a client has not taken are counted: its next request waits while they are many.
//!
//! Invariant: a request under way holds a guard; a connection without one, or with none that moves, is ended.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::wire::ActiveRequests;

/// Samples in the time of a timeout: it is noticed at most a quarter of that time too late.
const LOOKS: u32 = 4;

/// Bytes of answers that a connection keeps while further requests begin. Without a bound, each of its streams would keep a whole answer
/// that its client does not take.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// Answers of one connection.
pub(super) struct Activity {
    active_requests: ActiveRequests,
    /// Number of requests that have begun.
    begun: AtomicU64,
    first: Notify,
    /// The times in `pending` are counted from here.
    since: Instant,
    pending: Mutex<Vec<Weak<PendingWrite>>>,
    /// Bytes of these answers that hyper was given or will be given at once, and that the client has not taken.
    kept: AtomicUsize,
    /// Notified when they become fewer.
    taken: Notify,
}

/// An answer that hyper writes.
#[derive(Default)]
struct PendingWrite {
    /// When hyper took a piece for which the client has no window, in milliseconds; 0: it did not.
    given_ms: AtomicU64,
    /// Its part of the connection's bytes.
    kept: AtomicUsize,
}

/// Held by a request until its answer is written, or the client has left.
pub(super) struct RequestGuard {
    activity: Arc<Activity>,
    pending: Arc<PendingWrite>,
}

impl Activity {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            active_requests: ActiveRequests::default(),
            begun: AtomicU64::new(0),
            first: Notify::new(),
            since: Instant::now(),
            pending: Mutex::default(),
            kept: AtomicUsize::new(0),
            taken: Notify::new(),
        })
    }

    /// The counter that the stream reads.
    pub(super) fn active_requests(&self) -> ActiveRequests {
        self.active_requests.clone()
    }

    /// Whether there was any request.
    pub(super) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed) > 0
    }

    /// A request has arrived.
    pub(super) fn begin(self: &Arc<Self>) -> RequestGuard {
        self.active_requests.begin();
        if self.begun.fetch_add(1, Ordering::Relaxed) == 0 {
            self.first.notify_one();
        }
        let pending = Arc::new(PendingWrite::default());
        let mut all = self.pending.lock();
        if all.len() == all.capacity() {
            all.retain(|pending| pending.strong_count() > 0);
        }
        all.push(Arc::downgrade(&pending));
        RequestGuard { activity: self.clone(), pending }
    }

    /// Resolves when the connection should end: no request for as long as `idle`, or the client takes nothing of an answer for as
    /// long as `stall`.
    pub(super) async fn idle_or_stalled(&self, idle: Duration, stall: Duration) {
        self.first.notified().await;
        let mut asked = (self.begun.load(Ordering::Relaxed), Instant::now());
        loop {
            tokio::time::sleep(idle.min(stall) / LOOKS).await;
            let begun = self.begun.load(Ordering::Relaxed);
            if self.active_requests.count() > 0 || begun != asked.0 {
                asked = (begun, Instant::now());
            }
            if asked.1.elapsed() >= idle || self.stalled(stall) > 0 {
                return;
            }
        }
    }

    /// Resolves when no answer moves any more on a connection that takes no new requests.
    pub(super) async fn drained_or_stalled(&self, stall: Duration) {
        let mut moved = Instant::now();
        while moved.elapsed() < stall {
            tokio::time::sleep(stall / LOOKS).await;
            if self.active_requests.count() > self.stalled(stall) {
                moved = Instant::now();
            }
        }
    }

    /// Number of answers whose client has taken nothing for as long as `limit`.
    fn stalled(&self, limit: Duration) -> usize {
        let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let now_ms = self.now_ms();
        let mut all = self.pending.lock();
        all.retain(|pending| pending.strong_count() > 0);
        let given = all.iter().filter_map(|pending| Some(pending.upgrade()?.given_ms.load(Ordering::Relaxed)));
        given.filter(|given_ms| *given_ms > 0 && now_ms.saturating_sub(*given_ms) >= limit_ms).count()
    }

    /// Waits until the client has taken so much of the answers before that another one may be kept. A client that takes nothing is stalled,
    /// and its connection ends.
    pub(super) async fn room(&self) {
        while !self.has_room() {
            // From here on a notification wakes this future, so none is missed between the check and the wait.
            let taken = self.taken.notified();
            if self.has_room() {
                return;
            }
            taken.await;
        }
    }

    fn has_room(&self) -> bool {
        self.kept.load(Ordering::Relaxed) <= KEPT_BYTES_MAX
    }

    /// An answer keeps `bytes` from now on.
    fn keep(&self, pending: &PendingWrite, bytes: usize) {
        let before = pending.kept.swap(bytes, Ordering::Relaxed);
        self.kept.fetch_add(bytes, Ordering::Relaxed);
        let all = self.kept.fetch_sub(before, Ordering::Relaxed);
        if all > KEPT_BYTES_MAX && all - before <= KEPT_BYTES_MAX {
            self.taken.notify_waiters();
        }
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl RequestGuard {
    /// The answer keeps this many bytes until hyper asks for them.
    pub(super) fn keeps(&self, bytes: usize) {
        self.activity.keep(&self.pending, bytes);
    }

    /// Hyper was given a piece of the answer, which keeps `bytes` with it.
    pub(super) fn gave(&self, bytes: usize) {
        self.pending.given_ms.store(self.activity.now_ms(), Ordering::Relaxed);
        self.activity.keep(&self.pending, bytes);
    }

    /// Hyper asks for the next piece: the client had room for the one before. The answer keeps `bytes` still.
    pub(super) fn asked(&self, bytes: usize) {
        self.pending.given_ms.store(0, Ordering::Relaxed);
        self.activity.keep(&self.pending, bytes);
    }
}

impl Drop for RequestGuard {
    fn drop(&mut self) {
        self.keeps(0);
        self.activity.active_requests.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: Duration = Duration::from_millis(1);

    #[test]
    fn an_answer_is_stalled_from_the_piece_that_is_not_taken_to_the_next() {
        let activity = Activity::new();
        let answer = activity.begin();
        assert_eq!(activity.stalled(Duration::ZERO), 0);
        answer.gave(1);
        assert_eq!(activity.stalled(Duration::ZERO), 1);
        assert_eq!(activity.stalled(Duration::from_secs(3600)), 0);
        answer.asked(0);
        assert_eq!(activity.stalled(Duration::ZERO), 0);
        answer.gave(1);
        drop(answer);
        assert_eq!((activity.stalled(Duration::ZERO), activity.active_requests.count()), (0, 0));
    }

    #[tokio::test]
    async fn an_idle_connection_is_ended_and_one_whose_answers_stall() {
        for stalls in [false, true] {
            let activity = Activity::new();
            let answer = activity.begin();
            if stalls {
                answer.gave(1);
                activity.idle_or_stalled(Duration::from_secs(3600), STALL).await;
            } else {
                drop(answer);
                activity.idle_or_stalled(STALL, Duration::from_secs(3600)).await;
            }
            activity.drained_or_stalled(STALL).await;
        }
    }

    #[tokio::test]
    async fn a_request_waits_while_its_connection_keeps_many_bytes() {
        use futures::FutureExt as _;

        let activity = Activity::new();
        let (first, second) = (activity.begin(), activity.begin());
        first.keeps(KEPT_BYTES_MAX);
        assert!(activity.room().now_or_never().is_some());
        second.gave(1);
        assert!(activity.room().now_or_never().is_none());
        let waits = activity.room();
        let takes = async {
            second.asked(0);
            first.gave(KEPT_BYTES_MAX / 2);
        };
        tokio::join!(waits, takes);
        drop((first, second));
        assert_eq!(activity.kept.load(Ordering::Relaxed), 0);
    }
}
