//! Reads single values of a manifest: the right type, within the allowed range, or a problem that names the allowed values.
//!
//! `parse` asks for each key that it knows; the problems are collected here.
//!
//! Invariant: reading never stops at a problem, so that one error list names them all.

use std::ops::{Range, RangeInclusive};
use std::time::Duration;

use http::uri::PathAndQuery;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::error::{ManifestError, ManifestProblem};

/// Longest piece of the author's text that a message repeats.
const SHOWN_CHARACTERS_MAX: usize = 60;
/// A day: longer work belongs in a job, and a typo should not hold an instance forever.
pub(super) const DURATION_MS_MAX: u64 = 86_400_000;
/// Problems that are reported: a longer list would not help the author.
const PROBLEMS_MAX: usize = 50;

/// A key or a value, and where it stands.
pub(super) type Value<'t> = Spanned<DeValue<'t>>;

/// The text, and the problems that were found in it so far.
pub(super) struct Reader<'t> {
    text: &'t str,
    problems: Vec<(usize, ManifestProblem)>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text, problems: Vec::new() }
    }

    /// Notes a problem with the given bytes of the text.
    pub(super) fn report(&mut self, span: Range<usize>, message: impl Into<String>) {
        if self.problems.len() < PROBLEMS_MAX {
            self.problems.push((span.start, ManifestProblem::at(self.text, span, message.into())));
        }
    }

    /// The value if there was no problem, or else every problem.
    pub(super) fn finish<T>(mut self, value: T) -> Result<T, ManifestError> {
        if self.problems.is_empty() {
            return Ok(value);
        }
        self.problems.sort_by_key(|(start, _)| *start);
        Err(ManifestError { problems: self.problems.into_iter().map(|(_, problem)| problem).collect() })
    }

    /// The author's own spelling of a value, cut to one short line.
    pub(super) fn written(&self, span: Range<usize>) -> String {
        let text = self.text.get(span).unwrap_or_default();
        let line = text.lines().next().unwrap_or_default();
        let mut shown: String = line.chars().take(SHOWN_CHARACTERS_MAX).collect();
        if shown.len() < text.len() {
            shown.push('…');
        }
        shown
    }

    /// Notes a problem with one string of an array.
    pub(super) fn report_item(&mut self, key: &str, span: Range<usize>, why: &str) {
        let written = self.written(span.clone());
        self.report(span, format!("`{key}`: {written} is not allowed: {why}"));
    }

    pub(super) fn wrong_type(&mut self, key: &str, value: &Value<'_>, wanted: &str) {
        let message = format!("`{key}` must be {wanted}, not {}", type_name(value.get_ref()));
        self.report(value.span(), message);
    }

    pub(super) fn table<'v, 'i>(&mut self, key: &str, value: &'v Value<'i>) -> Option<&'v DeTable<'i>> {
        match value.get_ref() {
            DeValue::Table(table) => Some(table),
            _ => {
                self.wrong_type(key, value, &format!("a table (write `[{key}]` on a line of its own)"));
                None
            }
        }
    }

    pub(super) fn string<'v>(&mut self, key: &str, value: &'v Value<'_>) -> Option<&'v str> {
        match value.get_ref() {
            DeValue::String(text) => Some(text),
            _ => {
                self.wrong_type(key, value, "a string");
                None
            }
        }
    }

    pub(super) fn boolean(&mut self, key: &str, value: &Value<'_>) -> Option<bool> {
        match value.get_ref() {
            DeValue::Boolean(boolean) => Some(*boolean),
            _ => {
                self.wrong_type(key, value, "`true` or `false`");
                None
            }
        }
    }

    /// Every string of an array; an item that is not a string is a problem and left out.
    pub(super) fn strings<'v>(&mut self, key: &str, value: &'v Value<'_>) -> Vec<(&'v str, Range<usize>)> {
        let DeValue::Array(array) = value.get_ref() else {
            self.wrong_type(key, value, "an array of strings");
            return Vec::new();
        };
        let mut strings = Vec::new();
        for item in array.iter() {
            if let Some(text) = self.string(&format!("{key}[]"), item) {
                strings.push((text, item.span()));
            }
        }
        strings
    }

    /// A whole number within `allowed`.
    pub(super) fn whole<N>(&mut self, key: &str, value: &Value<'_>, allowed: RangeInclusive<N>) -> Option<N>
    where
        N: TryFrom<i128> + PartialOrd + std::fmt::Display,
    {
        let DeValue::Integer(integer) = value.get_ref() else {
            self.wrong_type(key, value, &format!("a whole number from {} to {}", allowed.start(), allowed.end()));
            return None;
        };
        let number = i128::from_str_radix(integer.as_str(), integer.radix()).ok().and_then(|number| N::try_from(number).ok());
        match number {
            Some(number) if allowed.contains(&number) => Some(number),
            _ => {
                self.out_of_range(key, value, &allowed);
                None
            }
        }
    }

    /// Megabytes within `allowed`, as bytes; fractions are fine.
    pub(super) fn megabytes(&mut self, key: &str, value: &Value<'_>, allowed: RangeInclusive<u32>) -> Option<u64> {
        let number = match value.get_ref() {
            DeValue::Integer(integer) => i128::from_str_radix(integer.as_str(), integer.radix()).ok().map(|number| number as f64),
            DeValue::Float(float) => float.as_str().parse::<f64>().ok(),
            _ => {
                self.wrong_type(key, value, &format!("a number from {} to {}", allowed.start(), allowed.end()));
                return None;
            }
        };
        // Not-a-number is in no range.
        let in_range = |number: &f64| (f64::from(*allowed.start())..=f64::from(*allowed.end())).contains(number);
        match number.filter(in_range) {
            Some(number) => Some((number * f64::from(1 << 20)).round() as u64),
            None => {
                self.out_of_range(key, value, &allowed);
                None
            }
        }
    }

    fn out_of_range<N: std::fmt::Display>(&mut self, key: &str, value: &Value<'_>, allowed: &RangeInclusive<N>) {
        let written = self.written(value.span());
        let message = format!("`{key} = {written}` is out of range: allowed is {} to {}", allowed.start(), allowed.end());
        self.report(value.span(), message);
    }
}

/// `path`: a path as the function sees it.
pub(super) fn request_path(reader: &mut Reader<'_>, value: &Value<'_>) -> Option<String> {
    let text = reader.string("path", value)?;
    if !text.starts_with('/') || text.parse::<PathAndQuery>().is_err() {
        let message = format!("`path = {}` must be a path that begins with `/`, as the function sees it", reader.written(value.span()));
        reader.report(value.span(), message);
        return None;
    }
    Some(text.to_owned())
}

/// Milliseconds, up to a day.
pub(super) fn milliseconds(reader: &mut Reader<'_>, key: &str, value: &Value<'_>) -> Option<Duration> {
    reader.whole(key, value, 1..=DURATION_MS_MAX).map(Duration::from_millis)
}

/// Sets a field, unless its value was a problem.
pub(super) fn set<T>(field: &mut T, value: Option<T>) {
    if let Some(value) = value {
        *field = value;
    }
}

fn type_name(value: &DeValue<'_>) -> &'static str {
    match value {
        DeValue::String(_) => "a string",
        DeValue::Integer(_) => "a whole number",
        DeValue::Float(_) => "a fraction",
        DeValue::Boolean(_) => "a boolean",
        DeValue::Datetime(_) => "a date",
        DeValue::Array(_) => "an array",
        DeValue::Table(_) => "a table",
    }
}
