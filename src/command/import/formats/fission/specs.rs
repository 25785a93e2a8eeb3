//! The objects of Fission's specs by kind and name.
//!
//! Invariant: plain look-ups; nothing is judged here.

use crate::command::import::document::Node;
use crate::command::import::source::Document;

/// All objects of one run.
pub(super) struct Specs<'d> {
    documents: &'d [Document],
}

impl<'d> Specs<'d> {
    pub(super) fn new(documents: &'d [Document]) -> Self {
        Self { documents }
    }

    /// The object of a kind and a name.
    pub(super) fn find(&self, kind: &str, wanted: &str) -> Option<&'d Document> {
        self.documents.iter().find(|document| document.node.text_of("kind") == Some(kind) && name(&document.node) == wanted)
    }
}

/// `metadata.name`; an archive has its name at the top.
pub(super) fn name(node: &Node) -> &str {
    let name = node.at(&["metadata", "name"]).or_else(|| node.get("name"));
    name.and_then(Node::text).unwrap_or("(no name)")
}
