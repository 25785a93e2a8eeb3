//! A kubeless `Function` becomes a folder.
//!
//! Invariant: what the object says about its container is imported or told, never ignored.

use super::{code, container};
use crate::command::import::batch::{Batch, failed};
use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::formats::{kubernetes, leftovers};
use crate::command::import::report::Object;
use crate::command::import::source::{Document, Surroundings};
use crate::command::import::units;

/// Keys of `spec` that are read here, in `code` and in `container`.
const USED: &[&str] =
    &["handler", "runtime", "timeout", "deps", "checksum", "function", "function-content-type", "deployment", "horizontalPodAutoscaler"];
/// The others that are known.
const OTHERS: &[(&str, &str)] = &[
    ("service", "skep answers on its own addresses"),
    ("servicePort", "skep answers on its own addresses"),
    ("type", ""),
    ("topic", "a topic of a function stands in a NATSTrigger since kubeless 1.0"),
    ("schedule", "a schedule of a function stands in a CronJobTrigger since kubeless 1.0"),
];

/// Makes a function.
pub(super) fn make(document: &Document, surroundings: &Surroundings, batch: &Batch) -> Result<Draft, Box<Object>> {
    let original = kubernetes::name(&document.node).to_owned();
    let mut object = document.object(&document.node, "Function", &original);
    let spec = match judge(&document.node) {
        Ok(spec) => spec,
        Err(why) => return Err(failed(object, why)),
    };
    let name = match batch.name(&original, &mut object) {
        Ok(name) => name,
        Err(why) => return Err(failed(object, why)),
    };
    let made_from = document.made_from("the kubeless Function", &original, &document.node);
    let mut draft = Draft::new(name, &original, object, made_from);
    draft.labels = kubernetes::labels(&document.node);
    draft.settings.text("dialect", "kubeless", "apiVersion");
    if let Err(why) = code::add(&mut draft, document, spec, surroundings) {
        return Err(failed(draft.object, why));
    }
    timeout(&mut draft, document, spec);
    container::add(&mut draft, document, spec);
    scale(&mut draft, document, spec);
    leftovers::tell(&mut draft.object, spec, "spec", USED, OTHERS);
    leftovers::tell(&mut draft.object, &document.node, "", kubernetes::OBJECT_KEYS, &[]);
    if let Some(namespace) = document.node.at(&["metadata", "namespace"]).and_then(Node::text).filter(|name| *name != "default") {
        draft.object.drop("metadata.namespace", &format!("skep has no namespaces; `{namespace}` is not part of its address"));
    }
    draft.packages();
    Ok(draft)
}

/// The object's `spec`, if it is one that Skep can run.
fn judge(node: &Node) -> Result<&Node, String> {
    let version = node.text_of("apiVersion").unwrap_or_default();
    if version != "kubeless.io/v1beta1" {
        return Err(format!(
            "its apiVersion is `{version}`, whose functions take (request, response); only kubeless.io/v1beta1 is imported"
        ));
    }
    let spec = node.get("spec").filter(|spec| spec.is_map()).ok_or("it has no `spec`")?;
    let runtime = spec.text_of("runtime").unwrap_or_default();
    if runtime.starts_with("nodejsCE") {
        return Err(format!("its runtime is `{runtime}`: CloudEvents 0.1 handlers are not supported"));
    }
    match runtime.starts_with("nodejs") {
        true => Ok(spec),
        false => Err(format!("its runtime is `{runtime}`: only nodejs functions are imported")),
    }
}

/// kubeless ends a function that takes longer; it counts computing and waiting alike.
fn timeout(draft: &mut Draft, document: &Document, spec: &Node) {
    let Some(node) = spec.get("timeout") else { return };
    let text = node.text().unwrap_or_default();
    if text.is_empty() {
        return;
    }
    match units::milliseconds(text) {
        Some(milliseconds) => {
            draft.time("wall_ms", milliseconds, &document.origin("spec.timeout", node));
            draft.time("cpu_ms", milliseconds, "the same");
        }
        None => draft.object.drop("spec.timeout", &format!("`{text}` is no time")),
    }
}

fn scale(draft: &mut Draft, document: &Document, spec: &Node) {
    let Some(autoscaler) = spec.at(&["horizontalPodAutoscaler", "spec"]) else { return };
    for (key, name) in [("minReplicas", "min"), ("maxReplicas", "max")] {
        if let Some((node, number)) = autoscaler.get(key).and_then(|node| Some((node, node.whole()?))) {
            draft.scale(name, number, &document.origin(&format!("spec.horizontalPodAutoscaler.spec.{key}"), node));
        }
    }
    if autoscaler.get("metrics").is_some() {
        draft.object.drop("spec.horizontalPodAutoscaler.spec.metrics", "skep adds instances when calls wait");
    }
}
