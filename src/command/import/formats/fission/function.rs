//! A Fission `Function` becomes a folder.
//!
//! Invariant: its environment must be one of Node, by its image or, where the environment is not among the files, by its name.

use super::code;
use super::specs::{self, Specs};
use crate::command::import::batch::{Batch, failed};
use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::formats::{kubernetes, leftovers};
use crate::command::import::paths;
use crate::command::import::project::inside;
use crate::command::import::reach::is_code;
use crate::command::import::report::Object;
use crate::command::import::source::{Document, Surroundings};

const USED: &[&str] = &[
    "environment",
    "package",
    "functionTimeout",
    "resources",
    "InvokeStrategy",
    "invokeStrategy",
    "concurrency",
    "requestsPerPod",
    "secrets",
    "configmaps",
];
const OTHERS: &[(&str, &str)] = &[
    ("idletimeout", "see [scale] idle_s"),
    ("onceOnly", "an instance of skep answers more than one call"),
    ("podspec", "skep runs the code without a container"),
    ("retainPods", "see [scale] min"),
];

/// Makes a function.
pub(super) fn make(document: &Document, specs: &Specs<'_>, surroundings: &Surroundings, batch: &Batch) -> Result<Draft, Box<Object>> {
    let original = specs::name(&document.node).to_owned();
    let mut object = document.object(&document.node, "Function", &original);
    let judged = judge(&document.node, specs).and_then(|judged| Ok((judged, batch.name(&original, &mut object)?)));
    let ((spec, environment), name) = match judged {
        Ok(judged) => judged,
        Err(why) => return Err(failed(object, why)),
    };
    let made_from = document.made_from("the Fission Function", &original, &document.node);
    let mut draft = Draft::new(name, &original, object, made_from);
    draft.labels = kubernetes::labels(&document.node);
    draft.settings.text("dialect", "fission", "apiVersion");
    if let Err(why) = package(&mut draft, document, spec, specs, surroundings) {
        return Err(failed(draft.object, why));
    }
    if let Some(environment) = environment {
        variables(&mut draft, environment);
    }
    limits(&mut draft, document, spec);
    scale(&mut draft, document, spec);
    mounted(&mut draft, spec);
    leftovers::tell(&mut draft.object, spec, "spec", USED, OTHERS);
    leftovers::tell(&mut draft.object, &document.node, "", kubernetes::OBJECT_KEYS, &[]);
    draft.packages();
    Ok(draft)
}

/// The object's `spec`, and its environment if the files hold it.
fn judge<'n>(node: &'n Node, specs: &Specs<'n>) -> Result<(&'n Node, Option<&'n Document>), String> {
    let spec = node.get("spec").filter(|spec| spec.is_map()).ok_or("it has no `spec`")?;
    if spec.at(&["InvokeStrategy", "ExecutionStrategy", "ExecutorType"]).and_then(Node::text) == Some("container") {
        return Err("it runs a container of its own: there is no code to import".to_owned());
    }
    let name = spec.at(&["environment", "name"]).and_then(Node::text).unwrap_or_default();
    let environment = specs.find("Environment", name);
    let image = environment.and_then(|found| found.node.at(&["spec", "runtime", "image"])).and_then(Node::text);
    match image {
        Some(image) if !image.contains("node") => Err(format!("its environment `{name}` runs the image `{image}`: only Node is imported")),
        None if !name.contains("node") && !name.contains("js") => {
            Err(format!("its environment `{name}` is not among the files, and its name does not say that it is one of Node"))
        }
        _ => Ok((spec, environment)),
    }
}

fn package(draft: &mut Draft, document: &Document, spec: &Node, specs: &Specs<'_>, surroundings: &Surroundings) -> Result<(), String> {
    let wanted = spec.at(&["package", "packageref", "name"]).and_then(Node::text).ok_or("it names no package")?;
    let package = specs.find("Package", wanted).ok_or_else(|| format!("the files hold no Package `{wanted}`"))?;
    let point = spec.at(&["package", "functionName"]).filter(|node| !leftovers::is_empty(node));
    let text = point.and_then(Node::text).unwrap_or_default();
    let (file, export) = paths::file_and_export(text);
    let file = if file.is_empty() { None } else { Some(inside(&file)?) };
    code::add(draft, package, file.as_deref(), specs, surroundings)?;
    let (Some(file), Some(point)) = (file, point) else { return only_entry(draft) };
    let origin = document.origin("package.functionName", point);
    let entry =
        ["js", "mjs", "cjs", "ts"].iter().map(|extension| format!("{file}.{extension}")).find(|path| draft.files.contains_key(path));
    let entry = entry.ok_or_else(|| format!("its package has no file `{file}.js`, which its `functionName` names"))?;
    match export {
        Some(export) => draft.settings.text("handler", &format!("{file}.{export}"), origin),
        // The file alone means what it exports by default.
        None => draft.settings.text("entry", &entry, origin),
    }
    Ok(())
}

/// Without an entry point Node takes `index.js`, or the only file there is.
fn only_entry(draft: &mut Draft) -> Result<(), String> {
    let code: Vec<&String> = draft.files.keys().filter(|path| is_code(path)).collect();
    match code.as_slice() {
        [] => Err("its package has no file of code".to_owned()),
        [only] if !only.starts_with("index.") => {
            let only = (*only).clone();
            draft.settings.text("entry", &only, "the only file of its package");
            Ok(())
        }
        _ => Ok(()),
    }
}

fn variables(draft: &mut Draft, environment: &Document) {
    let spec = environment.node.get("spec");
    let container = spec.and_then(|spec| spec.at(&["runtime", "container"]));
    for variable in container.and_then(|container| container.get("env")).map(Node::items).unwrap_or_default() {
        let Some(name) = variable.text_of("name") else { continue };
        match (variable.text_of("value"), variable.at(&["valueFrom", "secretKeyRef"])) {
            (Some(value), _) => draft.env(name, value, &environment.origin(&format!("env {name} of the Environment"), variable)),
            (None, Some(secret)) => draft.secret(
                name,
                &format!("was {} of the secret {}", secret.text_of("key").unwrap_or("?"), secret.text_of("name").unwrap_or("?")),
            ),
            (None, None) => draft.variable(name, "its value is known to Kubernetes alone"),
        }
    }
    if let Some(memory) = spec.and_then(|spec| spec.at(&["resources", "limits", "memory"])) {
        draft.memory(memory.text().unwrap_or_default(), &environment.origin("resources.limits.memory of the Environment", memory));
    }
}

fn limits(draft: &mut Draft, document: &Document, spec: &Node) {
    if let Some((node, seconds)) =
        spec.get("functionTimeout").and_then(|node| Some((node, node.whole()?))).filter(|(_, seconds)| *seconds > 0)
    {
        draft.time("wall_ms", seconds.saturating_mul(1000), &document.origin("spec.functionTimeout", node));
    }
    if let Some(memory) = spec.at(&["resources", "limits", "memory"]) {
        draft.memory(memory.text().unwrap_or_default(), &document.origin("spec.resources.limits.memory", memory));
    }
    if spec.at(&["resources", "limits", "cpu"]).is_some() {
        draft.object.drop("spec.resources.limits.cpu", "it is a share of a core; `cpu_ms` counts the time of one call");
    }
}

fn scale(draft: &mut Draft, document: &Document, spec: &Node) {
    let whole = |node: Option<&Node>| node.and_then(Node::whole).filter(|number| *number > 0);
    let mut set = |key: &str, node: Option<&Node>, path: &str| {
        if let (Some(number), Some(node)) = (whole(node), node) {
            draft.scale(key, number, &document.origin(path, node));
        }
    };
    let strategy = spec.get("InvokeStrategy").or_else(|| spec.get("invokeStrategy")).and_then(|strategy| strategy.get("ExecutionStrategy"));
    set("max", spec.get("concurrency"), "spec.concurrency");
    set("concurrency", spec.get("requestsPerPod"), "spec.requestsPerPod");
    set("min", strategy.and_then(|strategy| strategy.get("MinScale")), "MinScale");
    set("max", strategy.and_then(|strategy| strategy.get("MaxScale")), "MaxScale");
}

/// Secrets and configurations that Fission mounts.
fn mounted(draft: &mut Draft, spec: &Node) {
    for (list, place) in [("secrets", "secrets"), ("configmaps", "configs")] {
        for item in spec.get(list).map(Node::items).unwrap_or_default() {
            let name = item.text_of("name").unwrap_or("?").to_owned();
            let namespace = item.text_of("namespace").unwrap_or("default");
            draft.secret(&format!("{name}_KEY"), &format!("for each KEY of /{place}/{namespace}/{name}/KEY"));
        }
    }
}
