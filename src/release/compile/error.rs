//! The errors in a function's source, and their positions.
//!
//! Created by every stage of `compile`; shown by `command` in the terminal, by `ingress` as a page or JSON in dev, and in the record of a
//! release.
//!
//! Invariant: an error holds at least one diagnostic, and none of its texts holds a path of the machine.

use std::fmt;
use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

use super::code_frame::Place;

/// Most diagnostics of one error; more would not help the author.
pub const DIAGNOSTICS_MAX: usize = 20;

/// The closed list of errors in a source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CompileErrorKind {
    /// `function.toml` has an invalid value.
    Manifest,
    /// `tsconfig.json` or `deno.json` cannot be understood.
    Config,
    /// There is no entry module, or it is not at its path.
    Entry,
    /// A module does not parse.
    Syntax,
    /// An import leads nowhere, or to a file that cannot be imported.
    Import,
    /// An import leads out of the allowed paths.
    Confinement,
    /// A module is CommonJS.
    CommonJs,
    /// Too many modules, too many bytes, too deep.
    TooLarge,
    /// A file exists but cannot be read.
    Unreadable,
    /// Compiling it takes more memory or time than one function may have.
    Limit,
    /// The compiler itself failed.
    Internal,
}

impl CompileErrorKind {
    /// The name in answers and logs.
    pub fn label(self) -> &'static str {
        match self {
            Self::Manifest => "manifest",
            Self::Config => "config",
            Self::Entry => "entry",
            Self::Syntax => "syntax",
            Self::Import => "import",
            Self::Confinement => "confinement",
            Self::CommonJs => "common_js",
            Self::TooLarge => "too_large",
            Self::Unreadable => "unreadable",
            Self::Limit => "limit",
            Self::Internal => "internal",
        }
    }
}

/// One error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Diagnostic {
    /// Which error of the closed list.
    pub kind: CompileErrorKind,
    /// The error, in one line.
    pub message: String,
    /// The remedy, in one line.
    pub help: Option<String>,
    /// The position, if it has one.
    pub place: Option<Place>,
}

impl Diagnostic {
    /// A diagnostic without help and position.
    pub fn new(kind: CompileErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: one_line(&message.into()), help: None, place: None }
    }

    /// Says more about the error.
    pub fn more(mut self, text: &str) -> Self {
        self.message = one_line(&format!("{}{text}", self.message));
        self
    }

    /// Adds the remedy.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(one_line(&help.into()));
        self
    }

    /// Adds the position.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// `error: …`, then the position with a code frame, then `help: …`.
impl fmt::Display for Diagnostic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", self.message)?;
        if let Some(place) = &self.place {
            write!(f, "\n{place}")?;
        }
        match &self.help {
            Some(help) => write!(f, "\nhelp: {help}"),
            None => Ok(()),
        }
    }
}

/// Why a function does not compile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// Of the first diagnostic.
    pub kind: CompileErrorKind,
    /// One line that every client may see: the position, the error, and how many more there are.
    pub message: String,
    /// At least one, the first the most important.
    pub diagnostics: Vec<Diagnostic>,
}

impl CompileError {
    /// The full text, with code frames.
    pub fn diagnostic(&self) -> String {
        let mut text = String::new();
        for (index, diagnostic) in self.diagnostics.iter().enumerate() {
            // Writing to a String cannot fail.
            let _ = write!(text, "{}{diagnostic}", if index == 0 { "" } else { "\n\n" });
        }
        text
    }

    /// `None` if there is no diagnostic.
    pub(super) fn from_diagnostics(mut diagnostics: Vec<Diagnostic>) -> Option<Self> {
        diagnostics.truncate(DIAGNOSTICS_MAX);
        let first = diagnostics.first()?;
        let mut message = String::new();
        if let Some(place) = &first.place {
            let _ = write!(message, "{}:{}:{}: ", place.file, place.line, place.column);
        }
        message.push_str(&first.message);
        if diagnostics.len() > 1 {
            let _ = write!(message, " (and {} more)", diagnostics.len() - 1);
        }
        Some(Self { kind: first.kind, message, diagnostics })
    }
}

impl From<Diagnostic> for CompileError {
    fn from(diagnostic: Diagnostic) -> Self {
        let mut message = diagnostic.message.clone();
        if let Some(place) = &diagnostic.place {
            message = format!("{}:{}:{}: {message}", place.file, place.line, place.column);
        }
        Self { kind: diagnostic.kind, message, diagnostics: vec![diagnostic] }
    }
}

/// Longest message or help, in characters.
const MESSAGE_CHARACTERS_MAX: usize = 600;

/// Authors choose parts of most messages; their line breaks and escape sequences must not reach a log or a terminal.
fn one_line(text: &str) -> String {
    let clean = |character: char| if character.is_control() { ' ' } else { character };
    let mut line: String = text.chars().take(MESSAGE_CHARACTERS_MAX).map(clean).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    line
}
