//! OpenFaaS: the functions of a stack.yml, each with the folder that it names.
//!
//! Invariant: a folder is copied only if its template is one whose handler Skep calls.

use super::kubernetes;
use super::leftovers;
use crate::command::import::batch::{Batch, failed};
use crate::command::import::document::{self, Node};
use crate::command::import::draft::{CronDraft, Draft};
use crate::command::import::project::{Project, inside};
use crate::command::import::report::Object;
use crate::command::import::settings::{ManifestTable, ManifestValue};
use crate::command::import::source::{Document, Surroundings};
use crate::command::import::units;

const USED: &[&str] = &["lang", "handler", "environment", "environment_file", "secrets", "limits", "labels", "annotations"];
const OTHERS: &[(&str, &str)] = &[
    ("image", ""),
    ("skip_build", ""),
    ("requests", "skep reserves nothing for a function"),
    ("constraints", "skep places no containers"),
    ("build_args", "skep builds no image"),
    ("build_options", "skep builds no image"),
    ("fprocess", "skep runs the handler itself"),
    ("readonly_root_filesystem", "a function of skep writes no files at all"),
    ("namespace", "skep has no namespaces"),
    ("registry_auth", "skep pulls no images"),
];
/// The annotation by which the cron connector finds functions.
const CRON_TOPIC: &str = "cron-function";

/// Imports a stack.
pub(super) fn import(document: &Document, surroundings: &Surroundings, batch: &mut Batch) {
    let node = &document.node;
    let mut stack = document.object(node, "stack", &document.file.short);
    let others = [
        ("version", ""),
        ("provider", ""),
        ("configuration", "templates and further folders are not copied: what a handler needs stands in its folder"),
    ];
    leftovers::tell(&mut stack, node, "", &["functions"], &others);
    if !stack.notes.is_empty() {
        batch.noted(stack, "its functions follow");
    }
    for (name, function) in node.get("functions").map(Node::entries).unwrap_or_default() {
        let made = make(document, name, function, surroundings, batch);
        batch.made(made);
    }
}

/// An object of the operator names an image.
pub(super) fn image(document: &Document, batch: &mut Batch) {
    let object = document.object(&document.node, "Function", kubernetes::name(&document.node));
    batch.failed(object, "it names an image and no code: import the stack.yml that the image was built from");
}

fn make(document: &Document, original: &str, function: &Node, surroundings: &Surroundings, batch: &Batch) -> Result<Draft, Box<Object>> {
    let mut object = document.object(function, "function", original);
    let judged = template(function).and_then(|()| {
        let project = surroundings.project(document, false)?;
        Ok((project, batch.name(original, &mut object)?))
    });
    let (project, name) = match judged {
        Ok(judged) => judged,
        Err(why) => return Err(failed(object, why)),
    };
    let made_from = document.made_from("the OpenFaaS function", original, function);
    let mut draft = Draft::new(name, original, object, made_from);
    draft.settings.text("dialect", "openfaas", "lang");
    if let Err(why) = code(&mut draft, function, &project).and_then(|()| variables(&mut draft, document, function, &project)) {
        return Err(failed(draft.object, why));
    }
    settings(&mut draft, document, function);
    leftovers::tell(&mut draft.object, function, "", USED, OTHERS);
    draft.packages();
    Ok(draft)
}

/// Whether the handler of a template is one that Skep calls.
fn template(function: &Node) -> Result<(), String> {
    let lang = function.text_of("lang").ok_or("it has no `lang`: its image is not built from code beside it")?;
    let rest =
        lang.strip_prefix("node").ok_or_else(|| format!("its `lang` is `{lang}`: only the templates node12 to node22 are imported"))?;
    if rest.is_empty() || !rest.starts_with(|first: char| first.is_ascii_digit()) {
        return Err(format!("its `lang` is `{lang}`, whose handler is another one than that of node12 to node22, `(event, context)`"));
    }
    match lang.ends_with("-service") {
        true => Err(format!(
            "its `lang` is `{lang}`, whose handler gets an Express application; export the application instead (dialect = \"node\")"
        )),
        false => Ok(()),
    }
}

fn code(draft: &mut Draft, function: &Node, project: &Project) -> Result<(), String> {
    let folder = function.text_of("handler").ok_or("it has no `handler`: there is no folder to copy")?;
    let walk = project.walk(folder, &|_| true)?;
    let prefix = inside(folder)?;
    for (path, bytes) in walk.files {
        let below = if prefix.is_empty() { path } else { path.strip_prefix(&format!("{prefix}/")).unwrap_or(&path).to_owned() };
        draft.files.insert(below, bytes);
    }
    if !walk.skipped.is_empty() {
        draft
            .object
            .drop(&walk.skipped.join(", "), "packages are installed anew, and files that begin with a dot and links are not copied");
    }
    draft.drop_foreign_manifest();
    let has = |name: &str| draft.files.contains_key(name);
    match has("handler.js") || has("handler.mjs") || has("handler.ts") || has("handler.cjs") {
        true => Ok(()),
        false => Err(format!("its folder `{prefix}` has no handler.js")),
    }
}

/// `environment`, and the files that it may stand in; the latter win.
fn variables(draft: &mut Draft, document: &Document, function: &Node, project: &Project) -> Result<(), String> {
    if let Some(environment) = function.get("environment") {
        environment_of(draft, document, environment, "environment");
    }
    for path in function.get("environment_file").map(Node::texts).unwrap_or_default() {
        let text = project.text(path)?;
        let (_, documents) = document::documents(path, &text).map_err(|why| format!("`{path}`: {why}"))?;
        for node in &documents {
            if let Some(environment) = node.get("environment") {
                environment_of(draft, document, environment, path);
            }
        }
    }
    Ok(())
}

fn environment_of(draft: &mut Draft, document: &Document, environment: &Node, place: &str) {
    let of_file = place != "environment";
    let maps = environment.items().iter().flat_map(Node::entries);
    for (key, value) in environment.entries().iter().chain(maps) {
        let origin = if of_file { format!("{key} of {place}") } else { document.origin(&format!("environment.{key}"), value) };
        let text = value.text().unwrap_or_default();
        match key.as_str() {
            "exec_timeout" => match units::milliseconds(text) {
                Some(milliseconds) => draft.time("wall_ms", milliseconds, &origin),
                None => draft.object.drop("environment.exec_timeout", &format!("`{text}` is no time")),
            },
            "read_timeout"
            | "write_timeout"
            | "upstream_timeout"
            | "healthcheck_interval"
            | "combine_output"
            | "write_debug"
            | "http_upstream_url"
            | "mode"
            | "fprocess"
            | "prefix_logs"
            | "max_inflight" => draft.object.drop(&format!("environment.{key}"), "it is the watchdog's, and skep has none"),
            _ => {
                if matches!(key.as_str(), "MAX_JSON_SIZE" | "MAX_RAW_SIZE")
                    && let Some(megabytes) = units::body_megabytes(text)
                {
                    draft.settings.set(ManifestTable::Limits, "body_mb", ManifestValue::Decimal(megabytes), &origin);
                }
                draft.env(key, text, &origin);
            }
        }
    }
}

fn settings(draft: &mut Draft, document: &Document, function: &Node) {
    for secret in function.get("secrets").map(Node::texts).unwrap_or_default() {
        draft.secret(secret, &format!("read from /var/openfaas/secrets/{secret}"));
    }
    if let Some(memory) = function.at(&["limits", "memory"]) {
        draft.memory(memory.text().unwrap_or_default(), &document.origin("limits.memory", memory));
    }
    if function.at(&["limits", "cpu"]).is_some() {
        draft.object.drop("limits.cpu", "it is a share of a core; `cpu_ms` counts the time of one call");
    }
    for (key, value) in function.get("labels").map(Node::entries).unwrap_or_default() {
        let origin = document.origin(&format!("labels.{key}"), value);
        match (key.as_str(), value.whole(), value.boolean()) {
            ("com.openfaas.scale.min", Some(number), _) => {
                if !draft.settings.has(ManifestTable::Scale, "min") {
                    draft.scale("min", number, &origin);
                }
            }
            ("com.openfaas.scale.max", Some(number), _) => draft.scale("max", number, &origin),
            ("com.openfaas.scale.zero", _, Some(true)) => draft.scale("min", 0, &origin),
            ("com.openfaas.scale.zero", _, Some(false)) => {}
            (key, ..) if key.starts_with("com.openfaas.scale") => {
                draft.object.drop(&format!("labels.{key}"), "skep adds instances when calls wait, and ends idle ones after [scale] idle_s");
            }
            (key, ..) => draft.object.drop(&format!("labels.{key}"), "skep keeps no labels"),
        }
    }
    annotations(draft, document, function);
}

fn annotations(draft: &mut Draft, document: &Document, function: &Node) {
    let Some(annotations) = function.get("annotations") else { return };
    let topic = annotations.text_of("topic").unwrap_or_default().to_owned();
    if let (CRON_TOPIC, Some(node)) = (topic.as_str(), annotations.get("schedule")) {
        let cron = CronDraft {
            name: draft.original.clone(),
            schedule: node.text().unwrap_or_default().to_owned(),
            path: Some("/".to_owned()),
            origin: document.origin("annotations.schedule", node),
        };
        if let Err(why) = draft.cron(&cron) {
            draft.object.drop("annotations.schedule", &why);
        }
    } else if !topic.is_empty() {
        draft.object.drop(&format!("annotations.topic {topic}"), "skep takes no messages of a broker yet");
    }
    leftovers::tell(&mut draft.object, annotations, "annotations", &["topic", "schedule"], &[]);
}
