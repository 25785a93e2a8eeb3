//! The bounds of a tree. Real files stay far below them.
//!
//! Invariant: whoever makes nodes counts them here, and stops at the first bound.

/// Largest file, in bytes. A kubeless function carries its archive in its YAML, and Kubernetes takes objects of at most 1.5 MB.
pub(in crate::command::import) const FILE_BYTES_MAX: u64 = 8 << 20;
/// Most texts, lists and maps of a file, those that aliases repeat included.
pub(super) const NODES_MAX: usize = 50_000;
/// Most bytes of text in a tree, those that aliases repeat included.
pub(super) const TEXT_BYTES_MAX: usize = 24 << 20;
/// Most lists and maps inside each other.
pub(super) const DEPTH_MAX: usize = 64;

/// What a tree, or a part of it, takes.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Weight {
    pub(super) nodes: usize,
    pub(super) bytes: usize,
}

impl Weight {
    /// A text, or with 0 bytes a list or a map.
    pub(super) fn of_text(bytes: usize) -> Self {
        Self { nodes: 1, bytes }
    }

    pub(super) fn add(&mut self, other: Self) {
        self.nodes = self.nodes.saturating_add(other.nodes);
        self.bytes = self.bytes.saturating_add(other.bytes);
    }

    /// The bound that is passed, as a sentence.
    pub(super) fn excess(self) -> Option<String> {
        if self.nodes > NODES_MAX {
            return Some(format!("it holds more than {NODES_MAX} values, those that aliases repeat included"));
        }
        (self.bytes > TEXT_BYTES_MAX)
            .then(|| format!("it holds more than {TEXT_BYTES_MAX} bytes of text, those that aliases repeat included"))
    }
}
