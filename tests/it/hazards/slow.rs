//! Clients that take their time: with the head, between requests, with the body, with reading the answer.
//!
//! What is compared is the order in which the server ends connections, and that it ends them at all.
//!
//! Invariant: a slow client holds neither a place in an instance nor, for long, a connection.

use std::net::Shutdown;

use crate::hazards::{connect_with_small_buffers, read_to_end, wait_until_nothing_is_in_flight};
use crate::support::process::Launch;
use crate::support::{Project, Request};

const FUNCTIONS: &str = r#"
    //- /fine.js
    export default () => "fine";
    //- /read.js
    export default async (request) => await request.text();
    //- /big.js
    export default () => new Uint8Array(50_000_000);
    //- /endless.js
    export default () => new Response(new ReadableStream({
      pull(controller) { controller.enqueue(new Uint8Array(100_000)); },
      cancel() { console.log("cancelled"); },
    }));
"#;

#[test]
fn a_head_that_does_not_go_on_is_answered_408() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--header-timeout-s=1").start();
    for beginning in ["G", "GET /fine HTTP/1.1\r\nhost: a\r\nx-slow: ", "PRI * HTTP/2.0\r\n"] {
        let mut client = skep.connect();
        client.write(beginning.as_bytes());
        let response = client.read_response("GET");
        assert_eq!((response.status, response.header("connection")), (408, Some("close")), "{beginning:?}");
        client.expect_close();
    }
    // On a connection that was used before, too.
    let mut client = skep.connect();
    assert_eq!(client.exchange(&Request::get("/fine")).text(), "fine");
    client.write(b"GET /fine HT");
    assert_eq!(client.read_response("GET").status, 408);
    client.expect_close();
}

#[test]
fn answers_that_nobody_reads_leave_room_for_those_that_are_read() {
    let project = Project::new(
        r#"
        //- /whole.js
        export default () => new Uint8Array(250 << 10).fill(97);
        //- /text.js
        export default () => "\u00e4".repeat(200_000);
        //- /neighbour.js
        export default () => new Uint8Array(250 << 10).fill(98);
        "#,
    );
    // An eighth of it is for answers, and half of that for one function: fewer than are asked for here.
    let skep = Launch::serve(project).arg("--host-memory-mb=512").start();
    let silent: Vec<_> = (0..200)
        .map(|_| {
            let mut client = connect_with_small_buffers(skep.listen);
            client.send(&Request::get("/whole"));
            client
        })
        .collect();
    for _ in 0..3 {
        for (path, byte) in [("/whole", b'a'), ("/neighbour", b'b')] {
            let response = skep.get(path);
            assert_eq!((response.status, response.header("content-length")), (200, Some("256000")), "{path}");
            assert!(response.body.len() == 256_000 && response.body.iter().all(|one| *one == byte), "{path}: {}", response.body.len());
        }
        assert_eq!(skep.get("/text").text(), "\u{e4}".repeat(200_000));
    }
    drop(silent);
    wait_until_nothing_is_in_flight(&skep);
}

#[test]
fn a_client_that_says_nothing_is_left() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--header-timeout-s=1").start();
    skep.connect().expect_close();
    // The preface of HTTP/2 is not yet a request.
    let mut client = skep.connect();
    client.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0");
    read_to_end(client.stream());
}

#[test]
fn between_requests_the_head_timeout_does_not_run() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--header-timeout-s=1").arg("--keep-alive-s=3600").start();
    let mut idle = skep.connect();
    assert_eq!(idle.exchange(&Request::get("/fine")).text(), "fine");
    // Its second request is later than the end of one that was begun after its first.
    let mut slow = skep.connect();
    slow.write(b"GET /fine HTTP/1.1\r\n");
    assert_eq!(slow.read_response("GET").status, 408);
    assert_eq!(idle.exchange(&Request::get("/fine")).text(), "fine");
}

#[test]
fn an_idle_connection_is_closed_after_the_keep_alive() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--header-timeout-s=3600").arg("--keep-alive-s=1").start();
    let mut idle = skep.connect();
    assert_eq!(idle.exchange(&Request::get("/fine")).text(), "fine");
    idle.expect_close();
}

#[test]
fn a_handler_that_takes_longer_than_the_keep_alive_still_answers() {
    let project = Project::new(
        r#"
        //- /patient.js
        export default async () => {
          console.log("begun");
          await new Promise((resolve) => setTimeout(resolve, 3000));
          return "patient";
        };
        "#,
    );
    let skep = Launch::serve(project).arg("--header-timeout-s=1").arg("--keep-alive-s=1").arg("--body-timeout-s=1").start();
    let mut client = skep.connect();
    client.send(&Request::get("/patient"));
    // Half a head behind it waits for us, not we for it.
    client.write(b"GET /patient HT");
    skep.wait_for_line(&["begun"]);
    assert_eq!(client.read_response("GET").text(), "patient");
    client.write(b"TP/1.1\r\nhost: a\r\n\r\n");
    assert_eq!(client.read_response("GET").text(), "patient");
}

#[test]
fn a_body_that_does_not_go_on_ends_its_request() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--body-timeout-s=1").start();
    let mut client = skep.connect();
    client.write(b"POST /read HTTP/1.1\r\nhost: a\r\ncontent-length: 10\r\n\r\nhalf");
    let response = client.read_response("POST");
    assert_eq!((response.status, response.fault()), (504, Some("wall_limit")));
    client.expect_close();
    wait_until_nothing_is_in_flight(&skep);
}

#[test]
fn a_whole_answer_that_nobody_reads_holds_no_place_and_its_connection_ends() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--body-timeout-s=1").arg("--log-level=debug").start();
    let mut client = connect_with_small_buffers(skep.listen);
    client.send(&Request::get("/big"));
    skep.wait_for_log("the answer", |line| line["event"] == "request done" && line["function"] == "big");
    wait_until_nothing_is_in_flight(&skep);
    skep.wait_for_line(&["connection failed"]);
    // What lay in the buffers, and no more.
    let received = read_to_end(client.stream()).len();
    assert!(received < 50_000_000, "{received} bytes");
}

#[test]
fn a_stream_that_nobody_reads_is_cancelled_and_its_connection_ends() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--body-timeout-s=1").arg("--log-level=debug").start();
    let mut client = connect_with_small_buffers(skep.listen);
    client.send(&Request::get("/endless"));
    skep.wait_for_line(&["connection failed"]);
    skep.wait_for_line(&["cancelled"]);
    wait_until_nothing_is_in_flight(&skep);
}

#[test]
fn a_reader_that_is_slow_but_reads_gets_everything() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--body-timeout-s=2").arg("--keep-alive-s=1").arg("--header-timeout-s=1").start();
    let mut client = connect_with_small_buffers(skep.listen);
    client.send(&Request::get("/big"));
    assert_eq!(client.read_head("GET").status, 200);
    let mut read = 0;
    while let Some(piece) = client.read_piece() {
        read += piece.len();
    }
    assert_eq!(read, 50_000_000);
    client.stream().shutdown(Shutdown::Both).expect("closed");
}
