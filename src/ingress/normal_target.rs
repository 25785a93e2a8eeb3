//! A request's target as the URL standard writes it: without dot segments and backslashes, and with what a URL cannot hold encoded.
//!
//! `request` applies it before a function is looked for, so that the path by which one is found is the path that it sees in `request.url`.
//!
//! Invariant: what is normal stays as it was sent; nothing that is encoded is decoded.

use std::fmt::Write as _;

use http::uri::PathAndQuery;

/// The target, rewritten if it has to be.
pub(super) fn normal(target: PathAndQuery) -> PathAndQuery {
    let text = target.as_str();
    if !text.starts_with('/') || !may_change(text) {
        return target;
    }
    let normal = written(text);
    if normal == text { target } else { PathAndQuery::try_from(normal).unwrap_or(target) }
}

/// Whether a text has anything that may have to be rewritten.
fn may_change(text: &str) -> bool {
    let bytes = text.as_bytes();
    let begins_dots = |pair: &[u8]| matches!(pair, [b'/', b'.' | b'%'] | [b'\\', _]);
    bytes.iter().any(|byte| is_encoded_in_path(*byte) || matches!(byte, b'\\' | b'\'')) || bytes.windows(2).any(begins_dots)
}

/// The query percent-encode set of special URLs without `'`, and two that only paths encode.
fn is_encoded_in_path(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || matches!(byte, b'"' | b'<' | b'>' | b'`' | b'{' | b'}')
}

fn is_encoded_in_query(byte: u8) -> bool {
    byte <= b' ' || byte >= 0x7f || matches!(byte, b'"' | b'<' | b'>' | b'\'')
}

fn written(text: &str) -> String {
    let (path, query) = text.split_once('?').map_or((text, None), |(path, query)| (path, Some(query)));
    let path = path.replace('\\', "/");
    let mut segments: Vec<&str> = Vec::new();
    let mut sent = path.split('/').skip(1).peekable();
    while let Some(segment) = sent.next() {
        match dots(segment) {
            0 => segments.push(segment),
            dots => {
                if dots == 2 {
                    segments.pop();
                }
                // The last one names a folder.
                if sent.peek().is_none() {
                    segments.push("");
                }
            }
        }
    }
    let mut written = String::with_capacity(text.len());
    for segment in segments {
        written.push('/');
        encode(segment, is_encoded_in_path, &mut written);
    }
    if let Some(query) = query {
        written.push('?');
        encode(query, is_encoded_in_query, &mut written);
    }
    written
}

/// 1 for a segment that is a dot, 2 for two, as they are or encoded; 0 for any other.
fn dots(segment: &str) -> usize {
    if segment.len() > "%2e%2e".len() {
        return 0;
    }
    match segment.to_ascii_lowercase().replace("%2e", ".").as_str() {
        "." => 1,
        ".." => 2,
        _ => 0,
    }
}

fn encode(text: &str, is_encoded: impl Fn(u8) -> bool, into: &mut String) {
    for character in text.chars() {
        let mut buffer = [0; 4];
        let bytes = character.encode_utf8(&mut buffer).as_bytes();
        if bytes.iter().any(|byte| is_encoded(*byte)) {
            for byte in bytes {
                // Writing to a String never fails.
                let _ = write!(into, "%{byte:02X}");
            }
        } else {
            into.push(character);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &'static str) -> String {
        normal(PathAndQuery::from_static(text)).as_str().to_owned()
    }

    #[test]
    fn what_is_normal_stays() {
        for text in [
            "/",
            "/a",
            "//a//b",
            "/a%2Fb/%E4%BD%A0%20%25?x=%2B+%zz&y",
            "/a?",
            "/a;v=1/~b:c@d",
            "/.well-known/x",
            "/a...b/..c",
            "/%2ex",
            "/a?/../b",
        ] {
            assert_eq!(of(text), text);
        }
    }

    #[test]
    fn dots_backslashes_and_other_characters_are_written_as_in_a_url() {
        for (text, written) in [
            ("/f/a/../b/./c", "/f/b/c"),
            ("/f/../g/x", "/g/x"),
            ("/f/%2e%2E/g", "/g"),
            ("/f/.%2e/g", "/g"),
            ("/../../a", "/a"),
            ("/a/..", "/"),
            ("/a/.", "/a/"),
            ("/a/b/../", "/a/"),
            ("/..", "/"),
            ("/a\\b", "/a/b"),
            ("/a\\..\\b", "/b"),
            ("//../a", "/a"),
            ("/a{b}", "/a%7Bb%7D"),
            ("/a'b?y='", "/a'b?y=%27"),
            ("/a?b\\c='", "/a?b\\c=%27"),
        ] {
            assert_eq!(of(text), written, "{text}");
        }
    }
}
