//! Values of a SAM template: texts, and the intrinsic functions that its own parameters settle.
//!
//! Invariant: a parameter with `NoEcho` is a secret, and its default is not taken.

use crate::command::import::document::Node;

/// What a value is.
pub(super) enum TemplateValue {
    Known(String),
    /// A parameter that is kept out of sight.
    Secret(String),
    /// Known to AWS alone; the text says how the template writes it.
    Unknown(String),
}

/// The value of a node.
pub(super) fn value(root: &Node, node: &Node) -> TemplateValue {
    if let Some(text) = node.text() {
        return TemplateValue::Known(text.to_owned());
    }
    let shown = || TemplateValue::Unknown(node.shown());
    let Some((name, argument)) = node.intrinsic() else { return shown() };
    let text = argument.unwrap_or(node).tagged_text();
    match (name, text) {
        ("Ref", Some(parameter)) => reference(root, parameter).unwrap_or_else(shown),
        ("Sub", Some(text)) => substituted(root, text).unwrap_or_else(shown),
        _ => shown(),
    }
}

fn reference(root: &Node, parameter: &str) -> Option<TemplateValue> {
    let found = root.at(&["Parameters", parameter])?;
    if found.get("NoEcho").and_then(Node::boolean) == Some(true) {
        return Some(TemplateValue::Secret(format!("the parameter {parameter}")));
    }
    Some(TemplateValue::Known(found.text_of("Default")?.to_owned()))
}

/// `${Parameter}` in a text; `${!x}` is `${x}` itself.
fn substituted(root: &Node, text: &str) -> Option<TemplateValue> {
    let mut whole = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("${") {
        let (name, then) = after.split_once('}')?;
        whole.push_str(before);
        match name.strip_prefix('!') {
            Some(literal) => whole.push_str(&format!("${{{literal}}}")),
            None => match reference(root, name)? {
                TemplateValue::Known(text) => whole.push_str(&text),
                other => return Some(other),
            },
        }
        rest = then;
    }
    whole.push_str(rest);
    Some(TemplateValue::Known(whole))
}
