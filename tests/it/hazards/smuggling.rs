//! Requests that two servers could read differently: each is refused, or has the one reading that stands beside it.
//!
//! Every row that could hide a request hides `GET /smuggled`, and that function must never run.
//!
//! Invariant: a refused request is answered once, with 400, and its connection is closed.

use crate::hazards::read_to_end;
use crate::support::{Client, Project, Request, Skep};

/// What a row of the table must come to.
#[derive(Clone, Copy)]
enum Reading {
    /// One 400, and the end.
    Refused,
    /// These answers, and the connection goes on.
    Open(&'static [&'static str]),
    /// These answers, and the end.
    Closed(&'static [&'static str]),
    /// One answer of any kind, and the end: it may be made before the request is known to be broken.
    Ended,
    /// This answer in HTTP/1.0, and the end.
    Old(&'static str),
}
use Reading::{Closed, Ended, Old, Open, Refused};

const FUNCTIONS: &str = r#"
    //- /read.js
    export default async (request) => {
      const { pathname, host } = new URL(request.url);
      return `${request.method} ${host}${pathname} [${await request.text()}]`;
    };
    //- /ignore.js
    export default () => "ignored";
    //- /smuggled.js
    export default () => "smuggled";
"#;

/// Each row: what it is about, the head after the request line (with its empty line) and body, as they are sent after `POST /read HTTP/1.1`.
#[rustfmt::skip]
const POSTS: &[(&str, &str, Reading)] = &[
    // Two framings.
    ("length, then chunked", "host: a\r\ncontent-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("chunked, then length", "host: a\r\ntransfer-encoding: chunked\r\ncontent-length: 44\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("chunked and a length of 0", "host: a\r\ncontent-length: 0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
    // Transfer codings.
    ("chunked in two lines", "host: a\r\ntransfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("chunked twice", "host: a\r\ntransfer-encoding: chunked, chunked\r\n\r\n0\r\n\r\n", Refused),
    ("gzip before chunked", "host: a\r\ntransfer-encoding: gzip, chunked\r\n\r\n0\r\n\r\n", Refused),
    ("identity", "host: a\r\ntransfer-encoding: identity\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("identity, then chunked", "host: a\r\ntransfer-encoding: identity\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("chunked before identity", "host: a\r\ntransfer-encoding: chunked, identity\r\n\r\n0\r\n\r\n", Refused),
    ("almost chunked", "host: a\r\ntransfer-encoding: xchunked\r\n\r\n0\r\n\r\n", Refused),
    ("quoted chunked", "host: a\r\ntransfer-encoding: \"chunked\"\r\n\r\n0\r\n\r\n", Refused),
    ("chunked with a parameter", "host: a\r\ntransfer-encoding: chunked;q=1\r\n\r\n0\r\n\r\n", Refused),
    ("an empty coding before", "host: a\r\ntransfer-encoding: , chunked\r\n\r\n0\r\n\r\n", Refused),
    ("an empty coding after", "host: a\r\ntransfer-encoding: chunked,\r\n\r\n0\r\n\r\n", Refused),
    ("no coding", "host: a\r\ntransfer-encoding:\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a vertical tab before chunked", "host: a\r\ntransfer-encoding: \u{b}chunked\r\n\r\n0\r\n\r\n", Refused),
    ("NUL after chunked", "host: a\r\ntransfer-encoding: chunked\0\r\n\r\n0\r\n\r\n", Refused),
    ("space before the colon", "host: a\r\ntransfer-encoding : chunked\r\n\r\n0\r\n\r\n", Refused),
    ("tab before the colon", "host: a\r\ntransfer-encoding\t: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("folded coding", "host: a\r\ntransfer-encoding:\r\n chunked\r\n\r\n0\r\n\r\n", Refused),
    ("NUL in the name", "host: a\r\ntransfer-encoding\0: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("a name that begins with a space", "host: a\r\n transfer-encoding: chunked\r\n\r\n0\r\n\r\n", Refused),
    ("CHUNKED", "host: a\r\nTRANSFER-ENCODING: CHUNKED\r\n\r\n2\r\nhi\r\n0\r\n\r\n", Open(&["POST a/ [hi]"])),
    ("white space around chunked", "host: a\r\ntransfer-encoding: \t chunked \t\r\n\r\n2\r\nhi\r\n0\r\n\r\n", Open(&["POST a/ [hi]"])),
    ("names that are alike", "host: a\r\ncontent_length: 4\r\nx-transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\nhi", Open(&["POST a/ [hi]"])),
    // Lengths.
    ("the same length twice", "host: a\r\ncontent-length: 5\r\ncontent-length: 5\r\n\r\nhello", Refused),
    ("two lengths", "host: a\r\ncontent-length: 0\r\ncontent-length: 38\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("plus", "host: a\r\ncontent-length: +5\r\n\r\nhello", Refused),
    ("minus", "host: a\r\ncontent-length: -5\r\n\r\nhello", Refused),
    ("a list of the same", "host: a\r\ncontent-length: 5, 5\r\n\r\nhello", Refused),
    ("a list of two", "host: a\r\ncontent-length: 5,6\r\n\r\nhello", Refused),
    ("hexadecimal", "host: a\r\ncontent-length: 0x5\r\n\r\nhello", Refused),
    ("two numbers", "host: a\r\ncontent-length: 5 5\r\n\r\nhello", Refused),
    ("an exponent", "host: a\r\ncontent-length: 1e1\r\n\r\nhellohello", Refused),
    ("a decimal point", "host: a\r\ncontent-length: 5.0\r\n\r\nhello", Refused),
    ("2^64", "host: a\r\ncontent-length: 18446744073709551616\r\n\r\nhello", Refused),
    ("2^64 - 1", "host: a\r\ncontent-length: 18446744073709551615\r\n\r\nhello", Refused),
    ("2^64 + 5", "host: a\r\ncontent-length: 18446744073709551621\r\n\r\nhello", Refused),
    ("no number", "host: a\r\ncontent-length:\r\n\r\nhello", Refused),
    ("folded length", "host: a\r\ncontent-length: 5\r\n 5\r\n\r\nhello", Refused),
    ("digits of another script", "host: a\r\ncontent-length: \u{ff15}\r\n\r\nhello", Refused),
    ("leading zeros are decimal", "host: a\r\ncontent-length: 0010\r\n\r\n0123456789", Open(&["POST a/ [0123456789]"])),
    ("a request in a body", "host: a\r\ncontent-length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Open(&["POST a/ [GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n]"])),
    ("no body is a body of 0", "host: a\r\n\r\nGET /read HTTP/1.1\r\nhost: b\r\n\r\n", Open(&["POST a/ []", "GET b/ []"])),
    // Line ends and characters.
    ("a header ends in a line feed", "host: a\r\nx: y\ncontent-length: 2\r\n\r\nhi", Refused),
    ("the head ends in line feeds", "host: a\r\n\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("all line feeds", "host: a\ncontent-length: 2\n\nhi", Refused),
    ("a carriage return in a value", "host: a\r\nx: y\rcontent-length: 5\r\n\r\n", Refused),
    ("a carriage return for a line end", "host: a\r\nx: y\r\rcontent-length: 5\r\n\r\n", Refused),
    ("NUL in a value", "host: a\r\nx: y\0z\r\n\r\n", Refused),
    ("DEL in a value", "host: a\r\nx: y\u{7f}z\r\n\r\n", Refused),
    ("escape in a name", "host: a\r\nx\u{1b}: y\r\n\r\n", Refused),
    ("space in a name", "host: a\r\nbad name: y\r\n\r\n", Refused),
    ("no name", "host: a\r\n: y\r\n\r\n", Refused),
    ("no colon", "host: a\r\nx\r\n\r\n", Refused),
    ("a name beyond ASCII", "host: a\r\n\u{e4}: y\r\n\r\n", Refused),
    ("folded value", "host: a\r\nx: y\r\n\tz\r\n\r\n", Refused),
    // Hosts.
    ("no host", "x: y\r\n\r\n", Refused),
    ("two hosts", "host: a\r\nhost: b\r\n\r\n", Refused),
    ("the same host twice", "host: a\r\nHost: a\r\n\r\n", Refused),
    ("a host with a path", "host: a/b\r\n\r\n", Refused),
    ("a host with a user", "host: u@a\r\n\r\n", Refused),
    ("hosts in a list", "host: a, b\r\n\r\n", Refused),
    ("a host with a space", "host: a b\r\n\r\n", Refused),
    // Chunks. The function reads them, and is told that they are none.
    ("no chunk size", "host: a\r\ntransfer-encoding: chunked\r\n\r\n\r\n0\r\n\r\n", Refused),
    ("0x before a size", "host: a\r\ntransfer-encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n", Refused),
    ("a sign before a size", "host: a\r\ntransfer-encoding: chunked\r\n\r\n+5\r\nhello\r\n0\r\n\r\n", Refused),
    ("a negative size", "host: a\r\ntransfer-encoding: chunked\r\n\r\n-1\r\nhello\r\n0\r\n\r\n", Refused),
    ("two sizes", "host: a\r\ntransfer-encoding: chunked\r\n\r\n5 5\r\nhello\r\n0\r\n\r\n", Refused),
    ("a size beyond 64 bits", "host: a\r\ntransfer-encoding: chunked\r\n\r\n10000000000000000\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a size of many zeros", "host: a\r\ntransfer-encoding: chunked\r\n\r\n00000000000000005\r\nhello\r\n0\r\n\r\n", Refused),
    ("line feeds in chunks", "host: a\r\ntransfer-encoding: chunked\r\n\r\n5\nhello\n0\n\n", Refused),
    ("a line feed after a chunk", "host: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello\n0\r\n\r\n", Refused),
    ("a chunk longer than its size", "host: a\r\ntransfer-encoding: chunked\r\n\r\n5\r\nhello there\r\n0\r\n\r\n", Refused),
    ("a line feed in an extension", "host: a\r\ntransfer-encoding: chunked\r\n\r\n5;x\nhello\r\n0\r\n\r\n", Refused),
    ("a carriage return in an extension", "host: a\r\ntransfer-encoding: chunked\r\n\r\n5;x\ry\r\nhello\r\n0\r\n\r\n", Refused),
    ("a line feed in trailers", "host: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\nx: y\nz: 1\r\n\r\n", Refused),
    ("the last line ends in a line feed", "host: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\n\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("extensions mean nothing", "host: a\r\ntransfer-encoding: chunked\r\n\r\n2;a=b;c=\"d\"\r\nhi\r\n00;last\r\n\r\n", Open(&["POST a/ [hi]"])),
    ("trailers mean nothing", "host: a\r\ntransfer-encoding: chunked\r\n\r\n2\r\nhi\r\n0\r\ncontent-length: 5\r\nhost: b\r\n\r\n", Open(&["POST a/ [hi]"])),
    ("a request in a chunk", "host: a\r\ntransfer-encoding: chunked\r\n\r\n23\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n\r\n0\r\n\r\n", Open(&["POST a/ [GET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n]"])),
    // What is offered and not taken.
    ("an upgrade to WebSocket", "host: a\r\nconnection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n", Open(&["POST a/ []"])),
    ("an upgrade to HTTP/2", "host: a\r\nconnection: upgrade, http2-settings\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAARAAAAAAAIAAAAA\r\n\r\n", Open(&["POST a/ []"])),
    ("expectations", "host: a\r\nexpect: 100-continue\r\ncontent-length: 2\r\n\r\nhi", Open(&["POST a/ [hi]"])),
    ("other expectations", "host: a\r\nexpect: the-unexpected\r\ncontent-length: 2\r\n\r\nhi", Open(&["POST a/ [hi]"])),
    ("after close", "host: a\r\nconnection: close\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Closed(&["POST a/ []"])),
    ("close in a list", "host: a\r\nconnection: x, Close\r\nconnection: keep-alive\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Closed(&["POST a/ []"])),
    ("framing is not hop by hop", "host: a\r\nconnection: content-length\r\ncontent-length: 2\r\n\r\nhi", Open(&["POST a/ [hi]"])),
];

/// Each row: what it is about, everything that is sent.
#[rustfmt::skip]
const STARTS: &[(&str, &str, Reading)] = &[
    ("HTTP/0.9", "GET /smuggled\r\n", Refused),
    ("HTTP/1.2", "GET /read HTTP/1.2\r\nhost: a\r\n\r\n", Refused),
    ("HTTP/2.0 without its preface", "GET /read HTTP/2.0\r\nhost: a\r\n\r\n", Refused),
    ("http/1.1", "GET /read http/1.1\r\nhost: a\r\n\r\n", Refused),
    ("two spaces", "GET  /read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("tabs", "GET\t/read\tHTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a space after the version", "GET /read HTTP/1.1 \r\nhost: a\r\n\r\n", Refused),
    ("a line feed after the version", "GET /read HTTP/1.1\nhost: a\r\n\r\n", Refused),
    ("a space in the target", "GET /read /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a control character in the target", "GET /read\u{1} HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a target without a slash", "GET read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a method that is no token", "GE{T /read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("the method of the gate", "- /1 HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a tunnel", "CONNECT a:80 HTTP/1.1\r\nhost: a:80\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a tunnel to a path", "CONNECT /read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("GET *", "GET * HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("another host in the target", "GET http://b/read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("another port in the target", "GET http://a:81/read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("a user in the target", "GET http://u@a/read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("no host in the target", "GET http:///read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("another scheme", "GET ftp://a/read HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("chunks in HTTP/1.0", "POST /read HTTP/1.0\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("two hosts in HTTP/1.0", "GET /read HTTP/1.0\r\nhost: a\r\nhost: b\r\n\r\n", Refused),
    ("a TLS greeting", "\u{16}\u{3}\u{1}\u{2}\0\u{1}", Refused),
    ("a third empty line", "\r\n\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Refused),
    ("the second of two requests", "GET /read HTTP/1.1\r\nhost: a\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n",
        Closed(&["GET a/ []", "the request does not have one host header\n"])),
    ("an empty line before", "\r\nGET /read HTTP/1.1\r\nhost: a\r\n\r\n", Open(&["GET a/ []"])),
    ("absolute form", "GET http://A:80/read HTTP/1.1\r\nhost: a\r\n\r\n", Open(&["GET a/ []"])),
    ("a body that nobody reads", "POST /ignore HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Closed(&["ignored"])),
    ("GET with a body", "GET /ignore HTTP/1.1\r\nhost: a\r\nconnection: close\r\ncontent-length: 35\r\n\r\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Closed(&["ignored"])),
    ("broken chunks that nobody reads", "POST /ignore HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\nGET /smuggled HTTP/1.1\r\nhost: a\r\n\r\n", Ended),
    ("HTTP/1.0 without a host", "GET /read HTTP/1.0\r\n\r\n", Old("GET localhost/ []")),
    ("HTTP/1.0 goes on only if it is asked to", "GET /read HTTP/1.0\r\nhost: a\r\n\r\nGET /smuggled HTTP/1.0\r\n\r\n", Old("GET a/ []")),
];

#[test]
fn every_request_is_refused_or_has_one_reading() {
    let skep = Skep::start(Project::new(FUNCTIONS));
    let posts = POSTS.iter().map(|(about, rest, reading)| (about, format!("POST /read HTTP/1.1\r\n{rest}"), reading));
    let starts = STARTS.iter().map(|(about, bytes, reading)| (about, (*bytes).to_owned(), reading));
    let mut wrong = Vec::new();
    for (about, bytes, reading) in posts.chain(starts) {
        // At once, and byte by byte: where a read ends must not matter.
        for piece in [bytes.len(), 1] {
            if let Err(found) = check(&skep, &bytes, piece, *reading) {
                wrong.push(format!("{about} (in pieces of {piece}): {found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
    let ran = skep.log().into_iter().find(|line| line["event"] == "request done" && line["function"] == "smuggled");
    assert!(ran.is_none(), "a smuggled request was answered: {ran:?}");
}

fn check(skep: &Skep, bytes: &str, piece: usize, reading: Reading) -> Result<(), String> {
    let mut client = skep.connect();
    for piece in bytes.as_bytes().chunks(piece) {
        client.write(piece);
    }
    match reading {
        Refused => {
            let answer = String::from_utf8_lossy(&read_to_end(client.stream())).into_owned();
            let is_one = answer.starts_with("HTTP/1.1 400 ") && answer.matches("HTTP/1.").count() == 1 + answer.matches("`METHOD").count();
            if is_one { Ok(()) } else { Err(format!("one 400 was due, not {answer:?}")) }
        }
        Ended => {
            let answer = String::from_utf8_lossy(&read_to_end(client.stream())).into_owned();
            if answer.matches("HTTP/1.1 ").count() == 1 { Ok(()) } else { Err(format!("one answer was due, not {answer:?}")) }
        }
        Old(body) => {
            let answer = String::from_utf8_lossy(&read_to_end(client.stream())).into_owned();
            let is_right = answer.starts_with("HTTP/1.0 200 ") && answer.ends_with(&format!("\r\n\r\n{body}"));
            if is_right { Ok(()) } else { Err(format!("{body:?} was due, not {answer:?}")) }
        }
        Open(bodies) => {
            expect(&mut client, bodies)?;
            client.send(&Request::get("/ignore").header("connection", "close"));
            expect(&mut client, &["ignored"])?;
            client.expect_close();
            Ok(())
        }
        Closed(bodies) => {
            expect(&mut client, bodies)?;
            client.expect_close();
            Ok(())
        }
    }
}

fn expect(client: &mut Client, bodies: &[&str]) -> Result<(), String> {
    for body in bodies {
        let mut head = client.try_read_head("POST").map_err(|error| format!("{body:?} was due, not {error}"))?;
        if head.status == 100 {
            head = client.try_read_head("POST").map_err(|error| format!("{body:?} was due, not {error}"))?;
        }
        let mut read = Vec::new();
        while let Some(piece) = client.try_read_piece().map_err(|error| format!("{body:?} was due, not {error}"))? {
            read.extend(piece);
        }
        let read = String::from_utf8_lossy(&read).into_owned();
        if read != *body {
            return Err(format!("{body:?} was due, not {} {read:?}", head.status));
        }
    }
    Ok(())
}
