//! Who may compile now: the fast places, where every compile begins, and the slow ones, where a long one ends.
//!
//! `compile` of this folder takes a place before it takes a process. A compile begins at the first [`CompileLevel`] and sinks with the time that it
//! takes. Where several wait for a place, the higher level comes first, and at one level the owner whose last turn is longest ago: a
//! function of the functions directory owns its compile, and of uploads the token does.
//!
//! Invariant: a place that is free is given to one that waits for it; every few turns to the one that has waited longest, whatever its level,
//! so that none waits forever.

use std::collections::BTreeMap;
use std::num::NonZeroUsize;
use std::sync::Arc;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::time::Duration;

use parking_lot::Mutex;

/// One turn in this many goes to the one that has waited longest.
const OLDEST_EVERY: u64 = 4;

/// How far a compile has sunk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum CompileLevel {
    /// Where every compile begins: a function of a few files is compiled within it.
    First,
    /// Some 0.3 MB of JavaScript or 0.15 MB of dense TypeScript.
    Second,
    /// The largest modules that people write.
    Third,
    /// As long as the limits allow.
    Last,
}

impl CompileLevel {
    /// The time that a compile may have taken at this level; `None`: its limits end it.
    pub(super) fn quantum(self) -> Option<Duration> {
        match self {
            Self::First => Some(Duration::from_millis(10)),
            Self::Second => Some(Duration::from_millis(100)),
            Self::Third => Some(Duration::from_secs(2)),
            Self::Last => None,
        }
    }

    pub(super) fn next(self) -> Self {
        match self {
            Self::First => Self::Second,
            Self::Second => Self::Third,
            Self::Third | Self::Last => Self::Last,
        }
    }

    fn is_slow(self) -> bool {
        self >= Self::Third
    }
}

/// The places of this process.
pub(super) struct Lanes {
    fast_places: usize,
    state: Mutex<LanesState>,
}

#[derive(Default)]
struct LanesState {
    fast_free: usize,
    slow_free: usize,
    waiting: Vec<Waiting>,
    /// The last turn of each owner that had one since nothing waited.
    turns: BTreeMap<Arc<str>, u64>,
    turn: u64,
}

struct Waiting {
    level: CompileLevel,
    owner: Arc<str>,
    granted_tx: SyncSender<()>,
}

/// A place; free again when it is dropped.
pub(super) struct LanePlace<'a> {
    lanes: &'a Lanes,
    is_slow: bool,
}

impl Lanes {
    /// A fast place for each core, and half as many slow ones.
    pub(super) fn of_this_machine() -> Self {
        Self::of(std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

    fn of(cores: usize) -> Self {
        let state = LanesState { fast_free: cores, slow_free: (cores / 2).max(1), ..LanesState::default() };
        Self { fast_places: cores, state: Mutex::new(state) }
    }

    /// The number of fast places.
    pub(super) fn fast_places(&self) -> usize {
        self.fast_places
    }

    /// Waits for a place at this level.
    pub(super) fn place(&self, level: CompileLevel, owner: &Arc<str>) -> LanePlace<'_> {
        let (granted_tx, granted_rx) = sync_channel(1);
        {
            let mut state = self.state.lock();
            state.waiting.push(Waiting { level, owner: owner.clone(), granted_tx });
            state.grant();
        }
        // The sender is dropped only after it has sent.
        let _ = granted_rx.recv();
        LanePlace { lanes: self, is_slow: level.is_slow() }
    }

    /// The place of a compile that has sunk to `level` and need not stop: it keeps its place if nothing waits for one like it, or moves to a
    /// slow one that is free. Otherwise its place is given up.
    pub(super) fn sink<'a>(&'a self, place: LanePlace<'a>, level: CompileLevel, owner: &Arc<str>) -> Option<LanePlace<'a>> {
        let mut state = self.state.lock();
        if place.is_slow || !level.is_slow() {
            let waits = state.waiting.iter().any(|waiting| waiting.level.is_slow() == place.is_slow);
            drop(state);
            return (!waits).then_some(place);
        }
        if state.slow_free == 0 {
            return None;
        }
        state.slow_free -= 1;
        state.has_turn(owner);
        drop(state);
        drop(place);
        Some(LanePlace { lanes: self, is_slow: true })
    }
}

impl LanesState {
    /// Gives free places to those that wait.
    fn grant(&mut self) {
        for is_slow in [false, true] {
            while self.free(is_slow) > 0
                && let Some(index) = self.next(is_slow)
            {
                let Waiting { owner, granted_tx, .. } = self.waiting.remove(index);
                *self.free_mut(is_slow) -= 1;
                self.has_turn(&owner);
                // The receiver waits until this is sent.
                let _ = granted_tx.try_send(());
            }
        }
        if self.waiting.is_empty() {
            self.turns.clear();
        }
    }

    fn next(&self, is_slow: bool) -> Option<usize> {
        // In the order in which they came.
        let mut candidates = self.waiting.iter().enumerate().filter(|(_, waiting)| waiting.level.is_slow() == is_slow);
        if self.turn % OLDEST_EVERY == OLDEST_EVERY - 1 {
            return candidates.next().map(|(index, _)| index);
        }
        let last_turn = |owner: &Arc<str>| self.turns.get(owner).copied().unwrap_or(0);
        candidates.min_by_key(|(index, waiting)| (waiting.level, last_turn(&waiting.owner), *index)).map(|(index, _)| index)
    }

    fn has_turn(&mut self, owner: &Arc<str>) {
        self.turn += 1;
        self.turns.insert(owner.clone(), self.turn);
    }

    fn free(&self, is_slow: bool) -> usize {
        if is_slow { self.slow_free } else { self.fast_free }
    }

    fn free_mut(&mut self, is_slow: bool) -> &mut usize {
        if is_slow { &mut self.slow_free } else { &mut self.fast_free }
    }
}

impl Drop for LanePlace<'_> {
    fn drop(&mut self) {
        let mut state = self.lanes.state.lock();
        *state.free_mut(self.is_slow) += 1;
        state.grant();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn owner(name: &str) -> Arc<str> {
        name.into()
    }

    fn free(lanes: &Lanes) -> (usize, usize) {
        let state = lanes.state.lock();
        (state.fast_free, state.slow_free)
    }

    /// Lets these wait, in this order, for the one place that is held, and returns the order in which they get it.
    fn order(level_and_owner: &[(CompileLevel, &str)]) -> Vec<usize> {
        let lanes = Lanes::of(1);
        let (order_tx, order_rx) = sync_channel(level_and_owner.len());
        std::thread::scope(|scope| {
            let held = lanes.place(CompileLevel::First, &owner("before"));
            for (number, (level, name)) in level_and_owner.iter().enumerate() {
                let (lanes, order_tx) = (&lanes, order_tx.clone());
                scope.spawn(move || {
                    let place = lanes.place(*level, &owner(name));
                    order_tx.send(number).unwrap();
                    drop(place);
                });
                while lanes.state.lock().waiting.len() <= number {
                    std::thread::yield_now();
                }
            }
            drop(held);
        });
        order_rx.try_iter().collect()
    }

    #[test]
    fn a_long_compile_holds_a_slow_place_and_no_fast_one() {
        let lanes = Lanes::of(2);
        let [a, b, c] = ["a", "b", "c"].map(owner);
        let (one, other) = (lanes.place(CompileLevel::First, &a), lanes.place(CompileLevel::First, &b));
        assert_eq!(free(&lanes), (0, 1));
        let one = lanes.sink(one, CompileLevel::Second, &a).expect("nothing waits");
        let slow = lanes.sink(one, CompileLevel::Third, &a).expect("half as many");
        assert_eq!(free(&lanes), (1, 0));
        drop(lanes.place(CompileLevel::First, &c));
        assert!(lanes.sink(other, CompileLevel::Third, &b).is_none(), "there is one");
        assert_eq!(free(&lanes), (2, 0), "its place was given up");
        let slow = lanes.sink(slow, CompileLevel::Last, &a).expect("nothing waits");
        drop(slow);
        assert_eq!(free(&lanes), (2, 1));
    }

    #[test]
    fn a_newcomer_comes_before_one_that_has_sunk_and_an_owner_without_a_turn_before_one_that_had_one() {
        // The first turn was that of the place that was held.
        assert_eq!(order(&[(CompileLevel::Second, "a"), (CompileLevel::First, "b")]), [1, 0]);
        assert_eq!(order(&[(CompileLevel::First, "a"), (CompileLevel::First, "a"), (CompileLevel::First, "b")]), [0, 2, 1]);
    }

    #[test]
    fn one_that_has_waited_longest_has_every_fourth_turn() {
        let waiting = [
            (CompileLevel::Second, "a"),
            (CompileLevel::First, "b"),
            (CompileLevel::First, "c"),
            (CompileLevel::First, "d"),
            (CompileLevel::First, "e"),
        ];
        assert_eq!(order(&waiting), [1, 2, 0, 3, 4]);
    }

    #[test]
    fn one_that_sinks_makes_way_only_for_one_that_waits() {
        let lanes = Lanes::of(1);
        let (a, b) = (owner("a"), owner("b"));
        std::thread::scope(|scope| {
            let place = lanes.place(CompileLevel::First, &a);
            let waits = scope.spawn(|| drop(lanes.place(CompileLevel::First, &b)));
            while lanes.state.lock().waiting.is_empty() {
                std::thread::yield_now();
            }
            assert!(lanes.sink(place, CompileLevel::Second, &a).is_none());
            waits.join().unwrap();
        });
    }
}
