//! More and fewer instances: by an operator, and by the traffic.

use super::*;
use crate::runtime::fleet::FleetMember as _;
use crate::runtime::isolate::Loaded;

#[test]
fn a_recycled_instance_takes_no_more_calls_and_finishes_those_it_has() {
    let pool = pool(scale(0, 4, 10));
    let _first = TestCaller::of(&pool).unwrap();
    load_all(&pool);
    let old = workers(&pool).remove(0);
    let invocation = calls(&old).remove(0);
    assert!(pool.recycle(old.id));
    assert!(was_retired(&old));
    assert!(!old.is_condemned(), "nothing of it is cut");
    assert_eq!(states(&pool), [InstanceState::Ending, InstanceState::Booting], "it had a call, so another one is made ahead");
    assert!(!pool.recycle(old.id), "it ends already");
    assert!(!pool.recycle(u32::MAX), "there is no such instance");
    load_all(&pool);
    let _second = TestCaller::of(&pool).unwrap();
    assert_eq!((calls(&old).len(), calls(&workers(&pool)[1]).len()), (0, 1));
    drop(invocation);
    end(&pool, &old, Exit::Retired);
    assert_eq!(states(&pool), [InstanceState::Ready]);
}

#[test]
fn an_idle_instance_that_nobody_would_miss_is_recycled_without_another_one() {
    let pool = pool(scale(0, 4, 10));
    pool.prewarm();
    load_all(&pool);
    assert!(pool.recycle(workers(&pool)[0].id));
    assert_eq!(states(&pool), [InstanceState::Ending]);
}

#[test]
fn min_is_kept_when_an_instance_is_recycled() {
    let pool = pool(scale(2, 2, 10));
    pool.fill_to_min();
    load_all(&pool);
    load_all(&pool);
    assert!(pool.recycle(workers(&pool)[0].id));
    assert_eq!(states(&pool), [InstanceState::Ending, InstanceState::Ready, InstanceState::Booting]);
}

#[test]
fn a_version_that_has_never_loaded_loads_once_before_min_is_filled() {
    let pool = pool(scale(50, 50, 1));
    pool.fill_to_min();
    pool.fill_to_min();
    pool.sweep(Instant::now(), &mut 0);
    assert_eq!(states(&pool), [InstanceState::Booting]);
    load_all(&pool);
    assert_eq!(workers(&pool).len(), 50);
    assert_eq!(states(&pool).iter().filter(|state| **state == InstanceState::Booting).count(), 49);
}

#[test]
fn a_first_boot_that_fails_is_not_made_again_for_min() {
    let pool = pool(scale(50, 50, 1));
    pool.fill_to_min();
    let worker = workers(&pool).remove(0);
    pool.boot_failed(&worker, Fault::new(Kind::BootFailed, "on purpose"));
    end(&pool, &worker, Exit::NotLoaded);
    pool.fill_to_min();
    pool.sweep(Instant::now(), &mut 0);
    assert!(workers(&pool).is_empty());
}

#[test]
fn an_instance_that_is_recycled_while_it_loads_never_takes_a_call() {
    let pool = pool(scale(0, 4, 10));
    let mut caller = TestCaller::of(&pool).unwrap();
    let loading = workers(&pool).remove(0);
    assert!(pool.recycle(loading.id));
    pool.ready(&loading, Loaded::of(Dialect::Plain));
    assert_eq!(states(&pool), [InstanceState::Ending, InstanceState::Booting], "the call that waits gets another one");
    load_all(&pool);
    assert_eq!((calls(&loading).len(), calls(&workers(&pool)[1]).len()), (0, 1));
    assert_eq!(caller.fault(), None);
}

#[test]
fn more_concurrency_places_what_waits() {
    let pool = pool(scale(0, 1, 1));
    let callers: Vec<TestCaller> = (0..3).map(|_| TestCaller::of(&pool).unwrap()).collect();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let mut invocations = calls(&worker);
    assert_eq!((invocations.len(), pool.status().waiting), (1, 2));
    pool.rescale(scale(0, 1, 8));
    invocations.extend(calls(&worker));
    assert_eq!((invocations.len(), pool.status().waiting), (3, 0));
    assert_eq!(pool.scale().concurrency, 8);
    drop((callers, invocations));
}

#[test]
fn a_larger_max_makes_instances_for_what_waits_and_a_larger_min_for_nobody() {
    let pool = pool(scale(0, 1, 1));
    let callers: Vec<TestCaller> = (0..3).map(|_| TestCaller::of(&pool).unwrap()).collect();
    assert_eq!(workers(&pool).len(), 1);
    pool.rescale(scale(0, 8, 1));
    assert_eq!(workers(&pool).len(), 3);
    load_all(&pool);
    pool.rescale(scale(5, 8, 1));
    assert_eq!(workers(&pool).len(), 5);
    drop(callers);
}

#[test]
fn a_smaller_max_ends_idle_instances_at_once_and_busy_ones_when_they_are_done() {
    let pool = pool(scale(0, 4, 1));
    let callers: Vec<TestCaller> = (0..3).map(|_| TestCaller::of(&pool).unwrap()).collect();
    load_all(&pool);
    let invocations: Vec<QueuedInvocation> = workers(&pool).iter().flat_map(|worker| calls(worker)).collect();
    meanwhile(pool.warm(4), async { load_all(&pool) }).unwrap();
    pool.rescale(scale(0, 1, 1));
    let (ready, ending) = (InstanceState::Ready, InstanceState::Ending);
    assert_eq!(states(&pool), [ready, ready, ready, ending]);
    pool.sweep(Instant::now(), &mut 0);
    assert_eq!(states(&pool).iter().filter(|state| **state == ready).count(), 1);
    assert!(workers(&pool).iter().all(|worker| !worker.is_condemned()));
    drop((callers, invocations));
}

#[test]
fn traffic_has_instances_made_ahead_and_minutes_without_any_end_them() {
    let pool = pool(scale(0, 8, 10));
    let callers: Vec<TestCaller> = (0..30).map(|_| TestCaller::of(&pool)).filter_map(Result::ok).collect();
    load_all(&pool);
    let now = Instant::now();
    pool.sweep(now, &mut 0);
    // As many instances as these calls fill to 70 %.
    let wanted = callers.len().div_ceil(7);
    assert_eq!((pool.status().wanted, workers(&pool).len()), (wanted, wanted));
    load_all(&pool);
    let invocations: Vec<QueuedInvocation> = workers(&pool).iter().flat_map(|worker| calls(worker)).collect();
    drop((callers, invocations));
    let sweep = |second: u64| pool.sweep(now + Duration::from_secs(second), &mut 0);
    (1..60).for_each(sweep);
    assert_eq!(states(&pool).iter().filter(|state| **state == InstanceState::Ready).count(), wanted, "{:?}", pool.status());
    (60..130).for_each(sweep);
    assert_eq!(states(&pool).iter().filter(|state| **state == InstanceState::Ready).count(), 1);
    (130..302).for_each(sweep);
    assert_eq!(states(&pool).iter().filter(|state| **state == InstanceState::Ready).count(), 0);
}

#[test]
fn the_scaler_never_makes_the_first_instance() {
    let pool = pool(scale(0, 8, 10));
    let caller = TestCaller::of(&pool).unwrap();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    pool.sweep(Instant::now(), &mut 0);
    let invocations = calls(&worker);
    drop((caller, invocations));
    end(&pool, &worker, Exit::Crashed);
    pool.sweep(Instant::now(), &mut 0);
    assert_eq!((pool.status().wanted, workers(&pool).len()), (1, 0));
}
