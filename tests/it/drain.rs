//! Shutdown: what is in flight is finished, what is new is refused, and then the process ends.
//!
//! A request is kept in flight by the client, which holds back the end of its body.
//!
//! Invariant: every test ends with the process gone by itself, never by the test's own hand.

use std::io::ErrorKind;

use crate::support::{Client, Launch, Project, Request, Skep, eventually};

const HOLD: &str = "
    //- /hold/index.js
    export default async (request) => {
      console.log('in flight');
      return `finished: ${await request.text()}`;
    };
";

/// Starts a request and leaves it in flight.
fn hold(skep: &Skep) -> Client {
    let mut client = skep.connect();
    client.open(&Request::post("/hold", "all "));
    skep.wait_for_line(&["in flight"]);
    client
}

/// Ends the request that was held, and reads its answer to the end.
fn release(mut client: Client) {
    client.chunk(b"of it");
    client.finish();
    assert_eq!(client.read_response("POST").text(), "finished: all of it");
    client.expect_close();
}

/// Waits until a new request is turned away; says how.
fn refused(skep: &Skep) -> &'static str {
    eventually("new requests are refused", || {
        let answer = Client::try_connect(skep.listen).and_then(|mut client| client.try_exchange(&Request::post("/hold", "new")));
        match answer {
            Ok(response) if response.status == 200 => None,
            Ok(response) => {
                assert_eq!((response.status, response.fault()), (503, Some("draining")), "{response}");
                Some("draining")
            }
            Err(error) => {
                assert!(!matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "left hanging: {error}");
                Some("closed")
            }
        }
    })
}

fn drains_on(signal: i32) {
    let mut skep = Skep::start(Project::new(HOLD));
    eventually("it is ready", || (skep.admin_status("/readyz") == Some(200)).then_some(()));
    let held = hold(&skep);
    skep.signal(signal);
    refused(&skep);
    assert_ne!(skep.admin_status("/readyz"), Some(200), "a load balancer would go on sending");
    release(held);
    let status = skep.wait_for_exit();
    assert_eq!(status.code(), Some(0), "{status}");
}

#[test]
fn sigterm_finishes_what_is_in_flight_and_refuses_what_is_new() {
    drains_on(libc::SIGTERM);
}

#[test]
fn ctrl_c_finishes_what_is_in_flight_and_refuses_what_is_new() {
    drains_on(libc::SIGINT);
}

#[test]
fn a_kept_alive_connection_is_refused_too() {
    let mut skep = Skep::start(Project::new(HOLD));
    let held = hold(&skep);
    let mut idle = skep.connect();
    assert_eq!(idle.exchange(&Request::post("/hold", "before")).text(), "finished: before");
    skep.signal(libc::SIGTERM);
    refused(&skep);
    if let Ok(response) = idle.try_exchange(&Request::post("/hold", "after")) {
        assert_eq!((response.status, response.fault()), (503, Some("draining")), "{response}");
    }
    release(held);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}

#[test]
fn a_stream_that_is_being_read_is_finished() {
    let mut skep = Skep::start(Project::new(
        "
        //- /hold/index.js
        export default (request) => new Response(request.body);
        ",
    ));
    let mut client = skep.connect();
    client.open(&Request::post("/hold", "first "));
    assert_eq!(client.read_head("POST").status, 200);
    assert_eq!(client.read_until("first "), "first ");
    skep.signal(libc::SIGTERM);
    refused(&skep);
    client.chunk(b"second");
    assert_eq!(client.read_until("second"), "second");
    client.finish();
    assert_eq!(client.read_piece(), None);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}

#[test]
fn work_given_to_wait_until_is_finished() {
    let mut skep = Skep::start(Project::new(
        "
        //- /later/index.js
        export default (_request, ctx) => {
          ctx.waitUntil(new Promise((resolve) => setTimeout(resolve, 300)).then(() => console.log('flushed')));
          return 'answered';
        };
        ",
    ));
    assert_eq!(skep.get("/later").text(), "answered");
    skep.signal(libc::SIGTERM);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
    assert!(skep.log_text().contains("flushed"), "{}", skep.log_text());
}

#[test]
fn an_idle_server_ends_at_once() {
    let mut skep = Skep::start(Project::new(HOLD));
    let _idle = skep.connect();
    skep.signal(libc::SIGTERM);
    assert_eq!(skep.wait_for_exit().code(), Some(0));
}

#[test]
fn what_takes_longer_than_the_drain_time_is_given_up() {
    let mut skep = Launch::serve(Project::new(HOLD)).arg("--drain-s=1").start();
    let _held = hold(&skep);
    skep.signal(libc::SIGTERM);
    let status = skep.wait_for_exit();
    assert_eq!(status.code(), Some(6), "{status}");
}

#[test]
fn nothing_outlives_the_process_that_was_started() {
    let mut skep = Skep::start(Project::new(HOLD));
    assert_eq!(skep.send(&Request::post("/hold", "x")).status, 200);
    skep.signal(libc::SIGKILL);
    // Returns only when every process that holds its output has ended.
    skep.wait_for_exit();
}
