//! The end of versions and of instances, and their status and counts until then.

use super::*;
use crate::runtime::call::Slots as _;
use crate::runtime::isolate::Loaded;

#[test]
fn a_retired_pool_is_drained_when_its_last_instance_is_gone() {
    let pool = pool(scale(0, 1, 1));
    let callers: Vec<TestCaller> = (0..2).map(|_| TestCaller::of(&pool).unwrap()).collect();
    load_all(&pool);
    pool.retire();
    assert!(pool.drained().now_or_never().is_none());
    let worker = workers(&pool).remove(0);
    meanwhile(pool.drained(), async {
        for _ in 0..2 {
            calls(&worker).into_iter().for_each(|invocation| invocation.reply.send(Ok(Response::default())));
        }
        assert_eq!(states(&pool), [InstanceState::Ending]);
        end(&pool, &worker, Exit::Retired);
    });
    drop(callers);
}

#[test]
fn a_cut_ends_everything_and_answers_everybody() {
    let pool = pool(scale(0, 2, 1));
    let mut callers: Vec<TestCaller> = (0..4).map(|_| TestCaller::of(&pool).unwrap()).collect();
    let (loaded, loading) = (workers(&pool).remove(0), workers(&pool).remove(1));
    pool.ready(&loaded, Loaded::of(Dialect::Plain));
    pool.retire();
    assert_eq!(pool.cut(), 4);
    assert!(loaded.is_condemned());
    assert!(!loading.is_condemned(), "a module that loads must not be terminated");
    assert!(was_retired(&loading));
    assert_eq!(callers[1..].iter_mut().map(TestCaller::fault).collect::<Vec<_>>(), [Some(Kind::Draining); 3]);
    assert_eq!(TestCaller::of(&pool).err(), Some(Kind::Draining), "a call that still comes");
    assert_eq!(pool.warm(1).now_or_never().unwrap().unwrap_err().kind(), Kind::Draining);
    meanwhile(pool.drained(), async {
        // The first instance never received its call.
        end(&pool, &loaded, Exit::Interrupted(crate::runtime::isolate::TerminationReason::Shutdown));
        pool.ready(&loading, Loaded::of(Dialect::Plain));
        end(&pool, &loading, Exit::Retired);
    });
    assert_eq!(callers[0].fault(), Some(Kind::Draining));
}

#[test]
fn calls_do_not_wait_for_a_version_that_does_not_load() {
    let pool = pool(scale(0, 2, 1));
    let mut callers: Vec<TestCaller> = (0..3).map(|_| TestCaller::of(&pool).unwrap()).collect();
    let (loaded, broken) = (workers(&pool).remove(0), workers(&pool).remove(1));
    pool.ready(&loaded, Loaded::of(Dialect::Plain));
    pool.boot_failed(&broken, Fault::new(Kind::BootFailed, "on purpose"));
    end(&pool, &broken, Exit::NotLoaded);
    assert_eq!(callers[1].fault(), None, "the first instance may still take it");
    let invocations = calls(&loaded);
    end(&pool, &loaded, Exit::Crashed);
    assert_eq!(callers[1..].iter_mut().map(TestCaller::fault).collect::<Vec<_>>(), [Some(Kind::BootFailed); 2]);
    drop(invocations);
}

#[test]
fn what_an_instance_did_is_seen() {
    let pool = pool(scale(0, 2, 2));
    let callers: Vec<TestCaller> = (0..2).map(|_| TestCaller::of(&pool).unwrap()).collect();
    assert_eq!(states(&pool), [InstanceState::Booting]);
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let mut invocations = calls(&worker);
    let status = pool.instances().remove(0);
    assert_eq!((status.id, status.requests, status.in_flight, status.idle), (worker.id, 2, 2, Duration::ZERO));
    invocations.pop();
    assert_eq!(pool.instances()[0].in_flight, 1);
    invocations.pop();
    let status = pool.instances().remove(0);
    assert_eq!((status.requests, status.in_flight), (2, 0));
    assert!(status.idle > Duration::ZERO && status.age >= status.idle);
    drop(callers);
}

#[test]
fn answers_are_counted_and_faults_of_the_function_apart() {
    let pool = pool(scale(0, 1, 8));
    pool.prewarm();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let answers = [Ok(Response::default()), Err(Kind::Threw), Err(Kind::InstanceLost), Err(Kind::CpuLimit)];
    for answer in answers {
        let call = pool.clone().call(request(Method::POST), Body::Empty);
        let outcome = meanwhile(call, async {
            let invocation = calls(&worker).remove(0);
            invocation.reply.send(answer.map_err(|kind| Fault::new(kind, "on purpose")));
        });
        pool.count(&outcome.reply);
    }
    assert_eq!(pool.counts(), CallCounts { answered: 4, function_faults: 2 });
    let left = pool.clone().call(request(Method::POST), Body::Empty);
    assert!(meanwhile(async { left.now_or_never().is_none() }, async {}), "a caller that left has no answer to count");
}

#[test]
fn a_place_that_is_freed_twice_is_counted_once() {
    let pool = pool(scale(0, 1, 8));
    let _caller = TestCaller::of(&pool).unwrap();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    drop(calls(&worker));
    pool.release(worker.id, None);
    assert_eq!(pool.status().in_flight, 0);
}
