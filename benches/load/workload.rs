//! The requests of the bench as bytes, and the functions that answer them.
//! The functions are written here rather than taken from `functions/`, so that a figure names its own source.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

use crate::args::{Args, Case};

/// One request, ready to be written, and the body it must be answered with (`None`: only the status counts).
#[derive(Clone)]
pub struct Request {
    pub bytes: Vec<u8>,
    pub expected: Option<Vec<u8>>,
}

impl Request {
    /// `GET path` with nothing but a host header.
    pub fn get(path: &str, expected: Option<&str>) -> Self {
        Self {
            bytes: format!("GET {path} HTTP/1.1\r\nhost: localhost\r\n\r\n").into_bytes(),
            expected: expected.map(|text| text.as_bytes().to_vec()),
        }
    }

    /// The request of `throughput` and `latency`.
    pub fn of(args: &Args) -> Self {
        let path = |own: &str| args.path.clone().unwrap_or_else(|| own.to_owned());
        let expected = |body: &[u8]| args.functions.is_none().then(|| body.to_vec());
        match args.case {
            Case::Hello => Self { expected: expected(HELLO), ..Self::get(&path("/hello"), None) },
            Case::Headers => {
                let bytes = format!("GET {} HTTP/1.1\r\nhost: localhost\r\n{TEN_HEADERS}\r\n", path("/headers"));
                Self { bytes: bytes.into_bytes(), expected: expected(HELLO) }
            }
            Case::Echo => {
                let body = [b'x'; 1024];
                let head = format!(
                    "POST {} HTTP/1.1\r\nhost: localhost\r\ncontent-type: text/plain\r\ncontent-length: {}\r\n\r\n",
                    path("/echo"),
                    body.len()
                );
                Self { bytes: [head.as_bytes(), &body].concat(), expected: expected(&body) }
            }
        }
    }
}

/// The answer of `hello`, in skep and in raw hyper.
pub const HELLO: &[u8] = br#"{"hello":"world"}"#;

/// The headers that a browser behind a proxy sends, about 600 bytes.
const TEN_HEADERS: &str = "user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36\r\n\
    accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8\r\n\
    accept-language: de-CH,de;q=0.9,en;q=0.8\r\n\
    accept-encoding: gzip, deflate, br, zstd\r\n\
    cache-control: no-cache\r\n\
    cookie: session=6f1d2c9a0b7e4f5a8c3d; theme=dark; consent=1\r\n\
    authorization: Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U\r\n\
    x-forwarded-for: 203.0.113.7\r\n\
    x-forwarded-proto: https\r\n\
    referer: https://app.example.com/orders?page=2\r\n";

/// Writes the functions of `throughput` and `latency`.
pub fn write_cases(folder: &Path) -> Result<()> {
    let hello = "const body = { hello: \"world\" };\nexport default { fetch() { return Response.json(body); } };\n";
    let echo = "export default { async fetch(request) { return new Response(await request.arrayBuffer()); } };\n";
    let headers = "export default {\n  fetch(request) {\n    const seen = request.headers.get(\"user-agent\") && request.headers.get(\"cookie\")\n      \
        && request.headers.get(\"x-forwarded-for\");\n    return Response.json({ hello: seen ? \"world\" : \"nobody\" });\n  },\n};\n";
    for (name, source) in [("hello", hello), ("echo", echo), ("headers", headers)] {
        write_function(folder, name, "index.js", source)?;
    }
    Ok(())
}

/// Writes `count` tiny functions and returns the requests that call them. Each has a source of its own, so that
/// nothing keyed by content (a code cache, a version) can serve two of them.
pub fn write_many(folder: &Path, count: u32, ts: bool) -> Result<Vec<Request>> {
    (0..count)
        .map(|number| {
            let name = format!("f{number:05}");
            let (file, source) = if ts {
                ("index.ts", format!("const name: string = \"{name}\";\nexport default {{ fetch(_: Request): Response {{ return Response.json({{ hello: name }}); }} }};\n"))
            } else {
                ("index.js", format!("const name = \"{name}\";\nexport default {{ fetch() {{ return Response.json({{ hello: name }}); }} }};\n"))
            };
            write_function(folder, &name, file, &source)?;
            Ok(Request::get(&format!("/{name}"), Some(&format!(r#"{{"hello":"{name}"}}"#))))
        })
        .collect()
}

/// Writes one file of a function.
pub fn write_function(folder: &Path, name: &str, file: &str, source: &str) -> Result<()> {
    let folder = folder.join(name);
    fs::create_dir_all(&folder).and_then(|()| fs::write(folder.join(file), source)).with_context(|| format!("writing {}", folder.display()))
}
