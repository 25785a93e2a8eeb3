//! Vercel: the functions below `api/` beside a vercel.json.
//!
//! Invariant: a function's file keeps its place in the project, so that its relative imports stay true.

use super::leftovers;
use crate::command::import::batch::{Batch, failed};
use crate::command::import::bundle;
use crate::command::import::document::Node;
use crate::command::import::draft::{CronDraft, Draft, RouteDraft};
use crate::command::import::project::{Project, join};
use crate::command::import::reach::is_code;
use crate::command::import::report::Object;
use crate::command::import::source::{Document, Surroundings};
use crate::command::import::{glob, paths};

const FOLDER: &str = "api";
const OTHERS: &[(&str, &str)] = &[
    ("$schema", ""),
    ("version", ""),
    ("name", ""),
    ("framework", ""),
    ("public", ""),
    ("regions", ""),
    ("github", ""),
    ("git", ""),
    ("fluid", ""),
    ("rewrites", "skep rewrites no addresses: give a function `routes`, or let the site's server do it"),
    ("redirects", "skep redirects nothing: let the site's server do it"),
    ("routes", "skep rewrites no addresses: give a function `routes`, or let the site's server do it"),
    ("headers", "a function sends its own headers"),
    ("cleanUrls", "skep serves no files"),
    ("trailingSlash", "skep serves no files"),
    ("outputDirectory", "skep serves no files"),
    ("buildCommand", "skep builds nothing"),
    ("installCommand", "skep builds nothing"),
    ("devCommand", ""),
    ("ignoreCommand", ""),
    ("build", "skep builds nothing"),
    ("builds", "only the functions below api/ are imported"),
    ("images", "skep serves no images"),
];

/// Imports a project's functions.
pub(super) fn import(document: &Document, surroundings: &Surroundings, batch: &mut Batch) {
    let root = &document.node;
    let mut site = document.object(root, "project", &document.file.short);
    leftovers::tell(&mut site, root, "", &["functions", "crons", "env"], OTHERS);
    let project = match surroundings.project(document, false) {
        Ok(project) if project.is_folder(FOLDER) => project,
        Ok(_) => return batch.failed(site, "there is no folder `api` beside it: functions of a framework are the framework's"),
        Err(why) => return batch.failed(site, why),
    };
    if !site.notes.is_empty() {
        batch.noted(site, "its functions follow");
    }
    let mut found = Vec::new();
    entries(&project, FOLDER, 0, &mut found);
    for entry in found {
        let made = make(document, &entry, &project, batch);
        batch.made(made);
    }
    for cron in root.get("crons").map(Node::items).unwrap_or_default() {
        schedule(document, cron, batch);
    }
}

/// Files of code that begin neither with `_` nor with a dot.
fn entries(project: &Project, folder: &str, depth: usize, found: &mut Vec<String>) {
    for name in project.names(folder).into_iter().filter(|name| !name.starts_with(['_', '.']) && name != "node_modules") {
        let path = join(folder, &name);
        if project.is_folder(&path) && depth < 16 {
            entries(project, &path, depth + 1, found);
        } else if is_code(&name) && !name.ends_with(".d.ts") && project.is_file(&path) {
            found.push(path);
        }
    }
}

/// `api/users/[id].ts` as `/api/users/:id`, `[...slug]` as `/*`.
fn address(entry: &str) -> String {
    let stem = entry.rsplit_once('.').map_or(entry, |(stem, _)| stem);
    let stem = stem.strip_suffix("/index").unwrap_or(stem);
    let mut parts: Vec<String> = Vec::new();
    for part in stem.split('/') {
        match part.strip_prefix('[').and_then(|part| part.strip_suffix(']')) {
            Some(name) if name.trim_start_matches('[').starts_with("...") => {
                parts.push("*".to_owned());
                break;
            }
            Some(name) => {
                let name = paths::parameter(name, &parts);
                parts.push(name);
            }
            None => parts.push(part.to_owned()),
        }
    }
    format!("/{}", parts.join("/"))
}

fn make(document: &Document, entry: &str, project: &Project, batch: &Batch) -> Result<Draft, Box<Object>> {
    let path = address(entry);
    let original: String = path
        .split('/')
        .filter_map(|part| match part.trim_start_matches(':') {
            "" => None,
            "*" => Some("rest"),
            part => Some(part),
        })
        .collect::<Vec<_>>()
        .join("-");
    // A function of this name would own everything below `/api`.
    let original = if original == FOLDER { format!("{FOLDER}-index") } else { original };
    let mut object = Object::new(&document.file.name, 0, "function", entry);
    let name = match batch.name(&original, &mut object) {
        Ok(name) => name,
        Err(why) => return Err(failed(object, why)),
    };
    let mut draft = Draft::new(name, &path, object, format!("`{entry}` of the project of {}", document.file.short));
    draft.settings.text("dialect", "vercel", "vercel.json");
    if let Err(why) = bundle::add(&mut draft, project, entry) {
        return Err(failed(draft.object, why));
    }
    let route = RouteDraft { path, origin: format!("the address of {entry}"), ..RouteDraft::default() };
    if let Err(why) = draft.route(&route) {
        return Err(failed(draft.object, why));
    }
    configured(&mut draft, document, entry);
    draft.packages();
    Ok(draft)
}

/// `functions` by pattern, and `env` for all.
fn configured(draft: &mut Draft, document: &Document, entry: &str) {
    for (pattern, node) in
        document.node.get("functions").map(Node::entries).unwrap_or_default().iter().filter(|(pattern, _)| glob::matches(pattern, entry))
    {
        for (key, value) in node.entries() {
            let origin = document.origin(&format!("functions.{pattern}.{key}"), value);
            match (key.as_str(), value.whole()) {
                ("maxDuration", Some(seconds)) => draft.time("wall_ms", seconds.saturating_mul(1000), &origin),
                ("memory", Some(megabytes)) => draft.memory(&format!("{megabytes}Mi"), &origin),
                ("runtime", _) if value.text().is_some_and(|runtime| runtime.contains("node") || runtime == "edge") => {}
                ("includeFiles" | "excludeFiles", _) => {
                    draft.object.drop(key, "put further files into the folder and name them in [code] files")
                }
                (key, _) => draft.object.drop(key, "skep has nothing like it"),
            }
        }
    }
    for (key, value) in document.node.get("env").map(Node::entries).unwrap_or_default() {
        match value.text().map(|text| (text, text.strip_prefix('@'))) {
            Some((_, Some(secret))) => draft.secret(key, &format!("was the secret {secret}")),
            Some((text, None)) => draft.env(key, text, &document.origin(&format!("env.{key}"), value)),
            None => {}
        }
    }
}

/// A cron calls a path; the function is the one whose route is that path.
fn schedule(document: &Document, cron: &Node, batch: &mut Batch) {
    let path = cron.text_of("path").unwrap_or_default();
    let mut object = document.object(cron, "cron", path);
    let plain = path.split('?').next().unwrap_or_default().trim_end_matches('/');
    let joined = batch
        .drafts
        .iter_mut()
        .find(|draft| draft.original == plain)
        .ok_or_else(|| format!("no function below api/ has the address {path}"));
    let joined = joined.and_then(|draft| {
        let schedule = cron.text_of("schedule").ok_or("it has no `schedule`")?.to_owned();
        object.warn("Vercel calls with GET and a CRON_SECRET, skep with POST");
        let origin = document.origin(&format!("crons, {path}"), cron);
        let what = draft.cron(&CronDraft { name: draft.name.to_string(), schedule, path: Some(path.to_owned()), origin })?;
        Ok((draft.name.to_string(), what))
    });
    batch.joined(object, joined);
}
