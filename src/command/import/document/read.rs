//! Finds the syntax of a file from its content, and reads it.
//!
//! Invariant: the name of a file decides nothing but which of three errors is shown, and that a broken `.json` is not taken for YAML.

use super::node::Node;
use super::{json, toml, yaml};

/// The syntax that a file turned out to have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::command::import) enum Syntax {
    Yaml,
    Toml,
    Json,
}

/// Every document of a text: one, but for YAML.
///
/// # Errors
/// If it is none of the three, with the line.
pub(in crate::command::import) fn documents(name: &str, text: &str) -> Result<(Syntax, Vec<Node>), String> {
    let is_object = text.trim_start().starts_with('{');
    let as_json = if is_object { json::document(text) } else { Err("it does not begin with `{`".to_owned()) };
    let as_json = match as_json {
        Ok(node) => return Ok((Syntax::Json, vec![node])),
        // Most broken JSON is YAML of another meaning.
        Err(error) if name.ends_with(".json") => return Err(format!("it is no JSON: {error}")),
        Err(error) => error,
    };
    let as_toml = match toml::document(text) {
        // A text of comments alone is TOML too, and YAML without a document.
        Ok(node) if !node.entries().is_empty() => return Ok((Syntax::Toml, vec![node])),
        Ok(_) => "it is empty".to_owned(),
        Err(error) => error,
    };
    let as_yaml = match yaml::documents(text) {
        Ok(documents) => return Ok((Syntax::Yaml, documents)),
        Err(error) => error,
    };
    Err(match name.rsplit('.').next() {
        _ if is_object => format!("it is neither JSON ({as_json}) nor YAML ({as_yaml})"),
        Some("toml") => format!("it is no TOML: {as_toml}"),
        _ => format!("it is no YAML: {as_yaml}"),
    })
}
