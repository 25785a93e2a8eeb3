//! Bytes of request bodies that are in memory at a time: of all tokens together, and of one.
//!
//! A layer between `scopes` and `idempotency`, before any body is read. An upload is counted by the length that it names, or as the longest
//! body that there may be, until its files belong to a release, whose queue has bounds of its own. Every body must keep a pace (`body_pace`).
//!
//! Invariant: a body that is neither counted nor small is not read; no token takes the last bytes, and operations without an upload need none.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use http_body::Body as _;
use parking_lot::Mutex;
use tokio::sync::Notify;

use super::auth::Caller;
use super::body_pace;
use super::error::ApiError;
use super::extract::BODY_BYTES_MAX;
use crate::api::error::ApiErrorKind;

/// Bytes of all bodies: four of the longest. Each needs as much again while its files are taken out of it.
const ALL_BYTES_MAX: u64 = 4 * BODY_BYTES_MAX as u64;

/// Bytes of the bodies of one token.
const TOKEN_BYTES_MAX: u64 = ALL_BYTES_MAX / 2;

/// Bytes that are kept for tokens that have none.
const RESERVE_BYTES: u64 = BODY_BYTES_MAX as u64;

/// A body of this size is not counted, so that an operator can always act: revoke a token, roll back. The connections bound how many there are.
const SMALL_BYTES_MAX: u64 = 64 << 10;

/// Longest wait for bytes of other bodies.
const WAIT_MAX: Duration = Duration::from_secs(5);

/// The bytes in use, by token.
#[derive(Default)]
pub(super) struct UploadBytes {
    held: Mutex<HashMap<Option<String>, u64>>,
    freed: Notify,
}

impl UploadBytes {
    fn try_take(self: &Arc<Self>, token: &Option<String>, bytes: u64) -> Option<Held> {
        let mut held = self.held.lock();
        let before = held.get(token).copied().unwrap_or(0);
        let (own, all) = (before + bytes, held.values().sum::<u64>() + bytes);
        let most = if token.is_some() && before > 0 { ALL_BYTES_MAX - RESERVE_BYTES } else { ALL_BYTES_MAX };
        if all > most || token.is_some() && own > TOKEN_BYTES_MAX {
            return None;
        }
        held.insert(token.clone(), own);
        Some(Held { of: self.clone(), token: token.clone(), bytes })
    }

    async fn take(self: &Arc<Self>, token: &Option<String>, bytes: u64) -> Held {
        loop {
            // From here on a notification wakes this future, so none is missed between the attempt and the wait.
            let freed = self.freed.notified();
            if let Some(held) = self.try_take(token, bytes) {
                return held;
            }
            freed.await;
        }
    }

    fn busy(&self) -> ApiError {
        let used = self.held.lock().values().sum::<u64>() >> 20;
        let reason = format!(
            "request bodies of {used} MB are being read already, of {} MB that may ({} MB of one token, the last {} MB for tokens without any)",
            ALL_BYTES_MAX >> 20,
            TOKEN_BYTES_MAX >> 20,
            RESERVE_BYTES >> 20
        );
        ApiError::new(ApiErrorKind::Busy, reason).retry_after(5)
    }
}

/// The bytes of one body.
struct Held {
    of: Arc<UploadBytes>,
    token: Option<String>,
    bytes: u64,
}

impl Drop for Held {
    fn drop(&mut self) {
        let mut held = self.of.held.lock();
        if let Some(own) = held.get_mut(&self.token) {
            *own -= self.bytes;
            if *own == 0 {
                held.remove(&self.token);
            }
        }
        drop(held);
        self.of.freed.notify_waiters();
    }
}

/// The count of a request's body, for its handler: what it gives back early, others need not wait for.
#[derive(Clone, Default)]
pub(super) struct UploadPlace(Arc<Mutex<Option<Held>>>);

impl UploadPlace {
    /// The body is not in memory any more, or others count it.
    pub(super) fn give_back(&self) {
        let held = self.0.lock().take();
        drop(held);
    }
}

/// The layer.
pub(super) async fn layer(State(all): State<Arc<UploadBytes>>, mut request: Request, next: Next) -> Result<Response, ApiError> {
    let longest = BODY_BYTES_MAX as u64;
    let bytes = request.body().size_hint().upper().unwrap_or(longest).min(longest);
    let place = UploadPlace::default();
    if bytes > SMALL_BYTES_MAX {
        let token = request.extensions().get::<Caller>().and_then(|caller| caller.token.clone());
        let held = tokio::time::timeout(WAIT_MAX, all.take(&token, bytes)).await.map_err(|_elapsed| all.busy())?;
        *place.0.lock() = Some(held);
    }
    request.extensions_mut().insert(place.clone());
    let response = next.run(request.map(body_pace::paced)).await;
    place.give_back();
    Ok(response)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_token_takes_half_and_all_tokens_no_more_than_there_is() {
        let all = Arc::new(UploadBytes::default());
        let [one, two, three] = ["one", "two", "three"].map(|name| Some(name.to_owned()));
        let longest = BODY_BYTES_MAX as u64;
        let take = |token: &Option<String>| all.try_take(token, longest);
        let held = [take(&one), take(&one)];
        assert!(held.iter().all(Option::is_some));
        assert!(take(&one).is_none());
        let others = [take(&two), take(&three)];
        assert!(others.iter().all(Option::is_some));
        assert!(take(&three).is_none() && take(&None).is_none());
        drop(others);
        let two_has = take(&two);
        assert!(two_has.is_some() && take(&two).is_none(), "the last bytes are for tokens that have none");
        let others = [two_has, take(&three)];
        assert!(others.iter().all(Option::is_some));
        drop(held);
        assert!(take(&three).is_some());
        drop(others);
        assert!(all.held.lock().is_empty());
    }

    #[tokio::test]
    async fn an_upload_waits_for_the_bytes_of_another() {
        let all = Arc::new(UploadBytes::default());
        let first = all.take(&None, ALL_BYTES_MAX).await;
        let place = UploadPlace(Arc::new(Mutex::new(Some(first))));
        let waits = all.take(&None, 1);
        let gives_back = async { place.give_back() };
        let (_second, ()) = tokio::join!(waits, gives_back);
    }
}
