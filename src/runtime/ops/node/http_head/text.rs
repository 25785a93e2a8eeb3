//! A head that `machine` found complete, cut into its strings.
//!
//! Invariant: what it is given passed the machine, so it has nothing to judge; other bytes give other strings, and no more.

use std::borrow::Cow;

/// The address or the reason of the first line, if there is one, and the names and values.
pub(super) fn parts(bytes: &[u8], has_first_line: bool) -> Vec<Cow<'_, [u8]>> {
    let mut rest = Rest(bytes);
    let mut parts = Vec::new();
    if has_first_line {
        rest.skip(is_end);
        let line = rest.until(is_end);
        rest.skip_line_end();
        parts.push(Cow::Borrowed(second_word(line)));
    }
    while rest.first().is_some_and(|byte| !is_end(byte)) {
        parts.push(Cow::Borrowed(rest.until(|byte| byte == b':')));
        rest.take();
        parts.push(rest.value());
    }
    parts
}

/// Of `HTTP/1.1 200 OK` what is after the status, of `GET / HTTP/1.1` the address.
fn second_word(line: &[u8]) -> &[u8] {
    let mut rest = Rest(line);
    let first = rest.until(|byte| byte == b' ');
    rest.skip(|byte| byte == b' ');
    let second = rest.until(|byte| byte == b' ');
    if !first.contains(&b'/') {
        return second;
    }
    rest.take();
    rest.0
}

/// What is not read yet.
struct Rest<'a>(&'a [u8]);

impl<'a> Rest<'a> {
    fn first(&self) -> Option<u8> {
        self.0.first().copied()
    }

    fn take(&mut self) {
        self.0 = self.0.get(1..).unwrap_or_default();
    }

    fn until(&mut self, is_found: impl Fn(u8) -> bool) -> &'a [u8] {
        let end = self.0.iter().position(|&byte| is_found(byte)).unwrap_or(self.0.len());
        let (part, rest) = self.0.split_at(end);
        self.0 = rest;
        part
    }

    fn skip(&mut self, is_skipped: impl Fn(u8) -> bool) {
        self.until(|byte| !is_skipped(byte));
    }

    /// A value without the spaces around it; lines that continue it are added as they are.
    fn value(&mut self) -> Cow<'a, [u8]> {
        self.skip(is_space);
        let mut value = Cow::Borrowed(self.until(is_end));
        self.skip_line_end();
        while self.first().is_some_and(is_space) {
            if value.is_empty() {
                self.skip(is_space);
            }
            value.to_mut().extend_from_slice(self.until(is_end));
            self.skip_line_end();
        }
        let length = value.iter().rposition(|&byte| !is_space(byte)).map_or(0, |last| last + 1);
        match value {
            Cow::Borrowed(bytes) => Cow::Borrowed(bytes.get(..length).unwrap_or_default()),
            Cow::Owned(mut bytes) => {
                bytes.truncate(length);
                Cow::Owned(bytes)
            }
        }
    }

    /// CR, LF or both.
    fn skip_line_end(&mut self) {
        if self.first() == Some(b'\r') {
            self.take();
        }
        if self.first() == Some(b'\n') {
            self.take();
        }
    }
}

const fn is_end(byte: u8) -> bool {
    matches!(byte, b'\r' | b'\n')
}

const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t')
}
