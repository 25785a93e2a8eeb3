//! What became of every object: made, joined to a function, left out, or not imported; and what of it was dropped, and why.
//!
//! The formats fill it, `print` shows it.
//!
//! Invariant: every object of every file is in it once.

use serde::Serialize;

/// Longest text of a file in a message, and longest message.
const TEXT_CHARACTERS_MAX: usize = 800;

/// What became of one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case", tag = "outcome")]
pub(super) enum ObjectOutcome {
    /// A folder of its own.
    Imported {
        /// The function's name.
        function: String,
    },
    /// Lines of another object's `function.toml`.
    Joined {
        /// The function's name.
        function: String,
        /// What the lines do.
        #[serde(rename = "as")]
        what: String,
    },
    /// It is read for other objects, or holds them.
    Noted {
        /// What it is for.
        #[serde(rename = "as")]
        what: String,
    },
    /// Nothing of it is needed.
    LeftOut {
        /// Why.
        why: String,
    },
    /// It should have become something, and could not.
    Failed {
        /// Why.
        why: String,
    },
}

/// What the user should know beside that.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Note {
    pub(super) kind: NoteKind,
    pub(super) text: String,
}

/// The kinds of notes, in the order in which they are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum NoteKind {
    /// Something differs from the other platform in a way that matters.
    Warning,
    /// Not imported.
    Dropped,
    /// A step for the user.
    ToDo,
}

/// One object of a file.
#[derive(Clone, Debug, Serialize)]
pub(super) struct Object {
    pub(super) file: String,
    /// 0 if the syntax tells none.
    pub(super) line: usize,
    pub(super) kind: String,
    pub(super) name: String,
    #[serde(flatten)]
    pub(super) outcome: ObjectOutcome,
    pub(super) notes: Vec<Note>,
    /// The paths that were or would be written.
    pub(super) files: Vec<String>,
}

impl Object {
    /// An object whose outcome is not known yet.
    pub(super) fn new(file: &str, line: usize, kind: &str, name: &str) -> Self {
        let outcome = ObjectOutcome::LeftOut { why: String::new() };
        Self { file: file.to_owned(), line, kind: cut(kind), name: cut(name), outcome, notes: Vec::new(), files: Vec::new() }
    }

    pub(super) fn warn(&mut self, text: impl Into<String>) {
        self.note(NoteKind::Warning, text.into());
    }

    /// Notes that something is not imported, and why.
    pub(super) fn drop(&mut self, what: &str, why: &str) {
        self.note(NoteKind::Dropped, format!("{what}: {why}"));
    }

    pub(super) fn ask(&mut self, text: impl Into<String>) {
        self.note(NoteKind::ToDo, text.into());
    }

    fn note(&mut self, kind: NoteKind, text: String) {
        let note = Note { kind, text: cut(&text) };
        if !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Notes that it could not be imported.
    pub(super) fn fail(&mut self, why: &str) {
        self.outcome = ObjectOutcome::Failed { why: cut(why) };
        // What would have been dropped or renamed does not matter any more.
        self.notes.clear();
        self.files.clear();
    }

    pub(super) fn is_failed(&self) -> bool {
        matches!(self.outcome, ObjectOutcome::Failed { .. })
    }
}

/// The beginning of a text, which may be of any length in a file.
fn cut(text: &str) -> String {
    match text.char_indices().nth(TEXT_CHARACTERS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
