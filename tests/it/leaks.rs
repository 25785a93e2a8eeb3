//! What stays behind of instances that ended badly: nothing.
//!
//! Threads, descriptors and memory are counted in `/proc`; `tests/evil` counts them after each of its programs as well.
//!
//! Invariant: nothing is asked of a clock; what comes back is waited for.

use std::fs;

use crate::support::{Client, Launch, Project, Request, Skep, eventually};

/// Modules that do not finish loading, each by a way of its own; deno_core evaluates what exports `then` by another way than the rest.
const UNFINISHED: [&str; 4] = [
    "await new Promise(() => {});",
    "for (;;);",
    "export const then = 1; await new Promise(() => {});",
    "const kept = []; for (;;) kept.push({ a: 1, b: [2] });",
];

/// Boots of each of them.
const TIMES: usize = 6;

/// More than what comes and goes by itself: the connections of the test.
const SLACK: usize = 6;

#[test]
fn modules_that_never_finish_loading_leave_no_descriptors() {
    let project = Project::empty();
    for (way, code) in UNFINISHED.iter().enumerate() {
        for time in 0..TIMES {
            project.write(&format!("f{way}-{time}/index.js"), &format!("{code}\nexport default () => 'never';\n"));
            project.write(&format!("f{way}-{time}/function.toml"), "[limits]\nmemory_mb = 32\n");
        }
    }
    let skep = Launch::serve(project)
        .arg("--single-process")
        .arg("--logs=none")
        .arg("--warm=0")
        .arg("--boot-wall-ms=300")
        .arg("--boot-cpu-ms=100")
        .start();
    let before = entries(&skep, "fd");
    for way in 0..UNFINISHED.len() {
        for time in 0..TIMES {
            let answer = skep.get(&format!("/f{way}-{time}"));
            assert_eq!(answer.fault(), Some("boot_failed"), "{answer}");
        }
    }
    eventually("the descriptors are closed", || (entries(&skep, "fd") <= before + SLACK).then_some(()));
    const { assert!(2 * TIMES > SLACK, "one way alone would show") };
}

/// Numbers of open files or threads of the engine.
fn entries(skep: &Skep, what: &str) -> usize {
    fs::read_dir(format!("/proc/{}/{what}", pid(skep))).expect("the engine runs").count()
}

fn pid(skep: &Skep) -> u64 {
    Client::connect(skep.admin).exchange(&Request::get("/api/v1/host")).json()["pid"].as_u64().expect("a pid")
}

const HOARD: &str = r#"
    //- /hoard/index.js
    export default () => {
      // ICU's objects are the C library's memory, in small pieces: V8 keeps a pointer to each.
      for (const kept = []; ; ) kept.push(new Intl.NumberFormat("de", { style: "currency", currency: "EUR" }));
    };
    //- /hoard/function.toml
    [limits]
    memory_mb = 32
    cpu_ms = 2000
    wall_ms = 60000
"#;

#[test]
fn freed_memory_is_given_back_when_an_instance_has_ended() {
    let skep = Launch::serve(Project::new(HOARD)).arg("--single-process").start();
    let answer = skep.get("/hoard");
    assert!(["cpu_limit", "memory_limit"].contains(&answer.fault().unwrap_or_default()), "{answer}");
    // It held some hundreds of MB; the process without it, unoptimised, is at 60.
    eventually("the memory is given back", || (resident(&skep) < 110 << 20).then_some(()));
}

fn resident(skep: &Skep) -> u64 {
    let statm = fs::read_to_string(format!("/proc/{}/statm", pid(skep))).expect("the engine runs");
    statm.split(' ').nth(1).and_then(|pages| pages.parse::<u64>().ok()).expect("a number") * 4096
}

/// A function for Node that holds what Node's built-ins have outside of V8's heap: streams of zlib, hashes, a server.
const NODE: &str = r#"
    //- /node/index.js
    const zlib = require("zlib");
    const crypto = require("crypto");
    const { createServer } = require("http");
    const kept = Array.from({ length: 20 }, () => [zlib.createGzip(), zlib.createGunzip(), crypto.createHash("sha256")]);
    for (const [gzip] of kept) gzip.write("x".repeat(10_000));
    createServer((_request, response) => response.end(String(kept.length))).listen(1);
    //- /node/function.toml
    [limits]
    memory_mb = 64
"#;

/// Instances that are made and ended one after the other.
const INSTANCES: usize = 60;

#[test]
fn node_instances_that_ended_give_their_memory_back() {
    let skep = Launch::serve(Project::new(NODE)).arg("--single-process").arg("--warm=0").start();
    let recycled = |times: usize| {
        for _ in 0..times {
            assert_eq!(skep.get("/node").text(), "20");
            // The first of the list may be one that ends already.
            eventually("an instance is recycled", || {
                let mut admin = Client::connect(skep.admin);
                let listed = admin.exchange(&Request::get("/api/v1/functions/node/instances")).json();
                let id = listed[0]["id"].as_u64()?;
                let answer = admin.exchange(&Request::new("DELETE", &format!("/api/v1/functions/node/instances/{id}")));
                (answer.status < 300).then_some(())
            });
        }
    };
    recycled(10);
    let before = resident(&skep);
    recycled(INSTANCES);
    // Each had about 6 MB and more than a hundred streams: without their end it would be more than 300 MB.
    eventually("the memory is given back", || (resident(&skep) < before + (100 << 20)).then_some(()));
}
