//! The events of a function of a SAM template: addresses and schedules; all others are told.
//!
//! Invariant: an address that an authorizer guarded becomes one that everybody reaches, and the user is warned.

use super::routes::{Address, HttpEvent, Routes};
use crate::command::import::document::Node;
use crate::command::import::draft::{CronDraft, Draft};
use crate::command::import::formats::leftovers;
use crate::command::import::source::Document;
use crate::command::import::units;

/// Adds routes and schedules.
pub(super) fn add(draft: &mut Draft, document: &Document, properties: Option<&Node>) {
    let Some(properties) = properties else { return };
    let mut routes = Routes::default();
    for (id, event) in properties.get("Events").map(Node::entries).unwrap_or_default() {
        let kind = event.text_of("Type").unwrap_or_default();
        if let Err(why) = one(draft, document, id, kind, event, &mut routes) {
            draft.object.drop(&format!("Events.{id} ({kind})"), &why);
        }
    }
    if let Some(url) = properties.get("FunctionUrlConfig") {
        routes.event(HttpEvent::FunctionUrl);
        if url.text_of("AuthType") == Some("AWS_IAM") {
            draft.object.warn("its address is open to everybody: skep has no IAM");
        }
        leftovers::tell(
            &mut draft.object,
            url,
            "FunctionUrlConfig",
            &["AuthType", "InvokeMode"],
            &[("Cors", "a function sends its own CORS headers")],
        );
    }
    routes.write(draft);
}

fn one(draft: &mut Draft, document: &Document, id: &str, kind: &str, event: &Node, routes: &mut Routes) -> Result<(), String> {
    let properties = event.get("Properties");
    let text = |key: &str| properties.and_then(|properties| properties.text_of(key));
    match kind {
        "Api" | "HttpApi" => {
            let event_kind = if kind == "Api" { HttpEvent::ApiV1 } else { HttpEvent::ApiV2 };
            let path = text("Path").unwrap_or("*");
            let own = properties.and_then(|properties| properties.get("Auth"));
            let is_guarded = match own.and_then(|auth| auth.text_of("Authorizer")) {
                Some(name) => name != "NONE",
                None => own.is_some() || has_default_authorizer(&document.node, kind),
            };
            if is_guarded {
                draft.object.warn(format!("`{path}` is open to everybody: skep runs no authorizer"));
            }
            let method = text("Method").unwrap_or("ANY");
            routes.add(event_kind, Address { host: None, path, method, origin: document.origin(&format!("Events.{id}"), event) })
        }
        "Schedule" | "ScheduleV2" => {
            if properties.and_then(|properties| properties.get("Enabled")).and_then(Node::boolean) == Some(false)
                || text("State") == Some("DISABLED")
            {
                return Err("it is switched off".to_owned());
            }
            let schedule = text("Schedule").or_else(|| text("ScheduleExpression")).ok_or("the template does not say when")?;
            if text("Input").is_some() {
                draft.object.drop(&format!("Events.{id}.Input"), "a schedule of skep sends no body of its own");
            }
            let cron = CronDraft {
                name: id.to_owned(),
                schedule: units::aws_schedule(schedule)?,
                path: None,
                origin: document.origin(&format!("Events.{id}"), event),
            };
            draft.cron(&cron).map(drop)
        }
        _ => Err("skep has no such events yet".to_owned()),
    }
}

/// Whether an API of this kind asks an authorizer where an event says nothing.
fn has_default_authorizer(root: &Node, kind: &str) -> bool {
    let names = |auth: Option<&Node>| auth.is_some_and(|auth| auth.get("DefaultAuthorizer").is_some());
    let of_kind = format!("AWS::Serverless::{kind}");
    let apis = root.get("Resources").map(Node::entries).unwrap_or_default().iter().map(|(_, resource)| resource);
    let mut guarded = apis.filter(|resource| resource.text_of("Type") == Some(&of_kind)).map(|api| api.at(&["Properties", "Auth"]));
    names(root.at(&["Globals", kind, "Auth"])) || guarded.any(names)
}
