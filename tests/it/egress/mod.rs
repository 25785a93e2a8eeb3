//! What functions may reach of the network: which addresses, in which notations, how much of it, and what a server may send back.
//!
//! Functions get the addresses of servers in this process in their query; the servers count who came.
//!
//! Invariant: where a refusal is expected, the server behind it has seen nobody.

mod peer;

use std::io::Read as _;

use serde_json::{Value, json};

use crate::support::{Project, Request, Response, Skep, eventually};
use peer::Peer;

/// Tries to reach `to` with `how`, and answers what came of it.
const REACH: &str = r#"//- /reach/index.js
const ways = {
  fetch: async (to) => await (await fetch(`http://${to}`)).text(),
  events: (to) => new Promise((resolve, reject) => {
    const source = new EventSource(`http://${to}`);
    source.onopen = () => { source.close(); resolve("open"); };
    source.onerror = () => { source.close(); reject(new TypeError("refused")); };
  }),
  socket: (to) => new Promise((resolve, reject) => {
    const socket = new WebSocket(`ws://${to}`);
    socket.onopen = () => { socket.close(); resolve("open"); };
    socket.onerror = (event) => reject(new TypeError(event.message));
  }),
};
export default async (request) => {
  const query = new URL(request.url).searchParams;
  try {
    return { reached: await ways[query.get("how")](query.get("to")) };
  } catch (error) {
    return { refused: `${error.name}: ${error.message} ${error.cause?.message ?? ""}` };
  }
};
"#;

fn project(net: &str) -> Project {
    let project = Project::new(REACH);
    project.write("/reach/function.toml", net);
    project
}

fn reach(skep: &Skep, how: &str, to: &str) -> Value {
    let encoded: String = to.bytes().map(|byte| format!("%{byte:02x}")).collect();
    let response = skep.get(&format!("/reach?how={how}&to={encoded}"));
    assert_eq!(response.status, 200, "{how} {to}: {response}");
    response.json()
}

fn is_refused(skep: &Skep, how: &str, to: &str) {
    let answer = reach(skep, how, to);
    assert!(answer["refused"].as_str().is_some_and(|why| why.contains("TypeError")), "{how} {to}: {answer}");
}

const WAYS: [&str; 3] = ["fetch", "events", "socket"];

#[test]
fn loopback_is_closed_in_every_notation_and_by_every_way() {
    let peer = Peer::start("127.0.0.1:0", |_, _| {});
    let skep = Skep::start(project(""));
    let notations = [
        "127.0.0.1",
        "2130706433",
        "0x7f.1",
        "0x7f000001",
        "017700000001",
        "127.1",
        "localhost",
        "LOCALHOST",
        "localhost.",
        "127.0.0.1.",
        "[::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[0:0:0:0:0:ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::127.0.0.1]",
        "[2002:7f00:1::]",
        "0.0.0.0",
        "0",
        "[::]",
        "user:pass@127.0.0.1",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
    ];
    for notation in notations {
        for how in WAYS {
            is_refused(&skep, how, &format!("{notation}:{}/", peer.address.port()));
        }
    }
    assert_eq!(peer.visits(), 0);
}

#[test]
fn networks_that_are_not_public_are_closed() {
    let skep = Skep::start(project(""));
    for address in [
        "169.254.169.254",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.0.1",
        "100.64.0.1",
        "224.0.0.1",
        "255.255.255.255",
        "198.18.0.1",
        "[fe80::1]",
        "[fd00::1]",
        "[ff02::1]",
        "[::ffff:169.254.169.254]",
    ] {
        let answer = reach(&skep, "fetch", address);
        assert!(answer["refused"].as_str().is_some_and(|why| why.contains("is closed to functions")), "{address}: {answer}");
    }
}

#[test]
fn allow_opens_the_port_it_names_and_no_other() {
    let (one, other) = (Peer::hello(), Peer::hello());
    let skep = Skep::start(project(&format!("[net]\nallow = ['{}']\n", one.address)));
    assert_eq!(reach(&skep, "fetch", &one.address.to_string()), json!({ "reached": "hello" }));
    assert_eq!(
        reach(&skep, "fetch", &format!("localhost:{}", one.address.port())),
        json!({ "reached": "hello" }),
        "a name that leads there"
    );
    assert_eq!(reach(&skep, "fetch", &format!("[::ffff:127.0.0.1]:{}", one.address.port())), json!({ "reached": "hello" }));
    for how in WAYS {
        is_refused(&skep, how, &other.address.to_string());
        is_refused(&skep, how, &format!("localhost:{}", other.address.port()));
    }
    assert_eq!(other.visits(), 0);
}

#[test]
fn a_name_in_allow_opens_where_it_leads() {
    let peer = Peer::hello();
    let port = peer.address.port();
    let skep = Skep::start(project(&format!("[net]\nallow = ['localhost:{port}']\n")));
    assert_eq!(reach(&skep, "fetch", &format!("localhost:{port}")), json!({ "reached": "hello" }));
    let visits = peer.visits();
    is_refused(&skep, "fetch", &format!("127.0.0.1:{port}"));
    assert_eq!(peer.visits(), visits);
}

#[test]
fn only_leaves_nothing_else() {
    let (one, other) = (Peer::hello(), Peer::hello());
    let skep = Skep::start(project(&format!("[net]\nallow = ['{}']\nonly = ['{}']\n", other.address, one.address)));
    assert_eq!(reach(&skep, "fetch", &one.address.to_string()), json!({ "reached": "hello" }));
    for to in [other.address.to_string(), "1.1.1.1".to_owned(), "secret.example.com".to_owned(), format!("1.1.1.1:{}", one.address.port())]
    {
        for how in WAYS {
            is_refused(&skep, how, &to);
        }
    }
    let named = reach(&skep, "fetch", "secret.example.com");
    assert!(named["refused"].as_str().is_some_and(|why| why.contains("only")), "refused before it was looked up: {named}");
    assert_eq!(other.visits(), 0);
}

#[test]
fn a_redirect_is_checked_like_a_request() {
    let closed = Peer::hello();
    let port = closed.address.port();
    for target in [
        format!("http://127.0.0.1:{port}/"),
        format!("http://localhost:{port}/"),
        format!("//2130706433:{port}/"),
        "http://169.254.169.254/latest".to_owned(),
    ] {
        let open = Peer::answering(format!("HTTP/1.1 302 Found\r\nlocation: {target}\r\ncontent-length: 0\r\n\r\n"));
        let skep = Skep::start(project(&format!("[net]\nallow = ['{}']\n", open.address)));
        is_refused(&skep, "fetch", &open.address.to_string());
        is_refused(&skep, "events", &open.address.to_string());
        assert!(open.visits() > 0, "the first hop was open");
    }
    assert_eq!(closed.visits(), 0);
}

#[test]
fn skeps_own_addresses_are_opened_by_name_of_address_and_port_alone() {
    let skep = Skep::dev(project(""));
    let wide = [
        "allow = ['127.0.0.0/8', '0.0.0.0', '::/0', 'localhost']".to_owned(),
        format!("allow = ['127.0.0.0/8:{}', 'localhost:{0}']", skep.admin.port()),
    ];
    for net in wide {
        skep.project.replace("/reach/function.toml", &format!("[net]\n{net}\n"));
        for port in [skep.admin.port(), skep.listen.port()] {
            for host in ["127.0.0.1", "localhost", "0.0.0.0", "[::ffff:127.0.0.1]", "2130706433"] {
                for how in WAYS {
                    is_refused(&skep, how, &format!("{host}:{port}/healthz"));
                }
            }
        }
    }
    skep.project.replace("/reach/function.toml", &format!("[net]\nallow = ['{}']\n", skep.admin));
    let answer = reach(&skep, "fetch", &format!("{}/healthz", skep.admin));
    assert!(answer["reached"].is_string(), "{answer}");
    is_refused(&skep, "fetch", &skep.listen.to_string());
}

#[test]
fn the_proxy_of_the_hosts_environment_is_not_the_functions() {
    let (proxy, peer) = (Peer::hello(), Peer::websocket());
    let project = project(&format!("[net]\nallow = ['{}']\n", peer.address));
    let mut command = crate::support::process::binary();
    for name in ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
        command.env(name, format!("http://{}", proxy.address));
    }
    command
        .args(["serve", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--log-format", "json", "--functions"])
        .arg(project.functions());
    command.arg("--state").arg(project.state());
    let skep = Skep::spawn(command, project);
    assert_eq!(reach(&skep, "socket", &peer.address.to_string()), json!({ "reached": "open" }));
    assert!(reach(&skep, "fetch", &peer.address.to_string())["reached"].is_string());
    is_refused(&skep, "socket", "127.0.0.1:1");
    assert_eq!(proxy.visits(), 0);
}

#[test]
fn hops_are_the_hosts_to_count() {
    let peer = Peer::websocket();
    let project = Project::new(
        r#"//- /hop/index.js
const headers = { "x-skep-hops": "0", "X-SKEP-Hops": "0" };
let fire;
export default async (request) => {
  const url = new URL(request.url);
  const to = url.searchParams.get("to");
  if (url.pathname === "/late") {
    setTimeout(() => fetch(`http://${to}/after`, { headers }), 0);
    return "soon";
  }
  await fetch(`http://${to}/fetch`, { headers });
  await new Promise((resolve) => {
    const events = new EventSource(`http://${to}/events`, { headers });
    events.onopen = events.onerror = () => { events.close(); resolve(); };
  });
  await new Promise((resolve) => {
    const socket = new WebSocket(`ws://${to}/socket`, { headers });
    socket.onopen = socket.onerror = () => { socket.close(); resolve(); };
  });
  return "done";
};
"#,
    );
    project.write("/hop/function.toml", &format!("[net]\nallow = ['{}']\n", peer.address));
    let skep = Skep::start(project);
    let call = |path: &str, hops: &str| skep.send(&Request::get(&format!("/hop{path}?to={}", peer.address)).header("x-skep-hops", hops));
    let hops =
        |path: &str| peer.heads().into_iter().rev().find(|head| head.contains(path)).map(|head| peer::header_lines(&head, "x-skep-hops"));
    for (given, sent) in [("0", "1"), ("5", "6")] {
        assert_eq!(call("/", given).text(), "done");
        for path in ["/fetch", "/events", "/socket"] {
            assert_eq!(hops(path), Some(vec![sent.to_owned()]), "{path}");
        }
    }
    assert_eq!(call("/late", "4").text(), "soon");
    assert_eq!(eventually("the fetch after the answer", || hops("/after")), ["5"]);
}

#[test]
fn a_websocket_carries_messages_and_thirty_two_may_be_open() {
    let peer = Peer::websocket();
    let project = Project::new(
        r#"//- /sockets/index.js
const opened = (to) => new Promise((resolve, reject) => {
  const socket = new WebSocket(`ws://${to}`);
  socket.onopen = () => resolve(socket);
  socket.onerror = (event) => reject(new Error(event.message));
});
export default async (request) => {
  const to = new URL(request.url).searchParams.get("to");
  const first = await opened(to);
  const echo = new Promise((resolve) => first.onmessage = (event) => resolve(event.data));
  first.send("ping");
  const sockets = [first];
  let refusal = "";
  for (let i = 1; i <= 40 && refusal === ""; i++) {
    try { sockets.push(await opened(to)); } catch (error) { refusal = error.message; }
  }
  const open = sockets.length;
  const closed = Promise.all(sockets.map((socket) => new Promise((resolve) => socket.onclose = resolve)));
  const text = await echo;
  for (const socket of sockets) socket.close();
  await closed;
  const again = (await opened(to)).readyState;
  return { text, open, refusal, again };
};
"#,
    );
    project.write("/sockets/function.toml", &format!("[net]\nallow = ['{}']\n", peer.address));
    let skep = Skep::start(project);
    let answer = skep.get(&format!("/sockets?to={}", peer.address)).json();
    assert_eq!((&answer["text"], &answer["open"], &answer["again"]), (&json!("ping"), &json!(32), &json!(1)), "{answer}");
    assert!(answer["refusal"].as_str().is_some_and(|why| why.contains("32 WebSockets are open")), "{answer}");
}

#[test]
fn ten_thousand_fetches_to_a_server_that_never_answers() {
    let silent = Peer::start("127.0.0.1:0", |_, stream| peer::wait_for_end(stream));
    let project = Project::new(
        r#"//- /many/index.js
export default async (request) => {
  const url = new URL(request.url);
  if (url.pathname === "/spin") for (;;);
  const to = url.searchParams.get("to");
  const why = {};
  let refused = 0;
  for (let i = 0; i < 10000; i++) {
    fetch(`http://${to}/`).catch((error) => { refused++; const text = `${error.name}: ${error.message}`; why[text] = true; });
  }
  while (refused < 10000 - 288) await new Promise((resolve) => setTimeout(resolve, 1));
  return { refused, why: Object.keys(why) };
};
//- /neighbour/index.js
export default () => "well";
"#,
    );
    project.write(
        "/many/function.toml",
        &format!("[scale]\nmax = 1\n[limits]\ncpu_ms = 5000\nwall_ms = 60000\n[net]\nallow = ['{}']\n", silent.address),
    );
    let skep = Skep::start(project);
    let answer = skep.get(&format!("/many?to={}", silent.address)).json();
    assert_eq!(answer["refused"], 10_000 - 288, "{answer}");
    assert!(answer["why"][0].as_str().is_some_and(|why| why.starts_with("TypeError: too many requests at a time")), "{answer}");
    eventually("32 connections", || (silent.visits() == 32).then_some(()));
    assert_eq!(skep.get("/neighbour").text(), "well");
    // The end of the instance is the end of its connections; those that waited were never made.
    assert_eq!(skep.get("/many/spin").fault(), Some("cpu_limit"));
    eventually("every connection ends", || (silent.open() == 0).then_some(()));
    assert_eq!(silent.visits(), 32);
}

#[test]
fn a_call_may_make_a_thousand_requests() {
    let peer = Peer::hello();
    let project = Project::new(
        r#"//- /total/index.js
export default async (request) => {
  const to = new URL(request.url).searchParams.get("to");
  let made = 0;
  try {
    for (;;) {
      await (await fetch(`http://${to}/`)).text();
      made++;
    }
  } catch (error) {
    return { made, why: error.message };
  }
};
"#,
    );
    project.write("/total/function.toml", &format!("[limits]\ncpu_ms = 20000\n[net]\nallow = ['{}']\n", peer.address));
    let skep = Skep::start(project);
    for _ in 0..2 {
        let answer = skep.get(&format!("/total?to={}", peer.address)).json();
        assert_eq!(answer["made"], 1000, "{answer}");
        assert!(answer["why"].as_str().is_some_and(|why| why.contains("on behalf of one call")), "{answer}");
    }
}

#[test]
fn headers_and_patched_urls_do_not_end_the_host() {
    let project = Project::new(
        r#"//- /odd/index.js
export default async (request) => {
  const list = (count, value) => Array.from({ length: count }, (_, i) => [`x-${i}`, value]);
  const failed = async (make) => { try { await make(); return "no error"; } catch (error) { return error.message; } };
  const socketFailed = (make) => failed(() => new Promise((resolve, reject) => {
    make().onerror = (event) => reject(new Error(event.message));
  }));
  const answer = {
    many: await failed(() => fetch("http://192.0.2.1/", { headers: list(25000, "1") })),
    full: await failed(() => fetch("http://192.0.2.1/", { headers: list(33000, "1") })),
    large: await failed(() => fetch("http://192.0.2.1/", { headers: [["x", "v".repeat(300000)]] })),
    socketMany: await socketFailed(() => new WebSocket("ws://192.0.2.1/", { headers: list(25000, "1") })),
  };
  const { get } = Object.getOwnPropertyDescriptor(URL.prototype, "href");
  let reads = 0;
  Object.defineProperty(URL.prototype, "href", {
    configurable: true,
    get() { return ++reads === 1 ? get.call(this) : "ws://127.0.0.1:1/"; },
  });
  answer.patched = await socketFailed(() => new WebSocket("ws://192.0.2.1/"));
  Object.defineProperty(URL.prototype, "href", { configurable: true, get: () => "not a URL" });
  answer.broken = await failed(async () => new WebSocket("ws://192.0.2.1/"));
  Object.defineProperty(URL.prototype, "href", { configurable: true, get: () => ({ toString() { throw new Error("mine"); } }) });
  answer.thrown = await failed(async () => new WebSocket("ws://192.0.2.1/"));
  return answer;
};
"#,
    );
    project.write("/odd/function.toml", "[limits]\ncpu_ms = 20000\n");
    let skep = Skep::start(project);
    let answer = skep.get("/odd").json();
    for (name, why) in [
        ("many", "more than 1000 request headers"),
        ("full", "more than 1000 request headers"),
        ("large", "more than 256 KB of request headers"),
        ("socketMany", "more than 1000 request headers"),
        ("patched", "127.0.0.1:1 is closed to functions"),
    ] {
        assert!(answer[name].as_str().is_some_and(|text| text.contains(why)), "{name}: {answer}");
    }
    assert_ne!(answer["broken"], "no error", "{answer}");
    assert_eq!(skep.get("/odd").status, 200, "the same instance still serves");
}

const UPLOAD: &str = r#"//- /upload/index.js
export default async (request) => {
  const query = new URL(request.url).searchParams;
  const headers = query.has("length") ? { "content-length": query.get("length") } : {};
  const body = new Blob(["hello"]).stream();
  try {
    return await (await fetch(`http://${query.get("to")}/`, { method: "PUT", headers, body, duplex: "half" })).text();
  } catch (error) {
    return error.name;
  }
};
"#;

#[test]
fn a_stream_that_is_sent_has_the_length_that_its_headers_say() {
    let peer = Peer::start("127.0.0.1:0", |head, stream| {
        if let Some(length) = peer::header_lines(head, "content-length").first() {
            let mut body = vec![0; length.parse().expect("a length")];
            if stream.read_exact(&mut body).is_ok() {
                peer::write(stream, b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 4\r\n\r\nhere");
            }
        } else {
            peer::write(stream, b"HTTP/1.1 200 OK\r\nconnection: close\r\ncontent-length: 7\r\n\r\nchunked");
        }
    });
    let project = Project::new(UPLOAD);
    project.write("/upload/function.toml", "[net]\nallow = [\"127.0.0.1\"]\n");
    let skep = Skep::start(project);
    let sent = |length: &str| skep.get(&format!("/upload?to={}{length}", peer.address)).text();
    assert_eq!(sent(""), "chunked");
    assert_eq!(sent("&length=5"), "here");
    assert_eq!(sent("&length=5,5"), "chunked");
    assert_eq!(sent("&length=-5"), "chunked");
    assert_eq!(sent("&length=9"), "TypeError", "a stream that is shorter than it was said to be");
}

const GZIP: &str = r#"//- /gzip/index.js
/** Bytes of every kind: runs, text, noise. */
function material(size, seed) {
  const bytes = new Uint8Array(size);
  for (let i = 0; i < size; i++) {
    seed = (seed * 1103515245 + 12345) & 0x7fffffff;
    bytes[i] = (i >> 12) % 3 === 0 ? seed >> 16 : (i >> 12) % 3 === 1 ? 97 + (seed >> 16) % 7 : 0;
  }
  return bytes;
}
const equal = (one, other) => one.length === other.length && one.every((byte, index) => byte === other[index]);
export default async (request) => {
  const url = new URL(request.url);
  const to = url.searchParams.get("to");
  if (url.pathname === "/there-and-back") {
    const results = [];
    for (const size of [0, 1, 100, 5000, 70000, 1000000]) {
      const plain = material(size, size);
      const packed = new Response(new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip")));
      const response = await fetch(`http://${to}/`, { method: "POST", body: await packed.arrayBuffer() });
      results.push(equal(plain, new Uint8Array(await response.arrayBuffer())));
    }
    return results;
  }
  let bytes = 0;
  try {
    for await (const chunk of (await fetch(`http://${to}/`)).body) bytes += chunk.length;
    return { bytes };
  } catch (error) {
    return { bytes, why: `${error.name}: ${error.message}` };
  }
};
"#;

fn gzip(peer: &Peer, path: &str) -> Response {
    let project = Project::new(GZIP);
    project.write("/gzip/function.toml", &format!("[limits]\ncpu_ms = 20000\n[net]\nallow = ['{}']\n", peer.address));
    Skep::start(project).get(&format!("/gzip{path}?to={}", peer.address))
}

#[test]
fn what_was_compressed_comes_back_as_it_was() {
    let mirror = Peer::start("127.0.0.1:0", peer::mirror_as_gzip);
    assert_eq!(gzip(&mirror, "/there-and-back").json(), json!([true, true, true, true, true, true]));
    assert!(mirror.heads().iter().all(|head| peer::header_lines(head, "accept-encoding") == ["gzip"]));
}

#[test]
fn a_gzip_bomb_is_cut_and_named() {
    let bomb = Peer::start("127.0.0.1:0", |_, stream| peer::send_bomb(stream));
    let answer = gzip(&bomb, "/bomb").json();
    assert!(
        answer["why"].as_str().is_some_and(|why| why.starts_with("TypeError") && why.contains("more than 100 times its size")),
        "{answer}"
    );
    assert!(answer["bytes"].as_u64().is_some_and(|bytes| bytes < 4 << 20), "{answer}");
    eventually("the bomb's connection ends", || (bomb.open() == 0).then_some(()));
}

#[test]
fn a_gzip_body_that_is_cut_off_is_an_error() {
    let cut = Peer::answering("HTTP/1.1 200 OK\r\ncontent-encoding: gzip\r\ncontent-length: 3\r\n\r\n\x1f".to_owned() + "\u{8b}\u{8}");
    let answer = gzip(&cut, "/cut").json();
    assert!(answer["why"].is_string(), "{answer}");
}

#[test]
fn bodies_that_nobody_reads_are_bounded() {
    let peer = Peer::start("127.0.0.1:0", |_, stream| {
        peer::write(stream, b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nhalf");
        peer::wait_for_end(stream);
    });
    let project = Project::new(
        r#"//- /unread/index.js
export default async (request) => {
  const to = new URL(request.url).searchParams.get("to");
  const kept = [];
  let why;
  while (kept.length < 400 && why === undefined) {
    try { kept.push(await fetch(`http://${to}/`)); } catch (error) { why = error.message; }
  }
  const open = kept.length;
  for (const response of kept.splice(0, 10)) await response.body.cancel();
  const again = await fetch(`http://${to}/`);
  return { open, why, again: again.status };
};
"#,
    );
    project.write("/unread/function.toml", &format!("[limits]\ncpu_ms = 20000\n[net]\nallow = ['{}']\n", peer.address));
    let skep = Skep::start(project);
    let answer = skep.get(&format!("/unread?to={}", peer.address)).json();
    assert_eq!((&answer["open"], &answer["again"]), (&json!(288), &json!(200)), "{answer}");
    assert!(answer["why"].as_str().is_some_and(|why| why.contains("read or cancel them")), "{answer}");
}

#[test]
fn bodies_that_are_read_whole_stay_below_memory_mb() {
    let flood = Peer::start("127.0.0.1:0", |_, stream| {
        peer::write(stream, b"HTTP/1.1 200 OK\r\n\r\n");
        let chunk = vec![b'x'; 64 * 1024];
        while std::io::Write::write_all(stream, &chunk).is_ok() {}
    });
    let project = Project::new(
        r#"//- /whole/index.js
export default async (request) => {
  const to = new URL(request.url).searchParams.get("to");
  const read = async () => { try { return (await (await fetch(`http://${to}/`)).arrayBuffer()).byteLength; } catch (error) { return `${error.name}: ${error.message}`; } };
  const whole = await Promise.all([read(), read()]);
  // As a stream there is no end to it, and no need of memory.
  let streamed = 0;
  for await (const chunk of (await fetch(`http://${to}/`)).body) if ((streamed += chunk.length) > 300e6) break;
  return { whole, streamed: streamed > 300e6 };
};
"#,
    );
    project.write("/whole/function.toml", &format!("[limits]\nmemory_mb = 128\ncpu_ms = 20000\n[net]\nallow = ['{}']\n", flood.address));
    let skep = Skep::start(project);
    let answer = skep.get(&format!("/whole?to={}", flood.address)).json();
    let refusal = json!("RangeError: the response bodies that are being read whole are larger than memory_mb");
    assert_eq!(answer, json!({ "whole": [refusal, refusal], "streamed": true }));
}

#[test]
fn the_operator_hears_of_a_refusal() {
    let skep = Skep::start(project(""));
    is_refused(&skep, "fetch", "127.0.0.1:8");
    let line = skep.wait_for_line(&["refused what could have hurt the host", "reach"]);
    assert!(line.contains("connection to a closed address"), "{line}");
}
