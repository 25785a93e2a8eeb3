//! Says what became of every object.
//!
//! Invariant: no text of a file reaches a terminal with control characters.

use std::fmt::Write as _;
use std::path::Path;

use serde::Serialize;

use super::batch::Batch;
use super::report::{Note, NoteKind, Object, ObjectOutcome};
use crate::client::output::{Output, clean};
use crate::config::{ExitCode, ImportArgs};

/// All of it, for programs.
#[derive(Serialize)]
struct Summary {
    dry_run: bool,
    /// Names of the functions that were or would be made.
    functions: Vec<String>,
    objects: Vec<Object>,
}

/// Prints the objects in the order of the files, and returns the exit code.
pub(super) fn print(batch: Batch, out: &Path, args: &ImportArgs) -> ExitCode {
    let mut objects: Vec<Object> = batch.drafts.into_iter().map(|draft| draft.object).collect();
    objects.extend(batch.objects);
    let place = |object: &Object| {
        let file = args.files.iter().position(|path| path.as_os_str() == object.file.as_str());
        let rank = match object.outcome {
            ObjectOutcome::Noted { .. } | ObjectOutcome::LeftOut { .. } => 0,
            ObjectOutcome::Imported { .. } | ObjectOutcome::Failed { .. } => 1,
            ObjectOutcome::Joined { .. } => 2,
        };
        (file.unwrap_or(args.files.len()), object.file.clone(), object.line, rank)
    };
    objects.sort_by_cached_key(place);
    for object in &mut objects {
        object.notes.sort_by_key(|note| note.kind);
    }
    let imported = |object: &Object| match &object.outcome {
        ObjectOutcome::Imported { function } => Some(function.clone()),
        _ => None,
    };
    let summary = Summary { dry_run: args.dry_run, functions: objects.iter().filter_map(imported).collect(), objects };
    let is_whole = !summary.objects.iter().any(Object::is_failed);
    match Output::new(args.json).result(&summary, || render(&summary, out)) {
        Ok(_) if is_whole => ExitCode::Ok,
        Ok(_) => ExitCode::FunctionFault,
        Err(error) => error.exit_code(),
    }
}

fn render(summary: &Summary, out: &Path) -> String {
    let mut text = String::new();
    for object in &summary.objects {
        let _ = writeln!(text, "{}", head(object, out));
        if !object.files.is_empty() && !matches!(object.outcome, ObjectOutcome::Failed { .. }) {
            let _ = writeln!(text, "  {}", files(object, out));
        }
        for note in &object.notes {
            let _ = writeln!(text, "  {}", line(note));
        }
    }
    let failed = summary.objects.iter().filter(|object| object.is_failed()).count();
    let functions = summary.functions.len();
    let verb = if summary.dry_run { "would be imported, nothing was written" } else { "imported" };
    let _ = write!(text, "{functions} function{} {verb}", if functions == 1 { "" } else { "s" });
    let _ = match failed {
        0 => writeln!(text),
        1 => writeln!(text, "; 1 object was not"),
        _ => writeln!(text, "; {failed} objects were not"),
    };
    text
}

fn head(object: &Object, out: &Path) -> String {
    let line = if object.line > 0 { format!(":{}", object.line) } else { String::new() };
    let what = format!("{}{line}: {} {}", clean(&object.file), clean(&object.kind), clean(&object.name));
    match &object.outcome {
        ObjectOutcome::Imported { function } => format!("{what} -> {}", out.join(function).display()),
        ObjectOutcome::Joined { function, what: part } => format!("{what} -> {}: {}", clean(function), clean(part)),
        ObjectOutcome::Noted { what: part } => format!("{what}: {}", clean(part)),
        ObjectOutcome::LeftOut { why } => format!("{what}: left out: {}", clean(why)),
        ObjectOutcome::Failed { why } => format!("{what}: not imported: {}", clean(why)),
    }
}

/// The first files by name, the others by number.
fn files(object: &Object, out: &Path) -> String {
    const SHOWN: usize = 8;
    let below = |path: &String| {
        let path = Path::new(path).strip_prefix(out).unwrap_or(path.as_ref());
        clean(&path.components().skip(1).collect::<std::path::PathBuf>().display().to_string())
    };
    let mut names: Vec<String> = object.files.iter().take(SHOWN).map(below).collect();
    if object.files.len() > SHOWN {
        names.push(format!("{} more", object.files.len() - SHOWN));
    }
    names.join(", ")
}

fn line(note: &Note) -> String {
    let kind = match note.kind {
        NoteKind::Warning => "warning",
        NoteKind::Dropped => "dropped",
        NoteKind::ToDo => "to do",
    };
    format!("{kind}: {}", clean(&note.text))
}
