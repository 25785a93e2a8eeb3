//! What calls a Fission function: HTTP, time, and messages.
//!
//! Invariant: a trigger becomes lines of a function, or says why it does not.

use super::specs;
use crate::command::import::batch::Batch;
use crate::command::import::document::Node;
use crate::command::import::draft::{CronDraft, RouteDraft};
use crate::command::import::formats::leftovers;
use crate::command::import::report::Object;
use crate::command::import::source::Document;
use crate::command::import::{paths, units};

const HTTP_USED: &[&str] = &["functionref", "relativeurl", "prefix", "method", "methods", "host", "ingressconfig", "routeConfig"];
const HTTP_OTHERS: &[(&str, &str)] = &[
    ("createingress", ""),
    ("keepPrefix", "the function sees the whole path"),
    ("corsConfig", "a function sends its own CORS headers"),
    ("authConfig", "skep asks nobody: whoever reaches the address calls the function"),
    ("rateLimit", "skep counts no calls of a client"),
];

/// Adds a trigger to its function.
pub(super) fn join(document: &Document, batch: &mut Batch) {
    let kind = document.node.text_of("kind").unwrap_or_default();
    let name = specs::name(&document.node);
    let mut object = document.object(&document.node, kind, name);
    let Some(spec) = document.node.get("spec") else { return batch.failed(object, "it has no `spec`") };
    let joined = match kind {
        "HTTPTrigger" => http(document, spec, name, &mut object, batch),
        "TimeTrigger" => time(document, spec, name, &mut object, batch),
        "MessageQueueTrigger" => Err(format!("skep takes no messages of {} yet", spec.text_of("messageQueueType").unwrap_or("a broker"))),
        "KubernetesWatchTrigger" => Err("skep watches no Kubernetes".to_owned()),
        "CanaryConfig" => Err("a canary is an act: `skep deploy --canary` and `skep canary`".to_owned()),
        _ => Err(format!("`{kind}` is no object of Fission that is known")),
    };
    batch.joined(object, joined);
}

/// The function that a reference names.
fn function(spec: &Node) -> Result<&str, String> {
    let reference = spec.get("functionref").ok_or("it has no `functionref`")?;
    if let Some(weights) = reference.get("functionweights").filter(|weights| !leftovers::is_empty(weights)) {
        let shown: Vec<String> =
            weights.entries().iter().map(|(name, weight)| format!("{name} {}", weight.text().unwrap_or("?"))).collect();
        return Err(format!("it weighs functions ({}): skep weighs versions of one function, see `skep canary`", shown.join(", ")));
    }
    reference.text_of("name").filter(|name| !name.is_empty()).ok_or_else(|| "its `functionref` names no function".to_owned())
}

fn http(document: &Document, spec: &Node, name: &str, object: &mut Object, batch: &mut Batch) -> Result<(String, String), String> {
    let draft = batch.named(function(spec)?)?;
    leftovers::tell(object, spec, "spec", HTTP_USED, HTTP_OTHERS);
    for pin in ["alias", "version"] {
        if let Some(text) = spec.at(&["functionref", pin]).and_then(Node::text) {
            object.drop(&format!("spec.functionref.{pin}"), &format!("a route of skep leads to what is live, not to `{text}`"));
        }
    }
    let ingress = spec.get("ingressconfig");
    let gateway = spec.get("routeConfig");
    if let Some(ingress) = ingress {
        leftovers::tell(
            object,
            ingress,
            "spec.ingressconfig",
            &["host", "path"],
            &[("tls", "skep ends no TLS for a route"), ("annotations", "skep answers by itself")],
        );
    }
    let is_host = |host: &&str| !matches!(*host, "" | "*");
    let hostnames = gateway.and_then(|gateway| gateway.get("hostnames")).map(Node::texts).unwrap_or_default();
    if let Some(gateway) = gateway {
        let others = [
            ("provider", ""),
            ("path", ""),
            ("gateway", "skep answers by itself"),
            ("annotations", "skep answers by itself"),
            ("tls", "skep ends no TLS for a route"),
        ];
        leftovers::tell(object, gateway, "spec.routeConfig", &["hostnames"], &others);
    }
    let host = spec.text_of("host").or_else(|| hostnames.first().copied()).filter(is_host);
    let host = host.or_else(|| ingress.and_then(|ingress| ingress.text_of("host")).filter(is_host));
    for other in hostnames.iter().skip(1) {
        object.drop("spec.routeConfig.hostnames", &format!("write a route for `{other}` too"));
    }
    let path = match spec.text_of("prefix").filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => paths::below(&paths::braces(prefix)?),
        None => paths::braces(spec.text_of("relativeurl").ok_or("it has neither `relativeurl` nor `prefix`")?)?,
    };
    let listed = spec.get("methods").map(Node::texts).filter(|methods| !methods.is_empty());
    let methods = listed.unwrap_or_else(|| spec.get("method").map(Node::texts).unwrap_or_default());
    let route = RouteDraft {
        host: host.map(str::to_owned),
        path,
        methods: methods.into_iter().filter(|method| !method.is_empty()).map(str::to_owned).collect(),
        origin: document.made_from("HTTPTrigger", name, &document.node),
    };
    let what = draft.route(&route)?;
    Ok((draft.name.to_string(), what))
}

fn time(document: &Document, spec: &Node, name: &str, object: &mut Object, batch: &mut Batch) -> Result<(String, String), String> {
    let draft = batch.named(function(spec)?)?;
    if let Some(method) = spec.text_of("method").filter(|method| !matches!(*method, "" | "POST")) {
        object.drop("spec.method", &format!("a schedule calls with POST, not with {method}"));
    }
    leftovers::tell(object, spec, "spec", &["functionref", "cron", "method", "subpath"], &[]);
    let below = spec.text_of("subpath").unwrap_or_default().trim_start_matches('/');
    let cron = CronDraft {
        name: name.to_owned(),
        schedule: units::schedule(spec.text_of("cron").ok_or("it has no `cron`")?)?,
        path: Some(format!("/{below}")),
        origin: document.made_from("TimeTrigger", name, &document.node),
    };
    let what = draft.cron(&cron)?;
    Ok((draft.name.to_string(), what))
}
