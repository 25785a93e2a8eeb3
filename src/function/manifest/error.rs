//! What is wrong with a manifest, and where.
//!
//! Made by `parse`; shown with a code frame by `release::compile`, or as plain lines by whoever has no source text at hand.
//!
//! Invariant: an error holds at least one problem, and problems stand in the order of the text.

use std::fmt;
use std::ops::Range;

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestProblem {
    /// Where it begins in the text, in bytes, from 0.
    pub offset: usize,
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// How many bytes of the text are meant, from there on; may be 0.
    pub length: usize,
    /// One line: which key, which value, what is allowed.
    pub message: String,
}

impl ManifestProblem {
    /// A problem with the given bytes of `text`.
    pub(super) fn at(text: &str, span: Range<usize>, message: String) -> Self {
        let mut start = span.start.min(text.len());
        while !text.is_char_boundary(start) {
            start -= 1;
        }
        let before = text.get(..start).unwrap_or_default();
        let line_start = before.rfind('\n').map_or(0, |newline| newline + 1);
        let column = before.get(line_start..).unwrap_or_default().chars().count() + 1;
        let line = before.matches('\n').count() + 1;
        Self { offset: start, line, column, length: span.end.saturating_sub(start), message }
    }
}

impl fmt::Display for ManifestProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Everything that is wrong with one manifest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestError {
    /// At least one.
    pub problems: Vec<ManifestProblem>,
}

impl fmt::Display for ManifestError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            write!(f, "{}{problem}", if index == 0 { "" } else { "\n" })?;
        }
        Ok(())
    }
}

impl std::error::Error for ManifestError {}
