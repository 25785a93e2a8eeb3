//! The budget: which workers are admitted, and which idle instance makes room.

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;

/// The pool that loses an instance to a function with `instances` instances; the pools are (instances, seconds idle).
fn chosen(pools: &[(usize, u64)], instances: usize) -> Option<usize> {
    let now = Instant::now() + Duration::from_secs(10_000);
    let idle = |(instances, seconds): (usize, u64)| Idle { instances, since: now - Duration::from_secs(seconds) };
    victim(pools.iter().enumerate().map(|(index, pool)| (idle(*pool), index)), instances)
}

#[test]
fn among_functions_with_one_instance_the_longest_idle_makes_room() {
    assert_eq!(chosen(&[(1, 5), (1, 90), (1, 30)], 0), Some(1));
    assert_eq!(chosen(&[(1, 5), (1, 90), (1, 30)], 1), Some(1));
}

#[test]
fn a_function_with_many_instances_makes_room_before_one_with_few() {
    assert_eq!(chosen(&[(1, 300), (4, 2), (2, 60)], 0), Some(1));
    assert_eq!(chosen(&[(4, 2), (1, 300), (4, 3)], 7), Some(2));
}

#[test]
fn a_function_with_many_instances_does_not_push_out_the_only_one_of_another() {
    assert_eq!(chosen(&[(1, 300), (1, 200)], 2), None);
    assert_eq!(chosen(&[(1, 300), (2, 1)], 2), Some(1));
}

fn budget(max_instances: usize, functions: usize, served: usize) -> Budget {
    let budget = Budget::new(max_instances, 8 << 40);
    budget.expect(functions);
    budget.serves(served);
    budget
}

/// Workers that a function with `instances` instances is admitted, one after another.
fn admitted(budget: &Budget, instances: usize) -> usize {
    (0..1000).take_while(|_| budget.admit(instances, Vec::new).is_ok()).count()
}

#[test]
fn one_function_does_not_take_the_last_places_of_those_that_have_none() {
    let host = budget(60, 3, 1);
    assert_eq!(admitted(&host, 1), 58, "two functions have no instance");
    assert!(host.admit(0, Vec::new).is_ok(), "a first instance");
    host.serves(2);
    assert_eq!(admitted(&host, 59), 0);
    assert_eq!(admitted(&host, 0), 1, "the last place");
    let fault = host.admit(58, Vec::new).unwrap_err();
    assert_eq!(fault.kind(), Kind::Overloaded);
}

#[test]
fn the_reserve_is_a_quarter_at_most_and_nothing_once_every_function_has_an_instance() {
    assert_eq!(admitted(&budget(60, 1000, 1), 1), 45);
    assert_eq!(admitted(&budget(60, 5, 5), 1), 60);
    assert_eq!(admitted(&budget(60, 0, 0), 1), 60, "a host that was not told its functions");
    assert_eq!(admitted(&budget(3, 9, 1), 1), 3, "too few places for a reserve");
}

#[test]
fn prewarmed_isolates_are_free_places() {
    let host = budget(8, 2, 1);
    assert_eq!(admitted(&host, 0), 8);
    host.holds_prewarmed(2);
    assert!(host.has_reserve());
    host.holds_prewarmed(1);
    assert!(host.has_reserve(), "one is left for the other function");
    host.holds_prewarmed(0);
    assert!(!host.has_reserve());
}

#[test]
fn the_last_eighth_of_the_memory_is_for_first_instances() {
    let host = Budget::new(60, 800 << 20);
    host.resident_bytes.store(698 << 20, Ordering::Relaxed);
    host.expect(2);
    let fault = host.admit(1, Vec::new).unwrap_err();
    assert!(fault.facts().message.contains("memory"), "{fault}");
    assert!(host.admit(0, Vec::new).is_ok());
}

proptest! {
    /// A pool is chosen exactly if one may lose an instance, and no other such pool has more instances or was idle for longer.
    #[test]
    fn the_choice_is_fair(pools in prop::collection::vec((1_usize..6, 0_u64..400), 0..12), instances in 0_usize..6) {
        let allowed = |pool: &&(usize, u64)| instances < 2 || pool.0 > 1;
        match chosen(&pools, instances) {
            None => prop_assert_eq!(pools.iter().filter(allowed).count(), 0),
            Some(index) => {
                prop_assert!(allowed(&&pools[index]));
                prop_assert!(pools.iter().filter(allowed).all(|pool| *pool <= pools[index]));
            }
        }
    }
}
