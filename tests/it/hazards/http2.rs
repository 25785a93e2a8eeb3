//! HTTP/2 clients that cost more than they give: floods, windows that stay shut, more streams than allowed.
//!
//! Invariant: the connection ends, its memory with it, and the others are answered meanwhile.

use std::thread;

use super::frames::*;
use crate::hazards::wait_until_nothing_is_in_flight;
use crate::support::process::Launch;
use crate::support::{Project, Request, Skep};

const FUNCTIONS: &str = r#"
    //- /fine.js
    export default () => "fine";
    //- /whole.js
    export default () => new Uint8Array(200 << 10);
    //- /big/index.js
    export default () => new Uint8Array(4_000_000);
    //- /endless.js
    export default () => new Response(new ReadableStream({
      pull(controller) { controller.enqueue(new Uint8Array(100_000)); },
      cancel() { console.log("cancelled"); },
    }));
    //- /wait.js
    export default async (request) => {
      console.log("waiting");
      await new Promise((resolve) => setTimeout(resolve, 3_000_000));
    };
"#;

/// More frames than any flood may get through.
const FLOOD: usize = 1_000_000;

/// RFC 9113 §7.
const REFUSED_STREAM: u32 = 7;
const PROTOCOL_ERROR: u32 = 1;

/// Runs a flood, asks as another client meanwhile and afterwards, and looks at the memory.
fn survives(skep: &Skep, flood: impl FnOnce() + Send) {
    assert_eq!(skep.get("/fine").text(), "fine");
    let before = skep.resident_bytes();
    thread::scope(|scope| {
        let flood = scope.spawn(flood);
        let mut other = skep.connect();
        loop {
            assert_eq!(other.exchange(&Request::get("/fine")).text(), "fine");
            if flood.is_finished() {
                break;
            }
        }
        flood.join().expect("the flood ends");
    });
    wait_until_nothing_is_in_flight(skep);
    let growth = skep.resident_bytes().saturating_sub(before);
    assert!(growth < 64 << 20, "memory grew by {} MB", growth >> 20);
}

#[test]
fn floods_of_frames_that_carry_nothing_end_the_connection() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let settings = frame(SETTINGS, 0, 0, &[0, 3, 0, 0, 0, 100]);
    let ping = frame(PING, 0, 0, b"pingping");
    let priority = frame(2, 0, 1, &[0, 0, 0, 0, 16]);
    let window = frame(WINDOW_UPDATE, 0, 0, &[0, 0, 0, 1]);
    let unknown = frame(0xfe, 0, 0, b"");
    for (what, bytes) in [("SETTINGS", settings), ("PING", ping), ("PRIORITY", priority), ("WINDOW_UPDATE", window), ("unknown", unknown)] {
        survives(&skep, || Connection::open(skep.listen, &[]).flood(what, FLOOD, |_| bytes.clone()));
    }
    // On a stream that is open, for DATA needs one.
    let open = frame(HEADERS, END_HEADERS, 1, &hpack(&[(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/fine")]));
    survives(&skep, || {
        let mut connection = Connection::open(skep.listen, &[]);
        assert!(connection.send(&open));
        connection.flood("empty DATA", FLOOD, |_| frame(DATA, 0, 1, b""));
    });
}

#[test]
fn a_flood_whose_sender_reads_nothing_ends_too() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--body-timeout-s=1").start();
    survives(&skep, || {
        let mut connection = Connection::open(skep.listen, &[]);
        let pings = frame(PING, 0, 0, b"pingping").repeat(1000);
        let sent = (0..FLOOD).take_while(|_| connection.send(&pings)).count();
        assert!(sent < FLOOD);
    });
}

#[test]
fn streams_that_are_opened_and_reset_at_once_end_the_connection() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    survives(&skep, || {
        Connection::open(skep.listen, &[]).flood("rapid reset", FLOOD, |turn| {
            let stream = turn as u32 * 2 + 1;
            [frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/wait")), frame(RST_STREAM, 0, stream, &[0, 0, 0, 8])].concat()
        });
    });
}

#[test]
fn headers_without_an_end_end_the_connection() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    survives(&skep, || {
        let mut connection = Connection::open(skep.listen, &[]);
        assert!(connection.send(&frame(HEADERS, END_STREAM, 1, &get("/fine"))));
        let more = hpack(&[("x-more", &"y".repeat(16_000))]);
        connection.flood("CONTINUATION", 10_000, |_| frame(CONTINUATION, 0, 1, &more));
    });
    survives(&skep, || {
        let mut connection = Connection::open(skep.listen, &[]);
        assert!(connection.send(&frame(HEADERS, END_STREAM, 1, &get("/fine"))));
        connection.flood("empty CONTINUATION", FLOOD, |_| frame(CONTINUATION, 0, 1, b""));
    });
}

#[test]
fn a_header_list_over_the_limit_is_answered_431() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut connection = Connection::open(skep.listen, &[]);
    let mut block = get("/fine");
    for index in 0..3 {
        block.extend(hpack(&[(&format!("x-{index}"), &"y".repeat(12_000))]));
    }
    let mut pieces = block.chunks(16_000).peekable();
    assert!(connection.send(&frame(HEADERS, END_STREAM, 1, pieces.next().expect("a piece"))));
    while let Some(piece) = pieces.next() {
        let flags = if pieces.peek().is_none() { END_HEADERS } else { 0 };
        assert!(connection.send(&frame(CONTINUATION, flags, 1, piece)));
    }
    let answer = connection.read_until("an answer", |frame| frame.stream == 1 && frame.kind == HEADERS);
    // HPACK: `:status` from the static table, and 431 in Huffman's code.
    assert_eq!(answer.payload, [0x48, 0x83, 0x69, 0x90, 0xff]);
    // The connection is good for the next request.
    assert!(connection.send(&frame(HEADERS, END_HEADERS | END_STREAM, 3, &get("/fine"))));
    let body = connection.read_until("the next answer", |frame| frame.stream == 3 && frame.kind == DATA);
    assert_eq!(body.payload, b"fine");
}

#[test]
fn a_client_that_never_opens_its_window_is_left() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--body-timeout-s=1").start();
    for path in ["/big", "/endless", "/fine"] {
        survives(&skep, || {
            // SETTINGS_INITIAL_WINDOW_SIZE is 0: heads pass, bodies do not.
            let mut connection = Connection::open(skep.listen, &[(4, 0)]);
            for stream in [1, 3, 5] {
                assert!(connection.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &get(path))));
                connection.read_until("a head", |frame| frame.stream == stream && frame.kind == HEADERS);
            }
            connection.read_until("a farewell", |frame| frame.kind == GOAWAY);
            connection.read_to_end();
        });
    }
    skep.wait_for_line(&["cancelled"]);
}

#[test]
fn a_connection_begins_no_request_while_it_keeps_many_answers() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--body-timeout-s=3600").start();
    let mut connection = Connection::open(skep.listen, &[(4, 0)]);
    // Six answers of 200 KB are more than a megabyte.
    for stream in [1, 3, 5, 7, 9, 11] {
        assert!(connection.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/whole"))));
        connection.read_until("a head", |frame| frame.stream == stream && frame.kind == HEADERS);
    }
    assert!(connection.send(&frame(HEADERS, END_HEADERS | END_STREAM, 13, &get("/fine"))));
    assert!(connection.send(&frame(PING, 0, 0, b"12345678")));
    connection.read_until("the server's answer to the ping", |frame| {
        assert_ne!((frame.stream, frame.kind), (13, HEADERS), "it was begun");
        frame.kind == PING && frame.flags & ACK != 0
    });
    assert_eq!(skep.get("/fine").text(), "fine", "another connection is not held up");
    // One of the answers is taken.
    for stream in [0, 1] {
        assert!(connection.send(&frame(WINDOW_UPDATE, 0, stream, &(1_u32 << 20).to_be_bytes())));
    }
    connection.read_until("its head", |frame| frame.stream == 13 && frame.kind == HEADERS);
}

#[test]
fn an_idle_connection_is_told_goodbye() {
    let skep = Launch::serve(Project::new(FUNCTIONS)).arg("--keep-alive-s=1").arg("--body-timeout-s=3600").start();
    let mut connection = Connection::open(skep.listen, &[]);
    assert!(connection.send(&frame(HEADERS, END_HEADERS | END_STREAM, 1, &get("/fine"))));
    connection.read_until("an answer", |frame| frame.kind == DATA && frame.payload == b"fine");
    loop {
        let next = connection.read().expect("a farewell before the end");
        match next.kind {
            // hyper counts its farewell with a ping, which a client answers.
            PING if next.flags & ACK == 0 => assert!(connection.send(&frame(PING, ACK, 0, &next.payload))),
            GOAWAY => break,
            _ => {}
        }
    }
}

#[test]
fn streams_over_the_limit_are_refused_and_the_others_answered() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut connection = Connection::open(skep.listen, &[]);
    // What the server allows is said in its settings.
    connection.read_until("settings", |frame| frame.kind == SETTINGS && frame.flags & ACK == 0);
    let streams = (0..110).map(|index| index * 2 + 1);
    let opened: Vec<u8> = streams.flat_map(|stream| frame(HEADERS, END_HEADERS | END_STREAM, stream, &get("/wait"))).collect();
    assert!(connection.send(&opened));
    let refused = connection.read_until("a refusal", |frame| frame.kind == RST_STREAM);
    assert_eq!(refused.payload, REFUSED_STREAM.to_be_bytes());
    assert!(refused.stream > 200, "stream {}", refused.stream);
    assert_eq!(skep.get("/fine").text(), "fine");
    drop(connection);
    wait_until_nothing_is_in_flight(&skep);
}

#[test]
fn headers_of_the_connection_have_no_place_in_http2() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut connection = Connection::open(skep.listen, &[]);
    let forbidden = [
        ("connection", "close"),
        ("transfer-encoding", "chunked"),
        ("keep-alive", "1"),
        ("upgrade", "h2c"),
        ("proxy-connection", "close"),
        ("te", "gzip"),
    ];
    for (index, header) in forbidden.iter().enumerate() {
        let stream = index as u32 * 2 + 1;
        let block = [get("/fine"), hpack(&[*header])].concat();
        assert!(connection.send(&frame(HEADERS, END_HEADERS | END_STREAM, stream, &block)));
        let end = connection.read_until("a reset", |frame| frame.stream == stream);
        assert_eq!((end.kind, end.payload.as_slice()), (RST_STREAM, PROTOCOL_ERROR.to_be_bytes().as_slice()), "{header:?}");
    }
    // A length that is not the body's.
    let block = hpack(&[(":method", "POST"), (":scheme", "http"), (":authority", "a"), (":path", "/fine"), ("content-length", "5")]);
    assert!(connection.send(&[frame(HEADERS, END_HEADERS, 101, &block), frame(DATA, END_STREAM, 101, b"smuggled")].concat()));
    connection.read_until("a reset", |frame| frame.stream == 101 && frame.kind == RST_STREAM);
}
