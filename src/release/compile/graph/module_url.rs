//! The urls of modules.
//!
//! Invariant: a url holds the path below the functions directory, and no path of the machine.

use std::path::Path;

use deno_ast::ModuleSpecifier;

/// `file:///` and the path below the functions directory; `None` if that is not text.
pub(in crate::release::compile) fn module_url(root: &Path, canonical: &Path) -> Option<ModuleSpecifier> {
    let relative = canonical.strip_prefix(root).ok()?;
    let parts: Option<Vec<_>> = relative.components().map(|part| part.as_os_str().to_str()).collect();
    let mut url = ModuleSpecifier::parse("file:///").ok()?;
    url.path_segments_mut().ok()?.clear().extend(parts?);
    Some(url)
}
