//! Waiting for instances.

use super::super::warm::TRIES;
use super::*;
use crate::runtime::isolate::Loaded;

#[test]
fn warming_waits_until_so_many_instances_are_ready() {
    let pool = pool(scale(0, 4, 1));
    let warmed = meanwhile(pool.warm(3), async {
        assert_eq!(states(&pool), [InstanceState::Booting; 3]);
        load_all(&pool);
    });
    assert_eq!(warmed.unwrap(), 3);
    assert_eq!(meanwhile(pool.warm(2), async {}).unwrap(), 3, "they are there already");
}

#[test]
fn warming_makes_no_more_than_max() {
    let pool = pool(scale(0, 2, 1));
    assert_eq!(meanwhile(pool.warm(100), async { load_all(&pool) }).unwrap(), 2);
}

#[test]
fn a_version_that_does_not_load_says_so_to_whoever_warms_it() {
    let pool = pool(scale(0, 4, 1));
    let fault = || Fault::new(Kind::BootFailed, "on purpose");
    let booted = meanwhile(pool.boot_one(), async {
        let worker = workers(&pool).remove(0);
        pool.boot_failed(&worker, fault());
        end(&pool, &worker, Exit::NotLoaded);
    });
    assert_eq!(booted.unwrap_err().facts().message, "on purpose");
    assert_eq!(meanwhile(pool.boot_one(), async {}).unwrap_err().kind(), Kind::BootFailed, "it is not booted again so soon");
    assert_eq!(states(&pool), []);
}

#[test]
fn warming_tells_how_many_there_are_if_the_host_has_room_for_no_more() {
    let pool = pool_of(2, scale(0, 4, 1));
    assert_eq!(meanwhile(pool.warm(4), async { load_all(&pool) }).unwrap(), 2);
    let full = pool_of(0, scale(0, 4, 1));
    assert_eq!(meanwhile(full.warm(4), async {}).unwrap_err().kind(), Kind::Overloaded);
}

#[test]
fn instances_that_die_as_soon_as_they_are_ready_are_not_made_for_ever() {
    let pool = pool(scale(0, 4, 1));
    let warmed = meanwhile(pool.warm(1), async {
        for _ in 0..TRIES {
            while workers(&pool).is_empty() {
                tokio::task::yield_now().await;
            }
            let worker = workers(&pool).remove(0);
            pool.ready(&worker, Loaded::of(Dialect::Plain));
            end(&pool, &worker, Exit::Crashed);
        }
    });
    assert_eq!(warmed.unwrap_err().kind(), Kind::InstanceLost);
    assert_eq!(states(&pool), []);
}
