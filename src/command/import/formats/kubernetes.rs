//! Objects of Kubernetes itself, which stand beside functions in one file, and lists of objects as `kubectl get -o yaml` writes them.
//!
//! Invariant: nothing of a `Secret` is read but its name.

use crate::command::import::batch::Batch;
use crate::command::import::document::{Node, Syntax};
use crate::command::import::source::Document;

/// What an object consists of; a key beside them is a slip of the indentation, and is told.
pub(super) const OBJECT_KEYS: &[&str] = &["apiVersion", "kind", "metadata", "spec", "status"];

/// Every object, those of a `kind: List` apart.
pub(super) fn flattened(documents: Vec<(Syntax, Document)>) -> Vec<(Syntax, Document)> {
    let mut flat = Vec::new();
    for (syntax, document) in documents {
        let is_list = document.node.text_of("kind").is_some_and(|kind| kind.ends_with("List"));
        match document.node.get("items").filter(|_| is_list) {
            Some(items) => {
                let file = &document.file;
                flat.extend(items.items().iter().map(|item| (syntax, Document { file: file.clone(), node: item.clone() })));
            }
            None => flat.push((syntax, document)),
        }
    }
    flat
}

/// Says why an object is not needed.
pub(super) fn leave_out(document: &Document, batch: &mut Batch) {
    let kind = document.node.text_of("kind").unwrap_or_default();
    let object = document.object(&document.node, kind, name(&document.node));
    let why = match kind {
        "Secret" => "skep reads no values of secrets: set them with `skep secret NAME KEY=-` for the functions that use them",
        "ConfigMap" => "functions read variables: put them into [env], or set them with `skep env`",
        "Ingress" | "HTTPRoute" | "Gateway" => "skep routes by itself: see routes in function.toml",
        "Namespace" => "skep has no namespaces",
        _ => "it is no function, and skep needs none of it",
    };
    batch.left_out(object, why);
}

/// `metadata.name`.
pub(super) fn name(node: &Node) -> &str {
    node.at(&["metadata", "name"]).and_then(Node::text).unwrap_or("(no name)")
}

/// `metadata.labels`.
pub(super) fn labels(node: &Node) -> Vec<(String, String)> {
    let labels = node.at(&["metadata", "labels"]).map(Node::entries).unwrap_or_default();
    labels.iter().filter_map(|(key, value)| Some((key.clone(), value.text()?.to_owned()))).collect()
}
