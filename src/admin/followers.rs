//! The clients that follow a stream that has no end of its own, or read a long response. All tokens together have a number of places, and one token a part of them.
//!
//! The operations that stream take a place here and keep it in their stream.
//!
//! Invariant: no token takes the last place of another; a place is free again when its stream is dropped.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::error::ApiError;
use crate::api::error::ApiErrorKind;

/// Clients of one kind at a time.
const FOLLOWERS_MAX: usize = 32;

/// Part of the places that one token may have. As long as no token exists, the operator may have all of them.
const TOKEN_PART: usize = 4;

/// The clients that follow the log, those that follow releases, and those that read long records.
#[derive(Clone)]
pub(super) struct Followers {
    pub(super) log: Arc<FollowerPlaces>,
    pub(super) releases: Arc<FollowerPlaces>,
    pub(super) long_records: Arc<FollowerPlaces>,
}

impl Default for Followers {
    fn default() -> Self {
        let [log, releases, long_records] =
            ["follow the log", "follow releases", "read records of many functions"].map(FollowerPlaces::new);
        Self { log, releases, long_records }
    }
}

/// The places of one kind of stream.
pub(super) struct FollowerPlaces {
    what: &'static str,
    /// Clients by token.
    open: Mutex<HashMap<Option<String>, usize>>,
}

impl FollowerPlaces {
    fn new(what: &'static str) -> Arc<Self> {
        Arc::new(Self { what, open: Mutex::default() })
    }

    /// A place for a client of `token`.
    pub(super) fn enter(self: &Arc<Self>, token: Option<&str>) -> Result<FollowerPlace, ApiError> {
        let most = FOLLOWERS_MAX;
        let share = if token.is_some() { most / TOKEN_PART } else { most };
        let token = token.map(str::to_owned);
        let mut open = self.open.lock();
        let own = open.get(&token).copied().unwrap_or(0);
        let what = self.what;
        let reason = if own >= share {
            Some(format!("{own} clients {what} with this token already: one token has {share} of {most} places"))
        } else {
            let all: usize = open.values().sum();
            (all >= most).then(|| format!("{all} other clients {what} already, of {most} that may"))
        };
        if let Some(reason) = reason {
            return Err(ApiError::new(ApiErrorKind::Busy, reason).retry_after(5));
        }
        *open.entry(token.clone()).or_insert(0) += 1;
        Ok(FollowerPlace { places: self.clone(), token })
    }
}

/// The place of one client. Dropping it frees the place.
pub(super) struct FollowerPlace {
    places: Arc<FollowerPlaces>,
    token: Option<String>,
}

impl Drop for FollowerPlace {
    fn drop(&mut self) {
        let mut open = self.places.open.lock();
        if let Some(count) = open.get_mut(&self.token) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.token);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entered(places: &Arc<FollowerPlaces>, token: Option<&str>) -> Vec<FollowerPlace> {
        std::iter::from_fn(|| places.enter(token).ok()).take(1000).collect()
    }

    #[test]
    fn one_token_takes_a_quarter_and_leaves_the_rest_to_others() {
        let places = FollowerPlaces::new("follow the log");
        let first = entered(&places, Some("one"));
        assert_eq!(first.len(), FOLLOWERS_MAX / 4);
        assert_eq!(places.enter(Some("one")).err().map(|error| error.kind()), Some(ApiErrorKind::Busy));
        let others: Vec<_> = ["two", "three", "four", "five"].iter().flat_map(|token| entered(&places, Some(token))).collect();
        assert_eq!(first.len() + others.len(), FOLLOWERS_MAX);
        drop(first);
        assert!(places.enter(Some("five")).is_ok(), "a place is free again");
        drop(others);
        assert!(places.open.lock().is_empty());
    }

    #[test]
    fn without_tokens_the_operator_may_have_every_place() {
        let places = FollowerPlaces::new("follow the log");
        assert_eq!(entered(&places, None).len(), FOLLOWERS_MAX);
    }
}
