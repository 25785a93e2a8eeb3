//! What one token leaves to others: places of releases that run, records, threads and request bodies of the admin address.
//!
//! Invariant: whatever one token does, a release of another is done.

use serde_json::{Value, json};
use skep::release::deploy::queue::TOKEN_RUNNING_MAX;

use super::door::{signed, token};
use super::gate::CheckServer;
use super::queue::cancel;
use super::*;

/// A host with tokens: those of two clients that may deploy.
fn two_clients() -> (Skep, [String; 2]) {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    let clients = ["one", "two"].map(|name| token(&skep, Some(&boss), name, "deploy"));
    (skep, clients)
}

/// What a request of a token is answered, which must be carried out.
fn asked_by(skep: &Skep, secret: &str, request: Request) -> Value {
    asked(skep, &signed(request, Some(secret)))
}

#[test]
fn one_token_runs_a_quarter_of_the_releases_and_others_go_on() {
    let ((skep, [one, two]), checks) = (two_clients(), CheckServer::start());
    let (code, manifest) = (checks.code("held"), checks.manifest());
    let held: Vec<_> = (0..TOKEN_RUNNING_MAX)
        .map(|number| {
            let files = [("index.js", code.as_str()), ("function.toml", manifest.as_str())];
            asked_by(&skep, &one, upload(&format!("held{number}"), "", &files));
            checks.arrival()
        })
        .collect();
    let waiting = asked_by(&skep, &one, upload("more", "", &[("index.js", &says("more"))]));
    assert_eq!(waiting["status"], "waiting", "{waiting:#}");
    let record = asked_by(&skep, &two, upload("neighbour", "wait=true", &[("index.js", &says("here"))]));
    assert_eq!(record["status"], "done", "{record:#}");
    assert_eq!(call(&skep, "neighbour"), "here");
    for arrival in held {
        arrival.open();
    }
    let path = format!("/api/v1/releases/{}", waiting["id"].as_str().expect("an id"));
    eventually("the release that waited is done", || (asked_by(&skep, &one, Request::get(&path))["status"] == json!("done")).then_some(()));
    assert_eq!(call(&skep, "more"), "more");
}

#[test]
fn many_verifications_hold_up_no_release() {
    let (skep, [one, two]) = two_clients();
    let large = format!("export default () => 1; // {}", "x".repeat(8 << 20));
    for name in ["large0", "large1"] {
        let record = asked_by(&skep, &one, upload(name, "wait=true", &[("index.js", &large)]));
        assert_eq!(record["status"], "done", "{name}");
    }
    let verifying: Vec<Client> = (0..16)
        .map(|_| {
            let mut client = Client::connect(skep.admin);
            client.send(&signed(Request::get("/api/v1/store"), Some(&one)));
            client
        })
        .collect();
    let record = asked_by(&skep, &two, upload("neighbour", "wait=true", &[("index.js", &says("here"))]));
    assert_eq!(record["status"], "done", "{record:#}");
    for mut client in verifying {
        let response = client.read_response("GET");
        assert_eq!((response.status, response.json()), (200, json!({ "problems": [] })), "{response}");
    }
}

#[test]
fn releases_of_many_functions_leave_a_short_list_and_the_records_of_others() {
    let ((skep, [one, two]), checks) = (two_clients(), CheckServer::start());
    let record = asked_by(&skep, &two, upload("neighbour", "wait=true", &[("index.js", &says("here"))]));
    assert_eq!(record["status"], "done", "{record:#}");
    // A group of many functions waits for one that is at its check, and each takes the place of the one before.
    let (code, manifest) = (checks.code("held"), checks.manifest());
    let held = asked_by(&skep, &one, upload("f0", "", &[("index.js", &code), ("function.toml", &manifest)]));
    let at_gate = checks.arrival();
    let files: BTreeMap<String, String> = (0..500).map(|number| (format!("f{number}/index.js"), says("group"))).collect();
    let group = with_json("POST", "/api/v1/releases", &json!({ "files": files }));
    let groups: Vec<Value> = (0..60).map(|_| asked_by(&skep, &one, group.clone())["id"].clone()).collect();
    let path = |id: &Value| format!("/api/v1/releases/{}", id.as_str().expect("an id"));

    let list = ask(&skep, &signed(Request::get("/api/v1/releases?limit=200"), Some(&two)));
    assert_eq!(list.status, 200, "{list}");
    assert!(list.body.len() < 1 << 20, "{} bytes", list.body.len());
    let newest = &list.json()[0];
    assert_eq!((&newest["id"], &newest["status"]), (groups.last().expect("one"), &json!("waiting")));
    assert_eq!((newest["functions"].as_array().map(Vec::len), &newest["more_functions"]), (Some(20), &json!(480)));
    let superseded = asked_by(&skep, &two, Request::get(&path(&groups[58])));
    assert_eq!((&superseded["status"], &superseded["functions"][499]["steps"]), (&json!("superseded"), &json!([])));
    let waiting = asked_by(&skep, &two, Request::get(&path(groups.last().expect("one"))));
    assert_eq!(waiting["functions"].as_array().map(Vec::len), Some(500), "one release is shown whole");
    assert_eq!(asked_by(&skep, &two, Request::get(&path(&record["id"]))), record);

    assert_eq!(ask(&skep, &signed(cancel(groups.last().expect("one")), Some(&one))).status, 202);
    at_gate.open();
    eventually("the release at the gate ends", || {
        asked_by(&skep, &one, Request::get(&path(&held["id"])))["ended_ms"].is_u64().then_some(())
    });
}

#[test]
fn uploads_that_do_not_come_keep_no_operator_out() {
    let skep = alone(Project::empty());
    let boss = token(&skep, None, "boss", "admin");
    let clients = ["one", "two"].map(|name| token(&skep, Some(&boss), name, "deploy"));
    let begin = |secret: &str| {
        let mut client = Client::connect(skep.admin);
        let head = format!(
            "PUT /api/v1/functions/f HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {secret}\r\ncontent-type: application/json\r\n\
             content-length: {}\r\n\r\n{{",
            skep.admin,
            32 << 20
        );
        client.write(head.as_bytes());
        client
    };
    // As many as the longest bodies that there is room for.
    let uploads: Vec<Client> = clients.iter().flat_map(|secret| [begin(secret), begin(secret)]).collect();
    let code = format!("export default () => 'large'; // {}", "x".repeat(1 << 20));
    let record = asked_by(&skep, &boss, upload("large", "wait=true", &[("index.js", &code)]));
    assert_eq!(record["status"], "done", "a token that uploads nothing has a reserve: {record:#}");
    let record = asked_by(&skep, &clients[0], upload("small", "wait=true", &[("index.js", &says("small"))]));
    assert_eq!(record["status"], "done", "a small body needs no room: {record:#}");
    asked_by(&skep, &boss, Request::new("DELETE", "/api/v1/tokens/two"));
    drop(uploads);
}
