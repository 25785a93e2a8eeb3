//! Values of a SAM template: texts, and the intrinsic functions that its own parameters settle.
//!
//! Invariant: a parameter with `NoEcho` is a secret, and its default is not taken.

use crate::command::import::document::Node;

/// What a value is.
pub(super) enum Value {
    Known(String),
    /// A parameter that is kept out of sight.
    Secret(String),
    /// Known to AWS alone; the text says how the template writes it.
    Unknown(String),
}

/// The value of a node.
pub(super) fn value(root: &Node, node: &Node) -> Value {
    if let Some(text) = node.text() {
        return Value::Known(text.to_owned());
    }
    let shown = || Value::Unknown(node.shown());
    let Some((name, argument)) = node.intrinsic() else { return shown() };
    let text = argument.unwrap_or(node).tagged_text();
    match (name, text) {
        ("Ref", Some(parameter)) => reference(root, parameter).unwrap_or_else(shown),
        ("Sub", Some(text)) => substituted(root, text).unwrap_or_else(shown),
        _ => shown(),
    }
}

fn reference(root: &Node, parameter: &str) -> Option<Value> {
    let found = root.at(&["Parameters", parameter])?;
    if found.get("NoEcho").and_then(Node::boolean) == Some(true) {
        return Some(Value::Secret(format!("the parameter {parameter}")));
    }
    Some(Value::Known(found.text_of("Default")?.to_owned()))
}

/// `${Parameter}` in a text; `${!x}` is `${x}` itself.
fn substituted(root: &Node, text: &str) -> Option<Value> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, then) = after.split_once('}')?;
        whole.push_str(before);
        match name.strip_prefix('!') {
            Some(literal) => whole.push_str(&format!("${{{literal}}}")),
            None => match reference(root, name)? {
                Value::Known(text) => whole.push_str(&text),
                other => return Some(other),
            },
        }
        rest = then;
    }
    whole.push_str(rest);
    Some(Value::Known(whole))
}
