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
        follower.send(&Request::get("/api/v1/logs"));
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
fn probes_are_answered_when_every_place_is_taken() {
    let skep = Skep::start(Project::new(""));
    // As many as there are places; each has begun a request and holds its place until the time for its head is over.
    let mut silent: Vec<Client> = (0..256).map(|_| Client::connect(skep.admin)).collect();
    silent.iter_mut().for_each(|client| client.write(b"GET /healthz HT"));
    for path in ["/healthz", "/readyz"] {
        let mut probe = Client::connect(skep.admin);
        assert_eq!(probe.exchange(&Request::get(path)).status, 200);
        probe.expect_close();
    }
    let mut other = Client::connect(skep.admin);
    let response = other.exchange(&Request::get("/api/v1/host"));
    assert_eq!((response.status, response.json()["error"]["kind"].as_str()), (429, Some("busy")), "{response}");
    other.expect_close();
    drop(silent);
}
