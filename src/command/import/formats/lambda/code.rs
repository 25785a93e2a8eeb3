//! The files of a Lambda function: the folder that AWS would have packed, and the file that its handler names.
//!
//! Invariant: a handler whose file is not there is an error of that function.

use crate::command::import::draft::Draft;
use crate::command::import::paths;
use crate::command::import::project::{Project, inside};
use crate::command::import::reach::is_code;
use crate::release::source::CODE_EXTENSIONS;

/// `src/users.create` as `src/users` and `create`; dots after the first one go into objects.
///
/// # Errors
/// If it is no file and export.
pub(super) fn split_handler(handler: &str) -> Result<(String, String), String> {
    match paths::file_and_export(handler) {
        (file, Some(export)) if !export.is_empty() && !file.is_empty() && !file.ends_with('/') => Ok((inside(&file)?, export.to_owned())),
        _ => Err(format!("its handler is `{handler}`, not a file and an export as in `index.handler`")),
    }
}

/// Adds a folder of the project, and the handler.
///
/// # Errors
/// If the folder or the handler's file is not there.
pub(super) fn add(
    draft: &mut Draft,
    project: &Project,
    folder: &str,
    handler: &str,
    origin: String,
    keeps: &dyn Fn(&str) -> bool,
) -> Result<(), String> {
    let (file, export) = split_handler(handler)?;
    let prefix = inside(folder)?;
    let walk = project.walk(folder, keeps)?;
    for (path, bytes) in walk.files {
        let below = if prefix.is_empty() { path } else { path.strip_prefix(&format!("{prefix}/")).unwrap_or(&path).to_owned() };
        draft.files.insert(below, bytes);
    }
    if !walk.skipped.is_empty() {
        draft.object.drop(
            &walk.skipped.join(", "),
            "packages are installed anew, and files that begin with a dot, links and earlier imports are not copied",
        );
    }
    draft.drop_foreign_manifest();
    if !CODE_EXTENSIONS.iter().any(|extension| draft.files.contains_key(&format!("{file}.{extension}"))) {
        let place = if prefix.is_empty() { "beside it".to_owned() } else { format!("in `{prefix}`") };
        return Err(format!("there is no file `{file}.js` or the like {place}, which its handler names"));
    }
    draft.settings.text("handler", &format!("{file}.{export}"), origin);
    Ok(())
}

/// Adds code that stands in the template itself.
///
/// # Errors
/// If the handler is none of it.
pub(super) fn inline(draft: &mut Draft, text: &str, handler: &str, origin: String) -> Result<(), String> {
    let (file, export) = split_handler(handler)?;
    let entry = format!("{file}.js");
    if !is_code(&entry) {
        return Err(format!("`{file}` is no name of a file"));
    }
    draft.files.insert(entry, text.as_bytes().into());
    draft.settings.text("handler", &format!("{file}.{export}"), origin);
    Ok(())
}

/// Whether a runtime is one of Node.
///
/// # Errors
/// If it is another one.
pub(super) fn judge_runtime(runtime: &str) -> Result<(), String> {
    match runtime.starts_with("nodejs") {
        true => Ok(()),
        false => Err(format!("its runtime is `{runtime}`: only nodejs is imported")),
    }
}
