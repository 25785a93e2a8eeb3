//! Answers that a function tries to make into something else: more headers, other lengths, another message.
//!
//! Invariant: whatever a function returns, its client reads one well-framed answer, or one that is visibly cut off.

use crate::hazards::wait_until_nothing_is_in_flight;
use crate::support::{Project, Request, Skep};

const CASES: &str = r#"
    //- /case.js
    const header = (name, value) => () => new Response("body", { headers: [[name, value]] });
    const forged = (answer, change) => Object.assign(answer, change);
    const status = (code) => () => new Response(null, { status: code });
    const stream = (length, ...texts) => () => new Response(new ReadableStream({
      start(controller) {
        for (const text of texts) controller.enqueue(new TextEncoder().encode(text));
        controller.close();
      },
    }), { headers: { "content-length": String(length) } });
    class Evil extends Response {
      get headers() { return new Map([["x-split", "a\r\nset-cookie: evil=1"]]); }
      get status() { return 101; }
      get body() { return { evil: true }; }
    }
    const cases = {
      "crlf-value": header("x-split", "a\r\nset-cookie: evil=1"),
      "lf-value": header("x-split", "a\nset-cookie: evil=1"),
      "cr-value": header("x-split", "a\rset-cookie: evil=1"),
      "nul-value": header("x-split", "a\0set-cookie: evil=1"),
      "wide-lf-value": header("x-split", "a\u010d\u010aset-cookie: evil=1"),
      "crlf-name": header("x-split\r\nset-cookie", "evil=1"),
      "space-name": header("set-cookie ", "evil=1"),
      "empty-name": header("", "evil=1"),
      "crlf-text": () => new Response("body", { statusText: "OK\r\nset-cookie: evil=1" }),
      "crlf-cookie": () => { const answer = new Response("body"); answer.headers.append("x-split", "a\r\n\r\nHTTP/1.1 200 OK"); return answer; },
      "many": () => { const headers = new Headers(); for (let n = 0; n < 3_000; n++) headers.append("x-" + n, "y"); return new Response("body", { headers }); },
      "very-many": () => { const headers = new Headers(); for (let n = 0; n < 100_000; n++) headers.append("x-" + n, "y"); return new Response("body", { headers }); },
      "same": () => { const headers = new Headers(); for (let n = 0; n < 5_000; n++) headers.append("set-cookie", "y=" + n); return new Response("body", { headers }); },
      "large": header("x-large", "y".repeat(1 << 20)),
      "status-0": status(0),
      "status-99": status(99),
      "status-101": status(101),
      "status-103": status(103),
      "status-600": status(600),
      "status-1000": status(1000),
      "status-nan": status(NaN),
      "body-204": () => new Response("body", { status: 204 }),
      "body-304": () => new Response("body", { status: 304 }),
      "error": () => Response.error(),
      "used": () => { const answer = new Response("body"); answer.text(); return answer; },
      "evil": () => new Evil("body"),
      "fake": () => Object.create(Response.prototype),
      "assigned": () => forged(new Response("body"), { toString() { return "a\r\nb"; } }),
      "short-buffer": () => new Response("hello", { headers: { "content-length": "3" } }),
      "long-buffer": () => new Response("hello", { headers: { "content-length": "30" } }),
      "no-length": () => new Response("hello", { headers: { "content-length": "five" } }),
      "two-lengths": () => new Response("hello", { headers: [["content-length", "3"], ["content-length", "30"]] }),
      "chunked": () => new Response("hello", { headers: { "transfer-encoding": "chunked", "content-length": "5" } }),
      "right-stream": stream(10, "hello", "there"),
      "short-stream": stream(20, "hello", "there"),
      "long-stream": stream(7, "hello", "there"),
      "exact-then-more": stream(5, "hello", "there"),
      "zero-stream": stream(0, "hello"),
      "hop": () => new Response("hop", { headers: {
        "connection": "close, x-listed", "keep-alive": "timeout=1", "proxy-authenticate": "Basic", "proxy-connection": "close",
        "te": "trailers", "trailer": "x-later", "transfer-encoding": "gzip", "upgrade": "websocket", "x-fine": "fine" } }),
    };
    export default (request) => {
      const name = new URL(request.url).pathname.slice(1);
      return name === "" ? Object.keys(cases) : cases[name]();
    };
"#;

/// What a case comes to: status, kind of the fault, body; an empty body stands for any.
const EXPECTED: &[(&str, u16, Option<&str>, &str)] = &[
    ("many", 502, Some("bad_response"), ""),
    ("same", 502, Some("bad_response"), ""),
    ("large", 502, Some("bad_response"), ""),
    ("status-0", 500, Some("threw"), ""),
    ("status-99", 500, Some("threw"), ""),
    ("status-101", 502, Some("bad_response"), ""),
    ("status-103", 500, Some("threw"), ""),
    ("status-600", 500, Some("threw"), ""),
    ("status-1000", 500, Some("threw"), ""),
    ("status-nan", 500, Some("threw"), ""),
    ("body-204", 500, Some("threw"), ""),
    ("body-304", 500, Some("threw"), ""),
    ("crlf-value", 500, Some("threw"), ""),
    ("lf-value", 500, Some("threw"), ""),
    ("cr-value", 500, Some("threw"), ""),
    ("nul-value", 500, Some("threw"), ""),
    ("wide-lf-value", 500, Some("threw"), ""),
    ("crlf-name", 500, Some("threw"), ""),
    ("space-name", 500, Some("threw"), ""),
    ("empty-name", 500, Some("threw"), ""),
    ("crlf-text", 500, Some("threw"), ""),
    ("crlf-cookie", 500, Some("threw"), ""),
    ("error", 502, Some("bad_response"), ""),
    ("used", 502, Some("bad_response"), ""),
    ("short-buffer", 200, None, "hello"),
    ("long-buffer", 200, None, "hello"),
    ("no-length", 200, None, "hello"),
    ("two-lengths", 200, None, "hello"),
    ("chunked", 200, None, "hello"),
    ("right-stream", 200, None, "hellothere"),
    ("exact-then-more", 200, None, "hello"),
    ("hop", 200, None, "hop"),
];

/// Streams whose head has promised another length.
const CUT: &[&str] = &["short-stream", "long-stream"];

#[test]
fn no_answer_splits_or_lies_about_its_length() {
    let skep = Skep::start(Project::new(CASES));
    let names: Vec<String> = serde_json::from_value(skep.get("/case").json()).expect("names");
    let mut wrong = Vec::new();
    for name in &names {
        let mut client = skep.connect();
        client.send(&Request::get(&format!("/case/{name}")));
        let head = match client.try_read_head("GET") {
            Ok(head) => head,
            // The body broke off before the head was on its way.
            Err(_) if CUT.contains(&name.as_str()) => continue,
            Err(error) => {
                wrong.push(format!("{name}: {error}"));
                continue;
            }
        };
        let mut body = Vec::new();
        let end = loop {
            match client.try_read_piece() {
                Ok(Some(piece)) => body.extend(piece),
                Ok(None) => break Ok(()),
                Err(error) => break Err(error),
            }
        };
        if head.headers.iter().any(|(name, value)| name.contains("set-cookie") || value.contains("evil")) {
            wrong.push(format!("{name}: split: {head:?}"));
        }
        if CUT.contains(&name.as_str()) {
            if end.is_ok() {
                wrong.push(format!("{name}: looks complete: {head:?}"));
            }
            continue;
        }
        if let Err(error) = end {
            wrong.push(format!("{name}: {error}"));
            continue;
        }
        if let Some((_, status, fault, text)) = EXPECTED.iter().find(|(expected, ..)| expected == name) {
            let is_text = text.is_empty() || body == text.as_bytes();
            if (head.status, head.header("x-skep-fault")) != (*status, *fault) || !is_text {
                wrong.push(format!("{name}: {} {:?} {:?}", head.status, head.header("x-skep-fault"), String::from_utf8_lossy(&body)));
            }
        }
        // One answer and no more: the connection is good for another one.
        let next = client.try_exchange(&Request::get("/case/right-stream")).map(|next| next.text());
        if !matches!(&next, Ok(text) if text == "hellothere") {
            wrong.push(format!("{name}: then {next:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    assert!(names.len() > EXPECTED.len() && EXPECTED.iter().all(|(name, ..)| names.iter().any(|known| known == name)));
    wait_until_nothing_is_in_flight(&skep);
}

#[test]
fn headers_of_the_connection_are_not_the_functions() {
    let skep = Skep::start(Project::new(CASES));
    let mut client = skep.connect();
    let response = client.exchange(&Request::get("/case/hop"));
    let names: Vec<&str> = response.headers.iter().map(|(name, _)| name.as_str()).collect();
    for name in ["connection", "keep-alive", "proxy-authenticate", "proxy-connection", "te", "trailer", "transfer-encoding", "upgrade"] {
        assert!(!names.contains(&name), "{name}: {response}");
    }
    assert_eq!((response.header("x-fine"), response.header("content-length")), (Some("fine"), Some("3")));
    assert_eq!(client.exchange(&Request::get("/case/hop")).status, 200);
}
