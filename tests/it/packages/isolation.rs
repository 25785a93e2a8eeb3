//! A pool of connections lives as long as its instance, and carries nothing of one call into another.
//!
//! Invariant: every assertion is about ids and names; which call uses which connection is left to chance.

use std::sync::Arc;
use std::thread;

use serde_json::{Value, json};

use super::server::Need;
use super::world::World;
use crate::support::{Request, eventually};

/// Functions that are tested here, and not by an answer.
pub const FOLDERS: &[&str] = &["shared-listener", "shared-pool"];

fn trace_id(n: usize) -> String {
    format!("{:032x}", 0xb001_0000_0000_0000_0000_0000_0000_0000_u128 + n as u128)
}

fn get(path: &str, n: usize) -> Request {
    Request::get(path).header("traceparent", &format!("00-{}-00f067aa0ba902b7-01", trace_id(n)))
}

/// The trace of the log line with this text.
fn trace_of(world: &World, text: &str) -> Value {
    world.skep.wait_for_log(text, |line| line.to_string().contains(text))["trace_id"].clone()
}

#[test]
fn calls_that_share_a_pool_keep_their_trace_and_their_storage() {
    const CALLS: usize = 12;
    let Some(world) = World::with("shared-pool", &[Need::Postgres]) else { return };
    let calls: Vec<_> = (0..CALLS)
        .map(|n| {
            let world = Arc::clone(&world);
            thread::spawn(move || world.skep.send(&get(&format!("/shared-pool?name=caller-{n}-"), n)))
        })
        .collect();
    for (n, call) in calls.into_iter().enumerate() {
        let answer = call.join().expect("an answer");
        let name = format!("caller-{n}-");
        assert_eq!(answer.json(), json!(vec![[&name, &name]; 10]), "each query is answered to its caller, in its caller's storage");
        for text in [format!("called back {name}."), format!("awaited {name}.")] {
            assert_eq!(trace_of(&world, &text), json!(trace_id(n)), "{text}");
        }
    }
    let connections = world.skep.get("/shared-pool?connections").json();
    assert_eq!(connections, world.skep.get("/shared-pool?connections").json(), "the same connections serve call after call");
    assert!(connections.as_array().is_some_and(|pids| !pids.is_empty() && pids.len() <= 2), "{connections}");

    assert_eq!(world.skep.get("/shared-pool?spin").fault(), Some("cpu_limit"));
    eventually("the connections of the instance that ended are closed", || {
        let now = world.skep.get("/shared-pool?connections");
        let pids = now.json();
        let is_old = |pid: &Value| connections.as_array().is_some_and(|old| old.contains(pid));
        pids.as_array().is_some_and(|pids| !pids.iter().any(is_old)).then_some(())
    });
}

#[test]
fn what_a_connection_does_after_the_call_that_opened_it_is_over_is_not_logged_as_that_call() {
    let Some(world) = World::with("shared-listener", &[Need::Postgres]) else { return };
    assert_eq!(world.skep.send(&get("/shared-listener", 100)).text(), "listening");
    assert_eq!(world.skep.send(&get("/shared-listener?speak=hello", 101)).text(), "hello");
    assert_eq!(trace_of(&world, "spoke hello."), json!(trace_id(101)));
    for text in ["heard hello.", "called back hello."] {
        assert_ne!(trace_of(&world, text), json!(trace_id(100)), "{text}: a call that is over has no more lines");
    }
}
