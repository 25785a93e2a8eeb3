//! A version that must not run any more: its calls are answered and it gets no instance, whoever put it into quarantine.

use super::*;
use crate::process::quarantine::{Quarantine, Quarantined};
use crate::runtime::containment::frozen::{self, FrozenThread};
use crate::sys::freeze::FreezeCause;

/// A pool whose fleet heeds a quarantine.
fn heeding(scale: Scale) -> (Arc<Pool>, Arc<Quarantine>) {
    let (pool, quarantine) = (pool(scale), Arc::new(Quarantine::default()));
    pool.fleet.heed(quarantine.clone());
    (pool, quarantine)
}

fn entry(pool: &Pool) -> Quarantined {
    let version = pool.version();
    Quarantined { function: version.function.to_string(), version: version.id.to_string(), reason: "twice".into() }
}

#[test]
fn a_quarantine_that_grows_answers_the_calls_that_wait_and_ends_the_instances() {
    let (pool, quarantine) = heeding(scale(0, 1, 1));
    let mut callers: Vec<TestCaller> = (0..3).map(|_| TestCaller::of(&pool).unwrap()).collect();
    load_all(&pool);
    let worker = workers(&pool).remove(0);
    let mut held = calls(&worker);
    quarantine.add(Quarantined { version: "another".into(), ..entry(&pool) });
    assert_eq!(callers[1].fault(), None, "another version of the function");
    quarantine.add(entry(&pool));
    assert_eq!([callers[1].fault(), callers[2].fault()], [Some(Kind::Quarantined); 2]);
    assert_eq!(TestCaller::of(&pool).err(), Some(Kind::Quarantined), "a call that still comes");
    assert!(was_retired(&worker) && !worker.is_condemned(), "the call that it has may finish");
    held.remove(0).reply.send(Ok(Response::default()));
    assert_eq!(callers[0].fault(), None);
    end(&pool, &worker, Exit::Retired);
    assert!(workers(&pool).is_empty());
    assert!(pool.status().broken.is_some_and(|why| why.contains("twice")));
}

#[test]
fn a_version_in_quarantine_gets_no_first_instance_and_none_for_min() {
    let (pool, quarantine) = heeding(scale(2, 4, 1));
    quarantine.add(entry(&pool));
    assert_eq!(TestCaller::of(&pool).err(), Some(Kind::Quarantined));
    pool.fill_to_min();
    pool.prewarm();
    assert_eq!(pool.warm(1).now_or_never().unwrap().unwrap_err().kind(), Kind::Quarantined);
    assert!(workers(&pool).is_empty());
}

#[test]
fn the_second_frozen_instance_is_the_last() {
    let (pool, quarantine) = heeding(scale(0, 1, 1));
    for freeze in 1..=2 {
        let mut callers: Vec<TestCaller> = (0..2).map(|_| TestCaller::of(&pool).unwrap()).collect();
        load_all(&pool);
        let worker = workers(&pool).remove(0);
        let held = calls(&worker);
        pool.lost(&worker, &|_| Fault::new(Kind::CpuLimit, "on purpose"));
        assert_eq!(callers[1].fault(), (freeze == 2).then_some(Kind::Quarantined), "freeze {freeze}: before its caller has an answer");
        end(&pool, &worker, Exit::Frozen(FreezeCause::Wedged));
        load_all(&pool);
        workers(&pool).iter().for_each(|worker| {
            drop(calls(worker));
            end(&pool, worker, Exit::Crashed);
        });
        drop(held);
    }
    assert_eq!(quarantine.list().len(), 1);
    assert_eq!(TestCaller::of(&pool).err(), Some(Kind::Quarantined));
}

#[test]
fn where_much_is_frozen_a_version_that_froze_waits_for_the_next_process() {
    // The count is the process's: a version of its own, so that no other test is concerned.
    let host = Arc::new(RecordingListener(Semaphore::new(0)));
    let fleet = Arc::new(Fleet::new(config(1000), host, Handle::unmanned));
    let pool_of = |digest: u8| {
        let version = Version { id: VersionId::from_digest(&[digest; 32]), ..Arc::into_inner(version("export default 1;\n")).unwrap() };
        Pool::with_scale(Arc::new(version), scale(0, 2, 1), fleet.clone())
    };
    let (froze, other) = (pool_of(201), pool_of(202));
    let id = froze.version().id.to_string();
    assert!(TestCaller::of(&froze).is_ok());
    for _ in 0..4 {
        frozen::note(FrozenThread { version: Some(("f", &id)), bytes: 1 });
    }
    froze.state.lock().instances.clear();
    assert_eq!(TestCaller::of(&froze).err(), Some(Kind::Quarantined));
    assert!(TestCaller::of(&other).is_ok());
}
