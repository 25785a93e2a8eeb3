//! Netlify: the functions of the folder that a netlify.toml names, and their schedules.
//!
//! Invariant: a function's file keeps its place in the project, so that its relative imports stay true.

use super::leftovers;
use crate::command::import::batch::{Batch, failed};
use crate::command::import::bundle;
use crate::command::import::document::Node;
use crate::command::import::draft::{CronDraft, Draft, RouteDraft};
use crate::command::import::glob;
use crate::command::import::names::function_name;
use crate::command::import::project::{Project, inside, join};
use crate::command::import::reach::{is_code, with_extension};
use crate::command::import::report::Object;
use crate::command::import::settings::{ManifestTable, ManifestValue};
use crate::command::import::source::{Document, Surroundings};

/// Where Netlify looks if nothing else is said.
const DEFAULT_FOLDER: &str = "netlify/functions";
/// A function with such a name answers at once and runs on, for up to 15 minutes.
const BACKGROUND: &str = "-background";
const BACKGROUND_WALL_MS: u64 = 900_000;
const OTHERS: &[(&str, &str)] = &[
    ("redirects", "skep rewrites no addresses: give a function `routes`, or let the site's server do it"),
    ("headers", "a function sends its own headers"),
    ("edge_functions", "edge functions of Netlify are not imported"),
    ("plugins", "skep builds nothing"),
    ("context", "skep has no branches and previews"),
    ("dev", ""),
    ("template", ""),
    ("images", "skep serves no images"),
    ("forms", "skep takes no forms"),
];
/// ManifestDraft of functions that a bundler reads.
const BUNDLER_KEYS: &[&str] = &["node_bundler", "external_node_modules", "ignored_node_modules", "deno_import_map"];

/// Imports a site's functions.
pub(super) fn import(document: &Document, surroundings: &Surroundings, batch: &mut Batch) {
    let root = &document.node;
    let mut site = document.object(root, "site", &document.file.short);
    leftovers::tell(&mut site, root, "", &["build", "functions"], OTHERS);
    if root.at(&["build", "environment"]).is_some_and(|environment| !leftovers::is_empty(environment)) {
        site.drop("build.environment", "it is the build's; functions of Netlify do not see it either");
    }
    let project = match surroundings.project(document, false) {
        Ok(project) => project,
        Err(why) => return batch.failed(site, why),
    };
    let base = root.at(&["build", "base"]).and_then(Node::text).unwrap_or_default();
    let named = root.at(&["functions", "directory"]).or_else(|| root.at(&["build", "functions"])).and_then(Node::text);
    let folder = match inside(&join(base, named.unwrap_or(DEFAULT_FOLDER))) {
        Ok(folder) if project.is_folder(&folder) => folder,
        Ok(folder) => return batch.failed(site, format!("there is no folder `{folder}` beside it")),
        Err(why) => return batch.failed(site, why),
    };
    if !site.notes.is_empty() {
        batch.noted(site, "its functions follow");
    }
    for (name, entry) in functions(&project, &folder) {
        let made = make(document, &name, &entry, &project, batch);
        batch.made(made);
    }
}

/// Names and entries: a file, or a folder with an entry of its own name or `index`.
fn functions(project: &Project, folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for name in project.names(folder) {
        let path = join(folder, &name);
        let entry = if project.is_folder(&path) {
            with_extension(project, &join(&path, &name))
                .or_else(|| with_extension(project, &join(&path, "index")))
                .map(|entry| (name, entry))
        } else {
            let stem = name.rsplit_once('.').map_or("", |(stem, _)| stem);
            (is_code(&name) && !stem.ends_with(".d")).then(|| (stem.to_owned(), path))
        };
        found.extend(entry);
    }
    found
}

fn make(document: &Document, original: &str, entry: &str, project: &Project, batch: &Batch) -> Result<Draft, Box<Object>> {
    let mut object = document.object(&document.node, "function", original);
    let name = match batch.name(original, &mut object) {
        Ok(name) => name,
        Err(why) => return Err(failed(object, why)),
    };
    let made_from = format!("`{entry}` of the site of {}", document.file.short);
    let mut draft = Draft::new(name, original, object, made_from);
    draft.settings.text("dialect", "netlify", "netlify.toml");
    if let Err(why) = bundle::add(&mut draft, project, entry) {
        return Err(failed(draft.object, why));
    }
    // Its address at Netlify keeps the spelling; the dialect answers the one of the function's name.
    if function_name(original).is_ok_and(|(_, note)| note.is_some()) {
        let path = format!("/.netlify/functions/{original}");
        let route = RouteDraft { path, origin: "its address at Netlify".to_owned(), ..RouteDraft::default() };
        if let Err(why) = draft.route(&route) {
            draft.object.drop("its address at Netlify", &why);
        }
    }
    if original.ends_with(BACKGROUND) {
        draft.settings.set(ManifestTable::Limits, "wall_ms", ManifestValue::Whole(BACKGROUND_WALL_MS), "a background function of Netlify");
    }
    configured(&mut draft, document, original);
    draft.packages();
    Ok(draft)
}

/// `[functions]` for all, and `[functions."name"]` or a pattern for some.
fn configured(draft: &mut Draft, document: &Document, original: &str) {
    let functions = document.node.get("functions");
    let all = functions.map(Node::entries).unwrap_or_default();
    let own = all.iter().filter(|(pattern, node)| node.is_map() && glob::matches(pattern, original)).map(|(_, node)| node);
    for node in functions.into_iter().chain(own) {
        for (key, value) in node.entries().iter().filter(|(_, value)| !value.is_map()) {
            match (key.as_str(), value.text()) {
                ("directory", _) => {}
                ("schedule", Some(schedule)) => {
                    let cron = CronDraft {
                        name: original.to_owned(),
                        schedule: schedule.to_owned(),
                        // The dialect calls the function as Netlify does.
                        path: None,
                        origin: document.origin("schedule", value),
                    };
                    if let Err(why) = draft.cron(&cron) {
                        draft.object.drop("schedule", &why);
                    }
                }
                (key, _) if BUNDLER_KEYS.contains(&key) => draft.object.drop(&format!("functions.{key}"), "skep bundles nothing"),
                ("included_files", _) => {
                    draft.object.drop("functions.included_files", "put further files into the folder and name them in [code] files");
                }
                (key, _) => draft.object.drop(&format!("functions.{key}"), "skep has nothing like it"),
            }
        }
    }
}
