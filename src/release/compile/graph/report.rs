//! The diagnostics of a walk: what is wrong with a file or an import, and by which imports the walk came there.
//!
//! `graph` reports here while it walks.
//!
//! Invariant: every diagnostic has the position that its author can change.

use std::collections::HashMap;
use std::fmt::Write as _;

use super::limits::SOURCE_BYTES_MAX;
use crate::release::compile::code_frame::Place;
use crate::release::compile::emit::{Fact, TranspileError};
use crate::release::compile::error::{CompileErrorKind, DIAGNOSTICS_MAX, Diagnostic};
use crate::release::compile::module_kind::common_js;
use crate::release::source::ReadError;

/// Most imports of a chain that a message shows.
const CHAIN_SHOWN_MAX: usize = 4;

/// The diagnostics so far.
#[derive(Default)]
pub(super) struct WalkReport {
    diagnostics: Vec<Diagnostic>,
    /// By file, the import that found it.
    found_by: HashMap<String, Found>,
}

/// An import, without its code frame.
struct Found {
    file: String,
    line: usize,
    column: usize,
}

impl WalkReport {
    pub(super) fn add(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub(super) fn is_full(&self) -> bool {
        self.diagnostics.len() >= DIAGNOSTICS_MAX
    }

    pub(super) fn len(&self) -> usize {
        self.diagnostics.len()
    }

    /// Drops the diagnostics after the first `length`.
    pub(super) fn truncate(&mut self, length: usize) {
        self.diagnostics.truncate(length);
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// Notes which import found a file.
    pub(super) fn found(&mut self, file: String, place: &Place) {
        self.found_by.insert(file, Found { file: place.file.clone(), line: place.line, column: place.column });
    }

    /// Adds the diagnostic of an import at a place, with the imports that lead from the entry to its file.
    pub(super) fn add_at(&mut self, mut diagnostic: Diagnostic, place: Place) {
        let mut file = place.file.as_str();
        let mut chain = String::new();
        for number in 0.. {
            let Some(found) = self.found_by.get(file) else { break };
            if number == CHAIN_SHOWN_MAX {
                chain.push_str(", and so on");
                break;
            }
            // Writing to a String never fails.
            let _ = write!(chain, "{} {}:{}:{}", if number == 0 { "" } else { ", imported by" }, found.file, found.line, found.column);
            file = &found.file;
        }
        if !chain.is_empty() {
            diagnostic = diagnostic.more(&format!(" (in {}, imported by{chain})", place.file));
        }
        self.diagnostics.push(diagnostic.at(place));
    }

    /// What is wrong with the text of a module.
    pub(super) fn add_transpile(&mut self, error: TranspileError, label: &str, text: &str, importer: Option<&Place>) {
        let place = Place::of(label, text, error.bytes);
        let diagnostic = match error.fact {
            Fact::Syntax(message) => Diagnostic::new(CompileErrorKind::Syntax, message),
            Fact::TooDeep => Diagnostic::new(CompileErrorKind::TooLarge, "the code is nested too deep, or too ambiguously, to be parsed")
                .help("split the expression or statement into several"),
            Fact::TooLong => Diagnostic::new(CompileErrorKind::TooLarge, format!("{label} has too many tokens to be compiled"))
                .help("minify the module, or split it into several"),
            Fact::Failed => Diagnostic::new(CompileErrorKind::Internal, format!("the compiler failed on {label}")),
            Fact::CommonJs => common_js(label, importer),
        };
        self.add(diagnostic.at(place));
    }

    /// A text that is not JSON.
    pub(super) fn add_json(&mut self, error: &serde_json::Error, label: &str, text: &str) {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let diagnostic = Diagnostic::new(CompileErrorKind::Syntax, format!("invalid JSON: {message}"));
        self.add(diagnostic.at(Place::at_line(label, text, error.line(), error.column())));
    }

    /// A file that cannot be read.
    pub(super) fn add_unreadable(&mut self, error: &ReadError, label: &str, importer: Option<&Place>) {
        let mut diagnostic = match error {
            ReadError::TooLarge(_) => {
                let message = format!("the function's source is larger than {} MB in all, {label} included", SOURCE_BYTES_MAX >> 20);
                Diagnostic::new(CompileErrorKind::TooLarge, message)
            }
            error => Diagnostic::new(CompileErrorKind::Unreadable, format!("{label}: {error}")),
        };
        diagnostic.place = importer.cloned();
        self.add(diagnostic);
    }
}
