//! Releases of one function that come at the same time: who waits, who wins, who is cancelled.
//!
//! A [`CheckServer`] holds a release at its check, so that the others really wait.
//!
//! Invariant: a release that never began has left no trace but its record.

use serde_json::{Value, json};
use skep::release::deploy::queue::WAITING_MAX;

use super::gate::CheckServer;
use super::*;

/// Submits a release whose check asks at the gate; its id.
fn submit_gated(skep: &Skep, name: &str, checks: &CheckServer, text: &str) -> Value {
    asked(skep, &upload(name, "", &[("index.js", &checks.code(text)), ("function.toml", &checks.manifest())]))["id"].clone()
}

fn submit(skep: &Skep, name: &str, text: &str) -> Value {
    asked(skep, &upload(name, "", &[("index.js", &says(text))]))
}

pub(super) fn cancel(id: &Value) -> Request {
    Request::new("POST", &format!("/api/v1/releases/{}/cancel", id.as_str().expect("an id")))
}

fn ends(skep: &Skep, id: &Value, status: &str) -> Value {
    let record = release_becomes(skep, id, "it ends", |record| !matches!(record["status"].as_str(), Some("waiting" | "running")));
    assert_eq!(record["status"], status, "{record:#}");
    assert!(record["ended_ms"].is_u64(), "{record:#}");
    record
}

#[test]
fn of_releases_that_wait_the_newest_wins() {
    let (skep, checks) = (alone(Project::empty()), CheckServer::start());
    becomes_live(&skep, "f", &says("v1"));
    let running = submit_gated(&skep, "f", &checks, "v2");
    let at_gate = checks.arrival();
    let older = submit(&skep, "f", "v3");
    let newer = submit(&skep, "f", "v4");
    assert_eq!((&older["status"], &newer["status"]), (&json!("waiting"), &json!("waiting")));
    ends(&skep, &older["id"], "superseded");
    // Another function does not wait for this one.
    becomes_live(&skep, "neighbour", &says("here"));
    assert_eq!(call(&skep, "f"), "v1");
    at_gate.open();
    let first = ends(&skep, &running, "done");
    let second = ends(&skep, &newer["id"], "done");
    assert_eq!(call(&skep, "f"), "v4");
    assert_eq!(second["functions"][0]["before"], first["functions"][0]["version"]);
    assert_eq!(stored(&skep, "f").len(), 3, "what was superseded was never stored");
    is_sound(&skep);
}

#[test]
fn a_release_is_cancelled_while_it_waits_and_while_it_runs() {
    let checks = CheckServer::start();
    let skep = Launch::serve(Project::empty()).arg("--single-process").arg("--warm=0").start();
    let v1 = becomes_live(&skep, "f", &says("v1"));
    assert_eq!(call(&skep, "f"), "v1");
    let running = submit_gated(&skep, "f", &checks, "v2");
    let at_gate = checks.arrival();
    let waiting = submit(&skep, "f", "v3");
    let answer = ask(&skep, &cancel(&waiting["id"]));
    assert_eq!((answer.status, &answer.json()["status"]), (202, &json!("cancelled")), "{answer}");
    let next = submit(&skep, "f", "v1");

    assert_eq!(ask(&skep, &cancel(&running)).status, 202);
    let record = ends(&skep, &running, "cancelled");
    assert_eq!((&step(&record, "published")["state"], &record["failure"]), (&json!("pending"), &Value::Null));
    drop(at_gate);
    assert_eq!(ends(&skep, &next["id"], "done")["unchanged"], true, "whoever waited comes next");
    assert_eq!(call(&skep, "f"), "v1");
    assert_eq!(stored(&skep, "f"), [format!("{v1}.json")]);
    eventually("the instance of the cancelled version has ended", || (instances(&skep) == 1).then_some(()));
    is_sound(&skep);

    for ended in [&running, &waiting["id"], &next["id"]] {
        let (kind, message) = refused(&skep, &cancel(ended), 409);
        assert_eq!(kind, "conflict");
        assert!(message.contains("ended"), "{message}");
    }
    refused(&skep, &cancel(&json!("r000000000000")), 404);
}

#[test]
fn a_module_that_does_not_finish_loading_is_cancelled() {
    let skep = Launch::serve(Project::empty()).arg("--single-process").arg("--warm=0").start();
    becomes_live(&skep, "f", &says("v1"));
    let slow = "console.log('loading'); await new Promise((later) => setTimeout(later, 60000)); export default () => 'v2';";
    let running = asked(&skep, &upload("f", "", &[("index.js", slow)]));
    skep.wait_for_line(&["loading"]);
    assert_eq!(ask(&skep, &cancel(&running["id"])).status, 202);
    let record = ends(&skep, &running["id"], "cancelled");
    assert_eq!(step(&record, "booted")["state"], "running", "where it was");
    assert_eq!(call(&skep, "f"), "v1");
    // Loading is never broken off; it has limits of its own.
    eventually("its instance has ended", || (instances(&skep) == 1).then_some(()));
    becomes_live(&skep, "f", &says("v3"));
    assert_eq!(call(&skep, "f"), "v3");
}

#[test]
fn a_group_waits_for_each_of_its_functions_and_changes_of_variables_are_not_superseded() {
    let (skep, checks) = (alone(Project::empty()), CheckServer::start());
    becomes_live(&skep, "one", &says("one v1"));
    let running = submit_gated(&skep, "one", &checks, "one v2");
    let at_gate = checks.arrival();
    let files = json!({ "files": { "one/index.js": says("one v3"), "two/index.js": says("two v3") } });
    let group = asked(&skep, &with_json("POST", "/api/v1/releases", &files));
    let variables = asked(&skep, &with_json("PATCH", "/api/v1/functions/one/variables", &json!({ "env": { "A": "1" } })));
    let last = submit(&skep, "one", "one v4");
    for waiting in [&group, &variables, &last] {
        assert_eq!(waiting["status"], "waiting", "{waiting:#}");
    }
    at_gate.open();
    ends(&skep, &running, "done");
    for waiting in [&group, &variables, &last] {
        ends(&skep, &waiting["id"], "done");
    }
    assert_eq!([call(&skep, "one"), call(&skep, "two")], ["one v4", "two v3"]);
    assert_eq!(look(&skep, "/api/v1/functions/one/variables")["env"], json!({ "A": "1" }));
}

#[test]
fn a_release_that_is_cancelled_at_any_moment_is_live_as_a_whole_or_has_left_nothing() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &says("v0"));
    let mut live = "v0".to_owned();
    let mut cancelled = 0;
    for number in 1..=30 {
        let text = format!("v{number}");
        let begun = submit(&skep, "f", &text);
        for _ in 0..number % 6 {
            call(&skep, "f"); // each time a little later
        }
        let status = ask(&skep, &cancel(&begun["id"])).status;
        assert!(matches!(status, 202 | 409), "{status}");
        let record = release_becomes(&skep, &begun["id"], "it ends", |record| record["ended_ms"].is_u64());
        match record["status"].as_str() {
            Some("done") => live = text,
            Some("cancelled") => cancelled += 1,
            _ => panic!("{record:#}"),
        }
        assert_eq!(call(&skep, "f"), live);
        let mut kept: Vec<String> = look(&skep, "/api/v1/functions/f/versions")
            .as_array()
            .unwrap()
            .iter()
            .map(|kept| format!("{}.json", kept["version"].as_str().expect("an id")))
            .collect();
        kept.sort_unstable();
        assert_eq!(stored(&skep, "f"), kept, "number {number}");
    }
    assert!(cancelled > 0, "not one was cancelled in time");
    is_sound(&skep);
}

#[test]
fn an_order_that_a_release_before_it_has_made_pointless_is_undone() {
    let (skep, checks) = (alone(Project::empty()), CheckServer::start());
    becomes_live(&skep, "f", &says("v0"));
    becomes_live(&skep, "f", &says("v1"));
    let running = submit_gated(&skep, "f", &checks, "v2");
    let at_gate = checks.arrival();
    let removal = asked(&skep, &Request::new("DELETE", "/api/v1/functions/f"));
    let variables = asked(&skep, &with_json("PATCH", "/api/v1/functions/f/variables", &json!({ "env": { "A": "1" } })));
    let rollback = asked(&skep, &with_json("POST", "/api/v1/functions/f/rollback", &json!({})));
    at_gate.open();
    ends(&skep, &running, "done");
    ends(&skep, &removal["id"], "done");
    for pointless in [&variables, &rollback] {
        let record = ends(&skep, &pointless["id"], "undone");
        assert_eq!(record["failure"]["step"], "received", "{record:#}");
    }
    assert_eq!(skep.get("/f").fault(), Some("no_such_function"));
    is_sound(&skep);
}

#[test]
fn the_queue_has_an_end() {
    let (skep, checks) = (alone(Project::empty()), CheckServer::start());
    becomes_live(&skep, "f", &says("v1"));
    submit_gated(&skep, "f", &checks, "v2");
    let _at_gate = checks.arrival();
    let mut client = Client::connect(skep.admin);
    let request = with_json("PATCH", "/api/v1/functions/f/variables", &json!({ "env": { "A": "1" } }));
    for number in 0..WAITING_MAX {
        assert_eq!(client.exchange(&request).status, 202, "number {number}");
    }
    let full = client.exchange(&request);
    assert_eq!((full.status, full.header("retry-after")), (429, Some("1")), "{full}");
    becomes_live(&skep, "neighbour", &says("here"));
}

#[test]
fn an_automatic_rollback_does_not_take_the_next_version_away() {
    let (skep, checks) = (alone(Project::empty()), CheckServer::start());
    becomes_live(&skep, "f", &says("v1"));
    let bad = [
        ("index.js", "export default () => { throw new Error('bad day'); };"),
        ("function.toml", "[rollback]\nfaults_percent = 20\ncalls = 5\nwatch_s = 600\n"),
    ];
    let begun = asked(&skep, &upload("f", "wait=true", &bad));
    assert_eq!(begun["status"], "done", "{begun:#}");
    let mended = submit_gated(&skep, "f", &checks, "v3");
    let at_gate = checks.arrival();
    // The return is asked for while the mended version is on its way, and comes after it.
    let returning = eventually("a return waits", || {
        assert_eq!(skep.get("/f").status, 500);
        let records = look(&skep, "/api/v1/releases");
        records.as_array()?.iter().find(|record| record["purpose"] == "automatic_rollback").cloned()
    });
    at_gate.open();
    ends(&skep, &mended, "done");
    let record = ends(&skep, &returning["id"], "undone");
    assert!(record["failure"]["reason"].as_str().is_some_and(|reason| reason.contains("not live any more")), "{record:#}");
    assert_eq!(call(&skep, "f"), "v3");
}
