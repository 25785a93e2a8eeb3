//! The admin address has the same clients.
//!
//! Invariant: whatever is done to it, an honest probe is answered.

use crate::hazards::read_to_end;
use crate::support::process::Launch;
use crate::support::{Client, Project, Request, Skep};

#[test]
fn a_malformed_request_is_refused() {
    let skep = Skep::start(Project::new(""));
    for head in ["GET /healthz HTTP/1.1\r\n\r\n", "GET /healthz HTTP/1.1\r\nhost: a\nx: y\r\n\r\n", "GET /healthz\r\n"] {
        let mut client = Client::connect(skep.admin);
        client.write(head.as_bytes());
        let response = client.read_response("GET");
        assert_eq!(response.status, 400, "{head:?}: {response}");
        client.expect_close();
    }
    let mut client = Client::connect(skep.admin);
    client.write(format!("GET /healthz HTTP/1.1\r\nhost: a\r\nx: {}", "y".repeat(100 << 10)).as_bytes());
    assert_eq!(client.read_response("GET").status, 431);
}

#[test]
fn slow_clients_do_not_keep_probes_out() {
    let skep = Launch::serve(Project::new("")).arg("--header-timeout-s=1").arg("--keep-alive-s=1").start();
    // More than there are places.
    let silent: Vec<Client> = (0..300).map(|_| Client::connect(skep.admin)).collect();
    assert_eq!(Client::connect(skep.admin).exchange(&Request::get("/healthz")).status, 200);
    let mut slow = Client::connect(skep.admin);
    slow.write(b"GET /healthz HT");
    assert_eq!(slow.read_response("GET").status, 408);
    let mut idle = Client::connect(skep.admin);
    assert_eq!(idle.exchange(&Request::get("/healthz")).status, 200);
    idle.expect_close();
    for client in &silent {
        assert_eq!(read_to_end(client.stream()), b"");
    }
}

#[test]
fn followers_do_not_keep_probes_out() {
    let skep = Skep::start(Project::new(""));
    let follow = || {
        let mut follower = Client::connect(skep.admin);
        follower.send(&Request::get("/api/v1/logs?follow=true"));
        follower
    };
    let mut followers: Vec<Client> = (0..300).map(|_| follow()).collect();
    assert_eq!(Client::connect(skep.admin).exchange(&Request::get("/healthz")).status, 200);
    // 0: another connection took its place before it was answered.
    let status = |follower: &mut Client| follower.try_read_head("GET").map_or(0, |head| head.status);
    let statuses: Vec<u16> = followers.iter_mut().map(status).collect();
    assert_eq!(statuses.iter().filter(|status| **status == 200).count(), 32, "{statuses:?}");
    assert!(statuses.iter().all(|status| matches!(status, 200 | 429 | 0)), "{statuses:?}");
    // A client that has to wait holds no place meanwhile.
    let refused = statuses.iter().position(|status| *status == 429).expect("one too many");
    let _body = read_to_end(followers[refused].stream());
}

#[test]
fn a_new_client_is_answered_whoever_waits_and_the_longest_waiting_stranger_makes_room() {
    let skep = Skep::start(Project::new(""));
    // More than there are places for strangers; each has begun a request and would hold its place until the time for its head is over.
    let mut silent: Vec<Client> = (0..300).map(|_| Client::connect(skep.admin)).collect();
    silent.iter_mut().for_each(|client| client.write(b"GET /healthz HT"));
    for path in ["/healthz", "/readyz", "/api/v1/host"] {
        let mut client = Client::connect(skep.admin);
        assert_eq!(client.exchange(&Request::get(path)).status, 200, "{path}");
    }
    silent[0].expect_close();
}

#[test]
fn a_revoked_token_loses_its_connections_and_another_of_its_name_gets_no_answer_of_it() {
    let skep = Skep::start(Project::new(""));
    let mut client = Client::connect(skep.admin);
    let mut create = |name: &str, scope: &str, by: Option<&str>| {
        let request = Request::post("/api/v1/tokens", format!(r#"{{"name":"{name}","scope":"{scope}"}}"#));
        let request = request.header("content-type", "application/json");
        let request = by.into_iter().fold(request, |request, token| request.header("authorization", &format!("Bearer {token}")));
        client.exchange(&request).json()["secret"].as_str().expect("a secret").to_owned()
    };
    let admin = create("admin", "admin", None);
    let with = |request: Request, token: &str| request.header("authorization", &format!("Bearer {token}"));
    let release = || {
        let change = r#"{"set":{"A":"1"}}"#;
        Request::new("PATCH", "/api/v1/functions/none/env")
            .body(change)
            .header("content-type", "application/json")
            .header("idempotency-key", "k")
    };
    let old = create("ci", "admin", Some(&admin));
    let mut follower = Client::connect(skep.admin);
    follower.send(&with(Request::get("/api/v1/logs?follow=true"), &old));
    assert_eq!(follower.read_head("GET").status, 200);
    let first = Client::connect(skep.admin).exchange(&with(release(), &old));
    assert_eq!(first.text(), Client::connect(skep.admin).exchange(&with(release(), &old)).text(), "the same token gets the same answer");
    let removed = Client::connect(skep.admin).exchange(&with(Request::new("DELETE", "/api/v1/tokens/ci"), &admin));
    assert!(removed.status < 300, "{removed}");
    read_to_end(follower.stream());
    let new = create("ci", "admin", Some(&admin));
    let other = with(release(), &new).body(r#"{"set":{"B":"1"}}"#);
    assert_eq!(Client::connect(skep.admin).exchange(&other).status, first.status, "another token of the same name has keys of its own");
}
