//! What is wrong with a function's source, and where.
//!
//! Made by every stage of `compile`; shown by `command` in the terminal, by `ingress` as a page or JSON in dev, and by the release log.
//!
//! Invariant: an error holds at least one diagnostic, and no text of it holds a path of the machine.

use std::fmt;
use std::fmt::Write as _;

use serde::Serialize;

use super::code_frame::Place;

/// More diagnostics than this help nobody.
pub const DIAGNOSTICS_MAX: usize = 20;

/// The closed list of what may be wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ErrorKind {
    /// `function.toml` says something it may not.
    Manifest,
    /// `tsconfig.json` or `deno.json` cannot be understood.
    Config,
    /// There is no entry module, or it is not where it should be.
    Entry,
    /// A module does not parse.
    Syntax,
    /// An import leads nowhere, or to something that cannot be imported.
    Import,
    /// An import leads out of the places that are allowed.
    Confinement,
    /// A module is CommonJS.
    CommonJs,
    /// Too many modules, too many bytes, too deep.
    TooLarge,
    /// A file is there but cannot be read.
    Unreadable,
    /// The compiler itself failed.
    Internal,
}

impl ErrorKind {
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
            Self::Internal => "internal",
        }
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Diagnostic {
    /// Which of the closed list.
    pub kind: ErrorKind,
    /// One line: what is wrong.
    pub message: String,
    /// One line: what to do about it.
    pub help: Option<String>,
    /// Where, if it is anywhere in particular.
    pub place: Option<Place>,
}

impl Diagnostic {
    /// A diagnostic without help and place.
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self { kind, message: one_line(&message.into()), help: None, place: None }
    }

    /// Adds what to do about it.
    pub fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(one_line(&help.into()));
        self
    }

    /// Adds where it is.
    pub fn at(mut self, place: Place) -> Self {
        self.place = Some(place);
        self
    }
}

/// `error: …`, then where with a code frame, then `help: …`.
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
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("{message}")]
pub struct CompileError {
    /// Of the first diagnostic.
    pub kind: ErrorKind,
    /// One line that anyone may see: where, what, and how many more.
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

    /// `None` if there is nothing wrong.
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

/// Authors choose parts of most messages, and a line break or an escape sequence among them must not reach a log or a terminal.
fn one_line(text: &str) -> String {
    let clean = |character: char| if character.is_control() { ' ' } else { character };
    let mut line: String = text.chars().take(MESSAGE_CHARACTERS_MAX).map(clean).collect();
    if line.len() < text.len() {
        line.push('…');
    }
    line
}
