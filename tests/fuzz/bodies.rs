//! What strangers send and tenants write, as bytes: each function reads some as one of those and checks what must be true of the outcome.
//!
//! Run for a moment by the unit tests of the program (`src/lib.rs` takes this file in), and without an end by `cargo fuzz`.
//!
//! Invariant: a body depends on its bytes alone, and panics only where the program is wrong.
#![allow(clippy::panic, clippy::expect_used, clippy::unwrap_used, reason = "a finding is a panic")]
#![allow(unreachable_pub, reason = "the targets are another crate")]

use std::io::Write as _;
use std::path::{Component, Path};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use http::uri::{Authority, PathAndQuery};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::fault::Kind;
use crate::function::FunctionName;
use crate::function::manifest::Manifest;
use crate::function::message::{CallShape, Request};
use crate::function::route::Grant;
use crate::function::trace::TraceContext;
use crate::live::table::{FunctionEntry, Resolution, Table};
use crate::release::compile::compile;
use crate::release::source::{ArchiveKind, Files, discover};
use crate::runtime::ops::{header_value, parse_headers, request_url};

/// Lines: flags and strip, authority, path, then names and values of headers.
pub fn request(bytes: &[u8]) {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let mut line = || lines.next().unwrap_or_default();
    let (flags, authority, path) = (line(), line(), line());
    let flag = |at: usize| flags.get(at).copied().unwrap_or(0);
    let Ok(path_and_query) = PathAndQuery::try_from(path) else { return };
    let mut headers = HeaderMap::new();
    while let (Ok(name), Ok(value)) = (HeaderName::from_bytes(line()), HeaderValue::from_bytes(line())) {
        headers.append(name, value);
    }
    let names: Vec<HeaderName> = headers.keys().cloned().collect();
    let request = Request {
        method: Method::GET,
        scheme: if flag(0) & 1 == 0 { "http" } else { "https" },
        authority: Authority::try_from(authority).ok(),
        strip: usize::from(flag(1)).min(path_and_query.path().len()),
        path_and_query,
        pattern: None,
        headers: headers.into(),
        trust_forwarded: flag(0) & 2 != 0,
        trace: TraceContext { trace_id: 1, span_id: 1, parent_id: 0, flags: 0 },
        request_id: Arc::from(""),
        remote: (flag(0) & 4 != 0).then(|| ([192, 0, 2, 1], 1).into()),
        hops: 0,
        caller: None,
        shape: CallShape::Http,
        occurrence: None,
        job: None,
        spans: None,
    };
    let url = request_url(&request);
    let (scheme, rest) = url.split_once("://").expect("an absolute URL");
    assert!(scheme == "http" || scheme == "https", "{url:?}");
    let (host, _) = rest.split_once('/').expect("a path");
    assert!(!host.is_empty() && !host.contains(['@', '?', '#', '\\', ' ']), "{url:?}");
    assert!(!url.contains(['\r', '\n', '\0']), "{url:?}");
    for name in names.iter().map(HeaderName::as_str).chain(["host", "cookie", "x-forwarded-for", "x-forwarded-prefix"]) {
        let value = header_value(&request, name);
        assert!(value.is_none_or(|value| !value.contains(&b'\n') && !value.contains(&b'\r')), "{name}");
    }
    for hidden in ["connection", "transfer-encoding", "upgrade", "x-skep-hops"] {
        assert_eq!(header_value(&request, hidden), None, "{hidden}");
    }
    for written in ["x-forwarded-proto", "x-forwarded-host"] {
        assert!(header_value(&request, written).is_some(), "{written}");
    }
    if let Some(trace) = request.headers.get("traceparent").and_then(|value| TraceContext::parse(value.as_bytes())) {
        assert_eq!(TraceContext::parse(trace.to_traceparent().as_bytes()), Some(trace));
    }
}

/// Header text as it comes from JavaScript.
pub fn headers(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match parse_headers(&text) {
        Ok(headers) => {
            assert!(headers.len() <= 1024);
            for value in headers.values() {
                assert!(!value.as_bytes().contains(&b'\n') && !value.as_bytes().contains(&b'\r'), "{value:?}");
            }
        }
        Err(fault) => assert_eq!(fault.kind(), Kind::BadResponse),
    }
}

/// The text of a `function.toml`.
pub fn manifest(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    match Manifest::parse(&text) {
        Ok(manifest) => {
            assert!(manifest.limits.memory_bytes > 0 && !manifest.limits.cpu.is_zero() && !manifest.limits.wall.is_zero());
            for route in &manifest.routes {
                assert!(route.path.to_string().starts_with('/'), "{route:?}");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
}

/// Lines: a request's path, its host, then routes of three functions in turn.
pub fn routes(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let mut lines = text.lines();
    let (path, host) = (lines.next().unwrap_or("/"), lines.next().unwrap_or(""));
    let mut declared = [const { Vec::new() }; 3];
    for (number, route) in lines.enumerate() {
        // As a manifest has them; what is no route a manifest refuses.
        if let Ok(manifest) = Manifest::parse(&format!("routes = [{}]", quoted(route))) {
            declared[number % 3].extend(manifest.routes);
        }
    }
    let names = ["a", "b", "functions"].map(|name| name.parse::<FunctionName>().expect("a name"));
    let grants = [Grant {
        functions: vec![names[0].clone()],
        hosts: vec!["*.granted".parse().expect("a host")],
        prefixes: vec!["/granted".parse().expect("a path")],
        ports: vec![9000],
    }];
    let build = |order: [usize; 3]| {
        let entries = order.map(|at| FunctionEntry { function: names[at].clone(), routes: &declared[at], of_code: &[], target: at });
        Table::build(8000, &grants, entries).0
    };
    let (table, other) = (build([0, 1, 2]), build([2, 1, 0]));
    for method in [Method::GET, Method::POST] {
        let found = table.resolve(8000, host, &method, path);
        assert_eq!(found, other.resolve(8000, host, &method, path), "the order of entries never matters");
        if let Resolution::Found(found) = found {
            let rest = path.get(found.strip..).expect("a prefix of the path");
            assert!(rest.is_empty() || rest.starts_with('/'), "{path:?}: {rest:?}");
        }
    }
    table.nearest(path);
}

/// A TOML string of every character by its number.
fn quoted(text: &str) -> String {
    let codes: String = text.chars().map(|character| format!("\\U{:08X}", u32::from(character))).collect();
    format!("\"{codes}\"")
}

/// A module's source. What it imports is looked for in a folder with a secret beside it.
pub fn modules(bytes: &[u8]) {
    const SECRET: &str = "export default \"the secret\";";
    let folder = tempfile::tempdir().expect("a folder");
    let root = folder.path().canonicalize().expect("its real path");
    let functions = root.join("functions");
    std::fs::create_dir_all(functions.join("f")).expect("made");
    for (path, text) in [("secret.js", SECRET), ("functions/other.js", SECRET), ("functions/f/mine.js", "export default 1;")] {
        std::fs::write(root.join(path), text).expect("written");
    }
    std::fs::write(functions.join("f/index.js"), bytes).expect("written");
    let source = discover(&functions).expect("readable").functions.into_iter().find(|source| source.name.as_str() == "f").expect("f");
    match compile(&functions, &source).outcome {
        Ok(version) => {
            assert!(version.modules.contains_key(&version.entry));
            for module in version.modules.values() {
                assert!(!module.code.contains("the secret") || bytes.windows(10).any(|text| text == b"the secret"), "{}", module.url);
            }
        }
        Err(error) => assert!(!error.diagnostic().contains(&*root.to_string_lossy()), "{}", error.diagnostic()),
    }
}

/// A format, then an archive in it; `t` is a tar archive that is compressed here, so that its own checksum does not end every attempt.
pub fn archive(bytes: &[u8]) {
    let Some((format, bytes)) = bytes.split_first() else { return };
    let read = match format {
        b't' => {
            let mut encoder = GzEncoder::new(Vec::new(), Compression::none());
            encoder.write_all(bytes).expect("compressed");
            Files::read(ArchiveKind::TarGz, &encoder.finish().expect("compressed"))
        }
        b'g' => Files::read(ArchiveKind::TarGz, bytes),
        b'z' => Files::read(ArchiveKind::Zip, bytes),
        _ => Files::read(ArchiveKind::Json, bytes),
    };
    let files = match read {
        Ok(files) => files,
        Err(error) => {
            let text = error.to_string();
            assert!(!text.is_empty() && text.len() < 2000 && !text.contains(char::is_control), "{text:?}");
            return;
        }
    };
    assert!(files.len() <= 2_000 && files.bytes() <= 20_000_000);
    assert_eq!(files.bytes(), files.iter().map(|(_, bytes)| bytes.len() as u64).sum::<u64>());
    for (path, _) in files.iter() {
        let parts = Path::new(path).components();
        assert!(parts.clone().all(|part| matches!(part, Component::Normal(_))), "{path:?}");
        assert_eq!(parts.count(), path.split('/').count(), "{path:?}");
    }
    let again = Files::read(ArchiveKind::TarGz, &files.to_tar_gz().expect("packed"));
    assert_eq!(again.as_ref(), Ok(&files), "what was taken once is taken again");
    let name = "a".parse::<FunctionName>().expect("a name");
    let count = files.len();
    let nested = files.nest(&name);
    assert_eq!(nested.len(), count);
    assert!(nested.iter().all(|(path, _)| path.starts_with("a/") || path.starts_with("a.")), "{nested:?}");
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(any::<u8>(), 0..300)
    }

    fn lines(of: &'static str) -> impl Strategy<Value = Vec<u8>> {
        proptest::collection::vec(of, 0..8).prop_map(|lines| lines.join("\n").into_bytes())
    }

    proptest! {
        #[test]
        fn a_request(
            head in prop_oneof![any_bytes(), lines("[ -~]{0,20}"), lines("(host|connection|cookie|x-forwarded-(for|host|proto)|te|a)|/?[a-z@:.%?#/*-]{0,15}")],
            flags in "[\0-\x08][\0-\x0f]",
        ) {
            super::request(&[flags.as_bytes(), b"\n", &head].concat());
            super::request(&head);
        }

        #[test]
        fn header_text(text in prop_oneof![any_bytes(), lines("[a-zA-Z-]{0,10}"), lines("\\PC{0,10}"), lines("[a-z:\r\0 \u{e9}\u{20ac}-]{0,10}")]) {
            super::headers(&text);
            super::headers(&[b"\n", &text[..]].concat());
        }

        #[test]
        fn a_manifest(text in prop_oneof![
            any_bytes(),
            lines("\\[(limits|scale|env|net|code|x)\\]|(entry|routes|memory_mb|cpu_ms|wall_ms|max|allow|eval) ?= ?(\"[a-z./*:]{0,9}\"|-?[0-9]{0,12}|true|\\[\\]|\\[\"/[a-z:*/]{0,9}\"\\]|\\{\\})"),
        ]) {
            super::manifest(&text);
        }

        #[test]
        fn some_routes(text in prop_oneof![
            any_bytes(),
            lines("\\PC{0,20}"),
            lines("/?(a|b|functions|v1|:p|\\*|%2f|\\.\\.|)(/(a|b|functions|v1|:q|\\*|)){0,3}"),
        ]) {
            super::routes(&text);
        }
    }

    /// A header of a tar archive with its checksum, and what it announces.
    fn tar_entry() -> impl Strategy<Value = Vec<u8>> {
        let name = proptest::prop_oneof!["(\\./|/|\\.\\./)?([aA]/){0,2}[aAb.]{1,3}/?", "\\PC{0,20}"];
        (name, "[0-7xgLKS]", proptest::collection::vec(any::<u8>(), 0..20)).prop_map(|(name, kind, content)| {
            let mut header = tar::Header::new_gnu();
            header.as_old_mut().name.iter_mut().zip(name.bytes()).for_each(|(to, from)| *to = from);
            header.as_old_mut().linkflag = [kind.as_bytes()[0]];
            header.set_size(content.len() as u64);
            header.set_cksum();
            let mut bytes = [&header.as_bytes()[..], &content].concat();
            bytes.resize(bytes.len().next_multiple_of(512), 0);
            bytes
        })
    }

    proptest! {
        #[test]
        fn an_archive(
            format in "[tgzj]",
            bytes in any_bytes(),
            entries in proptest::collection::vec(tar_entry(), 0..5),
            files in lines("\"(\\./|/|\\.\\./)?([aA]/){0,2}[aAb.]{1,3}\":\"[a-z]{0,3}\""),
        ) {
            super::archive(&[format.as_bytes(), &bytes].concat());
            super::archive(&[b"t", &entries.concat()[..], &[0; 1024]].concat());
            let files = String::from_utf8(files).expect("text").replace('\n', ",");
            super::archive(format!("j{{\"files\":{{{files}}}}}").as_bytes());
        }
    }

    proptest! {
        // Each one is a compilation.
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_module(text in prop_oneof![
            any_bytes(),
            lines("(import|export \\* from|import x from|await import\\() ?\"(\\.{0,3}/|file:///|/|npm:|node:|data:,|%2e%2e/|\\\\)?(\\.\\./){0,3}(secret|other|mine|f|functions/other)(\\.js)?\"\\)?;?"),
            lines("[a-z(){}\\[\\]=>;,.+*`'\"/ -]{0,40}"),
        ]) {
            super::modules(&text);
        }
    }
}
