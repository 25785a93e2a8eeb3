//! A file of another platform as a tree of texts, lists and maps, whatever its syntax is.
//!
//! `read` finds the syntax from the content and gives the text to `yaml`, `toml` or `json`; each makes `Node`s, which the formats read.
//!
//! Invariant: a tree is bounded in depth, nodes and bytes, also where aliases repeat a part of it.

mod read;
mod yaml;
mod toml;
mod json;
mod limits;
mod node;

pub(super) use limits::FILE_BYTES_MAX;
pub(super) use node::Node;
pub(super) use read::{Syntax, documents};
