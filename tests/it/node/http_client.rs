//! The client of `node:http` against servers that say what a test wants: what it accepts and refuses, and how it keeps connections.
//!
//! What is expected was taken down from Node 24 with the same function and the same servers.
//!
//! Invariant: an answer that two readers could read in two ways is an error, whole or byte by byte.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde_json::{Value, json};

use crate::support::{HANG, Project, Skep};

const FUNCTION: &str = r#"//- /ask/index.js
const http = require("http");
const { AsyncLocalStorage } = require("async_hooks");
const store = new AsyncLocalStorage();
const kept = new http.Agent({ keepAlive: true });
let calls = 0;
const ask = (options) => new Promise((resolve) => {
  const seen = {};
  const asked = http.request({ host: "127.0.0.1", agent: options.keep ? kept : false, ...options }, (response) => {
    Object.assign(seen, { status: response.statusCode, store: store.getStore() });
    let body = "";
    response.setEncoding("latin1");
    response.on("data", (data) => { body += data; });
    response.on("end", () => Object.assign(seen, { body, trailers: response.rawTrailers, complete: response.complete }));
    response.on("error", (error) => { seen.broken = error.code; });
    response.on("close", () => setImmediate(resolve, seen));
    if (options.unread) {
      response.removeAllListeners("data").pause();
      setTimeout(() => {
        seen.read = response.socket.bytesRead;
        response.destroy();
      }, options.unread);
    }
  });
  asked.on("information", (head) => { (seen.informed ??= []).push(head.statusCode); });
  asked.on("upgrade", (response, socket, first) => {
    socket.destroy();
    resolve({ upgraded: response.statusCode, first: first.toString() });
  });
  asked.on("error", (error) => { seen.error = error.code; if (!asked.res) resolve(seen); });
  asked.end(options.body);
});
module.exports = (request) => store.run(++calls, async () => {
  const list = JSON.parse(new URL(request.url).searchParams.get("list"));
  const answers = [];
  for (const options of list) {
    answers.push(await ask(options));
    await new Promise((resolve) => setTimeout(resolve, options.after ?? 1));
  }
  return answers;
});
"#;

/// A server that counts its connections and keeps the heads of its requests.
struct Server {
    address: SocketAddr,
    connections: Arc<AtomicUsize>,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    /// `answer` gets each request's head and the connection, and says whether the connection stays open.
    fn start(answer: impl Fn(&str, &mut TcpStream) -> bool + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (connections, heads) = (Arc::new(AtomicUsize::new(0)), Arc::new(Mutex::new(Vec::new())));
        let (counted, kept, answer) = (Arc::clone(&connections), Arc::clone(&heads), Arc::new(answer));
        thread::spawn(move || {
            for mut stream in listener.incoming().map_while(Result::ok) {
                counted.fetch_add(1, Ordering::SeqCst);
                stream.set_read_timeout(Some(HANG)).expect("a socket");
                stream.set_nodelay(true).expect("a socket");
                let (kept, answer) = (Arc::clone(&kept), Arc::clone(&answer));
                thread::spawn(move || {
                    while let Some(head) = read_head(&mut stream) {
                        kept.lock().unwrap_or_else(PoisonError::into_inner).push(head.clone());
                        if !answer(&head, &mut stream) {
                            break;
                        }
                    }
                });
            }
        });
        Self { address, connections, heads }
    }

    /// Answers `/whole` with the bytes at once, and everything else byte by byte; then the connection ends.
    fn saying(bytes: &str) -> Self {
        let bytes: Vec<u8> = bytes.chars().map(|character| u8::try_from(u32::from(character)).expect("Latin-1")).collect();
        Self::start(move |head, stream| {
            let size = if head.starts_with("GET /whole ") { bytes.len().max(1) } else { 1 };
            for piece in bytes.chunks(size) {
                let _ = stream.write_all(piece);
                if size == 1 {
                    thread::yield_now();
                }
            }
            false
        })
    }

    fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    fn header(&self, name: &str) -> Vec<String> {
        let heads = self.heads.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = heads.iter().flat_map(|head| head.lines()).filter_map(|line| line.split_once(": "));
        lines.filter(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).collect()
    }
}

fn read_head(stream: &mut TcpStream) -> Option<String> {
    let mut head = Vec::new();
    let mut byte = [0];
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read(&mut byte) {
            Ok(1) => head.push(byte[0]),
            _ => return None,
        }
    }
    Some(String::from_utf8_lossy(&head).into_owned())
}

fn skep() -> Skep {
    let project = Project::new(FUNCTION);
    project.write("/ask/function.toml", "[limits]\ncpu_ms = 20000\n[scale]\nmax = 1\n[net]\nallow = ['127.0.0.1']\n");
    Skep::start(project)
}

fn ask(skep: &Skep, server: &Server, list: &Value) -> Value {
    let mut list = list.clone();
    for options in list.as_array_mut().expect("a list") {
        options["port"] = json!(server.address.port());
    }
    let encoded: String = list.to_string().bytes().map(|byte| format!("%{byte:02x}")).collect();
    let response = skep.get(&format!("/ask?list={encoded}"));
    assert_eq!(response.status, 200, "{response}");
    response.json()
}

/// Both ways to send the same answer must come to the same.
fn is_read_as(skep: &Skep, bytes: &str, expected: &Value) {
    let server = Server::saying(bytes);
    let seen = ask(skep, &server, &json!([{ "path": "/whole" }, { "path": "/bytes" }]));
    for (how, seen) in ["whole", "byte by byte"].iter().zip(seen.as_array().expect("a list")) {
        for (key, value) in expected.as_object().expect("an object") {
            assert_eq!(&seen[key], value, "{bytes:?} {how}: {seen}");
        }
    }
}

#[test]
fn answers_are_read_as_node_reads_them() {
    let skep = skep();
    let ok = |body: &str| json!({ "status": 200, "body": body, "complete": true, "error": null, "broken": null });
    let status = "HTTP/1.1 200 OK\r\n";
    for (bytes, expected) in [
        (format!("{status}Content-Length: 2\r\n\r\nok"), ok("ok")),
        (format!("{status}\r\nto the end"), ok("to the end")),
        (format!("{status}Transfer-Encoding: gzip\r\n\r\nto the end"), ok("to the end")),
        (format!("{status}Transfer-Encoding: gzip, chunked\r\n\r\n2;a=\"b;\"\r\nok\r\n0\r\n\r\n"), ok("ok")),
        (format!("\r\n\r\n{status}Content-Length: 2 \r\n\r\nok"), ok("ok")),
        ("HTTP/1.1 200\r\nContent-Length: 2\r\n\r\nok".to_owned(), ok("ok")),
        ("HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok".to_owned(), ok("ok")),
        ("HTTP/1.1 204 None\r\n\r\n".to_owned(), json!({ "status": 204, "body": "", "complete": true })),
        ("HTTP/1.1 304 Same\r\nContent-Length: 5\r\n\r\n".to_owned(), json!({ "status": 304, "body": "", "complete": true })),
        (
            format!("HTTP/1.1 100 Go\r\n\r\nHTTP/1.1 103 Early\r\nA: b\r\n\r\n{status}Content-Length: 2\r\n\r\nok"),
            json!({ "body": "ok", "informed": [100, 103] }),
        ),
        ("HTTP/1.1 101 Now\r\nConnection: Upgrade\r\nUpgrade: x\r\n\r\n".to_owned(), json!({ "upgraded": 101, "first": "" })),
        (
            format!("{status}Transfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\nA: b\r\nC: d\r\n\r\n"),
            json!({ "body": "ok", "trailers": ["A", "b", "C", "d"], "complete": true }),
        ),
    ] {
        is_read_as(&skep, &bytes, &expected);
    }
}

#[test]
fn what_two_readers_could_read_in_two_ways_is_refused() {
    let skep = skep();
    let status = "HTTP/1.1 200 OK\r\n";
    let long = "y".repeat(20_000);
    for (bytes, code) in [
        (format!("{status}Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n2\r\nok\r\n0\r\n\r\n"), "HPE_INVALID_CONTENT_LENGTH"),
        (format!("{status}Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n"), "HPE_INVALID_TRANSFER_ENCODING"),
        (format!("{status}Content-Length: 2\r\nContent-Length: 2\r\n\r\nok"), "HPE_UNEXPECTED_CONTENT_LENGTH"),
        (format!("{status}Content-Length: 2x\r\n\r\nok"), "HPE_INVALID_CONTENT_LENGTH"),
        (format!("{status}Content-Length : 2\r\n\r\nok"), "HPE_INVALID_HEADER_TOKEN"),
        (format!("{status}A: b\r\n c\r\nContent-Length: 2\r\n\r\nok"), "HPE_INVALID_HEADER_TOKEN"),
        (format!("{status}A: b\0c\r\nContent-Length: 2\r\n\r\nok"), "HPE_INVALID_HEADER_TOKEN"),
        ("HTTP/1.1 200 OK\nContent-Length: 2\n\nok".to_owned(), "HPE_CR_EXPECTED"),
        (format!("{status}A: {long}\r\n\r\n"), "HPE_HEADER_OVERFLOW"),
        ("SSH-2.0-OpenSSH\r\n".to_owned(), "HPE_INVALID_CONSTANT"),
        ("HTTP/1.1 200 OK\r\nContent-Le".to_owned(), "ECONNRESET"),
        (format!("{status}Transfer-Encoding: chunked\r\n\r\nzz\r\nok\r\n0\r\n\r\n"), "HPE_INVALID_CHUNK_SIZE"),
        (format!("{status}Transfer-Encoding: chunked\r\n\r\n2\r\nok0\r\n\r\n"), "HPE_STRICT"),
        (format!("{status}Transfer-Encoding: chunked\r\n\r\n2;{long}\r\nok\r\n0\r\n\r\n"), "HPE_CHUNK_EXTENSIONS_OVERFLOW"),
    ] {
        is_read_as(&skep, &bytes, &json!({ "error": code }));
    }
    is_read_as(&skep, &format!("{status}Content-Length: 20\r\n\r\nok"), &json!({ "status": 200, "broken": "ECONNRESET" }));
}

#[test]
fn a_kept_connection_serves_each_call_in_its_own_context() {
    let server = Server::start(|_, stream| stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_ok());
    let skep = skep();
    for call in 1..=3 {
        let seen = ask(&skep, &server, &json!([{ "keep": true }, { "keep": true }]));
        for one in seen.as_array().expect("a list") {
            assert_eq!((&one["store"], &one["body"]), (&json!(call), &json!("ok")));
        }
    }
    assert_eq!(server.connections(), 1);
    let mut traces: Vec<String> =
        server.header("traceparent").iter().filter_map(|trace| trace.split('-').nth(1)).map(str::to_owned).collect();
    assert_eq!(traces.len(), 6);
    traces.dedup();
    assert_eq!(traces.len(), 3, "one trace for each call: {traces:?}");
}

#[test]
fn a_kept_connection_that_the_server_closed_is_replaced() {
    let server = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        false
    });
    let skep = skep();
    let seen = ask(&skep, &server, &json!([{ "keep": true, "after": 100 }, { "keep": true }, { "keep": true }]));
    for one in seen.as_array().expect("a list") {
        assert_eq!((&one["status"], &one["error"]), (&json!(200), &Value::Null), "{seen}");
    }
    assert_eq!(server.connections(), 3);
}

#[test]
fn an_answer_that_nobody_reads_holds_the_server_back() {
    let server = Server::start(|_, stream| {
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\n\r\n");
        while stream.write_all(&[b'x'; 65_536]).is_ok() {}
        false
    });
    let skep = skep();
    let seen = ask(&skep, &server, &json!([{ "unread": 500 }]));
    assert!(seen[0]["read"].as_u64().is_some_and(|bytes| bytes < 1_000_000), "{seen}");
}

#[test]
fn what_comes_unasked_is_no_answer_to_the_next_request() {
    let kept: Mutex<Option<TcpStream>> = Mutex::new(None);
    let server = Server::start(move |head, stream| {
        let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
        if head.starts_with("GET /first ") {
            *kept = stream.try_clone().ok();
        } else if let Some(first) = kept.as_mut().filter(|_| head.starts_with("GET /meanwhile ")) {
            let _ = first.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
        }
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_ok()
    });
    let skep = skep();
    let seen = ask(
        &skep,
        &server,
        &json!([{ "path": "/first", "keep": true }, { "path": "/meanwhile", "after": 100 }, { "path": "/next", "keep": true }]),
    );
    assert_eq!((&seen[0]["body"], &seen[2]["body"]), (&json!("ok"), &json!("ok")), "{seen}");
    assert_eq!(server.connections(), 3, "the connection was given up");
}
