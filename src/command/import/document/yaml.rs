//! YAML as trees, one for each document, built from the events of a parser.
//!
//! An alias becomes a copy of what its anchor names, and is counted as such; `<<` merges. A tag of an application's own (`!Ref`) stays with its
//! value.
//!
//! Invariant: a tree is weighed while it grows, so that no text of a few lines becomes a large one.

use std::collections::HashMap;

use granit_parser::{Event, Parser, ScalarStyle, Span, Tag, options};

use super::limits::{DEPTH_MAX, Weight};
use super::node::{Content, Node};

/// Every document of a text that is not empty.
pub(super) fn documents(text: &str) -> Result<Vec<Node>, String> {
    let limits = options! { flow_nesting_limit: DEPTH_MAX, block_nesting_limit: DEPTH_MAX };
    let mut builder = Builder::default();
    for next in Parser::new_from_str_with_options(text, limits) {
        let (event, span) = next.map_err(|error| format!("line {}: {}", error.marker().line(), error.info()))?;
        let line = span.start.line();
        builder.event(event, &span).map_err(|why| format!("line {line}: {why}"))?;
    }
    Ok(builder.documents)
}

/// The documents so far, and the lists and maps that are open.
#[derive(Default)]
struct Builder {
    documents: Vec<Node>,
    open: Vec<Open>,
    anchors: HashMap<usize, (Node, Weight)>,
    weight: Weight,
}

/// A list or a map whose end has not come yet.
struct Open {
    node: Node,
    anchor: usize,
    /// What the tree weighed when it began.
    before: Weight,
    /// The key whose value comes next, and its line.
    key: Option<(String, usize)>,
}

impl Builder {
    fn event(&mut self, event: Event<'_>, span: &Span) -> Result<(), String> {
        let line = span.start.line();
        match event {
            Event::DocumentStart(..) => self.anchors.clear(),
            Event::Scalar(text, style, anchor, tag) => {
                let before = self.weight;
                self.weigh(Weight::of_text(text.len()))?;
                let tag = own_tag(tag.as_deref());
                // `!!str 1` is a text like `"1"`.
                let is_plain = style == ScalarStyle::Plain && tag.as_ref().is_none_or(Option::is_some);
                let mut node = Node::scalar(line, text, is_plain);
                node.tag = tag.flatten();
                self.put(node, anchor, before)?;
            }
            Event::SequenceStart(_, anchor, tag) => self.begin(Node::list(line, Vec::new()), anchor, tag.as_deref())?,
            Event::MappingStart(_, anchor, tag) => self.begin(Node::map(line, Vec::new()), anchor, tag.as_deref())?,
            Event::SequenceEnd | Event::MappingEnd => {
                if let Some(open) = self.open.pop() {
                    self.put(open.node, open.anchor, open.before)?;
                }
            }
            Event::Alias(anchor) => {
                let (node, weight) = self.anchors.get(&anchor).ok_or("an alias stands inside of what it names")?;
                let (node, weight) = (node.clone(), *weight);
                let before = self.weight;
                self.weigh(weight)?;
                self.put(node, 0, before)?;
            }
            _ => {}
        }
        Ok(())
    }

    fn weigh(&mut self, more: Weight) -> Result<(), String> {
        self.weight.add(more);
        self.weight.excess().map_or(Ok(()), Err)
    }

    fn begin(&mut self, mut node: Node, anchor: usize, tag: Option<&Tag>) -> Result<(), String> {
        if self.open.len() >= DEPTH_MAX {
            return Err(format!("there are more than {DEPTH_MAX} lists and maps inside each other"));
        }
        let before = self.weight;
        self.weigh(Weight::of_text(0))?;
        node.tag = own_tag(tag).flatten();
        self.open.push(Open { node, anchor, before, key: None });
        Ok(())
    }

    /// Puts a whole value where it belongs.
    fn put(&mut self, mut node: Node, anchor: usize, before: Weight) -> Result<(), String> {
        if anchor > 0 {
            let weight = Weight { nodes: self.weight.nodes - before.nodes, bytes: self.weight.bytes - before.bytes };
            // The copy that waits for its aliases takes room too.
            self.weigh(weight)?;
            self.anchors.insert(anchor, (node.clone(), weight));
        }
        let Some(open) = self.open.last_mut() else {
            if !node.is_null() {
                self.documents.push(node);
            }
            return Ok(());
        };
        match &mut open.node.content {
            Content::List(items) => items.push(node),
            Content::Map(entries) => match open.key.take() {
                None => {
                    let Content::Scalar { text, .. } = node.content else { return Err("a key must be a text".to_owned()) };
                    open.key = Some((text, node.line));
                }
                Some((key, _)) if key == "<<" => merge(entries, node)?,
                Some((key, line)) => {
                    // A value below its key is found at its key.
                    node.line = line;
                    insert(entries, key, node)?;
                }
            },
            Content::Scalar { .. } => {}
        }
        Ok(())
    }
}

/// A key that came by a merge gives way to one that is written.
fn insert(entries: &mut Vec<(String, Node)>, key: String, node: Node) -> Result<(), String> {
    match entries.iter_mut().find(|(known, _)| *known == key) {
        Some((_, known)) if known.line == 0 => *known = node,
        Some(_) => return Err(format!("the key `{key}` stands twice in one map")),
        None => entries.push((key, node)),
    }
    Ok(())
}

/// `<<: *base`, or a list of bases, the first of which wins.
fn merge(entries: &mut Vec<(String, Node)>, node: Node) -> Result<(), String> {
    let bases = match node.content {
        Content::List(items) => items,
        _ => vec![node],
    };
    for base in bases {
        let Content::Map(more) = base.content else { return Err("`<<` takes a map".to_owned()) };
        for (key, mut node) in more {
            if !entries.iter().any(|(known, _)| *known == key) {
                node.line = 0;
                entries.push((key, node));
            }
        }
    }
    Ok(())
}

/// `None`: no tag. `Some(None)`: a tag of YAML itself. Otherwise the name of a tag of an application's own.
fn own_tag(tag: Option<&Tag>) -> Option<Option<String>> {
    let tag = tag?;
    let is_own = tag.handle() == "!" && !tag.suffix().is_empty();
    Some(is_own.then(|| tag.suffix().to_owned()))
}
