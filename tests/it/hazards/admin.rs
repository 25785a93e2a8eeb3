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
