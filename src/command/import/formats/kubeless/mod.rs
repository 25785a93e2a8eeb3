//! kubeless: `Function`s and the triggers that call them.
//!
//! Invariant: functions are made before triggers, wherever they stand.

mod triggers;
mod function;
mod container;
mod code;

use crate::command::import::batch::Batch;
use crate::command::import::source::{Document, Surroundings};

/// Imports the objects of all files.
pub(super) fn import(documents: &[Document], surroundings: &Surroundings, batch: &mut Batch) {
    let is_function = |document: &&Document| document.node.text_of("kind") == Some("Function");
    for document in documents.iter().filter(is_function) {
        let made = function::make(document, surroundings, batch);
        batch.made(made);
    }
    for document in documents.iter().filter(|document| !is_function(document)) {
        triggers::join(document, batch);
    }
}
