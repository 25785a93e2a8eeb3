//! The connections of one token: at most half of those that the admin address has.
//!
//! `auth` counts a connection for the token of its last request, until it is closed; `listener` keeps the count with the connection.
//!
//! Invariant: no token takes the last place of another. A connection that no token has used yet counts for none; the time for a request's
//! head ends it.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::error::ApiError;
use crate::api::error::ApiErrorKind;

/// Connections open at a time; more are for probes alone.
pub(super) const CONNECTIONS_MAX: usize = 256;

/// Connections of one token.
const TOKEN_CONNECTIONS_MAX: usize = CONNECTIONS_MAX / 2;

/// The connections by token.
#[derive(Default)]
pub(super) struct TokenPlaces(Mutex<HashMap<String, usize>>);

impl TokenPlaces {
    fn enter(self: &Arc<Self>, token: &str) -> Option<TokenPlace> {
        let mut open = self.0.lock();
        let own = open.get(token).copied().unwrap_or(0);
        if own >= TOKEN_CONNECTIONS_MAX {
            return None;
        }
        open.insert(token.to_owned(), own + 1);
        Some(TokenPlace { places: self.clone(), token: token.to_owned() })
    }
}

/// The place of one connection.
struct TokenPlace {
    places: Arc<TokenPlaces>,
    token: String,
}

impl Drop for TokenPlace {
    fn drop(&mut self) {
        let mut open = self.places.0.lock();
        if let Some(count) = open.get_mut(&self.token) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.token);
            }
        }
    }
}

/// The token that a connection counts for.
#[derive(Clone, Default)]
pub(super) struct ConnectionOwner(Arc<Mutex<Option<TokenPlace>>>);

impl ConnectionOwner {
    /// Counts the connection for a token, unless the token has as many as it may have.
    pub(super) fn belongs_to(&self, token: &str, places: &Arc<TokenPlaces>) -> Result<(), ApiError> {
        let mut owner = self.0.lock();
        if owner.as_ref().is_some_and(|place| place.token == token) {
            return Ok(());
        }
        *owner = places.enter(token);
        let reason =
            || format!("{TOKEN_CONNECTIONS_MAX} connections of this token are open already: one token has half of {CONNECTIONS_MAX}");
        if owner.is_some() { Ok(()) } else { Err(ApiError::new(ApiErrorKind::Busy, reason()).retry_after(1)) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connection(token: &str, places: &Arc<TokenPlaces>) -> Option<ConnectionOwner> {
        let owner = ConnectionOwner::default();
        owner.belongs_to(token, places).is_ok().then_some(owner)
    }

    #[test]
    fn one_token_has_half_of_the_connections_and_another_the_other_half() {
        let places = Arc::new(TokenPlaces::default());
        let mut of_one: Vec<_> = (0..CONNECTIONS_MAX).filter_map(|_| connection("one", &places)).collect();
        assert_eq!(of_one.len(), CONNECTIONS_MAX / 2);
        assert!(
            of_one.iter().all(|owner| owner.belongs_to("one", &places).is_ok()),
            "further requests of a connection take no further place"
        );
        assert!(connection("two", &places).is_some());
        drop(of_one.pop());
        assert!(connection("one", &places).is_some());
        drop(of_one);
        assert!(places.0.lock().is_empty());
    }

    #[test]
    fn a_connection_counts_for_the_token_of_its_last_request() {
        let places = Arc::new(TokenPlaces::default());
        let proxy = connection("one", &places).unwrap();
        assert!(proxy.belongs_to("two", &places).is_ok());
        assert_eq!(places.0.lock().clone(), HashMap::from([("two".to_owned(), 1)]));
    }
}
