//! Waits for the client, and their limits.
//!
//! The stream begins and ends the waits; the limits come from the configuration.
//!
//! Invariant: a connection has one timer for each direction, however many waits there are.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::time::{Instant, Sleep};

/// The longest waits for a client, and the largest head that it may send.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a whole head, from its first byte; for the first byte of the first head, from the start of the connection.
    pub head: Duration,
    /// For the next request on a connection.
    pub idle: Duration,
    /// For any room in the client's buffers.
    pub write: Duration,
    /// Largest head.
    pub head_bytes: usize,
}

/// Requests of a connection that were begun and not yet answered whole. While there are any, the connection is not idle.
#[derive(Clone, Debug, Default)]
pub struct ActiveRequests(Arc<AtomicUsize>);

impl ActiveRequests {
    /// One more.
    pub fn begin(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    /// One less.
    pub fn end(&self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }

    /// Number of requests that were begun and not answered whole.
    pub fn count(&self) -> usize {
        self.0.load(Ordering::Relaxed)
    }
}

/// A wait for the client, and the one timer that ends such waits: it is set anew only if it would be late, because there is a wait per
/// request.
#[derive(Default)]
pub(super) struct Wait {
    pub(super) since: Option<Instant>,
    sleep: Option<Pin<Box<Sleep>>>,
}

impl Wait {
    /// A wait that has begun.
    pub(super) fn begun() -> Self {
        Self { since: Some(Instant::now()), sleep: None }
    }

    /// Ready when the wait, which has begun, has taken longer than `limit`.
    pub(super) fn poll(&mut self, limit: Duration, cx: &mut Context<'_>) -> Poll<()> {
        let Some(deadline) = self.since.map(|since| since + limit) else { return Poll::Pending };
        let sleep = self.sleep.get_or_insert_with(|| Box::pin(tokio::time::sleep_until(deadline)));
        if sleep.deadline() > deadline {
            sleep.as_mut().reset(deadline);
        }
        loop {
            ready!(std::future::Future::poll(sleep.as_mut(), cx));
            if sleep.deadline() >= deadline {
                return Poll::Ready(());
            }
            sleep.as_mut().reset(deadline);
        }
    }
}
