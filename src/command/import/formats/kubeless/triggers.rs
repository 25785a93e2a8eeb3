//! What calls a kubeless function: HTTP, schedules, NATS and Kafka.
//!
//! Invariant: a trigger becomes lines of a function, or says why it does not.

use crate::command::import::batch::Batch;
use crate::command::import::document::Node;
use crate::command::import::draft::{CronDraft, RouteDraft};
use crate::command::import::formats::{kubernetes, leftovers};
use crate::command::import::report::Object;
use crate::command::import::source::Document;
use crate::command::import::units;

/// What an HTTPTrigger has beside host and path.
const HTTP_OTHERS: &[(&str, &str)] = &[
    ("tls", "skep ends no TLS for a route"),
    ("tls-secret", "skep ends no TLS for a route"),
    ("tls-acme", "skep ends no TLS for a route"),
    ("basic-auth-secret", "skep checks no passwords: whoever reaches the address calls the function"),
    ("gateway", "skep answers by itself"),
    ("cors-enable", "a function sends its own CORS headers; the kubeless dialect allows every origin"),
    ("ingress-enabled", ""),
];

/// Adds a trigger to its function.
pub(super) fn join(document: &Document, batch: &mut Batch) {
    let kind = document.node.text_of("kind").unwrap_or_default();
    let name = kubernetes::name(&document.node);
    let mut object = document.object(&document.node, kind, name);
    let Some(spec) = document.node.get("spec") else { return batch.failed(object, "it has no `spec`") };
    let joined = match kind {
        "HTTPTrigger" => http(document, spec, name, &mut object, batch),
        "CronJobTrigger" => cron(document, spec, name, &mut object, batch),
        "NATSTrigger" => Err(nats(spec)),
        "KafkaTrigger" | "KinesisTrigger" | "PulsarTrigger" => {
            Err(format!("skep takes no messages of {}", kind.strip_suffix("Trigger").unwrap_or(kind)))
        }
        _ => Err(format!("`{kind}` is no object of kubeless that is known")),
    };
    batch.joined(object, joined);
}

fn http(document: &Document, spec: &Node, name: &str, object: &mut Object, batch: &mut Batch) -> Result<(String, String), String> {
    let draft = batch.named(spec.text_of("function-name").ok_or("it has no `function-name`")?)?;
    leftovers::tell(object, spec, "spec", &["function-name", "host-name", "path"], HTTP_OTHERS);
    let path = spec.text_of("path").unwrap_or_default().trim_matches('/');
    // The ingress hands over `/` and what follows the path.
    if !path.is_empty() {
        object.warn(format!(
            "the function sees the whole path, `/{path}/...`; kubeless's ingress took `/{path}` off, as skep does at /{}",
            draft.name
        ));
    }
    let path = if path.is_empty() { "/*".to_owned() } else { format!("/{path}/*") };
    let route = RouteDraft {
        host: spec.text_of("host-name").filter(|host| !host.is_empty()).map(str::to_owned),
        path,
        origin: document.made_from("HTTPTrigger", name, &document.node),
        ..RouteDraft::default()
    };
    let what = draft.route(&route)?;
    Ok((draft.name.to_string(), what))
}

fn cron(document: &Document, spec: &Node, name: &str, object: &mut Object, batch: &mut Batch) -> Result<(String, String), String> {
    let draft = batch.named(spec.text_of("function-name").ok_or("it has no `function-name`")?)?;
    leftovers::tell(
        object,
        spec,
        "spec",
        &["function-name", "schedule"],
        &[
            ("payload", "a schedule of skep sends no body: let the function know what it needs when none comes"),
            ("payload-content-type", ""),
        ],
    );
    let cron = CronDraft {
        name: name.to_owned(),
        schedule: units::schedule(spec.text_of("schedule").ok_or("it has no `schedule`")?)?,
        path: Some("/".to_owned()),
        origin: document.made_from("CronJobTrigger", name, &document.node),
    };
    let what = draft.cron(&cron)?;
    Ok((draft.name.to_string(), what))
}

/// A NATSTrigger chooses functions by their labels.
fn nats(spec: &Node) -> String {
    let labels = spec.at(&["functionSelector", "matchLabels"]).map(Node::entries).unwrap_or_default();
    let labels: Vec<String> = labels.iter().filter_map(|(key, value)| Some(format!("{key}={}", value.text()?))).collect();
    let topic = spec.text_of("topic").unwrap_or("?");
    format!("skep takes no messages of NATS yet: {topic}, for the functions labelled {}", labels.join(" "))
}
