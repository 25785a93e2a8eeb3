//! What survives: a stop and a start, a hand-over to a fresh engine, an engine that dies; and who may write meanwhile.
//!
//! Invariant: after each of them the functions answer what they answered before.

use serde_json::{Value, json};

use super::gate::CheckServer;
use super::*;
use crate::support::process;

fn generation(skep: &Skep, wanted: u64) {
    eventually(&format!("engine {wanted} answers"), || {
        let host = Client::try_connect(skep.admin).ok()?.try_exchange(&Request::get("/api/v1/host")).ok()?.json();
        (host["generation"].as_u64() >= Some(wanted)).then_some(())
    });
}

/// What is known of a function, without what time changes.
fn known(skep: &Skep) -> Value {
    let shown = look(skep, "/api/v1/functions/f");
    let keys = ["name", "owner", "state", "version", "env", "secrets", "versions", "routes"];
    let mut known: BTreeMap<&str, Value> = keys.into_iter().map(|key| (key, shown[key].clone())).collect();
    known.insert("candidate", json!([shown["candidate"]["version"], shown["candidate"]["percent"], shown["candidate"]["sticky"]]));
    json!(known)
}

/// A host with a live version that has a route and a variable, a predecessor and a candidate; what is known of it.
fn prepare(skep: &Skep) -> (Value, [String; 3]) {
    let v1 = becomes_live(skep, "f", &says("v1"));
    let v2 = version(&deploy(skep, "f", &[("index.js", &says("v2")), ("function.toml", "routes = ['/own/*']\n")]));
    done(skep, "PATCH", "/api/v1/functions/f/variables", &json!({ "env": { "A": "1" } }));
    let v3 = version(&asked(skep, &upload("f", "wait=true&canary=0&sticky=header:x-user", &[("index.js", &says("v3"))])));
    answers(skep, &v3);
    (known(skep), [v1, v2, v3])
}

fn answers(skep: &Skep, candidate: &str) {
    assert_eq!(call(skep, "f"), "v2");
    assert_eq!(skep.get("/own/x").text(), "v2");
    assert_eq!(skep.send(&Request::get("/f").header("x-skep-version", candidate)).text(), "v3");
}

#[test]
fn a_stop_and_a_start_change_nothing() {
    let skep = alone(Project::empty());
    let (before, [_, _, v3]) = prepare(&skep);
    let releases = look(&skep, "/api/v1/releases");
    let skep = alone(stop(skep));
    answers(&skep, &v3);
    assert_eq!(known(&skep), before);
    assert_eq!(look(&skep, "/api/v1/releases"), releases);
    is_sound(&skep);
    done(&skep, "POST", "/api/v1/functions/f/promote", &Value::Null);
    assert_eq!(call(&skep, "f"), "v3");
    let ids: Vec<Value> = look(&skep, "/api/v1/releases").as_array().unwrap().iter().map(|record| record["id"].clone()).collect();
    assert!(ids.windows(2).all(|pair| pair[0].as_str() > pair[1].as_str()), "{ids:?}");
}

#[test]
fn a_folder_that_takes_the_name_of_a_deployed_function_is_reported_and_takes_nothing_over() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &says("deployed"));
    let project = stop(skep);
    project.write("/f/index.js", &says("folder"));
    project.write("/other/index.js", &says("other"));
    let skep = alone(project);
    skep.wait_for_printed(&["/f", "is a deployed function"]);
    assert_eq!([call(&skep, "f"), call(&skep, "other")], ["deployed", "other"]);
    assert_eq!(look(&skep, "/api/v1/functions/f")["owner"], "deployed");
    becomes_live(&skep, "f", &says("deployed again"));
    assert_eq!(call(&skep, "f"), "deployed again");
}

#[test]
fn a_hand_over_keeps_everything_and_the_fresh_engine_releases() {
    let skep = Skep::start(Project::empty());
    let (before, [v1, _, v3]) = prepare(&skep);
    let upgraded = asked(&skep, &Request::new("POST", "/api/v1/upgrade"));
    assert_eq!(upgraded["replaced_generation"], json!(1));
    generation(&skep, 2);
    answers(&skep, &v3);
    assert_eq!(known(&skep), before);
    skep.wait_for_line(&["the old engine has ended"]);
    done(&skep, "POST", "/api/v1/functions/f/rollback", &json!({ "version": v1 }));
    assert_eq!(call(&skep, "f"), "v1");
    is_sound(&skep);
}

#[test]
fn a_release_that_began_in_the_old_engine_is_live_in_the_fresh_one() {
    let (skep, checks) = (Skep::start(Project::empty()), CheckServer::start());
    becomes_live(&skep, "f", &says("v1"));
    becomes_live(&skep, "g", &says("g1"));
    let begun = asked(&skep, &upload("f", "", &[("index.js", &checks.code("v2")), ("function.toml", &checks.manifest())]));
    let at_gate = checks.arrival();
    // It waits for the one before, in the old engine.
    let waits = asked(&skep, &upload("f", "", &[("index.js", &says("v3"))]));
    assert_eq!(waits["status"], "waiting");
    skep.signal(libc::SIGHUP);
    generation(&skep, 2);
    skep.wait_for_line(&["handing over"]);
    // The fresh engine takes orders in already, and carries them out when the old one has let go.
    let taken_in = eventually("the fresh engine takes an order in", || {
        let response = Client::try_connect(skep.admin).ok()?.try_exchange(&upload("g", "", &[("index.js", &says("g2"))])).ok()?;
        (response.status == 202).then(|| response.json())
    });
    assert_eq!([call(&skep, "f"), call(&skep, "g")], ["v1", "g1"]);
    at_gate.open();
    eventually("what the old engine released is live", || (call(&skep, "f") == "v3").then_some(()));
    let record = release_becomes(&skep, &begun["id"], "its record is known here", |record| record["status"] == "done");
    assert_eq!(record["functions"][0]["function"], "f");
    release_becomes(&skep, &taken_in["id"], "the order is carried out", |record| record["status"] == "done");
    assert_eq!([call(&skep, "f"), call(&skep, "g")], ["v3", "g2"]);
    is_sound(&skep);
}

#[test]
fn releases_that_were_taken_in_are_finished_before_the_host_ends() {
    let (mut skep, checks) = (alone(Project::empty()), CheckServer::start());
    becomes_live(&skep, "f", &says("v1"));
    asked(&skep, &upload("f", "", &[("index.js", &checks.code("v2")), ("function.toml", &checks.manifest())]));
    let at_gate = checks.arrival();
    let waits = asked(&skep, &with_json("PATCH", "/api/v1/functions/f/variables", &json!({ "env": { "A": "1" } })));
    assert_eq!(waits["status"], "waiting");
    skep.signal(libc::SIGTERM);
    skep.wait_for_line(&["draining"]);
    at_gate.open();
    checks.arrival().open(); // the same code with other variables is checked as well
    assert_eq!(skep.wait_for_exit().code(), Some(0));
    let skep = alone(skep.into_project());
    assert_eq!(call(&skep, "f"), "v2");
    assert_eq!(look(&skep, "/api/v1/functions/f/variables")["env"], json!({ "A": "1" }));
    is_sound(&skep);
}

#[test]
fn an_engine_that_is_killed_is_replaced_by_one_with_the_same_functions() {
    let skep = Skep::start(Project::empty());
    let (before, [_, _, v3]) = prepare(&skep);
    let pid = i32::try_from(look(&skep, "/api/v1/host")["pid"].as_i64().expect("a pid")).expect("a pid");
    kill(pid);
    generation(&skep, 2);
    answers(&skep, &v3);
    assert_eq!(known(&skep), before);
    becomes_live(&skep, "f", &says("v4"));
    assert_eq!(call(&skep, "f"), "v4");
}

#[allow(unsafe_code, reason = "std can only send SIGKILL to children")]
fn kill(pid: i32) {
    // SAFETY: two integers. The engine is a child of our child and lives as long as nobody but the test ends it.
    assert_eq!(unsafe { libc::kill(pid, libc::SIGKILL) }, 0);
}

#[test]
fn two_hosts_on_one_state_folder_are_one_too_many() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &says("v1"));
    for single_process in ["--single-process=true", "--single-process=false"] {
        let mut command = process::binary();
        command.arg("serve").arg("--functions").arg(skep.project.functions()).arg("--state").arg(skep.project.state());
        command.args(["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", single_process]);
        let second = process::run(command);
        assert_eq!(second.code, 7, "{single_process}: {second}");
        assert!(second.stderr.contains("in use by another Skep"), "{single_process}: {second}");
    }
    becomes_live(&skep, "f", &says("v2"));
    assert_eq!(call(&skep, "f"), "v2");
    is_sound(&skep);
}
