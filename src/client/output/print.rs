//! The result of a command, or its error, as `--json` or as text.
//!
//! Every command prints through it.
//!
//! Invariant: a command prints one result to standard output; everything else goes to standard error.

use std::io::{IsTerminal as _, Write as _};

use serde::Serialize;
use serde_json::json;

use super::terminal::{has_colors, paint};
use super::text::{clean, clean_lines};
use crate::client::error::RemoteError;
use crate::config::ExitCode;

/// Where and how to print.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    json: bool,
    colored: bool,
}

impl Output {
    pub(crate) fn new(json: bool) -> Self {
        Self { json, colored: has_colors(std::io::stdout().is_terminal()) }
    }

    /// Whether `--json` was given.
    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Prints the one result: as JSON, or as the text, which is only then made.
    pub(crate) fn result<T: Serialize + ?Sized>(self, value: &T, text: impl FnOnce() -> String) -> Result<ExitCode, RemoteError> {
        if self.json {
            let pretty = serde_json::to_string_pretty(value).map_err(|error| RemoteError::Local(error.to_string()))?;
            self.line(&pretty)?;
        } else {
            let text = text();
            if !text.is_empty() {
                self.line(text.trim_end_matches('\n'))?;
            }
        }
        Ok(ExitCode::Ok)
    }

    /// A line of standard output.
    pub(crate) fn line(self, text: &str) -> Result<(), RemoteError> {
        let mut out = std::io::stdout().lock();
        writeln!(out, "{text}").and_then(|()| out.flush()).map_err(|_| RemoteError::Closed)
    }

    /// A line of standard error.
    pub(crate) fn note(self, text: &str) {
        // A closed standard error is no failure of the command.
        let _ = writeln!(std::io::stderr().lock(), "{text}");
    }

    /// The text in a colour of the terminal, if it has any.
    pub(crate) fn paint(self, color: &str, text: &str) -> String {
        paint(self.colored, color, text)
    }

    /// Prints the error in place of a result.
    pub(crate) fn fail(self, error: &RemoteError) -> ExitCode {
        if !matches!(error, RemoteError::Closed | RemoteError::Damaged) {
            if self.json {
                let _ = self.line(&format!("{:#}", error.json()));
            }
            self.note(&format!("error: {}", clean(&error.to_string())));
            if let Some(detail) = error.detail() {
                self.note(&clean_lines(&detail));
            }
        }
        error.exit_code()
    }

    /// The same for an error of another kind.
    pub(crate) fn fail_with(self, kind: &str, message: &str, code: ExitCode) -> ExitCode {
        if self.json {
            let _ = self.line(&format!("{:#}", json!({ "error": { "kind": kind, "message": message } })));
        }
        self.note(&format!("error: {message}"));
        code
    }
}
