//! Server-sent events as they come in.
//!
//! `http` opens the stream; `releases::follow` and `logs` read it.
//!
//! Invariant: only a whole event is handed out, and no line is longer than [`LINE_BYTES_MAX`].

use std::io::{self, BufRead, Read as _};

/// Longest line: a release of many functions in one event.
const LINE_BYTES_MAX: u64 = 16 << 20;

/// One event.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::client) struct SseEvent {
    pub(in crate::client) name: String,
    /// What the next connection names, to go on after this event.
    pub(in crate::client) id: Option<String>,
    pub(in crate::client) data: String,
}

/// Reads events.
pub(in crate::client) struct SseReader<R>(R);

impl<R: BufRead> SseReader<R> {
    pub(in crate::client) fn new(stream: R) -> Self {
        Self(stream)
    }

    /// The next event; `None` at the end of the stream. Comments, which keep the connection alive, are skipped.
    pub(in crate::client) fn next(&mut self) -> io::Result<Option<SseEvent>> {
        let mut event = SseEvent::default();
        let mut has_data = false;
        loop {
            let Some(line) = self.line()? else { return Ok(None) };
            let (field, value) = line.split_once(':').unwrap_or((&line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            match field {
                // The empty line that ends an event; a comment has an empty field, too.
                "" if line.is_empty() && has_data => return Ok(Some(event)),
                "event" => event.name = value.to_owned(),
                "id" => event.id = Some(value.to_owned()),
                "data" => {
                    if has_data {
                        event.data.push('\n');
                    }
                    has_data = true;
                    event.data.push_str(value);
                }
                _ => {}
            }
        }
    }

    fn line(&mut self) -> io::Result<Option<String>> {
        let mut bytes = Vec::new();
        self.0.by_ref().take(LINE_BYTES_MAX).read_until(b'\n', &mut bytes)?;
        if bytes.last() != Some(&b'\n') {
            return match bytes.len() as u64 {
                LINE_BYTES_MAX.. => Err(io::Error::other("a line of the stream is too long")),
                // An event that the end has cut is no event.
                _ => Ok(None),
            };
        }
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
        Ok(Some(String::from_utf8_lossy(&bytes).into_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn events_are_read_one_by_one_and_comments_skipped() {
        let stream =
            ": hello\n\nid: 7\nevent: line\ndata: {\"a\":1}\n\n:\n\nevent:missed\r\ndata: 3\r\n\r\ndata: one\ndata:  two\n\ndata: cut";
        let mut events = SseReader::new(stream.as_bytes());
        let first = events.next().unwrap().unwrap();
        assert_eq!((first.name.as_str(), first.data.as_str(), first.id.as_deref()), ("line", "{\"a\":1}", Some("7")));
        let mut next = || events.next().unwrap().map(|event| (event.name, event.data));
        assert_eq!(next(), Some(("missed".into(), "3".into())));
        assert_eq!(next(), Some((String::new(), "one\n two".into())));
        assert_eq!(next(), None);
    }
}
