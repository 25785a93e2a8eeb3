//! The door of the admin API: who gets in, how far, and what is answered to what makes no sense.
//!
//! Invariant: a request that is refused has had no effect.

use serde_json::{Value, json};

use super::*;
use crate::support::process;

/// Makes a token; its secret.
pub(super) fn token(skep: &Skep, by: Option<&str>, name: &str, scope: &str) -> String {
    let request = signed(with_json("POST", "/api/v1/tokens", &json!({ "name": name, "scope": scope })), by);
    asked(skep, &request)["secret"].as_str().expect("a secret").to_owned()
}

pub(super) fn signed(request: Request, secret: Option<&str>) -> Request {
    match secret {
        Some(secret) => request.header("authorization", &format!("Bearer {secret}")),
        None => request,
    }
}

fn status(skep: &Skep, request: Request, secret: &str) -> u16 {
    ask(skep, &signed(request, Some(secret))).status
}

#[test]
fn without_tokens_this_machine_gets_in_and_web_pages_do_not() {
    let skep = alone(Project::empty());
    let list = || Request::get("/api/v1/functions");
    assert_eq!(ask(&skep, &list()).status, 200);
    let port = skep.admin.port();
    for host in [format!("localhost:{port}"), "localhost".to_owned()] {
        assert_eq!(ask(&skep, &list().header("host", &host)).status, 200, "{host}");
    }
    for host in ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1"] {
        let (kind, _) = refused(&skep, &list().header("host", host), 403);
        assert_eq!(kind, "forbidden");
    }
    let own = format!("http://{}", skep.admin);
    assert_eq!(ask(&skep, &list().header("origin", &own)).status, 200);
    for origin in ["http://evil.example", "null", "https://localhost", "http://localhost:1", "http://localhost", "http://127.0.0.1"] {
        let request = upload("f", "wait=true", &[("index.js", &says("v1"))]).header("origin", origin);
        refused(&skep, &request, 403);
    }
    for site in ["cross-site", "same-site"] {
        // A page that reads nothing of the answer (`no-cors`) sends no `Origin` with a GET.
        refused(&skep, &list().header("sec-fetch-site", site), 403);
    }
    for site in ["same-origin", "none"] {
        assert_eq!(ask(&skep, &list().header("sec-fetch-site", site)).status, 200, "{site}");
    }
    assert_eq!(skep.get("/f").fault(), Some("no_such_function"));
    let answer = ask(&skep, &list().header("origin", &own));
    assert!(answer.headers.iter().all(|(name, _)| !name.starts_with("access-control-")), "{answer}");
    assert_eq!(ask(&skep, &Request::get("/healthz").header("host", "10.0.0.1")).status, 200, "probes come by address");
}

#[test]
fn a_token_reaches_as_far_as_its_scope_and_signs_what_it_does() {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    // From now on nobody gets in without one.
    let nameless = ask(&skep, &Request::get("/api/v1/functions"));
    assert_eq!((nameless.status, nameless.header("www-authenticate")), (401, Some("Bearer")), "{nameless}");
    assert_eq!((skep.admin_status("/healthz"), skep.admin_status("/readyz")), (Some(200), Some(200)));
    refused(&skep, &with_json("POST", "/api/v1/tokens", &json!({ "name": "thief", "scope": "admin" })), 401);
    let (reader, ci) = (token(&skep, Some(&boss), "reader", "read"), token(&skep, Some(&boss), "ci", "deploy"));

    let deploy = |text: &str| upload("f", "wait=true", &[("index.js", &says(text))]);
    assert_eq!(status(&skep, Request::get("/api/v1/functions"), &reader), 200);
    assert_eq!(status(&skep, deploy("reader"), &reader), 403);
    assert_eq!(skep.get("/f").fault(), Some("no_such_function"));
    let record = asked(&skep, &signed(deploy("ci"), Some(&ci)));
    assert_eq!((&record["status"], &record["by"]), (&json!("done"), &json!("ci")));
    assert_eq!(call(&skep, "f"), "ci");
    for request in [
        Request::get("/api/v1/tokens"),
        with_json("POST", "/api/v1/tokens", &json!({ "name": "more", "scope": "admin" })),
        Request::new("DELETE", "/api/v1/tokens/boss"),
        with_json("PUT", "/api/v1/log-level", &json!({ "level": "debug" })),
        Request::new("POST", "/api/v1/upgrade"),
    ] {
        assert_eq!(status(&skep, request.clone(), &ci), 403, "{} {}", request.method, request.path);
    }
    let listed = ask(&skep, &signed(Request::get("/api/v1/tokens"), Some(&boss)));
    let names: Vec<_> = listed.json().as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned()).collect();
    assert_eq!(names, ["boss", "reader", "ci"]);
    assert!(![&boss, &reader, &ci].iter().any(|secret| listed.text().contains(secret.as_str())), "{listed}");
    // With a token it does not matter by which name the address was reached.
    assert_eq!(status(&skep, Request::get("/api/v1/functions").header("host", "skep.example"), &reader), 200);

    assert_eq!(status(&skep, Request::new("DELETE", "/api/v1/tokens/ci"), &boss), 204);
    assert_eq!(status(&skep, deploy("late"), &ci), 401, "at once");
    assert_eq!(call(&skep, "f"), "ci");
    let files = std::fs::read_to_string(skep.project.state().join("tokens.json")).expect("the tokens");
    assert!(![&boss, &reader].iter().any(|secret| files.contains(secret.as_str())), "secrets are stored as hashes");
    let skep = alone(stop(skep));
    assert_eq!((status(&skep, Request::get("/api/v1/functions"), &reader), status(&skep, deploy("late"), &ci)), (200, 401));
}

#[test]
fn one_token_leaves_half_of_the_connections_to_others() {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    let ci = token(&skep, Some(&boss), "ci", "deploy");
    let list = |secret: &str| signed(Request::get("/api/v1/functions"), Some(secret));
    // The connections on which the tokens were made may count for a moment still.
    let mut open = Vec::new();
    let refused = eventually("half of the connections are open", || {
        let mut client = Client::connect(skep.admin);
        let response = client.exchange(&list(&ci));
        if response.status == 200 {
            open.push(client);
            return None;
        }
        client.expect_close();
        Some(response)
    });
    assert_eq!((refused.status, &refused.json()["error"]["kind"]), (429, &json!("busy")), "{refused}");
    assert_eq!(open.len(), 128);
    assert_eq!(status(&skep, Request::get("/api/v1/functions"), &boss), 200);
    assert!(open.iter_mut().all(|client| client.exchange(&list(&ci)).status == 200), "its open connections may ask on");
    drop(open);
    eventually("its connections are closed", || (status(&skep, Request::get("/api/v1/functions"), &ci) == 200).then_some(()));
}

#[test]
fn whoever_guesses_tokens_has_to_wait_and_nobody_else() {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    for attempt in 0..10 {
        assert_eq!(status(&skep, Request::get("/api/v1/functions"), &format!("skep_guess{attempt}")), 401);
    }
    let answer = ask(&skep, &signed(Request::get("/api/v1/functions"), Some("skep_guess")));
    assert_eq!((answer.status, &answer.json()["error"]["kind"]), (429, &json!("busy")), "{answer}");
    let wait: u64 = answer.header("retry-after").and_then(|text| text.parse().ok()).expect("how long");
    assert!((1..=61).contains(&wait), "{wait}");
    assert_eq!(status(&skep, Request::get("/api/v1/functions"), &boss), 200, "a right token is not held up from the same address");
    assert_eq!(skep.admin_status("/healthz"), Some(200));
}

#[test]
fn an_address_that_others_reach_needs_a_token() {
    let project = Project::empty();
    let serve = |single_process: &str| {
        let mut command = process::binary();
        command.arg("serve").arg("--functions").arg(project.functions()).arg("--state").arg(project.state());
        command.args(["--listen", "127.0.0.1:0", "--admin", "0.0.0.0:0", "--log-format", "json", single_process]);
        command
    };
    for single_process in ["--single-process=true", "--single-process=false"] {
        let refused = process::run(serve(single_process));
        assert_eq!(refused.code, 3, "{single_process}: {refused}");
        assert!(refused.stderr.contains("token"), "{refused}");
    }
    let skep = alone(project);
    let boss = token(&skep, None, "boss", "admin");
    let project = stop(skep);
    let mut command = process::binary();
    command.arg("serve").arg("--functions").arg(project.functions()).arg("--state").arg(project.state());
    command.args(["--listen", "127.0.0.1:0", "--admin", "0.0.0.0:0", "--log-format", "json", "--single-process"]);
    let mut skep = Skep::spawn(command, project);
    skep.admin.set_ip([127, 0, 0, 1].into());
    assert_eq!(ask(&skep, &Request::get("/api/v1/functions")).status, 401);
    assert_eq!(status(&skep, Request::get("/api/v1/functions"), &boss), 200);
}

#[test]
fn a_write_that_is_sent_twice_happens_once() {
    let skep = alone(Project::empty());
    let deploy = |text: &str, key: &str| upload("f", "wait=true", &[("index.js", &says(text))]).header("idempotency-key", key);
    let first = asked(&skep, &deploy("v1", "monday"));
    assert_eq!(asked(&skep, &deploy("v1", "monday")), first);
    assert_eq!(look(&skep, "/api/v1/releases").as_array().map(Vec::len), Some(1));
    let (kind, _) = refused(&skep, &deploy("v2", "monday"), 409);
    assert_eq!(kind, "conflict");
    assert_eq!(call(&skep, "f"), "v1");
    assert_ne!(asked(&skep, &deploy("v1", "tuesday"))["id"], first["id"]);
    refused(&skep, &deploy("v1", ""), 400);
    refused(&skep, &deploy("v1", &"k".repeat(256)), 400);

    // Two at the same time: one is carried out, and the other hears of it.
    let checks = super::gate::CheckServer::start();
    let slow = upload("f", "wait=true", &[("index.js", &checks.code("v3")), ("function.toml", &checks.manifest())])
        .header("idempotency-key", "wednesday");
    let mut client = Client::connect(skep.admin);
    client.send(&slow);
    let at_gate = checks.arrival();
    let meanwhile = ask(&skep, &slow);
    assert_eq!((meanwhile.status, meanwhile.header("retry-after")), (409, Some("1")), "{meanwhile}");
    assert_eq!(meanwhile.json()["error"]["kind"], "in_progress", "{meanwhile}");
    at_gate.open();
    let answered = client.read_response("PUT").json();
    assert_eq!(answered["status"], "done", "{answered:#}");
    assert_eq!(asked(&skep, &slow), answered);
}

#[test]
fn what_makes_no_sense_is_refused_in_one_shape() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", &says("v1"));
    let file = json!({ "files": { "index.js": "export default () => 1;" } });
    let put = |path: &str, content_type: &str, body: &str| Request::new("PUT", path).header("content-type", content_type).body(body);
    let cases: Vec<(Request, u16, &str)> = vec![
        (upload("f", "wiat=true", &[("index.js", "")]), 400, "invalid"),
        (upload("f", "wait=maybe", &[("index.js", "")]), 400, "invalid"),
        (upload("Not-A-Name", "", &[("index.js", "")]), 400, "invalid"),
        (upload("f", &format!("note={}", "n".repeat(1025)), &[("index.js", "")]), 400, "invalid"),
        (with_json("PUT", "/api/v1/functions/f", &json!({})), 400, "invalid"),
        (with_json("PUT", "/api/v1/functions/f", &json!({ "files": {} })), 400, "invalid"),
        (with_json("PUT", "/api/v1/functions/f", &json!({ "files": {}, "more": 1 })), 400, "invalid"),
        (with_json("PUT", "/api/v1/functions/f", &json!({ "files": { "index.js": 1 } })), 400, "invalid"),
        (with_json("POST", "/api/v1/releases", &json!({ "files": { "README.md": "x" } })), 400, "invalid"),
        (with_json("POST", "/api/v1/releases", &json!({ "files": { "Bad Name/index.js": "x" } })), 400, "invalid"),
        (put("/api/v1/functions/f", "application/json", "{"), 400, "invalid"),
        (put("/api/v1/functions/f", "text/plain", "x"), 415, "unsupported_media_type"),
        (Request::new("PUT", "/api/v1/functions/f").body(file.to_string()), 415, "unsupported_media_type"),
        (Request::new("POST", "/api/v1/functions/f/rollback").body("{}"), 415, "unsupported_media_type"),
        (with_json("POST", "/api/v1/functions/f/rollback", &json!({ "verison": "v1" })), 400, "invalid"),
        (with_json("PUT", "/api/v1/functions/f/canary", &json!({ "percent": "half" })), 400, "invalid"),
        (with_json("PUT", "/api/v1/log-level", &json!({ "level": "loud" })), 400, "invalid"),
        (with_json("POST", "/api/v1/tokens", &json!({ "name": "a b", "scope": "read" })), 400, "invalid"),
        (Request::new("DELETE", "/api/v1/tokens/nobody"), 404, "not_found"),
        (Request::get("/api/v1/functions/nobody"), 404, "not_found"),
        (Request::get("/api/v1/functions/nobody/versions"), 404, "not_found"),
        (Request::get("/api/v1/releases?limit=0"), 400, "invalid"),
        (Request::get("/api/v1/releases?limit=201"), 400, "invalid"),
        (Request::get("/api/v1/releases?before=R-1"), 400, "invalid"),
        (Request::get("/api/v1/releases?after=r1"), 400, "invalid"),
        (Request::get("/api/v1/releases/r000000000000"), 404, "not_found"),
        (Request::get("/api/v1/releases/r000000000000/events"), 404, "not_found"),
        (Request::get("/api/v1/nothing"), 404, "not_found"),
        (Request::get("/nothing"), 404, "not_found"),
        (Request::new("PATCH", "/api/v1/functions/f"), 405, "method_not_allowed"),
        (Request::new("POST", "/api/v1/functions"), 405, "method_not_allowed"),
        (Request::new("DELETE", "/api/v1/releases"), 405, "method_not_allowed"),
    ];
    for (request, expected, kind) in cases {
        let (told, message) = refused(&skep, &request, expected);
        assert_eq!(told, kind, "{} {}", request.method, request.path);
        assert!(!message.is_empty() && !message.contains('\n'), "{} {}: {message:?}", request.method, request.path);
    }
    let (_, message) = refused(&skep, &Request::get("/api/v1/functions/ff"), 404);
    assert!(message.contains("`f`"), "the nearest name: {message}");
    assert!(ask(&skep, &Request::new("PATCH", "/api/v1/functions/f")).header("allow").is_some());
    assert_eq!(call(&skep, "f"), "v1");
    assert_eq!(look(&skep, "/api/v1/releases").as_array().map(Vec::len), Some(1), "nothing was released by any of them");
}

#[test]
fn the_document_names_every_operation() {
    let skep = alone(Project::empty());
    let document = look(&skep, "/api/v1/openapi.json");
    assert!(document["openapi"].as_str().is_some_and(|version| version.starts_with("3.1")), "{}", document["openapi"]);
    for (path, method) in [
        ("/api/v1/functions/{name}", "put"),
        ("/api/v1/functions/{name}", "delete"),
        ("/api/v1/functions/{name}/rollback", "post"),
        ("/api/v1/functions/{name}/canary", "put"),
        ("/api/v1/functions/{name}/scale", "patch"),
        ("/api/v1/functions/{name}/variables", "patch"),
        ("/api/v1/releases", "post"),
        ("/api/v1/releases/{id}/cancel", "post"),
        ("/api/v1/releases/{id}/events", "get"),
    ] {
        assert!(document["paths"][path][method]["responses"].is_object(), "{method} {path}");
    }
}

#[test]
fn dev_follows_its_folder_and_takes_no_deploys() {
    let skep = Skep::dev(Project::new(
        "
        //- /mine/index.js
        export default () => 'folder';
    ",
    ));
    for request in [
        upload("f", "wait=true", &[("index.js", &says("v1"))]),
        with_json("POST", "/api/v1/releases", &json!({ "files": { "f/index.js": "export default () => 1;" } })),
        with_json("POST", "/api/v1/functions/mine/rollback", &json!({})),
        with_json("PATCH", "/api/v1/functions/mine/scale", &json!({ "min": 1 })),
        Request::new("DELETE", "/api/v1/functions/mine"),
    ] {
        let (kind, message) = refused(&skep, &request, 409);
        assert_eq!(kind, "conflict");
        assert!(message.contains("skep dev"), "{message}");
    }
    assert_eq!(look(&skep, "/api/v1/releases"), Value::Array(Vec::new()));
    assert_eq!(call(&skep, "mine"), "folder");
}

#[test]
fn the_log_is_followed_by_function_and_its_level_is_set() {
    let skep = alone(Project::empty());
    becomes_live(&skep, "f", "export default () => { console.log('f was called'); return 'v1'; };");
    becomes_live(&skep, "neighbour", "export default () => { console.log('neighbour was called'); return 'here'; };");
    let mut tail = Client::connect(skep.admin);
    tail.send(&Request::get("/api/v1/logs?follow=true&function=f"));
    assert_eq!(tail.read_head("GET").header("content-type"), Some("text/event-stream"));
    assert_eq!([call(&skep, "neighbour"), call(&skep, "f")], ["here", "v1"]);
    let read = tail.read_until("f was called");
    assert!(read.contains("event: line") && !read.contains("neighbour"), "{read}");
    eventually("both calls are in the log", || {
        look(&skep, "/api/v1/log-level");
        (skep.log_text().matches("request done").count() == 2).then_some(())
    });
    refused(&skep, &Request::get("/api/v1/logs?function=nobody"), 404);
    refused(&skep, &Request::get("/api/v1/logs?fnuction=f"), 400);

    assert_eq!(look(&skep, "/api/v1/log-level"), json!({ "level": "info" }));
    asked(&skep, &with_json("PUT", "/api/v1/log-level", &json!({ "level": "error" })));
    assert_eq!(look(&skep, "/api/v1/log-level"), json!({ "level": "error" }));
    assert_eq!(call(&skep, "f"), "v1");
    asked(&skep, &with_json("PUT", "/api/v1/log-level", &json!({ "level": "info" })));
    skep.wait_for_line(&["the level of the log was set", r#""log_level":"info""#]);
    assert_eq!(skep.log_text().matches("request done").count(), 2, "an answer is no error");
}
