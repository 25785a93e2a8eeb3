//! JSON as a tree. It has no lines: the paths of its keys say where a value comes from.
//!
//! Invariant: the library refuses more than 128 levels, this file more than the tree's own bound.

use serde_json::Value;

use super::limits::{DEPTH_MAX, Weight};
use super::node::Node;

/// The one value of a text.
pub(super) fn document(text: &str) -> Result<Node, String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut weight = Weight::default();
    node(value, 0, &mut weight)
}

fn node(value: Value, depth: usize, weight: &mut Weight) -> Result<Node, String> {
    if depth > DEPTH_MAX {
        return Err(format!("it has more than {DEPTH_MAX} lists and objects inside each other"));
    }
    weight.add(Weight::of_text(if let Value::String(text) = &value { text.len() } else { 0 }));
    if let Some(excess) = weight.excess() {
        return Err(excess);
    }
    Ok(match value {
        Value::Null => Node::scalar(0, "null", true),
        Value::Bool(boolean) => Node::scalar(0, boolean.to_string(), true),
        Value::Number(number) => Node::scalar(0, number.to_string(), true),
        Value::String(text) => Node::scalar(0, text, false),
        Value::Array(items) => Node::list(0, items.into_iter().map(|item| node(item, depth + 1, weight)).collect::<Result<_, _>>()?),
        Value::Object(entries) => {
            let entries = entries.into_iter().map(|(key, value)| Ok((key, node(value, depth + 1, weight)?)));
            Node::map(0, entries.collect::<Result<_, String>>()?)
        }
    })
}
