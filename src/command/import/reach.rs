//! The files of a project that one file of code needs: those that its text names by a relative path, and those that they name.
//!
//! Netlify and Vercel bundle a function from its file; what it imports lies anywhere in the project.
//!
//! Invariant: a text that only looks like a path takes a file too many, never a file outside of the project.

use std::collections::VecDeque;

use super::project::{FileMap, Project, has_never_taken, inside, join};
use crate::release::source::CODE_EXTENSIONS;
use crate::release::source::archive::{CONTENT_BYTES_MAX, FILES_MAX};

/// A longer text is no path.
const SPECIFIER_BYTES_MAX: usize = 300;

/// What was found.
#[derive(Debug, Default)]
pub(super) struct Reach {
    pub(super) files: FileMap,
    /// Paths that no file has.
    pub(super) missing: Vec<String>,
}

/// The files that `begin` needs, themselves included.
///
/// # Errors
/// If one cannot be read, or they are too many.
pub(super) fn reach(project: &Project, begin: &[String]) -> Result<Reach, String> {
    let mut reach = Reach::default();
    let mut queue: VecDeque<String> = begin.iter().cloned().collect();
    let mut bytes_in_all = 0;
    while let Some(path) = queue.pop_front() {
        if reach.files.contains_key(&path) {
            continue;
        }
        let bytes = project.bytes(&path)?;
        bytes_in_all += bytes.len() as u64;
        if reach.files.len() >= FILES_MAX || bytes_in_all > CONTENT_BYTES_MAX {
            return Err(format!("what `{}` imports is more than {FILES_MAX} files or {CONTENT_BYTES_MAX} bytes", begin.join("`, `")));
        }
        if is_code(&path)
            && let Ok(text) = str::from_utf8(&bytes)
        {
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            for specifier in relative_texts(text) {
                match resolve(project, folder, specifier) {
                    Some(found) => queue.push_back(found),
                    None if is_imported(text, specifier) => reach.missing.push(format!("{path}: `{specifier}`")),
                    None => {}
                }
            }
        }
        reach.files.insert(path, bytes);
    }
    Ok(reach)
}

/// Whether a file is one of code.
pub(super) fn is_code(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| CODE_EXTENSIONS.contains(&extension))
}

/// A file without its extension, with each extension of code in turn.
pub(super) fn with_extension(project: &Project, stem: &str) -> Option<String> {
    let candidates = CODE_EXTENSIONS.iter().map(|extension| format!("{stem}.{extension}"));
    candidates.into_iter().find(|path| project.is_file(path))
}

/// Texts in quotes that begin like a relative path.
fn relative_texts(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '\'', '`']) {
        let quote = rest.as_bytes().get(at).copied().unwrap_or_default();
        rest = rest.get(at + 1..).unwrap_or_default();
        let quoted = |text: &str| rest.strip_prefix(text).is_some_and(|after| after.as_bytes().first() == Some(&quote));
        let is_relative = rest.starts_with("./") || rest.starts_with("../") || quoted(".") || quoted("..");
        if !is_relative {
            continue;
        }
        let end = rest.as_bytes().iter().take(SPECIFIER_BYTES_MAX).position(|byte| *byte == quote || *byte == b'\n');
        if let Some(specifier) = end.and_then(|end| rest.get(..end)) {
            found.push(specifier);
        }
    }
    found
}

fn resolve(project: &Project, folder: &str, specifier: &str) -> Option<String> {
    let path = inside(&join(folder, specifier)).ok().filter(|path| !has_never_taken(path.as_ref()))?;
    if project.is_file(&path) {
        return Some(path);
    }
    // `./x.js` means `./x.ts` in TypeScript.
    let without = path.strip_suffix(".js").or_else(|| path.strip_suffix(".mjs")).unwrap_or(&path);
    let json = format!("{path}.json");
    with_extension(project, &path)
        .or_else(|| with_extension(project, without))
        .or_else(|| project.is_file(&json).then_some(json))
        .or_else(|| with_extension(project, &join(&path, "index")))
}

/// Whether a text stands behind `from`, `import` or `require(`.
fn is_imported(text: &str, specifier: &str) -> bool {
    ["from ", "from", "import ", "import(", "require("]
        .iter()
        .any(|before| ["'", "\""].iter().any(|quote| text.contains(&format!("{before}{quote}{specifier}{quote}"))))
}
