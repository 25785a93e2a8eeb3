//! Bodies in transit and the connections that carry them: chunk by chunk, held back, broken off, pipelined, multiplexed.
//!
//! Everything is observed from the two ends: what the client reads and when, and what the function writes to the log.
//!
//! Invariant: a step waits for the effect of the step before it, never for time.

use std::io::{ErrorKind, Write};
use std::net::SocketAddr;
use std::thread;
use std::time::Duration;

use socket2::{Domain, Socket, Type};

use crate::support::{Client, HANG, Project, Request, Skep, http2};

const ECHO: &str = "
    //- /echo/index.js
    export default (request) => new Response(request.body);
    //- /echo/function.toml
    [limits]
    body_mb = 300
";

#[test]
fn each_chunk_comes_back_before_the_next_one_is_sent() {
    let skep = Skep::start(Project::new(ECHO));
    let mut client = skep.connect();
    client.open(&Request::post("/echo", "one"));
    let head = client.read_head("POST");
    assert_eq!((head.status, head.header("transfer-encoding")), (200, Some("chunked")));
    assert_eq!(client.read_until("one"), "one");
    for text in ["two", "three"] {
        client.chunk(text.as_bytes());
        assert_eq!(client.read_until(text), text);
    }
    client.finish();
    assert_eq!(client.read_piece(), None);
    assert_eq!(client.exchange(&Request::post("/echo", "the same connection")).text(), "the same connection");
}

#[test]
fn a_slow_reader_holds_the_writer_back_and_memory_stays_flat() {
    const TOTAL: usize = 256 << 20;
    let pattern = |at: usize| (at ^ (at >> 8) ^ (at >> 16)) as u8;
    let body: Vec<u8> = (0..TOTAL).map(pattern).collect();

    let skep = Skep::start(Project::new(ECHO));
    assert_eq!(skep.send(&Request::post("/echo", "warm")).text(), "warm");
    let before = skep.resident_bytes();

    let mut client = connect_with_small_buffers(skep.listen);
    client.write(format!("POST /echo HTTP/1.1\r\nhost: skep\r\ncontent-length: {TOTAL}\r\n\r\n").as_bytes());

    // Write without reading until nothing moves any more: now everything on the way is full.
    client.stream().set_write_timeout(Some(Duration::from_millis(500))).expect("a timeout");
    let mut sent = 0;
    let stalled = loop {
        match client.stream().write(&body[sent..]) {
            Ok(written) => sent += written,
            Err(error) => break error,
        }
        assert!(sent < TOTAL, "256 MB were swallowed without one byte being read");
    };
    assert!(matches!(stalled.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{stalled}");
    assert!(sent < TOTAL / 2, "{sent} bytes were taken in while nothing was read");
    let mut peak = skep.resident_bytes();

    // Now read, while the rest is written, and compare every byte.
    client.stream().set_write_timeout(Some(HANG)).expect("a timeout");
    let mut writer = client.stream().try_clone().expect("a second handle");
    let mut read = 0;
    thread::scope(|scope| {
        scope.spawn(|| writer.write_all(&body[sent..]).expect("the rest is written"));
        assert_eq!(client.read_head("POST").status, 200);
        let mut next_look = 0;
        while let Some(piece) = client.read_piece() {
            assert!(piece == body[read..read + piece.len()], "the bytes from {read} on are not those that were sent");
            read += piece.len();
            if read >= next_look {
                peak = peak.max(skep.resident_bytes());
                next_look += 4 << 20;
            }
        }
    });
    assert_eq!(read, TOTAL);
    // V8 collects ArrayBuffers when 64 MB of them are garbage; what is asserted is that a longer body needs no more.
    let growth = peak.saturating_sub(before);
    assert!(growth < 96 << 20, "memory grew by {} MB", growth >> 20);
}

#[test]
fn events_arrive_as_they_are_written() {
    let skep = Skep::start(Project::new(
        r#"
        //- /events/index.js
        export default (request) => {
          const events = new ReadableStream({
            start(controller) {
              controller.enqueue("data: first\n\n");
              // The second event waits for the end of the request body, which the client holds in its hand.
              request.text().then((text) => controller.enqueue(`data: ${text}\n\n`));
            },
          });
          return new Response(events.pipeThrough(new TextEncoderStream()), { headers: { "content-type": "text/event-stream" } });
        };
        "#,
    ));
    let mut client = skep.connect();
    client.open(&Request::post("/events", "sec"));
    let head = client.read_head("POST");
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    assert_eq!(head.header("content-length"), None);
    assert_eq!(client.read_until("\n\n"), "data: first\n\n");
    client.chunk(b"ond");
    client.finish();
    assert_eq!(client.read_until("\n\n"), "data: second\n\n");
}

#[test]
fn a_client_that_leaves_before_the_answer_aborts_the_signal() {
    let skep = Skep::start(Project::new(
        r#"
        //- /patient/index.js
        export default (request) => new Promise((resolve) => {
          const alive = setInterval(() => {}, 1000);
          request.signal.addEventListener("abort", () => {
            clearInterval(alive);
            console.log("aborted:", request.signal.reason.name);
            resolve("nobody reads this");
          });
          console.log("waiting for the client to leave");
        });
        "#,
    ));
    let mut client = skep.connect();
    client.send(&Request::get("/patient"));
    skep.wait_for_line(&["waiting for the client to leave"]);
    drop(client);
    skep.wait_for_line(&["aborted: AbortError"]);
    skep.wait_for_log("the line of a request nobody waited for", |line| line["event"] == "request done" && line["function"] == "patient");
}

#[test]
fn a_client_that_leaves_during_the_answer_aborts_the_signal_and_cancels_the_stream() {
    let skep = Skep::start(Project::new(
        r#"
        //- /endless/index.js
        export default (request) => {
          request.signal.addEventListener("abort", () => console.log("aborted while streaming"));
          const endless = new ReadableStream({
            async pull(controller) {
              await new Promise((resolve) => setTimeout(resolve, 1));
              controller.enqueue(new Uint8Array(1000));
            },
            cancel() {
              console.log("cancelled while streaming");
            },
          });
          return new Response(endless);
        };
        "#,
    ));
    let mut client = skep.connect();
    client.send(&Request::get("/endless"));
    assert_eq!(client.read_head("GET").status, 200);
    assert!(client.read_piece().is_some());
    drop(client);
    skep.wait_for_line(&["cancelled while streaming"]);
    skep.wait_for_line(&["aborted while streaming"]);
}

#[test]
fn a_body_that_breaks_off_is_an_error_for_its_reader() {
    let skep = Skep::start(Project::new(
        r#"
        //- /reader/index.js
        export default async (request) => {
          console.log("reading");
          const text = await request.text().catch((error) => `an error: ${error.name}`);
          console.log("read:", text);
          return text;
        };
        "#,
    ));
    let mut client = skep.connect();
    client.write(b"POST /reader HTTP/1.1\r\nhost: skep\r\ncontent-length: 10\r\n\r\nfive!");
    skep.wait_for_line(&["reading"]);
    client.half_close();
    skep.wait_for_line(&["read: an error:"]);
}

#[test]
fn a_stream_that_fails_is_cut_off_and_not_completed() {
    let skep = Skep::start(Project::new(
        r#"
        //- /fails/index.js
        export default (request) => new Response(new ReadableStream({
          async start(controller) {
            controller.enqueue(new TextEncoder().encode("a beginning"));
            await request.text();
            throw new Error("the source dried up");
          },
        }));
        "#,
    ));
    let mut client = skep.connect();
    client.open(&Request::post("/fails", "go on until I say so"));
    assert_eq!(client.read_head("POST").status, 200);
    assert_eq!(client.read_until("beginning"), "a beginning");
    client.finish();
    let end = client.try_read_piece();
    assert!(end.is_err(), "the answer looks complete, but is not: {end:?}");
    skep.wait_for_line(&["the source dried up"]);
}

#[test]
fn a_client_that_expects_100_is_told_to_go_on() {
    let skep = Skep::start(Project::new(ECHO));
    let mut client = skep.connect();
    client.write(b"POST /echo HTTP/1.1\r\nhost: skep\r\nexpect: 100-continue\r\ncontent-length: 4\r\n\r\n");
    let interim = client.read_head("POST");
    assert_eq!(interim.status, 100);
    client.write(b"body");
    assert_eq!(client.read_response("POST").text(), "body");
}

#[test]
fn pipelined_requests_are_answered_in_order() {
    let skep = Skep::start(Project::new(
        "
        //- /wait/index.js
        export default async (request) => {
          const { pathname } = new URL(request.url);
          // The first one is the slowest.
          await new Promise((resolve) => setTimeout(resolve, 30 - 10 * pathname.length));
          return pathname;
        };
        ",
    ));
    let mut client = skep.connect();
    client.write(
        b"GET /wait/ HTTP/1.1\r\nhost: a\r\n\r\nGET /wait/b HTTP/1.1\r\nhost: a\r\n\r\n\
          POST /wait/cc HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\n\r\nabcGET /nobody HTTP/1.1\r\nhost: a\r\n\r\n\
          GET /wait/b HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n",
    );
    for path in ["/", "/b", "/cc"] {
        assert_eq!(client.read_response("GET").text(), path);
    }
    assert_eq!(client.read_response("GET").fault(), Some("no_such_function"));
    assert_eq!(client.read_response("GET").text(), "/b");
    client.expect_close();
}

#[test]
fn a_connection_serves_many_functions_and_survives_their_faults() {
    let skep = Skep::start(Project::new(
        r#"
        //- /fine.js
        export default () => "fine";
        //- /thrower.js
        export default () => { throw new Error("on purpose"); };
        "#,
    ));
    let mut client = skep.connect();
    for _ in 0..50 {
        assert_eq!(client.exchange(&Request::get("/fine")).text(), "fine");
        assert_eq!(client.exchange(&Request::get("/thrower")).fault(), Some("threw"));
        assert_eq!(client.exchange(&Request::get("/nobody")).fault(), Some("no_such_function"));
    }
}

#[test]
fn a_request_may_arrive_byte_by_byte() {
    let skep = Skep::start(Project::new(ECHO));
    let mut client = skep.connect();
    for byte in b"POST /echo HTTP/1.1\r\nhost: skep\r\ntransfer-encoding: chunked\r\n\r\n4\r\nbody\r\n0\r\n\r\n" {
        client.write(&[*byte]);
    }
    assert_eq!(client.read_response("POST").text(), "body");
}

#[test]
fn a_malformed_request_is_refused_and_its_connection_closed() {
    let skep = Skep::start(Project::new(ECHO));
    for bytes in [
        "GET /echo HTTP/1.1\r\nhost: a\r\nbad header: x\r\n\r\n",
        "GET /echo HTTP/9.9\r\nhost: a\r\n\r\n",
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: 3\r\ncontent-length: 4\r\n\r\nabcd",
        "POST /echo HTTP/1.1\r\nhost: a\r\ncontent-length: -1\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}\0 a TLS greeting\r\n\r\n",
    ] {
        let mut client = skep.connect();
        client.write(bytes.as_bytes());
        let response = client.read_response("GET");
        assert_eq!(response.status, 400, "{bytes:?}: {response}");
        client.expect_close();
    }
    assert_eq!(skep.send(&Request::post("/echo", "well formed")).text(), "well formed");
}

#[test]
fn http2_is_spoken_with_prior_knowledge() {
    let skep = Skep::start(Project::new(
        r#"
        //- /describe/index.js
        export default async (request) => Response.json(
          { method: request.method, url: request.url, body: await request.text() },
          { headers: [["set-cookie", "a=1"], ["set-cookie", "b=2"]] },
        );
        "#,
    ));
    let requests = [
        Request::get("/describe/path?x=1").header("traceparent", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"),
        Request::post("/describe", "a body"),
        Request::get("/nobody"),
        Request::new("HEAD", "/describe"),
    ];
    let [described, posted, nobody, head] = <[_; 4]>::try_from(http2::exchange(skep.listen, &requests)).expect("four answers");
    assert_eq!(described.status, 200);
    assert_eq!(described.header("x-trace-id"), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(described.header_all("set-cookie"), ["a=1", "b=2"]);
    assert_eq!(described.json()["url"], format!("http://{}/path?x=1", skep.listen));
    assert_eq!(posted.json()["method"], "POST");
    assert_eq!(posted.json()["body"], "a body");
    assert_eq!((nobody.status, nobody.fault()), (404, Some("no_such_function")));
    assert_eq!((head.status, head.body.len()), (200, 0));
}

#[test]
fn many_http2_streams_run_at_the_same_time() {
    let skep = Skep::start(Project::new(ECHO));
    let body = |n: usize| vec![b'a' + (n % 26) as u8; 1 + n * 997];
    let requests: Vec<Request> = (0..60).map(|n| Request::post("/echo", body(n))).collect();
    for (n, response) in http2::exchange(skep.listen, &requests).into_iter().enumerate() {
        assert_eq!(response.status, 200);
        assert!(response.body == body(n), "stream {n} got another body");
    }
}

/// Small socket buffers, so that little can hide in the kernel.
fn connect_with_small_buffers(address: SocketAddr) -> Client {
    let socket = Socket::new(Domain::IPV4, Type::STREAM, None).expect("a socket");
    socket.set_recv_buffer_size(64 << 10).expect("a small receive buffer");
    socket.set_send_buffer_size(64 << 10).expect("a small send buffer");
    socket.connect(&address.into()).expect("connected");
    let stream = std::net::TcpStream::from(socket);
    stream.set_read_timeout(Some(HANG)).expect("a timeout");
    Client::over(stream, address)
}

/// Answers that are returned whole and are too large to be copied as a whole.
const LARGE: &str = r#"
    //- /large/index.js
    const text = "a" + "🐝é\ud83d".repeat(200_000);
    const bytes = new Uint8Array(3_000_001).map((_, at) => at ^ (at >> 8));
    export default (request, ctx) => {
      switch (new URL(request.url).pathname) {
        case "/text": return text;
        case "/bytes": return bytes;
        case "/response": return new Response(bytes, { headers: { "content-length": "7" } });
        case "/gone": { const part = bytes.slice(); structuredClone(part, { transfer: [part.buffer] }); return part; }
        case "/stream": return new ReadableStream({ start(c) { c.enqueue(bytes); c.close(); } });
        case "/called": return ctx.call("large", "/bytes");
      }
    };
"#;

#[test]
fn a_large_answer_comes_whole_and_with_its_length() {
    let skep = Skep::start(Project::new(LARGE));
    let bytes: Vec<u8> = (0..3_000_001_usize).map(|at| (at ^ (at >> 8)) as u8).collect();
    for path in ["/large/bytes", "/large/response", "/large/called"] {
        let response = skep.get(path);
        assert_eq!((response.status, response.header("content-length")), (200, Some("3000001")), "{path}");
        assert!(response.body == bytes, "{path}");
    }
    assert!(skep.get("/large/stream").body == bytes);
    // Half a character at its end becomes U+FFFD, wherever the pieces part.
    let text = format!("a{}", "🐝é\u{fffd}".repeat(200_000));
    let response = skep.get("/large/text");
    assert_eq!(response.header("content-length"), Some(text.len().to_string().as_str()));
    assert!(response.text() == text);
    let head = skep.send(&Request::new("HEAD", "/large/bytes"));
    assert_eq!((head.status, head.header("content-length"), head.body.len()), (200, Some("3000001"), 0));
}
