//! The files of a function that its platform bundles from one file: what that file reaches, and the project's package.json.
//!
//! Netlify and Vercel use it.
//!
//! Invariant: files keep their places to each other; only the folders that all of them share are left away.

use super::draft::Draft;
use super::project::Project;
use super::reach::reach;

const PACKAGE: &str = "package.json";

/// Adds the files, and `entry`.
///
/// # Errors
/// If one cannot be read, or they are too many.
pub(super) fn add(draft: &mut Draft, project: &Project, entry: &str) -> Result<(), String> {
    let reach = reach(project, &[entry.to_owned()])?;
    for missing in reach.missing {
        draft.object.warn(format!("{missing} is no file of the project"));
    }
    let shared = shared_folder(reach.files.keys().map(String::as_str));
    for (path, bytes) in reach.files {
        draft.files.insert(path.strip_prefix(&shared).unwrap_or(&path).to_owned(), bytes);
    }
    draft.drop_foreign_manifest();
    let entry = entry.strip_prefix(&shared).unwrap_or(entry);
    if !entry.starts_with("index.") {
        draft.settings.text("entry", entry, "");
    }
    // It says which packages there are, and whether `.js` is a module.
    if !draft.files.contains_key(PACKAGE) && project.is_file(PACKAGE) {
        draft.files.insert(PACKAGE.to_owned(), project.bytes(PACKAGE)?);
    }
    Ok(())
}

/// The folders that all paths begin with, with a slash at the end.
fn shared_folder<'p>(mut paths: impl Iterator<Item = &'p str>) -> String {
    let folder = |path: &str| path.rfind('/').map_or("", |end| path.get(..=end).unwrap_or_default()).to_owned();
    let mut shared = paths.next().map(folder).unwrap_or_default();
    for path in paths {
        while !path.starts_with(&shared) {
            shared = folder(shared.trim_end_matches('/'));
        }
    }
    shared
}
