//! Who may compile now: the fast places, where every compile begins, and the slow ones, where a long one ends.
//!
//! `compile` of this folder takes a place before it takes a process.
//!
//! Invariant: places of a lane are given in the order in which they were asked for.

use std::num::NonZeroUsize;

use futures::executor::block_on;
use tokio::sync::{Semaphore, SemaphorePermit};

/// The places of this process.
pub(super) struct Lanes {
    fast_places: usize,
    fast: Semaphore,
    slow: Semaphore,
}

/// A place; free again when it is dropped.
pub(super) type LanePlace<'a> = Option<SemaphorePermit<'a>>;

impl Lanes {
    /// A fast place for each core, and half as many slow ones.
    pub(super) fn of_this_machine() -> Self {
        Self::of(std::thread::available_parallelism().map_or(1, NonZeroUsize::get))
    }

    fn of(cores: usize) -> Self {
        Self { fast_places: cores, fast: Semaphore::new(cores), slow: Semaphore::new((cores / 2).max(1)) }
    }

    /// The number of fast places.
    pub(super) fn fast_places(&self) -> usize {
        self.fast_places
    }

    /// Waits for a fast place.
    pub(super) fn fast(&self) -> LanePlace<'_> {
        // The semaphores are never closed.
        block_on(self.fast.acquire()).ok()
    }

    /// Waits for a slow place.
    pub(super) fn slow(&self) -> LanePlace<'_> {
        block_on(self.slow.acquire()).ok()
    }

    /// A slow place, if one is free and no compile waits for it.
    pub(super) fn slow_if_free(&self) -> Option<LanePlace<'_>> {
        self.slow.try_acquire().ok().map(Some)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::mpsc::sync_channel;

    use super::*;

    #[test]
    fn a_long_compile_holds_a_slow_place_and_no_fast_one() {
        let lanes = Lanes::of(2);
        let (one, other) = (lanes.fast(), lanes.fast());
        assert!(lanes.fast.try_acquire().is_err(), "both are taken");
        let slow = lanes.slow_if_free().expect("half as many");
        drop(one);
        assert!(lanes.slow_if_free().is_none(), "there is one");
        assert!(lanes.fast.try_acquire().is_ok(), "a newcomer has a place meanwhile");
        drop((other, slow));
        assert!(lanes.slow_if_free().is_some());
    }

    #[test]
    fn those_that_wait_are_served_in_their_order() {
        let lanes = Arc::new(Lanes::of(1));
        let held = lanes.fast();
        let (order_tx, order_rx) = sync_channel(3);
        let mut threads = Vec::new();
        for number in 0..3 {
            let (waiting_tx, waiting_rx) = sync_channel(1);
            let (lanes, order_tx) = (lanes.clone(), order_tx.clone());
            threads.push(std::thread::spawn(move || {
                // Polled once, it stands in the queue.
                let mut place = Box::pin(lanes.fast.acquire());
                let waker = futures::task::noop_waker();
                assert!(place.as_mut().poll(&mut std::task::Context::from_waker(&waker)).is_pending());
                waiting_tx.send(()).unwrap();
                let place = block_on(place).unwrap();
                order_tx.send(number).unwrap();
                drop(place);
            }));
            waiting_rx.recv().unwrap();
        }
        drop(held);
        threads.into_iter().for_each(|thread| thread.join().unwrap());
        assert_eq!(order_rx.try_iter().collect::<Vec<_>>(), [0, 1, 2]);
    }
}
