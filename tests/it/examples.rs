//! The examples of `functions/`: each does what its first lines promise, served as they lie there.
//!
//! Invariant: an example is never changed for a test; only a manifest is added where a test needs a port opened.

use serde_json::json;

use crate::support::{Project, Request, Skep, Upstream};

#[test]
fn hello_answers_with_its_json() {
    let skep = Skep::start(Project::examples());
    let response = skep.get("/hello");
    assert_eq!((response.status, response.header("content-type")), (200, Some("application/json")));
    assert_eq!(response.text(), r#"{"hello":"world"}"#);
}

#[test]
fn echo_sends_the_body_back_and_describes_a_request_without_one() {
    let skep = Skep::start(Project::examples());
    let posted = skep.send(&Request::post("/echo", [0u8, 1, 255]).header("content-type", "application/x-bytes"));
    assert_eq!((posted.header("content-type"), posted.body.as_slice()), (Some("application/x-bytes"), &[0, 1, 255][..]));

    let described = skep.send(&Request::get("/echo/a/b?x=1").header("x-own", "value")).json();
    assert_eq!(described["method"], "GET");
    assert_eq!(described["path"], "/a/b");
    assert_eq!(described["query"], json!({ "x": "1" }));
    assert_eq!(described["headers"]["x-own"], "value");
    assert_eq!(described["headers"]["x-forwarded-prefix"], "/echo");
}

#[test]
fn stream_writes_one_chunk_at_a_time() {
    let skep = Skep::start(Project::examples());
    let mut client = skep.connect();
    client.send(&Request::get("/stream?chunks=3&every_ms=1"));
    assert_eq!(client.read_head("GET").header("transfer-encoding"), Some("chunked"));
    let mut chunks = Vec::new();
    while let Some(chunk) = client.read_piece() {
        chunks.push(String::from_utf8(chunk).expect("text"));
    }
    assert_eq!(chunks.concat(), "chunk 1 of 3\nchunk 2 of 3\nchunk 3 of 3\n");
    assert_eq!(chunks.len(), 3, "each chunk leaves at once: {chunks:?}");
}

#[test]
fn sse_ticks_until_the_client_leaves() {
    let skep = Skep::start(Project::examples());
    let mut client = skep.connect();
    client.send(&Request::get("/sse?every_ms=1").header("last-event-id", "41"));
    let head = client.read_head("GET");
    assert_eq!(head.header("content-type"), Some("text/event-stream"));
    let events = client.read_until("id: 43\n");
    assert!(events.contains("id: 42\nevent: tick\ndata: {\"at\":\""), "{events}");
    drop(client);
    skep.wait_for_line(&["stopped after event", "sse"]);
}

#[test]
fn counter_counts_in_its_instance() {
    let skep = Skep::start(Project::examples());
    let first = skep.get("/counter").json();
    let second = skep.get("/counter").json();
    assert_eq!((&first["count"], &second["count"]), (&json!(1), &json!(2)));
    assert_eq!(first["instance"], second["instance"]);
}

#[test]
fn hono_routes_below_its_prefix() {
    let skep = Skep::start(Project::examples());
    let root = skep.get("/hono");
    assert_eq!((root.status, root.text().as_str()), (200, "Hono in a hive"));
    assert_eq!(root.header("access-control-allow-origin"), Some("*"));

    let bee = skep.get("/hono/bees/1");
    assert_eq!(bee.json(), json!({ "name": "Maja", "role": "worker" }));
    let tag = bee.header("etag").expect("the middleware sets an etag");
    let unchanged = skep.send(&Request::get("/hono/bees/1").header("if-none-match", tag));
    assert_eq!((unchanged.status, unchanged.body.len()), (304, 0));

    let missing = skep.get("/hono/bees/99");
    assert_eq!((missing.status, missing.json()), (404, json!({ "error": "no such bee" })));

    let made = skep.send(&Request::post("/hono/bees", r#"{"name":"Flip","role":"drone"}"#).header("content-type", "application/json"));
    assert_eq!((made.status, made.header("location")), (201, Some("/bees/3")));

    let preflight =
        Request::new("OPTIONS", "/hono/bees").header("origin", "https://example.com").header("access-control-request-method", "POST");
    assert_eq!(skep.send(&preflight).status, 204);
}

#[test]
fn fetch_proxy_reaches_what_its_manifest_opens() {
    let upstream = Upstream::start();
    let project = Project::examples();
    project.write("/fetch-proxy/function.toml", &format!("[net]\nallow = ['{}']\n", upstream.address));
    let skep = Skep::start(project);

    let path = format!("/fetch-proxy?url=http://{}/there%3Fx=1", upstream.address);
    let response = skep.send(&Request::post(&path, "a body").header("x-own", "value").header("cookie", "a=1"));
    assert_eq!((response.status, response.text().as_str(), response.header("x-upstream")), (200, "ok", Some("yes")));

    let [request] = <[Request; 1]>::try_from(upstream.requests()).expect("one request");
    assert_eq!((request.method.as_str(), request.path.as_str()), ("POST", "/there?x=1"));
    assert_eq!(request.body.as_deref(), Some(&b"a body"[..]));
    let header = |name: &str| request.headers.iter().find(|(n, _)| n == name).map(|(_, value)| value.as_str());
    assert_eq!(header("x-own"), Some("value"));
    assert_eq!(header("host"), Some(upstream.address.to_string().as_str()));
}

#[test]
fn fetch_proxy_explains_what_it_cannot_do() {
    let upstream = Upstream::start();
    let skep = Skep::start(Project::examples());
    let closed = format!("/fetch-proxy?url=http://{}/", upstream.address);
    let cases = [
        ("/fetch-proxy", 400, "No target"),
        ("/fetch-proxy?url=somewhere", 400, "Bad target"),
        ("/fetch-proxy?url=file:///etc/hostname", 400, "Bad target"),
        (closed.as_str(), 502, "Target not reached"),
    ];
    for (path, status, title) in cases {
        let response = skep.get(path);
        assert_eq!((response.status, &response.json()["title"]), (status, &title.into()), "{path}: {response}");
        assert_eq!(response.header("content-type"), Some("application/problem+json"));
    }
    assert!(upstream.requests().is_empty(), "a private address was reached without being allowed");
}

#[test]
fn shared_code_is_not_a_function() {
    let skep = Skep::start(Project::examples());
    assert_eq!(skep.get("/_shared").fault(), Some("no_such_function"));
}
