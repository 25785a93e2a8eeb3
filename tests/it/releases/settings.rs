//! What is set for a function beside its code: variables, secrets, and how many instances it has.
//!
//! Invariant: a secret is known to the function and to nobody else.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::*;

/// A secret, and a function that proves that it knows it without telling it.
const SECRET: &str = "correct-horse-battery-staple";
const KNOWS: &str = "
    export default (request, ctx) => ({
      plain: ctx.env.PLAIN ?? null,
      shared: ctx.env.SHARED ?? null,
      secret: [...(ctx.env.SECRET ?? '')].reverse().join(''),
    });
";

fn set(skep: &Skep, body: &Value) -> Value {
    done(skep, "PATCH", "/api/v1/functions/f/variables", body)
}

#[test]
fn a_secret_reaches_the_function_and_nobody_else_and_outlives_a_restart() {
    let skep = alone(Project::empty());
    asked(&skep, &with_json("PUT", "/api/v1/log-level", &json!({ "level": "trace" })));
    deploy(&skep, "f", &[("index.js", KNOWS), ("function.toml", "[env]\nPLAIN = 'manifest'\n")]);
    let v1 = look(&skep, "/api/v1/functions/f")["version"].clone();
    let record = set(&skep, &json!({ "env": { "SHARED": "both" }, "secrets": { "SECRET": SECRET } }));
    assert_eq!((&record["purpose"], version(&record)), (&json!("configure"), v1.as_str().unwrap().to_owned()), "the same code");
    let reversed: String = SECRET.chars().rev().collect();
    let knows = |skep: &Skep, plain: &str, shared: Value, secret: &str| {
        let answer: Value = serde_json::from_str(&call(skep, "f")).expect("JSON");
        assert_eq!(answer, json!({ "plain": plain, "shared": shared, "secret": secret }));
    };
    knows(&skep, "manifest", json!("both"), &reversed);

    // New code keeps what was set, and is laid under it.
    set(&skep, &json!({ "env": { "PLAIN": "set" } }));
    becomes_live(&skep, "f", &format!("{KNOWS}// changed"));
    knows(&skep, "set", json!("both"), &reversed);
    let release = record["id"].as_str().unwrap();
    for path in [
        "/api/v1/functions",
        "/api/v1/functions/f",
        "/api/v1/functions/f/variables",
        "/api/v1/functions/f/versions",
        "/api/v1/functions/f/instances",
        "/api/v1/releases",
        &format!("/api/v1/releases/{release}"),
        "/api/v1/host",
    ] {
        let answer = look(&skep, path).to_string();
        assert!(!answer.contains(SECRET), "{path}: {answer}");
    }
    let shown = look(&skep, "/api/v1/functions/f/variables");
    assert_eq!(shown, json!({ "env": { "PLAIN": "set", "SHARED": "both" }, "secrets": ["SECRET"] }));
    let log = skep.log_text();
    assert!(log.contains("TRACE") || log.contains("trace"), "the log was to tell everything");
    assert!(!log.contains(SECRET), "the log has the secret");

    let skep = alone(stop(skep));
    knows(&skep, "set", json!("both"), &reversed);
    // A name is a variable or a secret, whichever was set last.
    set(&skep, &json!({ "secrets": { "SHARED": "hidden" } }));
    assert_eq!(look(&skep, "/api/v1/functions/f/variables"), json!({ "env": { "PLAIN": "set" }, "secrets": ["SECRET", "SHARED"] }));
    set(&skep, &json!({ "env": { "SECRET": "told" }, "secrets": { "SHARED": null } }));
    assert_eq!(look(&skep, "/api/v1/functions/f/variables"), json!({ "env": { "PLAIN": "set", "SECRET": "told" }, "secrets": [] }));
    knows(&skep, "set", Value::Null, "dlot");
    deploy(&skep, "f", &[("index.js", KNOWS), ("function.toml", "[env]\nPLAIN = 'manifest'\n")]);
    knows(&skep, "set", Value::Null, "dlot");
    set(&skep, &json!({ "env": { "PLAIN": null, "SECRET": null } }));
    knows(&skep, "manifest", Value::Null, "");
}

#[test]
fn variables_that_make_no_sense_are_refused() {
    let skep = alone(Project::new(
        "
        //- /folder/index.js
        export default () => 'folder';
    ",
    ));
    becomes_live(&skep, "f", &says("v1"));
    let patch = |name: &str, body: &Value| with_json("PATCH", &format!("/api/v1/functions/{name}/variables?wait=true"), body);
    for body in [
        json!({}),
        json!({ "env": { "A": "1" }, "secrets": { "A": "2" } }),
        json!({ "env": { "": "1" } }),
        json!({ "env": { "A=B": "1" } }),
        json!({ "env": { "A": 1 } }),
        json!({ "env": { "A": "x".repeat((64 << 10) + 1) } }),
        json!({ "environment": {} }),
    ] {
        refused(&skep, &patch("f", &body), 400);
    }
    refused(&skep, &patch("folder", &json!({ "env": { "A": "1" } })), 409);
    refused(&skep, &patch("nobody", &json!({ "env": { "A": "1" } })), 404);
}

/// A function that names its instance, and one of the folder that does the same.
const WHO: &str = "
    const instance = crypto.randomUUID();
    export default async (request) => {
      if (request.method === 'POST') {
        console.log('holding', instance);
        await request.text();
      }
      return instance;
    };
";

fn scale(skep: &Skep, name: &str, body: &Value) -> Value {
    asked(skep, &with_json("PATCH", &format!("/api/v1/functions/{name}/scale"), body))["scale"].clone()
}

fn ready(skep: &Skep, name: &str) -> Vec<u64> {
    let listed = look(skep, &format!("/api/v1/functions/{name}/instances"));
    let ready = listed.as_array().expect("a list").iter().filter(|instance| instance["state"] == "ready");
    ready.map(|instance| instance["id"].as_u64().expect("an id")).collect()
}

fn has_instances(skep: &Skep, name: &str, count: usize) {
    eventually(&format!("`{name}` has {count} instances"), || (ready(skep, name).len() == count).then_some(()));
}

#[test]
fn a_scale_is_changed_live_and_outlives_a_restart() {
    let project = Project::empty();
    project.write("/folder/index.js", WHO);
    let skep = alone(project);
    becomes_live(&skep, "f", WHO);
    for name in ["f", "folder"] {
        call(&skep, name);
        let now = scale(&skep, name, &json!({ "min": 3 }));
        assert_eq!((&now["min"], &now["max"]), (&json!(3), &json!(4)), "{name}: {now}");
        has_instances(&skep, name, 3);
        assert_eq!(scale(&skep, name, &json!({ "min": 0, "max": 1 }))["max"], json!(1));
        has_instances(&skep, name, 1);
        assert_eq!(scale(&skep, name, &json!({ "min": 2, "max": 2, "idle_s": 77 }))["idle_s"], json!(77));
        has_instances(&skep, name, 2);
    }
    let patch = |body: &Value| with_json("PATCH", "/api/v1/functions/f/scale", body);
    for body in [
        json!({}),
        json!({ "min": 3 }),
        json!({ "max": 0 }),
        json!({ "max": 5000 }),
        json!({ "concurrency": 0 }),
        json!({ "idle_s": 0 }),
        json!({ "mni": 1 }),
    ] {
        refused(&skep, &patch(&body), 400);
    }
    refused(&skep, &with_json("PATCH", "/api/v1/functions/nobody/scale", &json!({ "min": 1 })), 404);

    let skep = alone(stop(skep));
    for name in ["f", "folder"] {
        // Without a single call.
        has_instances(&skep, name, 2);
        assert_eq!(look(&skep, &format!("/api/v1/functions/{name}"))["scale"]["idle_s"], json!(77));
    }
    // New code is scaled the same way, until it is taken back.
    becomes_live(&skep, "f", &format!("{WHO}// changed"));
    has_instances(&skep, "f", 2);
    let now = scale(&skep, "f", &json!({ "reset": true }));
    assert_eq!((&now["min"], &now["max"], &now["idle_s"]), (&json!(0), &json!(4), &json!(300)));
}

#[test]
fn an_instance_that_is_recycled_finishes_what_it_has() {
    let skep = alone(Project::empty());
    deploy(&skep, "f", &[("index.js", WHO), ("function.toml", "[scale]\nmax = 1\n")]);
    let before = call(&skep, "f");
    let held = hold(&skep, "f", &before);
    let listed = look(&skep, "/api/v1/functions/f/instances");
    let instance = &listed[0];
    assert_eq!((&instance["state"], &instance["in_flight"]), (&json!("ready"), &json!(1)), "{listed:#}");
    assert!(instance["requests"].as_u64() >= Some(2) && instance["heap_bytes"].as_u64() > Some(0), "{listed:#}");
    assert!(instance["cpu_seconds"].as_f64() > Some(0.0) && instance["age_seconds"].as_f64() > Some(0.0), "{listed:#}");
    let path = format!("/api/v1/functions/f/instances/{}", instance["id"]);
    assert_eq!(ask(&skep, &Request::new("DELETE", &path)).status, 202);
    let listed = look(&skep, "/api/v1/functions/f/instances");
    assert_eq!(listed[0]["state"], "ending", "{listed:#}");
    assert_eq!(let_go(held), before);
    assert_ne!(call(&skep, "f"), before);
    eventually("it ends", || {
        (ready(&skep, "f").len() == 1 && look(&skep, "/api/v1/functions/f/instances").as_array()?.len() == 1).then_some(())
    });
    refused(&skep, &Request::new("DELETE", &path), 404);
    refused(&skep, &Request::new("DELETE", "/api/v1/functions/f/instances/first"), 400);
}

#[test]
fn a_release_warms_as_many_instances_as_the_version_before_has() {
    let skep = alone(Project::empty());
    let files = |text: &str| [("index.js", format!("{WHO}// {text}")), ("function.toml", "[scale]\nmax = 3\nconcurrency = 1\n".to_owned())];
    let deploy_text = |text: &str| {
        let files = files(text);
        deploy(&skep, "f", &[(files[0].0, &files[0].1), (files[1].0, &files[1].1)])
    };
    deploy_text("v1");
    let begin = |count: usize| {
        let mut client = skep.connect();
        client.open(&Request::post("/f", "held"));
        eventually("one more call is in flight", || (in_flight(&skep) == count).then_some(()));
        client
    };
    let held: Vec<Client> = (1..=3).map(begin).collect();
    let second = asked(&skep, &upload("f", "", &[("index.js", &files("v2")[0].1), ("function.toml", &files("v2")[1].1)]));
    let published = release_becomes(&skep, &second["id"], "it is published", |record| step(record, "published")["state"] == "done");
    assert_eq!(step(&published, "warmed")["detail"], "3 instances", "{published:#}");
    let instances: BTreeSet<String> = held.into_iter().map(let_go).collect();
    assert_eq!(instances.len(), 3, "each held call had an instance of its own");
    release_becomes(&skep, &second["id"], "it ends", |record| record["status"] == "done");
}

fn in_flight(skep: &Skep) -> usize {
    look(skep, "/api/v1/functions/f")["in_flight"].as_u64().map_or(0, |count| usize::try_from(count).expect("a few"))
}

#[test]
fn a_scale_that_is_changed_while_a_release_runs_is_that_of_the_new_version() {
    let (skep, checks) = (alone(Project::empty()), super::gate::CheckServer::start());
    becomes_live(&skep, "f", &says("v1"));
    let begun = asked(&skep, &upload("f", "", &[("index.js", &checks.code("v2")), ("function.toml", &checks.manifest())]));
    let at_gate = checks.arrival();
    scale(&skep, "f", &json!({ "min": 2, "max": 2 }));
    at_gate.open();
    release_becomes(&skep, &begun["id"], "it ends", |record| record["status"] == "done");
    assert_eq!(call(&skep, "f"), "v2");
    let now = look(&skep, "/api/v1/functions/f")["scale"].clone();
    assert_eq!((&now["min"], &now["max"]), (&json!(2), &json!(2)));
    has_instances(&skep, "f", 2);
}
