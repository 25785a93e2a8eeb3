//! The requests of one connection that are begun and not answered whole, and what HTTP/2 leaves to us to notice about them.
//!
//! `connection` begins them; the body of the answer ends them. In HTTP/1 the gate sees a client that reads nothing, or is idle; in HTTP/2 such a
//! client answers pings and keeps its windows shut, and hyper would wait for ever.
//!
//! Invariant: a request under way holds a guard; a multiplexed connection without one, or with none that moves, is ended.

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

use http::Version;
use parking_lot::Mutex;
use tokio::sync::Notify;

use crate::ingress::wire::Busy;

/// Looks in the time after which something is over: how late it may be noticed.
const LOOKS: u32 = 4;

/// Answers of one connection.
pub(in crate::ingress) struct Underway {
    busy: Busy,
    /// How many requests there were.
    begun: AtomicU64,
    multiplexed: AtomicBool,
    first: Notify,
    /// Pieces that clients were given and have not asked after. The times are counted from here.
    since: Instant,
    owed: Mutex<Vec<Weak<Owed>>>,
}

/// When hyper took a piece of an answer for which the client has no window, in milliseconds; 0: it did not.
#[derive(Default)]
struct Owed(AtomicU64);

/// Held by a request until its answer is written, or the client has left.
pub(in crate::ingress) struct Attended {
    underway: Arc<Underway>,
    owed: Option<Arc<Owed>>,
}

impl Underway {
    pub(in crate::ingress) fn new() -> Arc<Self> {
        Arc::new(Self {
            busy: Busy::default(),
            begun: AtomicU64::new(0),
            multiplexed: AtomicBool::new(false),
            first: Notify::new(),
            since: Instant::now(),
            owed: Mutex::default(),
        })
    }

    /// For the gate.
    pub(in crate::ingress) fn busy(&self) -> Busy {
        self.busy.clone()
    }

    /// Whether the client speaks HTTP/2.
    pub(in crate::ingress) fn is_multiplexed(&self) -> bool {
        self.multiplexed.load(Ordering::Relaxed)
    }

    /// Whether there was any request.
    pub(in crate::ingress) fn has_begun(&self) -> bool {
        self.begun.load(Ordering::Relaxed) > 0
    }

    /// A request has arrived.
    pub(in crate::ingress) fn begin(self: &Arc<Self>, version: Version) -> Attended {
        self.busy.begin();
        self.begun.fetch_add(1, Ordering::Relaxed);
        let owed = (version == Version::HTTP_2).then(|| {
            if !self.multiplexed.swap(true, Ordering::Relaxed) {
                self.first.notify_one();
            }
            let owed = Arc::new(Owed::default());
            let mut all = self.owed.lock();
            if all.len() == all.capacity() {
                all.retain(|owed| owed.strong_count() > 0);
            }
            all.push(Arc::downgrade(&owed));
            owed
        });
        Attended { underway: self.clone(), owed }
    }

    /// Ends when a multiplexed connection should be: nothing was asked for as long as `idle`, or an answer is not taken for as long as `stall`.
    pub(in crate::ingress) async fn forsaken(&self, idle: Duration, stall: Duration) {
        self.first.notified().await;
        let mut asked = (self.begun.load(Ordering::Relaxed), Instant::now());
        loop {
            tokio::time::sleep(idle.min(stall) / LOOKS).await;
            let begun = self.begun.load(Ordering::Relaxed);
            if self.busy.count() > 0 || begun != asked.0 {
                asked = (begun, Instant::now());
            }
            if asked.1.elapsed() >= idle || self.stalled(stall) > 0 {
                return;
            }
        }
    }

    /// Ends when nothing moves any more on a multiplexed connection that takes no new requests.
    pub(in crate::ingress) async fn abandoned(&self, stall: Duration) {
        if !self.is_multiplexed() {
            std::future::pending::<()>().await;
        }
        let mut moved = Instant::now();
        while moved.elapsed() < stall {
            tokio::time::sleep(stall / LOOKS).await;
            if self.busy.count() > self.stalled(stall) {
                moved = Instant::now();
            }
        }
    }

    /// Answers whose client has taken nothing for so long.
    fn stalled(&self, limit: Duration) -> usize {
        let limit_ms = u64::try_from(limit.as_millis()).unwrap_or(u64::MAX);
        let now_ms = self.now_ms();
        let mut all = self.owed.lock();
        all.retain(|owed| owed.strong_count() > 0);
        let given = all.iter().filter_map(|owed| Some(owed.upgrade()?.0.load(Ordering::Relaxed)));
        given.filter(|given_ms| *given_ms > 0 && now_ms.saturating_sub(*given_ms) >= limit_ms).count()
    }

    fn now_ms(&self) -> u64 {
        u64::try_from(self.since.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

impl Attended {
    /// Hyper was given a piece of the answer.
    pub(in crate::ingress) fn gave(&self) {
        if let Some(owed) = &self.owed {
            owed.0.store(self.underway.now_ms(), Ordering::Relaxed);
        }
    }

    /// Hyper asks for the next piece: the one before found its way.
    pub(in crate::ingress) fn asked(&self) {
        if let Some(owed) = &self.owed {
            owed.0.store(0, Ordering::Relaxed);
        }
    }
}

impl Drop for Attended {
    fn drop(&mut self) {
        self.underway.busy.end();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: Duration = Duration::from_millis(1);

    #[test]
    fn an_answer_is_stalled_from_the_piece_that_is_not_taken_to_the_next() {
        let underway = Underway::new();
        let answer = underway.begin(Version::HTTP_2);
        assert_eq!(underway.stalled(Duration::ZERO), 0);
        answer.gave();
        assert_eq!(underway.stalled(Duration::ZERO), 1);
        assert_eq!(underway.stalled(Duration::from_secs(3600)), 0);
        answer.asked();
        assert_eq!(underway.stalled(Duration::ZERO), 0);
        answer.gave();
        drop(answer);
        assert_eq!((underway.stalled(Duration::ZERO), underway.busy.count()), (0, 0));
    }

    #[tokio::test]
    async fn an_idle_connection_is_forsaken_and_one_whose_answers_stall() {
        for stalls in [false, true] {
            let underway = Underway::new();
            let answer = underway.begin(Version::HTTP_2);
            if stalls {
                answer.gave();
                underway.forsaken(Duration::from_secs(3600), STALL).await;
            } else {
                drop(answer);
                underway.forsaken(STALL, Duration::from_secs(3600)).await;
            }
            underway.abandoned(STALL).await;
        }
    }
}
