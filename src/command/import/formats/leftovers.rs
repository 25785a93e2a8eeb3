//! Keys of an object that no format reads: each is told once, with a reason.
//!
//! Invariant: a key is used, known to be needless, or told.

use crate::command::import::document::Node;
use crate::command::import::report::Object;

/// Tells every key of `node` that is neither used nor in `reasons`' silent part. A reason that is empty is silent.
pub(super) fn tell(object: &mut Object, node: &Node, path: &str, used: &[&str], reasons: &[(&str, &str)]) {
    for (key, value) in node.entries() {
        if used.contains(&key.as_str()) || is_empty(value) {
            continue;
        }
        let full = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
        match reasons.iter().find(|(known, _)| known == key) {
            Some((_, "")) => {}
            Some((_, why)) => object.drop(&full, why),
            None => object.drop(&full, "skep has nothing like it"),
        }
    }
}

/// `null`, `""`, `[]` and `{}` say nothing.
pub(super) fn is_empty(node: &Node) -> bool {
    node.is_null()
        || node.text() == Some("")
        || (node.is_map() && node.entries().is_empty() && node.tag.is_none())
        || (node.is_list() && node.items().is_empty())
}
