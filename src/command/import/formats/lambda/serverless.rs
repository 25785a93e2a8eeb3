//! A serverless.yml: each function becomes a folder with the service's files.
//!
//! Invariant: only the provider `aws` is read; functions of other files are told.

use super::code;
use super::serverless_events::{self, ServiceFunction};
use super::serverless_values::filled;
use crate::command::import::batch::{Batch, failed};
use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::formats::leftovers;
use crate::command::import::glob;
use crate::command::import::project::Project;
use crate::command::import::report::Object;
use crate::command::import::source::{Document, Surroundings};

const TOP_OTHERS: &[(&str, &str)] = &[
    ("service", ""),
    ("frameworkVersion", ""),
    ("org", ""),
    ("app", ""),
    ("console", ""),
    ("tenant", ""),
    ("licenseKey", ""),
    ("provider", ""),
    ("custom", ""),
    ("functions", ""),
    ("package", ""),
    ("configValidationMode", ""),
    ("variablesResolutionMode", ""),
    ("deprecationNotificationMode", ""),
    ("useDotenv", "a .env file is not read: set variables with `skep env`"),
    ("plugins", "plugins of the serverless command do not run here"),
    ("resources", "skep makes no tables, queues and buckets"),
    ("layers", "skep has no layers: install what they hold as packages"),
    ("stepFunctions", "skep has no state machines"),
];
const FUNCTION_USED: &[&str] = &[
    "handler",
    "runtime",
    "environment",
    "timeout",
    "memorySize",
    "events",
    "url",
    "provisionedConcurrency",
    "reservedConcurrency",
    "package",
];
const FUNCTION_OTHERS: &[(&str, &str)] = &[
    ("description", ""),
    ("name", ""),
    ("tags", ""),
    ("architecture", ""),
    ("layers", "skep has no layers: install what they hold as packages"),
    ("role", "skep has no IAM"),
    ("iamRoleStatements", "skep has no IAM"),
    ("vpc", "see [net] for what a function may reach"),
];

/// Imports a service.
pub(in crate::command::import::formats) fn import(document: &Document, surroundings: &Surroundings, batch: &mut Batch) {
    let root = &document.node;
    let mut service =
        document.object(root, "service", root.text_of("service").or_else(|| root.at(&["service", "name"])?.text()).unwrap_or("(no name)"));
    let provider = root.get("provider");
    let provider_name = provider.and_then(|provider| provider.text().or_else(|| provider.text_of("name"))).unwrap_or_default();
    if provider_name != "aws" {
        return batch.failed(service, format!("its provider is `{provider_name}`: only aws is imported"));
    }
    leftovers::tell(&mut service, root, "", &[], TOP_OTHERS);
    let project = match surroundings.project(document, false) {
        Ok(project) => project,
        Err(why) => return batch.failed(service, why),
    };
    let functions = root.get("functions");
    let listed = functions.map(Node::items).unwrap_or_default();
    for unread in functions.iter().filter_map(|node| node.text()).chain(listed.iter().filter_map(Node::text)) {
        service.warn(format!("the functions of `{unread}` are not read: import a file that holds them"));
    }
    if !service.notes.is_empty() {
        batch.noted(service, "its functions follow");
    }
    for (name, function) in functions.map(Node::entries).unwrap_or_default().iter().chain(listed.iter().flat_map(Node::entries)) {
        let made = make(document, name, function, &project, batch);
        batch.made(made);
    }
}

fn make(document: &Document, original: &str, function: &Node, project: &Project, batch: &Batch) -> Result<Draft, Box<Object>> {
    let root = &document.node;
    let mut object = document.object(function, "function", original);
    let runtime = function.text_of("runtime").or_else(|| root.at(&["provider", "runtime"]).and_then(Node::text)).unwrap_or("nodejs");
    let judged = filled(root, runtime).or(Ok("nodejs".to_owned())).and_then(|runtime: String| code::judge_runtime(&runtime));
    let judged = judged.and_then(|()| {
        let handler = function.get("handler").ok_or("it has no `handler`: it runs an image")?;
        let text = filled(root, handler.text().unwrap_or_default()).map_err(|variable| format!("its handler holds {variable}"))?;
        Ok((handler, text, batch.name(original, &mut object)?))
    });
    let (handler, handler_text, name) = match judged {
        Ok(judged) => judged,
        Err(why) => return Err(failed(object, why)),
    };
    let made_from = document.made_from("the Serverless function", original, function);
    let mut draft = Draft::new(name, original, object, made_from);
    draft.settings.text("dialect", "lambda", "provider");
    let patterns = patterns(root, function);
    let own = document.file.short.clone();
    let keeps = |path: &str| path != own && is_packed(&patterns, path);
    if let Err(why) = code::add(&mut draft, project, "", &handler_text, document.origin("handler", handler), &keeps) {
        return Err(failed(draft.object, why));
    }
    limits(&mut draft, document, function);
    environment(&mut draft, document, function);
    serverless_events::add(&mut draft, &ServiceFunction { document, function });
    leftovers::tell(&mut draft.object, function, "", FUNCTION_USED, FUNCTION_OTHERS);
    draft.packages();
    Ok(draft)
}

/// `package.patterns`, and what they were called before version 3; the last one that fits decides.
fn patterns(root: &Node, function: &Node) -> Vec<String> {
    let mut patterns = Vec::new();
    for package in [root.get("package"), function.get("package")].into_iter().flatten() {
        let of = |key: &str| package.get(key).map(Node::texts).unwrap_or_default();
        patterns.extend(of("exclude").into_iter().map(|pattern| format!("!{pattern}")));
        patterns.extend(of("include").into_iter().chain(of("patterns")).map(str::to_owned));
    }
    patterns
}

fn is_packed(patterns: &[String], path: &str) -> bool {
    patterns.iter().fold(true, |packed, pattern| match pattern.strip_prefix('!') {
        Some(pattern) => packed && !glob::matches(pattern, path),
        None => packed || glob::matches(pattern, path),
    })
}

fn limits(draft: &mut Draft, document: &Document, function: &Node) {
    let provider = document.node.get("provider");
    let find = |key: &str| function.get(key).or_else(|| provider.and_then(|provider| provider.get(key)));
    if let Some(node) = find("timeout") {
        match node.whole() {
            Some(seconds) => draft.time("wall_ms", seconds.saturating_mul(1000), &document.origin("timeout", node)),
            None => draft.object.drop("timeout", &format!("`{}` is no number", node.shown())),
        }
    }
    if let Some(node) = find("memorySize") {
        match node.whole() {
            Some(megabytes) => draft.memory(&format!("{megabytes}Mi"), &document.origin("memorySize", node)),
            None => draft.object.drop("memorySize", &format!("`{}` is no number", node.shown())),
        }
    }
    for (key, name) in [("provisionedConcurrency", "min"), ("reservedConcurrency", "max")] {
        if let Some((node, number)) = function.get(key).and_then(|node| Some((node, node.whole()?))) {
            draft.scale(name, number, &document.origin(key, node));
        }
    }
}

fn environment(draft: &mut Draft, document: &Document, function: &Node) {
    let of_provider = document.node.at(&["provider", "environment"]).map(Node::entries).unwrap_or_default();
    let of_function = function.get("environment").map(Node::entries).unwrap_or_default();
    for (key, node) in of_provider.iter().filter(|(key, _)| !of_function.iter().any(|(own, _)| own == key)).chain(of_function) {
        let Some(text) = node.text() else {
            draft.variable(key, &format!("was {}, which only CloudFormation knows", node.shown()));
            continue;
        };
        match filled(&document.node, text) {
            Ok(value) => draft.env(key, &value, &document.origin(&format!("environment.{key}"), node)),
            Err(variable) if variable.contains("ssm:") || variable.contains("secret") => draft.secret(key, &format!("was {variable}")),
            Err(variable) => draft.variable(key, &format!("was {variable}")),
        }
    }
}
