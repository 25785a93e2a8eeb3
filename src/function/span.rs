//! Spans: stretches of time of one call, as its trace shows them.
//!
//! The prelude's ops and the calls of `ctx.call` add spans to the [`SpanBuffer`] of their call while it runs; `invoke` takes them out when
//! the call is over, and gives them to `telemetry::traces` if the trace is kept. A buffer is made by the first span, so a call that does
//! nothing but answer has none.
//!
//! Invariant: a buffer holds [`SPANS_MAX`] spans at most and counts the others; what is in it never comes back to the function.

use std::borrow::Cow;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Instant;

/// Most spans of one call and of the calls that it makes.
pub const SPANS_MAX: usize = 1_000;

/// Most bytes of a text in a span.
pub const TEXT_BYTES_MAX: usize = 2_048;

/// The part that a span plays, as OpenTelemetry names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SpanKind {
    /// A request that arrived.
    Server,
    /// Work inside.
    Internal,
    /// A request that was sent.
    Client,
    /// A moment or a message that was worked on.
    Consumer,
}

impl SpanKind {
    /// Its name in answers of the admin API.
    pub fn label(self) -> &'static str {
        match self {
            Self::Server => "server",
            Self::Internal => "internal",
            Self::Client => "client",
            Self::Consumer => "consumer",
        }
    }
}

/// The attribute for a method, as OpenTelemetry has it: of methods that are not known a client may invent any number.
pub const OTHER_METHOD: &str = "_OTHER";

/// The method, if it is one of RFC 9110 or PATCH: the only ones that may name a span.
pub fn known_method(method: &str) -> Option<&'static str> {
    const KNOWN: [&str; 9] = ["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH"];
    KNOWN.into_iter().find(|known| *known == method)
}

/// The name of a span for a request whose method is not known.
pub const OTHER_METHOD_NAME: &str = "HTTP";

/// The value of an attribute.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SpanValue {
    /// A text.
    Text(Cow<'static, str>),
    /// A number.
    Number(u64),
}

/// One span.
#[derive(Clone, Debug)]
pub struct Span {
    /// Its id; never 0.
    pub id: u64,
    /// The span that it is part of; 0: none.
    pub parent: u64,
    /// Of few different ones: no ids, no paths.
    pub name: Cow<'static, str>,
    /// The part it plays.
    pub kind: SpanKind,
    /// When it began.
    pub began: Instant,
    /// When it ended; `None`: it was still open when its trace was taken.
    pub ended: Option<Instant>,
    /// Why it failed: a fault's kind, a status or a class of error. `None`: it did not.
    pub error: Option<Cow<'static, str>>,
    /// The function whose span it is.
    pub function: Option<std::sync::Arc<str>>,
    /// Its version.
    pub version: Option<std::sync::Arc<str>>,
    /// Its instance; 0: none.
    pub instance: u32,
    /// Names and values.
    pub attributes: Vec<(&'static str, SpanValue)>,
}

impl Span {
    /// A span that begins now and has no attributes yet.
    pub fn begin(id: u64, parent: u64, name: impl Into<Cow<'static, str>>, kind: SpanKind) -> Self {
        Self {
            id,
            parent,
            name: name.into(),
            kind,
            began: Instant::now(),
            ended: None,
            error: None,
            function: None,
            version: None,
            instance: 0,
            attributes: Vec::new(),
        }
    }

    /// Bytes that it takes, about.
    pub fn bytes(&self) -> usize {
        let texts = self.attributes.iter().map(|(_, value)| match value {
            SpanValue::Text(text) => text.len(),
            SpanValue::Number(_) => 0,
        });
        size_of::<Self>() + self.name.len() + self.attributes.len() * size_of::<(&str, SpanValue)>() + texts.sum::<usize>()
    }
}

/// The spans of a call, and of the calls that it makes by `ctx.call`.
#[derive(Debug, Default)]
pub struct SpanBuffer(Mutex<Spans>);

#[derive(Debug, Default)]
struct Spans {
    list: Vec<Span>,
    left_out: u64,
    /// The trace was taken: what comes later has no place.
    is_taken: bool,
}

impl SpanBuffer {
    /// Adds a span. False: there is no room, or the trace is over.
    pub fn add(&self, span: Span) -> bool {
        let mut spans = self.lock();
        if spans.is_taken {
            return false;
        }
        if spans.list.len() >= SPANS_MAX {
            spans.left_out += 1;
            return false;
        }
        spans.list.push(span);
        true
    }

    /// Ends the open span with this id, and lets `change` complete it.
    pub fn end(&self, id: u64, change: impl FnOnce(&mut Span)) {
        let mut spans = self.lock();
        // The latest ones end first, as a rule.
        if let Some(span) = spans.list.iter_mut().rev().find(|span| span.id == id && span.ended.is_none()) {
            span.ended = Some(Instant::now());
            change(span);
        }
    }

    /// Takes all spans out, with the number of those that had no room. Nothing is added any more.
    pub fn take(&self) -> (Vec<Span>, u64) {
        let mut spans = self.lock();
        spans.is_taken = true;
        (std::mem::take(&mut spans.list), spans.left_out)
    }

    fn lock(&self) -> MutexGuard<'_, Spans> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A text that comes from a function, cut to the length that a span may hold.
pub fn bounded(mut text: String) -> String {
    if text.len() > TEXT_BYTES_MAX {
        let end = text.floor_char_boundary(TEXT_BYTES_MAX);
        text.truncate(end);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_buffer_is_bounded_and_ends_with_its_trace() {
        let buffer = SpanBuffer::default();
        for id in 1..=SPANS_MAX as u64 + 5 {
            assert_eq!(buffer.add(Span::begin(id, 0, "a", SpanKind::Internal)), id <= SPANS_MAX as u64);
        }
        buffer.end(3, |span| span.error = Some("why".into()));
        let (spans, left_out) = buffer.take();
        assert_eq!((spans.len(), left_out), (SPANS_MAX, 5));
        assert_eq!(spans.iter().filter(|span| span.ended.is_some()).map(|span| span.id).collect::<Vec<_>>(), [3]);
        assert!(!buffer.add(Span::begin(9, 0, "late", SpanKind::Internal)));
        assert!(buffer.take().0.is_empty());
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        let text = bounded("\u{e9}".repeat(TEXT_BYTES_MAX));
        assert!(text.len() <= TEXT_BYTES_MAX && text.chars().all(|letter| letter == '\u{e9}'));
        assert_eq!(bounded("short".to_owned()), "short");
    }
}
