//! The events of a function of a serverless.yml: addresses and schedules; all others are told.
//!
//! Invariant: an address that an authorizer guarded becomes one that everybody reaches, and the user is warned.

use super::routes::{Address, HttpEvent, Routes};
use super::serverless_values::filled;
use crate::command::import::document::Node;
use crate::command::import::draft::{CronDraft, Draft};
use crate::command::import::source::Document;
use crate::command::import::units;

/// The function whose events are read.
pub(super) struct ServiceFunction<'d> {
    pub(super) document: &'d Document,
    pub(super) function: &'d Node,
}

/// Adds routes and schedules.
pub(super) fn add(draft: &mut Draft, service: &ServiceFunction<'_>) {
    let mut routes = Routes::default();
    for item in service.function.get("events").map(Node::items).unwrap_or_default() {
        // `- schedule: …` is a map of one key, `- httpApi` alone a text.
        let alone = item.text().map(|kind| (kind, item));
        for (kind, node) in item.entries().iter().map(|(kind, node)| (kind.as_str(), node)).chain(alone) {
            if let Err(why) = event(draft, service, kind, node, &mut routes) {
                draft.object.drop(&format!("events.{kind}"), &why);
            }
        }
    }
    if let Some(url) = service.function.get("url").filter(|url| url.boolean() != Some(false)) {
        routes.event(HttpEvent::FunctionUrl);
        guard(draft, url, "url");
    }
    routes.write(draft);
}

fn event(draft: &mut Draft, service: &ServiceFunction<'_>, kind: &str, node: &Node, routes: &mut Routes) -> Result<(), String> {
    let root = &service.document.node;
    let fill = |text: &str| filled(root, text).map_err(|variable| format!("it holds {variable}"));
    match kind {
        "http" | "httpApi" => {
            let event = if kind == "http" { HttpEvent::ApiV1 } else { HttpEvent::ApiV2 };
            let (method, path) = match node.text() {
                Some(text) => short(text),
                None => (node.text_of("method").unwrap_or("ANY").to_owned(), node.text_of("path").unwrap_or("*").to_owned()),
            };
            let path = fill(&path)?;
            guard(draft, node, &path);
            routes.add(event, Address { host: None, path: &path, method: &method, origin: service.document.origin(kind, node) })
        }
        "alb" => {
            let conditions = node.get("conditions");
            let texts = |key: &str| conditions.and_then(|conditions| conditions.get(key)).map(Node::texts).unwrap_or_default();
            let hosts = texts("host");
            let methods = texts("method");
            for path in texts("path") {
                for method in if methods.is_empty() { vec![""] } else { methods.clone() } {
                    for host in if hosts.is_empty() { vec![None] } else { hosts.iter().map(|host| Some(*host)).collect() } {
                        let origin = service.document.origin("alb", node);
                        routes.add(HttpEvent::Alb, Address { host, path, method, origin })?;
                    }
                }
            }
            Ok(())
        }
        "schedule" => schedules(draft, service, node),
        _ => Err("skep has no such events yet".to_owned()),
    }
}

/// `GET /users/{id}`, or `*`.
fn short(text: &str) -> (String, String) {
    match text.trim().split_once(char::is_whitespace) {
        Some((method, path)) => (method.to_owned(), path.trim().to_owned()),
        None => ("ANY".to_owned(), text.trim().to_owned()),
    }
}

fn schedules(draft: &mut Draft, service: &ServiceFunction<'_>, node: &Node) -> Result<(), String> {
    if node.get("enabled").and_then(Node::boolean) == Some(false) {
        return Err("it is switched off".to_owned());
    }
    if node.get("input").is_some() || node.get("inputTransformer").is_some() {
        draft.object.drop("schedule.input", "a schedule of skep sends no body of its own");
    }
    let rates = match node.text() {
        Some(rate) => vec![rate],
        None => node.get("rate").map(Node::texts).unwrap_or_default(),
    };
    for rate in rates {
        let rate = filled(&service.document.node, rate).map_err(|variable| format!("it holds {variable}"))?;
        let cron = CronDraft {
            name: node.text_of("name").unwrap_or(&draft.original).to_owned(),
            schedule: units::aws_schedule(&rate)?,
            path: None,
            origin: service.document.origin("schedule", node),
        };
        draft.cron(&cron)?;
    }
    Ok(())
}

/// Warns where a guard is left behind.
fn guard(draft: &mut Draft, node: &Node, path: &str) {
    let guards = ["authorizer", "private"].into_iter().filter(|key| node.get(key).is_some_and(|guard| guard.boolean() != Some(false)));
    for key in guards {
        draft.object.warn(format!("`{path}` is open to everybody: skep runs no `{key}`"));
    }
    if node.get("cors").is_some_and(|cors| cors.boolean() != Some(false)) {
        draft.object.drop(&format!("cors of {path}"), "a function sends its own CORS headers");
    }
}
