//! What a function can reach, called with whatever a function can make up: hundreds of functions, thousands of random calls.
//!
//! `fuzz.js` finds everything that hangs below the global object and calls it with hostile values. Ops are not among it: that is a test of its own.
//!
//! Invariant: the process that began is the one that ends, nothing was frozen, nothing of the host's panicked, and the function next door is right
//! all the time. A seed that fails says so, and `?seed=…&calls=…&log` shows the call.

use serde_json::Value;

use crate::support::{Client, Launch, Project, Request, Skep, eventually};

/// Functions, each with damage of its own, and the calls that each makes.
const SEEDS: u32 = 20;
const CALLS: u32 = 500;

/// How many functions a function can reach, at least; else the test has lost its eyes.
const REACHABLE_MIN: usize = 900;

/// What becomes of a function that calls at random.
const FAULTS: [&str; 6] = ["threw", "bad_response", "never_settles", "wall_limit", "cpu_limit", "memory_limit"];

/// The functions that Node's built-in modules add, at least.
const NODE_REACHABLE_MIN: usize = 2500;

#[test]
fn random_calls_with_hostile_values_hurt_nobody_else() {
    random_calls_hurt_nobody_else("", REACHABLE_MIN);
}

#[test]
fn random_calls_of_nodes_modules_hurt_nobody_else() {
    random_calls_hurt_nobody_else(include_str!("node.js"), NODE_REACHABLE_MIN);
}

/// `opening`: what a function does before it looks around.
fn random_calls_hurt_nobody_else(opening: &str, reachable_min: usize) {
    // Another part of the same endless list, for those who look for more: FUZZ_SEED=1000 cargo test --test it op_fuzz
    let first: u32 = std::env::var("FUZZ_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    let skep = Launch::serve(project(first, opening)).start();
    let mut done = 0;
    for seed in first..first + SEEDS {
        let before = host(&skep);
        let answer = skep.get(&format!("/fuzz-{seed}?seed={seed}&calls={CALLS}"));
        match answer.fault() {
            None => {
                let reached = answer.text().split(' ').next().and_then(|count| count.parse::<usize>().ok());
                assert!(reached >= Some(reachable_min), "seed {seed}: {answer}");
                done += 1;
            }
            Some(fault) => assert!(FAULTS.contains(&fault), "seed {seed}: {answer}"),
        }
        let after = host(&skep);
        assert_eq!(after["pid"], before["pid"], "seed {seed}");
        assert_eq!(after["containment"]["parked"], before["containment"]["parked"], "seed {seed}: {answer}");
        let next_door =
            eventually("an answer of the function next door", || Some(skep.get("/right")).filter(|answer| answer.status == 200));
        assert_eq!(next_door.text(), "right", "seed {seed}");
    }
    assert!(done > SEEDS / 2, "most of them come to their end: {done}");
    let panics = skep.log().into_iter().filter(|line| line.get("panic").is_some()).collect::<Vec<_>>();
    assert!(panics.is_empty(), "{panics:#?}");
}

#[test]
fn no_host_call_is_among_what_a_function_can_reach() {
    let skep = Launch::serve(project(1, "")).start();
    let list = skep.get("/fuzz-1?list").json();
    let reached: Vec<&str> = list.as_array().expect("a list").iter().filter_map(Value::as_str).collect();
    assert!(reached.len() >= REACHABLE_MIN, "{} functions", reached.len());
    for what in ["globalThis.Array.prototype.map map", "call site", "globalThis.fetch", "globalThis.Deno.serve", "context"] {
        assert!(reached.iter().any(|name| name.starts_with(what)), "{what} is reachable");
    }
    let hosts = |name: &&&str| {
        let parts: Vec<&str> = name.split(['.', ' ', ':']).collect();
        parts.iter().any(|part| part.starts_with("op_") || part.starts_with("__") && *part != "__proto__" && !part.contains("etter__"))
            || ["core", "internals", "primordials", "bootstrap", "fromCloneData", "importSync"].iter().any(|part| parts.contains(part))
    };
    let found: Vec<_> = reached.iter().filter(hosts).collect();
    assert!(found.is_empty(), "{found:#?}");
}

fn host(skep: &Skep) -> Value {
    Client::connect(skep.admin).exchange(&Request::get("/api/v1/host")).json()
}

fn project(first: u32, opening: &str) -> Project {
    let project = Project::empty();
    project.write("/right/index.js", "export default () => \"right\";");
    for seed in first..first + SEEDS {
        project.write(&format!("/fuzz-{seed}/index.js"), &format!("{opening}{}", include_str!("fuzz.js")));
        let manifest = "[limits]\nwall_ms = 10000\ncpu_ms = 5000\n[scale]\nmax = 1\n[net]\nallow = [\"127.0.0.0/8\"]\n";
        project.write(&format!("/fuzz-{seed}/function.toml"), manifest);
    }
    project
}
