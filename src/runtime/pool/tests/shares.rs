//! The places that the calls of other functions may have.

use super::*;

/// A call that function `caller` makes.
fn call_of(pool: &Pool, caller: &str) -> Result<TestCaller, Kind> {
    let mut request = request(Method::POST);
    Arc::get_mut(&mut request).unwrap().caller = Some(caller.into());
    TestCaller::sends(pool, request)
}

fn of(caller: &str) -> impl Fn(&&QueuedInvocation) -> bool {
    move |invocation| invocation.request.caller.as_deref() == Some(caller)
}

#[test]
fn a_caller_that_keeps_its_places_leaves_some_to_clients() {
    let pool = pool(scale(0, 1, 8));
    let client = TestCaller::of(&pool).unwrap();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let greedy: Vec<_> = (0..20).map(|_| call_of(&pool, "greedy")).collect();
    assert_eq!(greedy.iter().filter(|call| call.is_ok()).count(), 8, "half of the places, and half of the queue");
    assert!(greedy.iter().all(|call| matches!(call, Ok(_) | Err(Kind::Overloaded))));
    let others: Vec<_> = (0..3).map(|_| call_of(&pool, "other").unwrap()).collect();
    let last = TestCaller::of(&pool).unwrap();
    let mut held = calls(&worker);
    let count = |held: &[QueuedInvocation], caller: &str| held.iter().filter(of(caller)).count();
    assert_eq!((held.len(), count(&held, "greedy"), count(&held, "other")), (8, 4, 2));
    assert_eq!(pool.status().waiting, 5);
    // A place that it gives back is for its next call.
    let index = held.iter().position(|invocation| of("greedy")(&invocation)).unwrap();
    drop(held.remove(index));
    held.extend(calls(&worker));
    assert_eq!((held.len(), count(&held, "greedy"), count(&held, "other")), (8, 4, 2));
    drop((client, greedy, others, last, held));
}

#[test]
fn the_places_of_an_instance_that_is_lost_are_free_again() {
    let pool = pool(scale(0, 1, 2));
    let _calls: Vec<_> = (0..2).map(|_| call_of(&pool, "caller")).collect();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let held = calls(&worker);
    assert_eq!(held.len(), 1);
    // The thread is frozen with the call.
    std::mem::forget(held);
    end(&pool, &worker, Exit::Crashed);
    load_all(&pool);
    assert_eq!(calls(&workers(&pool)[0]).len(), 1, "the call that waited");
}
