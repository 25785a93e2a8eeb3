//! The least of HTTP/1.1 that a load generator needs: where an answer ends, its status and its body.
//! No pipelining: the bytes in the buffer belong to one answer.

use anyhow::{Context, Result, bail, ensure};

use crate::workload::Request;

/// The answer at the start of a buffer.
#[derive(Debug)]
pub enum Parsed<'a> {
    /// More bytes are needed.
    Partial,
    /// All there: status and body, the latter still with chunk framing if `chunked`. `close`: it is the connection's last answer.
    Whole { status: u16, body: &'a [u8], chunked: bool, close: bool },
}

/// Reads as far as the buffer goes. One pass over the head, because this runs for every request of the generator.
pub fn parse(buffer: &[u8]) -> Result<Parsed<'_>> {
    let (mut length, mut chunked, mut close, mut status, mut at) = (0, false, false, 0, 0);
    loop {
        let Some(end) = buffer[at..].iter().position(|byte| *byte == b'\n') else { return Ok(Parsed::Partial) };
        let line = buffer[at..at + end].trim_ascii_end();
        at += end + 1;
        match line {
            [] => break,
            _ if status == 0 => status = status_of(line)?,
            // Only these headers matter, and they are told apart by length and first letters.
            [b'c' | b'C', ..] => {
                if let Some(value) = value_of(line, b"content-length:") {
                    length = std::str::from_utf8(value)?.parse().context("content-length")?;
                } else if let Some(value) = value_of(line, b"connection:") {
                    close = value.eq_ignore_ascii_case(b"close");
                }
            }
            [b't' | b'T', ..] => chunked |= value_of(line, b"transfer-encoding:").is_some(),
            _ => {}
        }
    }
    let body = &buffer[at..];
    let whole = if chunked { body.ends_with(b"0\r\n\r\n") } else { body.len() >= length };
    ensure!(chunked || body.len() <= length, "{} bytes after the answer", body.len() - length);
    Ok(if whole { Parsed::Whole { status, body, chunked, close } } else { Parsed::Partial })
}

/// Checks that an answer is the right one; the error shows the wrong answer.
pub fn check(request: &Request, status: u16, body: &[u8], chunked: bool) -> Result<()> {
    let right = match &request.expected {
        Some(expected) if chunked => dechunk(body)? == *expected,
        Some(expected) => body == expected.as_slice(),
        None => true,
    };
    if status != 200 || !right {
        let shown = String::from_utf8_lossy(&body[..body.len().min(300)]).into_owned();
        bail!("status {status}, body {shown:?}");
    }
    Ok(())
}

fn status_of(line: &[u8]) -> Result<u16> {
    match line {
        [b'H', b'T', b'T', b'P', b'/', b'1', b'.', _, b' ', a @ b'1'..=b'9', b @ b'0'..=b'9', c @ b'0'..=b'9', ..] => {
            Ok(u16::from(a - b'0') * 100 + u16::from(b - b'0') * 10 + u16::from(c - b'0'))
        }
        _ => bail!("not HTTP: {:?}", String::from_utf8_lossy(line)),
    }
}

fn value_of<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let (head, value) = line.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then(|| value.trim_ascii())
}

/// A body without its chunk framing.
pub fn dechunk(mut rest: &[u8]) -> Result<Vec<u8>> {
    let mut whole = Vec::new();
    loop {
        let end = rest.windows(2).position(|pair| pair == b"\r\n").context("chunk without size")?;
        let size = usize::from_str_radix(std::str::from_utf8(&rest[..end])?, 16).context("chunk size")?;
        if size == 0 {
            return Ok(whole);
        }
        whole.extend_from_slice(rest.get(end + 2..end + 2 + size).context("short chunk")?);
        rest = rest.get(end + 4 + size..).context("short chunk")?;
    }
}
