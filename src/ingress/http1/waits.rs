//! The waits of one connection: for its client, up to a moment, and for the process to stop.
//!
//! `socket` and `next_head` set the moment; there is one at a time, because a connection waits for one thing at a time.
//!
//! Invariant: a connection has one timer, however many requests it serves. It is set anew only when it fires too early, or is too late.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll, Waker, ready};

use tokio::time::{Instant, Sleep};

use crate::shutdown::{Drained, ShutdownPhase};

/// What ends the waits of a connection.
pub(super) struct Waits {
    due: Option<Instant>,
    sleep: Pin<Box<Sleep>>,
    drained: Drained,
    stopping: Pin<Box<dyn Future<Output = ()> + Send>>,
    /// The task that both wake. It is the same in every poll, so that a poll in vain costs no more than a look.
    task: Option<Waker>,
    /// The timer will wake the task, the process will.
    is_timed: bool,
    is_told: bool,
}

impl Waits {
    /// With this as the first moment.
    pub(super) fn new(due: Instant, drained: &Drained) -> Self {
        let mut told = drained.clone();
        Self {
            due: Some(due),
            sleep: Box::pin(tokio::time::sleep_until(due)),
            drained: drained.clone(),
            stopping: Box::pin(async move { told.reached(ShutdownPhase::Stopping).await }),
            task: None,
            is_timed: false,
            is_told: false,
        }
    }

    /// The present wait ends at this moment.
    pub(super) fn set(&mut self, due: Instant) {
        self.due = Some(due);
    }

    /// Nothing is waited for.
    pub(super) fn clear(&mut self) {
        self.due = None;
    }

    /// Whether something is waited for.
    pub(super) fn is_set(&self) -> bool {
        self.due.is_some()
    }

    /// Ready when the present wait has lasted for too long.
    pub(super) fn poll_due(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        let Some(due) = self.due else { return Poll::Pending };
        self.remember(cx);
        if self.sleep.deadline() > due {
            self.sleep.as_mut().reset(due);
            self.is_timed = false;
        }
        loop {
            if self.is_timed && !self.sleep.is_elapsed() {
                return Poll::Pending;
            }
            self.is_timed = true;
            ready!(self.sleep.as_mut().poll(cx));
            if self.sleep.deadline() >= due {
                self.due = None;
                return Poll::Ready(());
            }
            self.sleep.as_mut().reset(due);
            self.is_timed = false;
        }
    }

    /// Ready when the process stops.
    pub(super) fn poll_stopping(&mut self, cx: &mut Context<'_>) -> Poll<()> {
        self.remember(cx);
        match self.drained.phase() {
            ShutdownPhase::Stopping => Poll::Ready(()),
            ShutdownPhase::Serving if self.is_told => Poll::Pending,
            // A phase before the last one has used up the notification.
            ShutdownPhase::Serving | ShutdownPhase::HandingOver => {
                self.is_told = true;
                self.stopping.as_mut().poll(cx)
            }
        }
    }

    fn remember(&mut self, cx: &Context<'_>) {
        if !self.task.as_ref().is_some_and(|task| task.will_wake(cx.waker())) {
            self.task = Some(cx.waker().clone());
            (self.is_timed, self.is_told) = (false, false);
        }
    }
}

#[cfg(test)]
mod tests {
    use std::future::poll_fn;
    use std::time::Duration;

    use super::*;
    use crate::shutdown::Drain;

    const MOMENT: Duration = Duration::from_millis(5);
    const NEVER: Duration = Duration::from_secs(3600);

    #[tokio::test]
    async fn a_wait_ends_at_its_moment_wherever_the_timer_stands() {
        let (_drain, drained) = Drain::new();
        let begun = Instant::now();
        let mut waits = Waits::new(begun + MOMENT, &drained);
        // Later than the timer stands, in the past, and earlier than it stands.
        for due in [begun + MOMENT * 2, begun, Instant::now() + NEVER, begun + MOMENT * 4] {
            waits.set(due);
            if due > begun + MOMENT * 4 {
                assert!(futures::poll!(poll_fn(|cx| waits.poll_due(cx))).is_pending());
            } else {
                poll_fn(|cx| waits.poll_due(cx)).await;
                assert!(due <= Instant::now() && !waits.is_set());
            }
        }
        waits.set(begun);
        waits.clear();
        assert!(futures::poll!(poll_fn(|cx| waits.poll_due(cx))).is_pending());
    }

    #[tokio::test]
    async fn a_connection_is_told_of_the_stop_after_a_hand_over() {
        let (drain, drained) = Drain::new();
        let mut waits = Waits::new(Instant::now() + NEVER, &drained);
        let told = tokio::spawn(async move { poll_fn(|cx| waits.poll_stopping(cx)).await });
        for phase in [ShutdownPhase::HandingOver, ShutdownPhase::Stopping] {
            tokio::task::yield_now().await;
            drain.begin(phase);
        }
        told.await.unwrap();
    }
}
