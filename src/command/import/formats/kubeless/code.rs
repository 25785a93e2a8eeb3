//! The code of a kubeless `Function`: text, base64, an archive, or an address.
//!
//! Invariant: the checksum is that of the decoded content, and a content that does not have it is not taken.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::package::{check_sha256, unpack};
use crate::command::import::project::inside;
use crate::command::import::source::{Document, Surroundings};

/// Adds the files, `handler` and `package.json`.
///
/// # Errors
/// If there is no code, or none that the handler names.
pub(super) fn add(draft: &mut Draft, document: &Document, spec: &Node, surroundings: &Surroundings) -> Result<(), String> {
    let handler = spec.get("handler").ok_or("it has no `spec.handler`")?;
    let text = handler.text().unwrap_or_default();
    let (file, export) = text
        .rsplit_once('.')
        .filter(|(file, export)| !file.is_empty() && !export.is_empty())
        .ok_or_else(|| format!("`spec.handler` is `{text}`, not a file and an export as in `hello.main`"))?;
    let file = inside(file)?;
    draft.settings.text("handler", &format!("{file}.{export}"), document.origin("spec.handler", handler));
    let content_type = spec.text_of("function-content-type").unwrap_or("text");
    let bytes = content(spec, content_type, surroundings)?;
    if let Some(checksum) = spec.text_of("checksum").filter(|checksum| !checksum.is_empty()) {
        match checksum.strip_prefix("sha256:") {
            Some(expected) => check_sha256(expected, &bytes)?,
            None => draft.object.drop("spec.checksum", "only sha256 is checked"),
        }
    }
    let entry = format!("{file}.js");
    if is_archive(content_type) {
        draft.take(&unpack(&bytes)?);
        if !draft.files.contains_key(&entry) {
            return Err(format!("its archive has no file `{entry}`, which its handler names"));
        }
    } else {
        draft.files.insert(entry, bytes.into());
    }
    deps(draft, spec);
    Ok(())
}

fn is_archive(content_type: &str) -> bool {
    content_type.split('+').any(|word| matches!(word, "zip" | "compressedtar"))
}

/// The decoded content.
fn content(spec: &Node, content_type: &str, surroundings: &Surroundings) -> Result<Vec<u8>, String> {
    let words: Vec<&str> = content_type.split('+').collect();
    if let Some(unknown) = words.iter().find(|word| !matches!(**word, "text" | "base64" | "url" | "zip" | "compressedtar" | "deps")) {
        return Err(format!("its `function-content-type` has the part `{unknown}`, which is not known"));
    }
    let text = spec.text_of("function").filter(|text| !text.is_empty()).ok_or("it has no `spec.function`: there is no code in it")?;
    if words.contains(&"url") {
        return surroundings.downloaded(text).map(|(_, bytes)| bytes.to_owned());
    }
    if words.contains(&"base64") {
        let packed: String = text.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        return STANDARD.decode(packed).map_err(|error| format!("its `spec.function` is no base64: {error}"));
    }
    Ok(text.as_bytes().to_owned())
}

/// kubeless's `deps` is the text of a package.json.
fn deps(draft: &mut Draft, spec: &Node) {
    let Some(deps) = spec.text_of("deps").filter(|deps| !deps.trim().is_empty()) else { return };
    match serde_json::from_str::<serde_json::Value>(deps) {
        Ok(serde_json::Value::Object(_)) => {
            draft.files.insert("package.json".to_owned(), deps.as_bytes().into());
        }
        Ok(_) | Err(_) => draft.object.drop("spec.deps", "it is no JSON object, so it is no package.json"),
    }
}
