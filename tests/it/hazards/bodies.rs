//! Bodies that nobody reads, that never end, and clients that go away at the worst moment.
//!
//! Invariant: afterwards every place is free, and the memory is what it was.

use std::io::Write;
use std::thread;

use crate::hazards::{connect_with_small_buffers, read_to_end, reset, wait_until_nothing_is_in_flight};
use crate::support::{Client, Project, Request, Skep};

const FUNCTIONS: &str = r#"
    //- /fine.js
    export default () => "fine";
    //- /read/index.js
    export default async (request) => String((await request.arrayBuffer()).byteLength);
    //- /read/function.toml
    [limits]
    body_mb = 1
    //- /wait/index.js
    export default async (request) => {
      request.signal.addEventListener("abort", () => console.log("aborted:", request.method));
      console.log("waiting:", request.method);
      if (request.method === "PUT") await request.arrayBuffer().catch((error) => console.log("broken:", error.name));
      await new Promise((resolve) => setTimeout(resolve, 3_000_000));
    };
    //- /wait/function.toml
    [limits]
    body_mb = 10000
    wall_ms = 3600000
    //- /brief/index.js
    export default async () => { await new Promise((resolve) => setTimeout(resolve, 3_000_000)); };
    //- /brief/function.toml
    [limits]
    body_mb = 10000
    wall_ms = 1000
    //- /ignore/index.js
    export default () => "ignored";
    //- /ignore/function.toml
    [limits]
    body_mb = 10000
    //- /endless.js
    export default () => new Response(new ReadableStream({
      pull(controller) { controller.enqueue(new Uint8Array(1 << 20)); },
      cancel() { console.log("cancelled"); },
    }));
"#;

/// Memory that collecting garbage late may cost; what is sent in these tests is more.
const GROWTH_BYTES_MAX: u64 = 96 << 20;

/// Writes zeros until the server takes no more, or `most` are written. Says how many were.
fn upload(client: &Client, most: usize) -> usize {
    let zeros = vec![0; 1 << 20];
    let (mut socket, mut sent) = (client.stream(), 0);
    while sent < most {
        match socket.write(&zeros[..zeros.len().min(most - sent)]) {
            Ok(written) => sent += written,
            Err(_) => break,
        }
    }
    sent
}

#[test]
fn an_upload_that_nobody_reads_is_answered_and_cut_off() {
    const LENGTH: usize = 1000 << 20;
    let skep = Skep::start(Project::new(FUNCTIONS));
    assert_eq!(skep.get("/ignore").text(), "ignored");
    let before = skep.resident_bytes();
    let mut client = skep.connect();
    client.write(format!("POST /ignore HTTP/1.1\r\nhost: a\r\ncontent-length: {LENGTH}\r\n\r\n").as_bytes());
    let sent = upload(&client, LENGTH);
    assert!(sent < LENGTH, "all of it was taken");
    let response = client.read_response("POST");
    assert_eq!((response.text().as_str(), response.header("connection")), ("ignored", Some("close")));
    read_to_end(client.stream());
    wait_until_nothing_is_in_flight(&skep);
    let growth = skep.resident_bytes().saturating_sub(before);
    assert!(growth < GROWTH_BYTES_MAX, "memory grew by {} MB", growth >> 20);
}

#[test]
fn an_answer_reaches_a_client_that_writes_first_and_reads_later() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut client = skep.connect();
    // Fits into what is thrown away after the answer, so that no reset overtakes it.
    client.write(b"POST /ignore HTTP/1.1\r\nhost: a\r\ncontent-length: 8388608\r\n\r\n");
    assert_eq!(upload(&client, 8 << 20), 8 << 20);
    assert_eq!(client.read_response("POST").text(), "ignored");
    client.expect_close();
}

#[test]
fn a_body_without_an_end_ends_at_its_limit() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut client = skep.connect();
    client.open(&Request::post("/read", "begin"));
    thread::scope(|scope| {
        let socket = client.stream().try_clone().expect("a second handle");
        scope.spawn(move || {
            let chunk = [b"100000\r\n".as_slice(), &vec![0; 1 << 20], b"\r\n"].concat();
            while (&socket).write_all(&chunk).is_ok() {}
        });
        let response = client.read_response("POST");
        assert_eq!((response.status, response.fault()), (413, Some("body_too_large")));
        read_to_end(client.stream());
    });
    wait_until_nothing_is_in_flight(&skep);
}

#[test]
fn an_endless_body_that_nobody_reads_ends_with_its_handler() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut client = skep.connect();
    client.open(&Request::post("/brief", "begin"));
    thread::scope(|scope| {
        let socket = client.stream().try_clone().expect("a second handle");
        scope.spawn(move || while (&socket).write_all(b"5\r\nbytes\r\n").is_ok() {});
        let response = client.read_response("POST");
        assert_eq!((response.status, response.fault()), (504, Some("wall_limit")));
        read_to_end(client.stream());
    });
    wait_until_nothing_is_in_flight(&skep);
}

#[test]
fn a_reset_at_any_moment_frees_the_place() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    // While the handler runs.
    let mut client = skep.connect();
    client.send(&Request::get("/wait"));
    skep.wait_for_line(&["waiting: GET"]);
    reset(client);
    skep.wait_for_line(&["aborted: GET"]);
    // In the middle of the upload.
    let mut client = skep.connect();
    client.open(&Request::new("PUT", "/wait").body("begin"));
    skep.wait_for_line(&["waiting: PUT"]);
    reset(client);
    skep.wait_for_line(&["broken:"]);
    skep.wait_for_line(&["aborted: PUT"]);
    // In the middle of the download.
    let mut client = skep.connect();
    client.send(&Request::get("/endless"));
    assert_eq!(client.read_head("GET").status, 200);
    assert!(client.read_piece().is_some());
    reset(client);
    skep.wait_for_line(&["cancelled"]);
    wait_until_nothing_is_in_flight(&skep);
    assert_eq!(skep.get("/fine").text(), "fine");
}

#[test]
fn a_client_that_closes_its_side_has_left() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut client = skep.connect();
    client.send(&Request::new("DELETE", "/wait"));
    skep.wait_for_line(&["waiting: DELETE"]);
    client.half_close();
    skep.wait_for_line(&["aborted: DELETE"]);
    wait_until_nothing_is_in_flight(&skep);
    assert_eq!(read_to_end(client.stream()), b"");
}

#[test]
fn a_client_that_closes_its_side_in_a_head_is_left_without_an_answer() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let mut client = skep.connect();
    client.write(b"GET /fine HTTP/1.1\r\nhost:");
    client.half_close();
    assert_eq!(read_to_end(client.stream()), b"");
}

#[test]
fn an_answer_as_fast_as_possible_to_a_slow_reader_does_not_pile_up() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let warm = || {
        let mut client = skep.connect();
        client.send(&Request::get("/endless"));
        assert_eq!(client.read_head("GET").status, 200);
        client
    };
    let mut client = warm();
    for _ in 0..64 {
        assert!(client.read_piece().is_some());
    }
    drop(client);
    let before = skep.resident_bytes();
    // Eight readers with 16 KB of room each; the function would write gigabytes a second.
    let mut readers: Vec<Client> = (0..8).map(|_| connect_with_small_buffers(skep.listen)).collect();
    for reader in &mut readers {
        reader.send(&Request::get("/endless"));
        assert_eq!(reader.read_head("GET").status, 200);
    }
    let mut peak = before;
    for _ in 0..32 {
        for reader in &mut readers {
            assert!(reader.read_piece().is_some());
        }
        peak = peak.max(skep.resident_bytes());
    }
    // Each has a few chunks of 1 MB on their way, and V8's garbage comes on top; unread, the function would have made gigabytes.
    let growth = peak.saturating_sub(before);
    assert!(growth < 2 * GROWTH_BYTES_MAX, "memory grew by {} MB", growth >> 20);
    drop(readers);
    wait_until_nothing_is_in_flight(&skep);
}
