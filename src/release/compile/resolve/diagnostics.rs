//! The diagnostics of imports that relative paths and packages share.
//!
//! Invariant: a path in a text is one below the functions directory.

use std::path::Path;

use crate::release::compile::error::{CompileErrorKind, Diagnostic};
use crate::release::source::Confinement;

/// An import of a file that does not exist.
pub(in crate::release::compile) fn not_found(specifier: &str) -> Diagnostic {
    Diagnostic::new(CompileErrorKind::Import, format!("cannot find `{specifier}`"))
}

/// An import that leads out of the allowed paths.
pub(in crate::release::compile) fn leads_out(specifier: &str, target: &Path, confinement: &Confinement) -> Diagnostic {
    let target = confinement.label(target);
    Diagnostic::new(CompileErrorKind::Confinement, format!("`{specifier}` leads to {target}, which this function may not import"))
        .help(format!("allowed are {}; code for several functions belongs in a folder like `_shared/`", confinement.places()))
}
