//! Which lines: the conditions of a search or of a client that follows, and whether a line meets them.
//!
//! `admin::api` builds one from a query; `search` and `follow` ask it, line by line.
//!
//! Invariant: what a line says is compared as JSON says it; the cheap look at its bytes before that refuses no line that meets the conditions.

use memchr::memmem;
use regex::bytes::{Regex, RegexBuilder};
use serde_json::Value;

use super::index::Member;
use super::line;
use crate::function::{FunctionName, Level};
use crate::telemetry::format::json_string;
use crate::telemetry::stream::Stream;

/// Memory of a compiled expression.
const REGEX_BYTES_MAX: usize = 1 << 20;

/// Longest text that is looked for.
const TEXT_BYTES_MAX: usize = 4 << 10;

/// Why there is no such filter.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// The expression cannot be compiled.
    #[error("{0}")]
    Regex(String),
    /// It is longer than [`TEXT_BYTES_MAX`].
    #[error("it has more than {TEXT_BYTES_MAX} bytes")]
    TooLong,
}

/// Conditions; a line meets them all.
#[derive(Clone, Debug, Default)]
pub struct LogFilter {
    /// The function it is about.
    pub function: Option<FunctionName>,
    /// Its stream is one of these; none: any is.
    pub streams: Vec<Stream>,
    /// It is as urgent as this, or more.
    pub level: Option<Level>,
    /// It was written then or later, in milliseconds since 1970.
    pub since_ms: Option<i64>,
    /// It was written before.
    pub until_ms: Option<i64>,
    /// Its number is greater.
    pub after: Option<u64>,
    /// Its number is smaller.
    pub before: Option<u64>,
    /// The number of the instance.
    pub instance: Option<u64>,
    pub(super) ids: Vec<TextField>,
    pub(super) texts: Vec<TextField>,
    pub(super) fields: Vec<(String, String)>,
    pub(super) grep: Option<Grep>,
    pub(super) regex: Option<Regex>,
}

/// A field of the line that has a certain text.
#[derive(Clone, Debug)]
pub(super) struct TextField {
    key: &'static str,
    text: String,
    /// As the line writes the text.
    written: Vec<u8>,
    finder: memmem::Finder<'static>,
}

/// A text anywhere in a line, as it is or as JSON writes it.
#[derive(Clone, Debug)]
pub(super) struct Grep(Vec<memmem::Finder<'static>>);

impl LogFilter {
    /// Only lines about this function, or about any.
    pub fn about(function: Option<FunctionName>) -> Self {
        Self { function, ..Self::default() }
    }

    /// Only lines of this request.
    #[must_use]
    pub fn request_id(mut self, id: &str) -> Self {
        self.ids.push(TextField::new("request_id", id));
        self
    }

    /// Only lines of this trace.
    #[must_use]
    pub fn trace_id(mut self, id: &str) -> Self {
        self.ids.push(TextField::new("trace_id", &id.to_ascii_lowercase()));
        self
    }

    /// Only lines of this version.
    #[must_use]
    pub fn version(mut self, id: &str) -> Self {
        self.texts.push(TextField::new("version", id));
        self
    }

    /// Only lines of requests that ended in this fault.
    #[must_use]
    pub fn fault(mut self, label: &str) -> Self {
        self.texts.push(TextField::new("fault", label));
        self
    }

    /// Only lines that have this field, or in their `fields` this member, with this value.
    #[must_use]
    pub fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Only lines with this text, as the line is written or as JSON reads it.
    ///
    /// # Errors
    /// If it is too long.
    pub fn grep(mut self, text: &str) -> Result<Self, FilterError> {
        short(text)?;
        let mut needles = vec![text.as_bytes().to_vec(), written(text)];
        needles.dedup();
        self.grep = Some(Grep(needles.into_iter().map(|needle| memmem::Finder::new(&needle).into_owned()).collect()));
        Ok(self)
    }

    /// Only lines that this expression finds something in.
    ///
    /// # Errors
    /// If it cannot be compiled, or would take too much memory.
    pub fn regex(mut self, expression: &str) -> Result<Self, FilterError> {
        short(expression)?;
        let builder = RegexBuilder::new(expression).size_limit(REGEX_BYTES_MAX).dfa_size_limit(REGEX_BYTES_MAX).build();
        self.regex = Some(builder.map_err(|error| FilterError::Regex(error.to_string()))?);
        Ok(self)
    }

    /// Whether lines of this stream may meet the conditions.
    pub(super) fn wants(&self, stream: Stream) -> bool {
        self.streams.is_empty() || self.streams.contains(&stream)
    }

    /// Whether a member may have a line that meets them.
    pub(super) fn may_match(&self, member: &Member) -> bool {
        let is_urgent = self.level.is_none_or(|level| member.levels & (u8::MAX >> (7 - (level as u8).min(7))) != 0);
        is_urgent
            && self.since_ms.is_none_or(|since| member.until_ms >= since)
            && self.until_ms.is_none_or(|until| member.from_ms < until)
            && self.after.is_none_or(|after| member.last_seq > after)
            && self.before.is_none_or(|before| member.first_seq < before)
            && self.ids.iter().all(|id| member.may_have(&id.written))
    }

    /// Whether lines that lie together may meet them, by one look at all of them.
    pub(super) fn may_have(&self, lines: &[u8]) -> bool {
        self.ids.iter().chain(&self.texts).all(|field| field.finder.find(lines).is_some())
            && self.grep.as_ref().is_none_or(|Grep(needles)| needles.iter().any(|needle| needle.find(lines).is_some()))
    }

    /// Whether a line meets them.
    pub fn matches(&self, line: &[u8]) -> bool {
        self.matches_numbers(line)
            && self.ids.iter().chain(&self.texts).all(|field| field.finder.find(line).is_some())
            && self.grep.as_ref().is_none_or(|Grep(needles)| needles.iter().any(|needle| needle.find(line).is_some()))
            && self.regex.as_ref().is_none_or(|regex| regex.is_match(line))
            && self.matches_json(line)
    }

    fn matches_numbers(&self, line: &[u8]) -> bool {
        let number = || line::seq(line).unwrap_or(0);
        let time = || line::time_ms(line).unwrap_or(0);
        self.after.is_none_or(|after| number() > after)
            && self.before.is_none_or(|before| number() < before)
            && self.since_ms.is_none_or(|since| time() >= since)
            && self.until_ms.is_none_or(|until| time() < until)
            && self.level.is_none_or(|least| line::level(line).is_some_and(|level| level as u8 <= least as u8))
            && self.function.as_ref().is_none_or(|name| memmem::find(line, name.as_str().as_bytes()).is_some())
    }

    fn matches_json(&self, line: &[u8]) -> bool {
        let is_asked = self.function.is_some() || self.instance.is_some() || !self.streams.is_empty();
        if !is_asked && self.ids.is_empty() && self.texts.is_empty() && self.fields.is_empty() {
            return true;
        }
        let Ok(json) = serde_json::from_slice::<Value>(line) else { return false };
        let text = |key: &str| json.get(key).and_then(Value::as_str);
        self.function.as_ref().is_none_or(|name| text("function") == Some(name.as_str()))
            && self.instance.is_none_or(|instance| json.get("instance").and_then(Value::as_u64) == Some(instance))
            && (self.streams.is_empty() || text("stream").and_then(Stream::of_label).is_some_and(|stream| self.wants(stream)))
            && self.ids.iter().chain(&self.texts).all(|field| text(field.key) == Some(field.text.as_str()))
            && self.fields.iter().all(|(name, value)| has_field(&json, name, value))
    }
}

fn has_field(json: &Value, name: &str, value: &str) -> bool {
    let is_equal = |found: Option<&Value>| match found {
        Some(Value::String(text)) => text == value,
        Some(other) => other.to_string().as_str() == value,
        None => false,
    };
    is_equal(json.get("fields").and_then(|fields| fields.get(name))) || is_equal(json.get(name))
}

impl TextField {
    fn new(key: &'static str, text: &str) -> Self {
        let written = written(text);
        let pattern = [b"\"", key.as_bytes(), b"\":\"", &written, b"\""].concat();
        Self { key, text: text.to_owned(), finder: memmem::Finder::new(&pattern).into_owned(), written }
    }
}

/// A text as a line writes it, without the quotes.
fn written(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    json_string(&mut out, text);
    out.get(1..out.len() - 1).unwrap_or_default().to_vec()
}

fn short(text: &str) -> Result<(), FilterError> {
    if text.len() > TEXT_BYTES_MAX { Err(FilterError::TooLong) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &[u8] = br#"{"time":"2026-11-26T17:53:01.250Z","level":"warn","event":"console","function":"hello","version":"v1","instance":3,"trace_id":"t1","request_id":"r1","text":"say \"hi\"\n","fields":{"user":"ada","count":2},"seq":42,"stream":"business"}"#;

    fn all() -> LogFilter {
        LogFilter::default()
    }

    #[test]
    fn each_condition_holds_or_not() {
        let function = |name| LogFilter { function: FunctionName::parse(name).ok(), ..all() };
        let met = [
            all(),
            function("hello"),
            LogFilter { level: Some(Level::Info), since_ms: Some(1_795_715_581_250), until_ms: Some(1_795_715_581_251), ..all() },
            LogFilter { after: Some(41), before: Some(43), instance: Some(3), streams: vec![Stream::Business], ..all() },
            all().trace_id("T1").request_id("r1").version("v1"),
            all().field("user", "ada").field("count", "2").field("event", "console"),
            all().grep("say \"hi\"\n").unwrap(),
            all().grep("\"user\":\"ada\"").unwrap(),
            all().regex("ho?el+o").unwrap().regex("v[0-9]").unwrap(),
        ];
        assert!(met.iter().all(|filter| filter.matches(LINE)), "{met:?}");
        let unmet = [
            function("console"),
            LogFilter { level: Some(Level::Error), ..all() },
            LogFilter { since_ms: Some(1_795_715_581_251), ..all() },
            LogFilter { until_ms: Some(1_795_715_581_250), ..all() },
            LogFilter { after: Some(42), ..all() },
            LogFilter { before: Some(42), ..all() },
            LogFilter { instance: Some(4), ..all() },
            LogFilter { streams: vec![Stream::Requests, Stream::Host], ..all() },
            all().trace_id("r1"),
            all().fault("console"),
            all().field("user", "bob"),
            all().field("nothing", ""),
            all().grep("bye").unwrap(),
            all().regex("^hello").unwrap(),
        ];
        assert!(!unmet.iter().any(|filter| filter.matches(LINE)), "{unmet:?}");
    }

    #[test]
    fn what_would_cost_too_much_is_no_filter() {
        assert!(matches!(all().regex("(").unwrap_err(), FilterError::Regex(_)));
        assert!(matches!(all().regex("(a{1000}){1000}").unwrap_err(), FilterError::Regex(_)));
        assert_eq!(all().grep(&"x".repeat(5000)).unwrap_err(), FilterError::TooLong);
    }
}
