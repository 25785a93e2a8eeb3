//! `spec.deployment` of a kubeless `Function`: limits, variables and secrets of its container.
//!
//! Invariant: a value that comes from a secret is told by its name.

use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::formats::leftovers;
use crate::command::import::settings::{ManifestTable, ManifestValue};
use crate::command::import::source::Document;

/// The path of a container, for messages.
const CONTAINER: &str = "spec.deployment.spec.template.spec.containers[0]";
/// Megabytes of a request's body, to kubeless's Node runtime.
const BODY_VARIABLE: &str = "REQ_MB_LIMIT";

/// Adds what the deployment says.
pub(super) fn add(draft: &mut Draft, document: &Document, spec: &Node) {
    let Some(deployment) = spec.at(&["deployment", "spec"]) else { return };
    let others = [
        ("replicas", "skep starts instances by itself: see [scale]"),
        ("selector", ""),
        ("strategy", "skep releases without an interruption"),
    ];
    leftovers::tell(&mut draft.object, deployment, "spec.deployment.spec", &["template"], &others);
    let Some(pod) = deployment.at(&["template", "spec"]) else { return };
    leftovers::tell(&mut draft.object, pod, "spec.deployment.spec.template.spec", &["containers", "volumes"], &[]);
    let containers = pod.get("containers").map(Node::items).unwrap_or_default();
    let Some(container) = containers.first() else { return };
    if containers.len() > 1 {
        draft.object.drop("containers beside the first", "skep runs no containers");
    }
    if let Some(memory) = container.at(&["resources", "limits", "memory"]) {
        let origin = document.origin("resources.limits.memory", memory);
        draft.memory(memory.text().unwrap_or_default(), &origin);
    }
    if container.at(&["resources", "limits", "cpu"]).is_some() {
        draft.object.drop("resources.limits.cpu", "it is a share of a core; `cpu_ms` counts the time of one call");
    }
    for variable in container.get("env").map(Node::items).unwrap_or_default() {
        environment(draft, document, variable);
    }
    mounts(draft, pod, container);
    let others = [("name", ""), ("image", "skep runs the code without a container"), ("imagePullPolicy", "")];
    leftovers::tell(&mut draft.object, container, CONTAINER, &["env", "resources", "volumeMounts"], &others);
}

fn environment(draft: &mut Draft, document: &Document, variable: &Node) {
    let Some(name) = variable.text_of("name") else { return };
    let origin = document.origin(&format!("env {name}"), variable);
    if let Some(value) = variable.text_of("value") {
        if let Some(megabytes) = value.parse::<u64>().ok().filter(|_| name == BODY_VARIABLE) {
            draft.settings.set(ManifestTable::Limits, "body_mb", ManifestValue::Whole(megabytes.min(10_240)), &origin);
        }
        return draft.env(name, value, &origin);
    }
    let source = variable.get("valueFrom");
    let from = |kind: &str| {
        source
            .and_then(|source| source.get(kind))
            .map(|node| format!("{} of {}", node.text_of("key").unwrap_or("?"), node.text_of("name").unwrap_or("?")))
    };
    if let Some(secret) = from("secretKeyRef") {
        draft.secret(name, &format!("was the secret {secret}"));
    } else if let Some(map) = from("configMapKeyRef") {
        draft.variable(name, &format!("was the ConfigMap {map}"));
    } else if source.is_some() {
        draft.object.drop(&format!("env {name}"), "its value is known to Kubernetes alone");
    } else {
        draft.env(name, "", &origin);
    }
}

/// Secrets that kubeless mounts at `/NAME/KEY` are read from the secret `NAME_KEY`.
fn mounts(draft: &mut Draft, pod: &Node, container: &Node) {
    let volumes = pod.get("volumes").map(Node::items).unwrap_or_default();
    let mounts = container.get("volumeMounts").map(Node::items).unwrap_or_default();
    for volume in volumes {
        let name = volume.text_of("name").unwrap_or_default();
        let mount = mounts.iter().find(|mount| mount.text_of("name") == Some(name));
        let path = mount.and_then(|mount| mount.text_of("mountPath")).unwrap_or("(nowhere)");
        match volume.at(&["secret", "secretName"]).and_then(Node::text) {
            Some(secret) => draft.secret(&format!("{secret}_KEY"), &format!("for each KEY of the secret {secret}, mounted at {path}")),
            None => draft.object.drop(&format!("volume {name} at {path}"), "a function reads the files of its folder alone"),
        }
    }
}
