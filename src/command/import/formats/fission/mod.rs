//! Fission: `Function`s with their packages and environments, and the triggers that call them.
//!
//! Invariant: packages, archives and environments are looked for in all files; functions are made before triggers.

mod triggers;
mod function;
mod code;
mod specs;

use crate::command::import::batch::Batch;
use crate::command::import::source::{Document, Surroundings};
use specs::Specs;

/// Imports the objects of all files.
pub(super) fn import(documents: &[Document], surroundings: &Surroundings, batch: &mut Batch) {
    let specs = Specs::new(documents);
    let mut triggers = Vec::new();
    for document in documents {
        match document.node.text_of("kind").unwrap_or_default() {
            "Function" => {
                let made = function::make(document, &specs, surroundings, batch);
                batch.made(made);
            }
            kind @ ("Package" | "ArchiveUploadSpec" | "Environment" | "DeploymentConfig") => {
                let object = document.object(&document.node, kind, specs::name(&document.node));
                match kind {
                    "DeploymentConfig" => batch.left_out(object, "it marks a folder of specs for the fission command"),
                    _ => batch.noted(object, "read for the functions that use it"),
                }
            }
            _ => triggers.push(document),
        }
    }
    for document in triggers {
        triggers::join(document, batch);
    }
}
