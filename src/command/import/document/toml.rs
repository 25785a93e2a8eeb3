//! TOML as a tree, with its lines.
//!
//! Invariant: the library bounds the depth; this file bounds it again, and the number of values.

use toml::de::{DeTable, DeValue};

use super::limits::{DEPTH_MAX, Weight};
use super::node::Node;

/// The table of a text.
pub(super) fn document(text: &str) -> Result<Node, String> {
    let line_ends = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n').map(|(at, _)| at).collect();
    let mut reader = Reader { line_ends, weight: Weight::default() };
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map(|span| reader.line(span.start)).unwrap_or_default();
        format!("line {line}: {}", error.message())
    })?;
    reader.table(table.get_ref(), 1, 0)
}

struct Reader {
    /// The offsets of line ends.
    line_ends: Vec<usize>,
    weight: Weight,
}

impl Reader {
    fn line(&self, offset: usize) -> usize {
        self.line_ends.partition_point(|end| *end < offset) + 1
    }

    fn table(&mut self, table: &DeTable<'_>, line: usize, depth: usize) -> Result<Node, String> {
        let mut entries = Vec::new();
        // The library sorts keys; the author's order is the order of their places.
        let mut sorted: Vec<_> = table.iter().collect();
        sorted.sort_by_key(|(key, _)| key.span().start);
        for (key, value) in sorted {
            let line = self.line(key.span().start);
            entries.push((key.get_ref().to_string(), self.value(value.get_ref(), line, depth + 1)?));
        }
        Ok(Node::map(line, entries))
    }

    fn value(&mut self, value: &DeValue<'_>, line: usize, depth: usize) -> Result<Node, String> {
        if depth > DEPTH_MAX {
            return Err(format!("line {line}: it has more than {DEPTH_MAX} tables inside each other"));
        }
        self.weight.add(Weight::of_text(if let DeValue::String(text) = value { text.len() } else { 0 }));
        if let Some(excess) = self.weight.excess() {
            return Err(excess);
        }
        Ok(match value {
            DeValue::String(text) => Node::scalar(line, text.to_string(), false),
            DeValue::Integer(integer) => Node::scalar(line, integer.to_string(), true),
            DeValue::Float(float) => Node::scalar(line, float.to_string(), true),
            DeValue::Boolean(boolean) => Node::scalar(line, boolean.to_string(), true),
            DeValue::Datetime(datetime) => Node::scalar(line, datetime.to_string(), true),
            DeValue::Table(table) => self.table(table, line, depth)?,
            DeValue::Array(items) => {
                let item = |item: &toml::Spanned<DeValue<'_>>| {
                    let line = self.line(item.span().start);
                    self.value(item.get_ref(), line, depth + 1)
                };
                Node::list(line, items.iter().map(item).collect::<Result<_, _>>()?)
            }
        })
    }
}
