//! The log as it is written, for whoever follows it: every line in its JSON form, beside the name of the function it is about.
//!
//! `line` tells the lines; the admin API subscribes. What the log's level leaves out is not there either, nor are the supervisor's lines: that is
//! another process.
//!
//! Invariant: nobody who follows holds up who writes: a slow one misses lines and is told how many.

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

static LINES: LazyLock<broadcast::Sender<Line>> = LazyLock::new(|| broadcast::Sender::new(LINES_MAX));

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The function it is about, if it is about one.
    pub function: Option<Box<str>>,
    /// One JSON object, without a line end.
    pub json: Bytes,
}

/// What a follower gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Followed {
    /// The next line.
    Line(Line),
    /// So many lines were written faster than they were read, and are gone.
    Missed(u64),
}

/// There are [`FOLLOWERS_MAX`] already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{FOLLOWERS_MAX} others follow the log already")]
pub struct TooManyFollowers;

/// Follows the log until it is dropped.
#[derive(Debug)]
pub struct Subscription(broadcast::Receiver<Line>);

/// Follows the log from its next line on.
///
/// # Errors
/// If too many do.
pub fn subscribe() -> Result<Subscription, TooManyFollowers> {
    let one_more = |followers| (followers < FOLLOWERS_MAX).then_some(followers + 1);
    FOLLOWERS.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).map_err(|_| TooManyFollowers)?;
    Ok(Subscription(LINES.subscribe()))
}

impl Subscription {
    /// Waits for the next line. May be cancelled.
    pub async fn next(&mut self) -> Followed {
        match self.0.recv().await {
            Ok(line) => Followed::Line(line),
            Err(RecvError::Lagged(missed)) => Followed::Missed(missed),
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

/// Whether anybody follows.
pub(in crate::telemetry) fn is_followed() -> bool {
    FOLLOWERS.load(Ordering::Relaxed) > 0
}

/// Tells a line to everybody who follows.
pub(in crate::telemetry) fn tell(function: Option<&str>, mut json: Vec<u8>) {
    json.truncate(json.trim_ascii_end().len());
    // The last one may just have left.
    let _ = LINES.send(Line { function: function.map(Into::into), json: json.into() });
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
            tell(Some("hello"), format!("{{\"number\":{number}}}\n").into_bytes());
        }
        assert_eq!(follower.next().now_or_never(), Some(Followed::Missed(10)));
        let first = Line { function: Some("hello".into()), json: Bytes::from_static(b"{\"number\":10}") };
        assert_eq!(follower.next().now_or_never(), Some(Followed::Line(first)));
        drop(follower);
        assert!(!is_followed());
        // What nobody has read is not kept.
        tell(None, b"{}".to_vec());
        assert_eq!(LINES.len(), 0);
    }

    #[test]
    fn so_many_follow_and_no_more() {
        let _alone = ALONE.lock();
        let mut followers: Vec<_> = (0..FOLLOWERS_MAX).map(|_| subscribe().unwrap()).collect();
        assert_eq!(subscribe().unwrap_err(), TooManyFollowers);
        followers.pop();
        followers.push(subscribe().unwrap());
        tell(None, b"{}".to_vec());
        assert!(followers.iter_mut().all(|follower| matches!(follower.next().now_or_never(), Some(Followed::Line(_)))));
    }
}
