//! Places of the connections of the admin address: few for strangers, more for callers that were admitted, of whom one token has at most half.
//!
//! `listener` takes a stranger's place for every new connection. `auth` turns it into a caller's with the first request that it admits, and
//! takes the places of a token back when the token is revoked.
//!
//! Invariant: a new connection always gets a place: if none is free, the stranger that has one for the longest loses it. So a probe, which asks at
//! once and is answered at once, always gets in. No token takes the last place of another.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::Context;

use futures::task::AtomicWaker;
use parking_lot::Mutex;

use super::error::ApiError;
use super::tokens::TokenId;
use crate::api::error::ApiErrorKind;

/// Connections whose clients have not been admitted: more than there are load balancers, monitors and operators that arrive at the same moment.
const STRANGERS_MAX: usize = 64;

/// Connections of admitted callers.
const CALLERS_MAX: usize = 256;

/// Those of one token.
const TOKEN_CONNECTIONS_MAX: usize = CALLERS_MAX / 2;

/// Whose a connection is: the token's, or that of any client on this machine while no token exists.
type Owner = Option<TokenId>;

/// The places.
#[derive(Clone, Default)]
pub(super) struct AdminPlaces(Arc<Mutex<Taken>>);

#[derive(Default)]
struct Taken {
    /// The oldest first.
    strangers: VecDeque<Arc<Slot>>,
    callers: HashMap<Owner, Vec<Arc<Slot>>>,
}

/// The connection in one place.
#[derive(Default)]
struct Slot {
    is_lost: AtomicBool,
    waker: AtomicWaker,
}

impl Slot {
    fn lose(&self) {
        self.is_lost.store(true, Ordering::Release);
        self.waker.wake();
    }
}

impl Taken {
    fn remove(&mut self, slot: &Arc<Slot>, owner: Option<&Owner>) {
        let is_other = |other: &Arc<Slot>| !Arc::ptr_eq(other, slot);
        let Some(owner) = owner else { return self.strangers.retain(is_other) };
        if let Some(slots) = self.callers.get_mut(owner) {
            slots.retain(is_other);
            if slots.is_empty() {
                self.callers.remove(owner);
            }
        }
    }

    fn refusal(&self, owner: &Owner) -> Option<String> {
        let own = self.callers.get(owner).map_or(0, Vec::len);
        if owner.is_some() && own >= TOKEN_CONNECTIONS_MAX {
            return Some(format!("{own} connections of this token are open already: one token has half of {CALLERS_MAX}"));
        }
        let all: usize = self.callers.values().map(Vec::len).sum();
        (all >= CALLERS_MAX).then(|| format!("{all} connections are open, as many as the admin address may have: only probes are answered"))
    }
}

impl AdminPlaces {
    /// A stranger's place. The stranger that has one for the longest may lose it.
    pub(super) fn enter(&self) -> AdminPlace {
        let slot = Arc::new(Slot::default());
        let mut taken = self.0.lock();
        let lost = if taken.strangers.len() >= STRANGERS_MAX { taken.strangers.pop_front() } else { None };
        taken.strangers.push_back(slot.clone());
        drop(taken);
        if let Some(lost) = lost {
            lost.lose();
        }
        AdminPlace(Arc::new(PlaceInner { places: self.clone(), slot, owner: Mutex::default() }))
    }

    /// The owners of the callers' connections.
    pub(super) fn owners(&self) -> Vec<Option<TokenId>> {
        self.0.lock().callers.keys().cloned().collect()
    }

    /// Closes the connections of one owner, whatever they wait for.
    pub(super) fn close_those_of(&self, owner: &Option<TokenId>) {
        let lost = self.0.lock().callers.get(owner).cloned().unwrap_or_default();
        lost.iter().for_each(|slot| slot.lose());
    }
}

/// The place of one connection. The last of its copies frees it.
#[derive(Clone)]
pub(super) struct AdminPlace(Arc<PlaceInner>);

struct PlaceInner {
    places: AdminPlaces,
    slot: Arc<Slot>,
    /// `None`: a stranger.
    owner: Mutex<Option<Owner>>,
}

impl AdminPlace {
    /// Whether the connection has lost its place; if not, the task is woken when it does.
    pub(super) fn is_lost(&self, cx: &Context<'_>) -> bool {
        self.0.slot.waker.register(cx.waker());
        self.0.slot.is_lost.load(Ordering::Acquire)
    }

    /// Makes it the place of a caller that was admitted.
    ///
    /// # Errors
    /// If the caller has as many as it may have, or all have: the place stays whose it was.
    pub(super) fn belongs_to(&self, caller: &Option<TokenId>) -> Result<(), ApiError> {
        let mut owner = self.0.owner.lock();
        if owner.as_ref() == Some(caller) {
            return Ok(());
        }
        let mut taken = self.0.places.0.lock();
        if let Some(reason) = taken.refusal(caller) {
            return Err(ApiError::new(ApiErrorKind::Busy, reason).retry_after(1));
        }
        taken.remove(&self.0.slot, owner.as_ref());
        taken.callers.entry(caller.clone()).or_default().push(self.0.slot.clone());
        *owner = Some(caller.clone());
        Ok(())
    }
}

impl Drop for PlaceInner {
    fn drop(&mut self) {
        self.places.0.lock().remove(&self.slot, self.owner.get_mut().as_ref());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_lost(place: &AdminPlace) -> bool {
        place.is_lost(&Context::from_waker(std::task::Waker::noop()))
    }

    fn token(name: &str) -> Option<TokenId> {
        Some(TokenId::from(name))
    }

    fn connection(owner: &Option<TokenId>, places: &AdminPlaces) -> Option<AdminPlace> {
        let place = places.enter();
        place.belongs_to(owner).is_ok().then_some(place)
    }

    #[test]
    fn the_oldest_stranger_makes_room_and_no_caller_does() {
        let places = AdminPlaces::default();
        let caller = connection(&token("one"), &places).unwrap();
        let mut open: Vec<_> = (0..STRANGERS_MAX).map(|_| places.enter()).collect();
        assert!(open.iter().all(|place| !is_lost(place)));
        let newest = places.enter();
        assert!(is_lost(&open[0]) && !is_lost(&open[1]) && !is_lost(&newest) && !is_lost(&caller));
        drop(open.remove(1));
        open.push(places.enter());
        assert!(!is_lost(&open[1]), "a place was free");
        drop((open, newest, caller));
        assert!(places.0.lock().strangers.is_empty() && places.0.lock().callers.is_empty());
    }

    #[test]
    fn one_token_has_half_of_the_connections_and_another_the_other_half() {
        let places = AdminPlaces::default();
        let [one, two] = ["one", "two"].map(token);
        let mut of_one: Vec<_> = (0..CALLERS_MAX).filter_map(|_| connection(&one, &places)).collect();
        assert_eq!(of_one.len(), CALLERS_MAX / 2);
        assert!(of_one.iter().all(|place| place.belongs_to(&one).is_ok()), "further requests of a connection take no further place");
        let of_two: Vec<_> = (0..CALLERS_MAX).filter_map(|_| connection(&two, &places)).collect();
        assert_eq!(of_two.len(), CALLERS_MAX / 2);
        assert!(connection(&token("three"), &places).is_none() && !is_lost(&places.enter()), "all are taken, and a probe has a place");
        drop(of_one.pop());
        assert!(connection(&token("three"), &places).is_some());
    }

    #[test]
    fn a_connection_is_that_of_its_last_caller_and_ends_with_it() {
        let places = AdminPlaces::default();
        let proxy = connection(&token("one"), &places).unwrap();
        assert!(proxy.belongs_to(&token("two")).is_ok());
        assert_eq!(places.owners(), [token("two")]);
        places.close_those_of(&token("one"));
        assert!(!is_lost(&proxy));
        places.close_those_of(&token("two"));
        assert!(is_lost(&proxy));
    }
}
