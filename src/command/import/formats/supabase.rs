//! Supabase: the folders below `functions/` beside a config.toml.
//!
//! Invariant: Skep checks no tokens of Supabase, and every function that relied on it says so.

use std::collections::BTreeSet;

use super::leftovers;
use crate::command::import::batch::{Batch, failed};
use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::project::{Project, inside, join};
use crate::command::import::reach::with_extension;
use crate::command::import::report::Object;
use crate::command::import::source::{Document, Surroundings};

const FOLDER: &str = "functions";
/// Keys of `[functions.NAME]` that are read.
const USED: &[&str] = &["verify_jwt", "enabled", "entrypoint", "import_map", "env"];
const OTHERS: &[(&str, &str)] = &[("static_files", "name further files in [code] files"), ("decorator", "")];

/// Imports a project's functions.
pub(super) fn import(document: &Document, surroundings: &Surroundings, batch: &mut Batch) {
    let root = &document.node;
    let mut whole = document.object(root, "project", root.text_of("project_id").unwrap_or("(no name)"));
    let project = match surroundings.project(document, false) {
        Ok(project) if project.is_folder(FOLDER) => project,
        Ok(_) => return batch.failed(whole, "there is no folder `functions` beside it"),
        Err(why) => return batch.failed(whole, why),
    };
    for (key, _) in root.at(&["edge_runtime", "secrets"]).map(Node::entries).unwrap_or_default() {
        whole.ask(format!("skep secret NAME {key}=-    # for each function that reads it: [edge_runtime.secrets]"));
    }
    if !whole.notes.is_empty() {
        batch.noted(whole, "its functions follow; skep has no database, no auth and no storage");
    }
    let configured = root.get("functions").map(Node::entries).unwrap_or_default().iter().filter(|(_, node)| node.is_map());
    let mut names: BTreeSet<String> = configured.map(|(name, _)| name.clone()).collect();
    let folders = project.names(FOLDER).into_iter().filter(|name| !name.starts_with(['_', '.']) && name != "node_modules");
    names.extend(folders.filter(|name| project.is_folder(&join(FOLDER, name))));
    for name in names {
        let made = make(document, &name, &project, batch);
        batch.made(made);
    }
    shared(&project, batch);
}

fn make(document: &Document, original: &str, project: &Project, batch: &Batch) -> Result<Draft, Box<Object>> {
    let settings = document.node.at(&["functions", original]);
    let mut object = match settings {
        Some(settings) => document.object(settings, "function", original),
        None => document.object(&document.node, "function", original),
    };
    let judged = judge(original, settings, project).and_then(|entry| Ok((entry, batch.name(original, &mut object)?)));
    let (entry, name) = match judged {
        Ok(judged) => judged,
        Err(why) => return Err(failed(object, why)),
    };
    let folder = join(FOLDER, original);
    let mut draft = Draft::new(name, original, object, format!("`{folder}` of the project of {}", document.file.short));
    match project.walk(&folder, &|_| true) {
        Ok(walk) => {
            for (path, bytes) in walk.files {
                draft.files.insert(path.strip_prefix(&format!("{folder}/")).unwrap_or(&path).to_owned(), bytes);
            }
            if !walk.skipped.is_empty() {
                draft.object.drop(
                    &walk.skipped.join(", "),
                    "packages are installed anew, and files that begin with a dot and links are not copied",
                );
            }
        }
        Err(why) => return Err(failed(draft.object, why)),
    }
    draft.drop_foreign_manifest();
    let entry = entry.strip_prefix(&format!("{folder}/")).unwrap_or(&entry).to_owned();
    if !entry.starts_with("index.") {
        draft.settings.text("entry", &entry, "entrypoint");
    }
    if settings.and_then(|settings| settings.get("verify_jwt")).and_then(Node::boolean) != Some(false) {
        draft.object.warn("verify_jwt: skep does not check Supabase's tokens; whoever reaches the address calls the function");
    }
    if let Some(settings) = settings {
        configure(&mut draft, document, settings, project);
    }
    draft.packages();
    Ok(draft)
}

/// The file that a function begins with.
fn judge(original: &str, settings: Option<&Node>, project: &Project) -> Result<String, String> {
    if settings.and_then(|settings| settings.get("enabled")).and_then(Node::boolean) == Some(false) {
        return Err("it is switched off (enabled = false)".to_owned());
    }
    let folder = join(FOLDER, original);
    if let Some(entry) = settings.and_then(|settings| settings.text_of("entrypoint")) {
        let entry = inside(entry)?;
        return match entry.starts_with(&format!("{folder}/")) && project.is_file(&entry) {
            true => Ok(entry),
            false => Err(format!("its entrypoint `{entry}` is not a file below `{folder}`")),
        };
    }
    with_extension(project, &join(&folder, "index")).ok_or_else(|| format!("there is no `{folder}/index.ts`"))
}

fn configure(draft: &mut Draft, document: &Document, settings: &Node, project: &Project) {
    if let Some(map) = settings.text_of("import_map") {
        let name = map.rsplit('/').next().unwrap_or(map).to_owned();
        match project.bytes(map) {
            // One in the function's folder is there already.
            Ok(bytes) => drop(draft.files.entry(name).or_insert(bytes)),
            Err(why) => draft.object.drop("import_map", &why),
        }
    }
    for (key, value) in settings.get("env").map(Node::entries).unwrap_or_default() {
        match value.text() {
            Some(text) if text.starts_with("env(") => draft.secret(key, &format!("was {text}")),
            Some(text) => draft.env(key, text, &document.origin(&format!("env.{key}"), value)),
            None => {}
        }
    }
    leftovers::tell(&mut draft.object, settings, "", USED, OTHERS);
}

/// Folders beside the functions that begin with `_`: Skep's functions import them in the same way.
fn shared(project: &Project, batch: &mut Batch) {
    for name in project.names(FOLDER).into_iter().filter(|name| name.starts_with('_') && project.is_folder(&join(FOLDER, name))) {
        let folder = join(FOLDER, &name);
        if let Ok(walk) = project.walk(&folder, &|_| true) {
            let files =
                walk.files.into_iter().map(|(path, bytes)| (path.strip_prefix(&format!("{folder}/")).unwrap_or(&path).to_owned(), bytes));
            batch.shared.push((name, files.collect()));
        }
    }
}
