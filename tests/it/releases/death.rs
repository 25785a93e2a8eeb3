//! Death at every step: the process is killed at each fault point of a release, and started again.
//!
//! Each case works on a copy of one prepared project. Builds without debug assertions have no fault points, and no such tests.
//!
//! Invariant: a point that the release does not come by fails the test, and so does one that no test names.
#![cfg(debug_assertions)]

use std::os::unix::process::ExitStatusExt as _;

use serde_json::json;
use skep::release::store::FAULT_POINTS;

use super::*;

const STEPS: [&str; 7] =
    ["release received", "release compiled", "release booted", "release checked", "release warmed", "release published", "release drained"];
const VERSION: [&str; 5] = ["version begun", "version written", "version synced", "version renamed", "version durable"];
const INDEX: [&str; 5] = ["index begun", "index written", "index synced", "index renamed", "index durable"];
const REMOVAL: [&str; 2] = ["removal begun", "removal done"];

/// From here on the new state is the one that counts.
const COMMITTED: [&str; 4] = ["index renamed", "index durable", "release published", "release drained"];

/// A project whose state has `one` and `two` in their first version, which no process serves any more.
fn prepared() -> Project {
    let skep = alone(Project::empty());
    assert_eq!(deploy_number(&skep, 1)["status"], "done");
    stop(skep)
}

fn group(number: u32) -> Value {
    json!({ "files": {
        "_lib/version.js": format!("export const version = {number};\n"),
        "one/index.js": "import { version } from '../_lib/version.js';\nexport default () => `one v${version}`;\n",
        "two/index.js": "import { version } from '../_lib/version.js';\nexport default () => `two v${version}`;\n",
    } })
}

fn deploy_number(skep: &Skep, number: u32) -> Value {
    asked(skep, &with_json("POST", "/api/v1/releases?wait=true", &group(number)))
}

fn both(skep: &Skep) -> [String; 2] {
    [call(skep, "one"), call(skep, "two")]
}

/// Sends a request at which the process must die, and starts another one on what it left.
fn die_at(point: &str, prepared: &Project, request: &Request) -> Skep {
    let mut skep = Launch::serve(Project::copied_from(prepared.root())).arg("--single-process").env("SKEP_DIE_AT", point).start();
    assert_eq!(both(&skep), ["one v1", "two v1"], "before {point:?}");
    if let Ok(response) = Client::connect(skep.admin).try_exchange(request) {
        panic!("{point:?} was not passed: {response}");
    }
    assert_eq!(skep.wait_for_exit().signal(), Some(libc::SIGKILL), "{point:?}");
    alone(skep.into_project())
}

/// Deploys version 2 of both over version 1, with a death at each of the points.
fn a_group_is_old_or_new(points: &[&str]) {
    let prepared = prepared();
    for point in points {
        let skep = die_at(point, &prepared, &with_json("POST", "/api/v1/releases?wait=true", &group(2)));
        let number = if COMMITTED.contains(point) { 2 } else { 1 };
        assert_eq!(both(&skep), [format!("one v{number}"), format!("two v{number}")], "after a death at {point:?}");
        is_sound(&skep);
        for name in ["one", "two"] {
            assert_eq!(stored(&skep, name).len(), number, "{name} after a death at {point:?}");
        }
        let statuses: Vec<Value> =
            look(&skep, "/api/v1/releases").as_array().unwrap().iter().map(|record| record["status"].clone()).collect();
        assert_eq!(statuses, vec![json!("done"); number], "what was not committed was never released, after a death at {point:?}");
        assert_eq!(deploy_number(&skep, 3)["status"], "done", "after a death at {point:?}");
        assert_eq!(both(&skep), ["one v3", "two v3"], "after a death at {point:?}");
    }
}

#[test]
fn every_fault_point_has_a_test() {
    let mut named = [&STEPS[..], &VERSION, &INDEX, &REMOVAL].concat();
    let mut all = FAULT_POINTS.to_vec();
    named.sort_unstable();
    all.sort_unstable();
    assert_eq!(named, all);
}

#[test]
fn a_death_after_any_step_leaves_the_old_group_or_the_new_one() {
    a_group_is_old_or_new(&STEPS);
}

#[test]
fn a_death_while_a_version_is_written_leaves_the_old_group() {
    a_group_is_old_or_new(&VERSION);
}

#[test]
fn a_death_while_the_state_is_written_leaves_the_old_group_or_the_new_one() {
    a_group_is_old_or_new(&INDEX);
}

#[test]
fn a_death_while_a_function_is_removed_leaves_nothing_of_it() {
    let prepared = prepared();
    for point in REMOVAL {
        let skep = die_at(point, &prepared, &Request::new("DELETE", "/api/v1/functions/one?wait=true"));
        assert_eq!(skep.get("/one").fault(), Some("no_such_function"), "after a death at {point:?}");
        assert_eq!(call(&skep, "two"), "two v1", "after a death at {point:?}");
        assert_eq!(names_below(&skep.project, "versions"), ["two"], "after a death at {point:?}");
        is_sound(&skep);
        becomes_live(&skep, "one", &says("one v9"));
        assert_eq!(call(&skep, "one"), "one v9");
    }
}

#[test]
fn a_supervisor_replaces_an_engine_that_died_in_a_release_and_the_new_state_counts() {
    let skep = Launch::serve(prepared()).env("SKEP_DIE_AT", "index durable").start();
    assert_eq!(both(&skep), ["one v1", "two v1"]);
    let response = Client::connect(skep.admin).try_exchange(&with_json("POST", "/api/v1/releases?wait=true", &group(2)));
    assert!(response.is_err(), "{response:?}");
    // Whoever comes now waits until there is an engine again.
    assert_eq!(both(&skep), ["one v2", "two v2"]);
    skep.wait_for_line(&["the engine died", "SIGKILL"]);
    is_sound(&skep);
}
