//! The code of a Fission function: its package's archive, in the YAML, beside it, or at an address.
//!
//! Invariant: files beside the YAML are taken from its project alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::specs::Specs;
use crate::command::import::document::Node;
use crate::command::import::draft::Draft;
use crate::command::import::glob;
use crate::command::import::package::{check_sha256, is_archive, unpack};
use crate::command::import::project::inside;
use crate::command::import::source::{Document, Surroundings};

/// Where a package's content comes from.
const ARCHIVE_SCHEME: &str = "archive://";

/// Adds the files of the package that the function names. `file` is the file that its entry point names.
///
/// # Errors
/// If there is no code.
pub(super) fn add(
    draft: &mut Draft,
    package: &Document,
    file: Option<&str>,
    specs: &Specs<'_>,
    surroundings: &Surroundings,
) -> Result<(), String> {
    let spec = package.node.get("spec").ok_or("its package has no `spec`")?;
    let content = |part: &str| {
        spec.get(part).filter(|part| part.text_of("literal").is_some() || part.text_of("url").is_some_and(|url| !url.is_empty()))
    };
    let (part, is_source) = match (content("deployment"), content("source")) {
        (Some(deployment), _) => (deployment, false),
        (None, Some(source)) => (source, true),
        (None, None) => return Err("its package has neither a `deployment` nor a `source` with content".to_owned()),
    };
    if let Some(literal) = part.text_of("literal") {
        let packed: String = literal.chars().filter(|character| !character.is_ascii_whitespace()).collect();
        let bytes = STANDARD.decode(packed).map_err(|error| format!("its package's literal is no base64: {error}"))?;
        put(draft, &bytes, file, part)?;
    } else if let Some(url) = part.text_of("url") {
        match url.strip_prefix(ARCHIVE_SCHEME) {
            Some(name) => beside(
                draft,
                specs.find("ArchiveUploadSpec", name).ok_or_else(|| format!("the files hold no ArchiveUploadSpec `{name}`"))?,
                surroundings,
            )?,
            None => {
                let (_, bytes) = surroundings.downloaded(url)?;
                put(draft, bytes, file, part)?;
            }
        }
    }
    if is_source && let Some(command) = spec.text_of("buildcmd").filter(|command| !command.is_empty()) {
        draft.object.drop("spec.buildcmd", &format!("skep builds nothing: `{command}`"));
    }
    Ok(())
}

/// An archive, or one file of code.
fn put(draft: &mut Draft, bytes: &[u8], file: Option<&str>, part: &Node) -> Result<(), String> {
    if let Some(sum) = part.at(&["checksum", "sum"]).and_then(Node::text).filter(|sum| !sum.is_empty()) {
        check_sha256(sum, bytes)?;
    }
    if is_archive(bytes) {
        draft.take(&unpack(bytes)?);
        return Ok(());
    }
    let text = str::from_utf8(bytes).map_err(|_| "its package is neither an archive nor the text of a file")?;
    let name = file.map_or_else(|| "index.js".to_owned(), |file| format!("{file}.js"));
    draft.files.insert(name, text.as_bytes().into());
    Ok(())
}

/// Files beside the specs. `fission spec apply` runs in the folder above `specs`.
fn beside(draft: &mut Draft, archive: &Document, surroundings: &Surroundings) -> Result<(), String> {
    let is_above = archive.file.folder.file_name().is_some_and(|name| name == "specs");
    let project = surroundings.project(archive, is_above)?;
    let patterns = archive.node.get("include").map(Node::texts).unwrap_or_default();
    let mut included = Vec::new();
    for pattern in patterns {
        included.push(inside(pattern)?);
    }
    // A pattern may name a folder, which stands for all that is in it.
    let keeps = |path: &str| included.iter().any(|pattern| glob::matches(pattern, path) || glob::matches(&format!("{pattern}/**"), path));
    let walk = project.walk("", &keeps)?;
    if walk.files.is_empty() {
        return Err(format!("no file beside the specs is what its archive includes: {}", included.join(", ")));
    }
    // One file is uploaded as it is, without its folder.
    let is_single = walk.files.len() == 1;
    for (path, bytes) in walk.files {
        let name = if is_single { path.rsplit('/').next().unwrap_or(&path).to_owned() } else { path };
        draft.files.insert(name, bytes);
    }
    draft.drop_foreign_manifest();
    Ok(())
}
