//! Too many connections, and heads that are too large.
//!
//! Invariant: who is over a limit hears of it, or waits; who is not, notices nothing.

use crate::hazards::read_to_end;
use crate::support::process::Launch;
use crate::support::{Client, Project, Request, Skep, eventually, http2};

const FINE: &str = r#"
    //- /fine.js
    export default () => "fine";
"#;

/// Open connections that have been answered once.
fn answered(skep: &Skep, count: usize) -> Vec<Client> {
    let connect = |_| {
        let mut client = skep.connect();
        assert_eq!(client.exchange(&Request::get("/fine")).text(), "fine");
        client
    };
    (0..count).map(connect).collect()
}

#[test]
fn an_address_has_so_many_connections_and_no_more() {
    let skep = Launch::serve(Project::new(FINE)).arg("--max-connections-per-address=3").arg("--threads=1").start();
    let mut open = answered(&skep, 3);
    let one_more = skep.connect();
    assert_eq!(read_to_end(one_more.stream()), b"");
    for client in &mut open {
        assert_eq!(client.exchange(&Request::get("/fine")).text(), "fine");
    }
    drop(open.pop());
    let answer = eventually("a free place", || skep.connect().try_exchange(&Request::get("/fine")).ok());
    assert_eq!(answer.text(), "fine");
}

#[test]
fn connections_over_the_total_wait_for_a_place() {
    let skep =
        Launch::serve(Project::new(FINE)).arg("--max-connections=2").arg("--threads=1").arg("--max-connections-per-address=0").start();
    let mut open = answered(&skep, 2);
    let mut waiting = skep.connect();
    waiting.send(&Request::get("/fine"));
    for client in &mut open {
        assert_eq!(client.exchange(&Request::get("/fine")).text(), "fine");
    }
    assert!(waiting.is_silent(), "there are only two places");
    drop(open.pop());
    assert_eq!(waiting.read_response("GET").text(), "fine");
}

#[test]
fn heads_over_a_limit_are_answered_with_the_fault() {
    let skep = Skep::start(Project::new(FINE));
    let long = |bytes: usize| "x".repeat(bytes);
    let many: String = (0..101).map(|index| format!("x-{index}: y\r\n")).collect();
    for (what, head) in [
        ("a target of 17 KB", format!("GET /fine?{} HTTP/1.1\r\nhost: a\r\n\r\n", long(17 << 10))),
        ("101 headers", format!("GET /fine HTTP/1.1\r\nhost: a\r\n{many}\r\n")),
        ("a value of 33 KB", format!("GET /fine HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", long(33 << 10))),
        ("a value of 65 KB", format!("GET /fine HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", long(65 << 10))),
        ("a value that does not end", format!("GET /fine HTTP/1.1\r\nhost: a\r\nx: {}", long(100 << 10))),
        ("a method that does not end", long(100 << 10)),
    ] {
        let mut client = skep.connect();
        client.write(head.as_bytes());
        let response = client.read_response("GET");
        assert_eq!((response.status, response.fault()), (431, Some("headers_too_large")), "{what}: {response}");
        assert_eq!(response.json()["error"]["kind"], "headers_too_large", "{what}");
        assert!(response.header("x-request-id").is_some(), "{what}");
    }
    let almost: String = (0..99).map(|index| format!("x-{index}: y\r\n")).collect();
    let mut client = skep.connect();
    client.write(format!("GET /fine?{} HTTP/1.1\r\nhost: a\r\n{almost}\r\n", long(15 << 10)).as_bytes());
    assert_eq!(client.read_response("GET").text(), "fine");
}

#[test]
fn http2_has_the_same_limits() {
    let skep = Skep::start(Project::new(FINE));
    let many = (0..101).fold(Request::get("/fine"), |request, index| request.header(&format!("x-{index}"), "y"));
    let requests = [
        Request::get(&format!("/fine?{}", "x".repeat(17 << 10))),
        many,
        Request::get("/fine").header("host", "elsewhere"),
        Request::get("/fine").header("host", &skep.listen.to_string()),
        Request::get("/fine"),
    ];
    let answers = http2::exchange(skep.listen, &requests);
    let seen: Vec<_> = answers.iter().map(|answer| (answer.status, answer.fault())).collect();
    assert_eq!(seen, [(431, Some("headers_too_large")), (431, Some("headers_too_large")), (400, None), (200, None), (200, None)]);
}
