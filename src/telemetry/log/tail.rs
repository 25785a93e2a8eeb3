//! The log as it is written, for the clients that follow it: every line in its JSON form, beside the name of the function it is about.
//!
//! `emit` sends the lines; the admin API subscribes. Lines that the log's level leaves out are not there either, nor are the supervisor's
//! lines: that is another process.
//!
//! Invariant: a follower never delays a writer: a slow follower misses lines and receives their number.

use std::sync::LazyLock;
use std::sync::atomic::{AtomicUsize, Ordering};

use bytes::Bytes;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;

/// Lines that are kept for the slowest follower.
pub const LINES_MAX: usize = 1024;

/// Followers at a time.
pub const FOLLOWERS_MAX: usize = 32;

static FOLLOWERS: AtomicUsize = AtomicUsize::new(0);

static LINES: LazyLock<broadcast::Sender<TailLine>> = LazyLock::new(|| broadcast::Sender::new(LINES_MAX));

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TailLine {
    /// The function it is about, if it is about one.
    pub function: Option<Box<str>>,
    /// One JSON object, without a line end.
    pub json: Bytes,
}

/// An event that a follower receives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TailEvent {
    /// The next line.
    Line(TailLine),
    /// This many lines were written faster than they were read, and are gone.
    Missed(u64),
}

/// [`FOLLOWERS_MAX`] clients follow the log already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{FOLLOWERS_MAX} other clients follow the log already")]
pub struct TooManyFollowers;

/// Follows the log until it is dropped.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<TailLine>);

/// Follows the log from its next line on.
///
/// # Errors
/// If too many clients do.
pub fn subscribe() -> Result<Subscription, TooManyFollowers> {
    let one_more = |followers| (followers < FOLLOWERS_MAX).then_some(followers + 1);
    FOLLOWERS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).map_err(|_| TooManyFollowers)?;
    Ok(Subscription(LINES.subscribe()))
}

impl Subscription {
    /// Waits for the next line. May be cancelled.
    pub async fn next(&mut self) -> TailEvent {
        match self.0.recv().await {
            Ok(line) => TailEvent::Line(line),
            Err(RecvError::Lagged(missed)) => TailEvent::Missed(missed),
            // The sender lives as long as the process.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Drop for Subscription {
    fn drop(&mut self) {
        FOLLOWERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Whether any client follows.
pub(in crate::telemetry) fn is_followed() -> bool {
    FOLLOWERS.load(Ordering::Relaxed) > 0
}

/// Sends a line to every follower.
pub(in crate::telemetry) fn send(function: Option<&str>, json: &[u8]) {
    let json = Bytes::copy_from_slice(json.trim_ascii_end());
    // An error means that the last follower has just left.
    let _ = LINES.send(TailLine { function: function.map(Into::into), json });
}

/// Held by tests that count followers.
#[cfg(test)]
pub(in crate::telemetry) static ALONE: parking_lot::Mutex<()> = parking_lot::Mutex::new(());

#[cfg(test)]
mod tests {
    use futures::FutureExt as _;

    use super::*;

    #[test]
    fn one_who_is_slow_is_told_what_was_missed_and_goes_on_with_the_oldest_line_there_is() {
        let _alone = ALONE.lock();
        assert!(!is_followed());
        let mut follower = subscribe().unwrap();
        assert!(is_followed());
        for number in 0..LINES_MAX + 10 {
            send(Some("hello"), format!("{{\"number\":{number}}}\n").as_bytes());
        }
        assert_eq!(follower.next().now_or_never(), Some(TailEvent::Missed(10)));
        let first = TailLine { function: Some("hello".into()), json: Bytes::from_static(b"{\"number\":10}") };
        assert_eq!(follower.next().now_or_never(), Some(TailEvent::Line(first)));
        drop(follower);
        assert!(!is_followed());
        // A line without a reader is not kept.
        send(None, b"{}");
        assert_eq!(LINES.len(), 0);
    }

    #[test]
    fn so_many_follow_and_no_more() {
        let _alone = ALONE.lock();
        let mut followers: Vec<_> = (0..FOLLOWERS_MAX).map(|_| subscribe().unwrap()).collect();
        assert_eq!(subscribe().unwrap_err(), TooManyFollowers);
        followers.pop();
        followers.push(subscribe().unwrap());
        send(None, b"{}");
        assert!(followers.iter_mut().all(|follower| matches!(follower.next().now_or_never(), Some(TailEvent::Line(_)))));
    }
}
