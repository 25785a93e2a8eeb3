//! One value of a tree: a text, a list or a map, the line it stands on, and its tag.
//!
//! Made by `yaml`, `toml` and `json`; the formats read it by key.
//!
//! Invariant: a text keeps the spelling of the file (`1.10`, `0755`, `yes`), so that a variable gets what its author wrote; a value that only
//! the other platform can work out has no text.

/// Ways to write nothing.
const NULLS: &[&str] = &["", "~", "null", "Null", "NULL"];

/// One value.
#[derive(Clone, Debug)]
pub(in crate::command::import) struct Node {
    /// From 1; 0 if the syntax tells none.
    pub(in crate::command::import) line: usize,
    /// The name of a tag of its own, such as `Ref` for `!Ref`.
    pub(in crate::command::import) tag: Option<String>,
    pub(super) content: Content,
}

#[derive(Clone, Debug)]
pub(super) enum Content {
    /// A text, and whether it is a plain one, which may mean a number, a boolean or nothing.
    Scalar {
        text: String,
        is_plain: bool,
    },
    List(Vec<Node>),
    Map(Vec<(String, Node)>),
}

impl Node {
    pub(super) fn scalar(line: usize, text: impl Into<String>, is_plain: bool) -> Self {
        Self { line, tag: None, content: Content::Scalar { text: text.into(), is_plain } }
    }

    pub(super) fn list(line: usize, items: Vec<Self>) -> Self {
        Self { line, tag: None, content: Content::List(items) }
    }

    pub(super) fn map(line: usize, entries: Vec<(String, Self)>) -> Self {
        Self { line, tag: None, content: Content::Map(entries) }
    }

    /// The value of a key, unless it is nothing.
    pub(in crate::command::import) fn get(&self, key: &str) -> Option<&Self> {
        self.entries().iter().find(|(name, _)| name == key).map(|(_, node)| node).filter(|node| !node.is_null())
    }

    /// The value at the end of several keys.
    pub(in crate::command::import) fn at(&self, keys: &[&str]) -> Option<&Self> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text of a key.
    pub(in crate::command::import) fn text_of(&self, key: &str) -> Option<&str> {
        self.get(key)?.text()
    }

    /// Keys and values, in order; none if this is no map.
    pub(in crate::command::import) fn entries(&self) -> &[(String, Self)] {
        match &self.content {
            Content::Map(entries) => entries,
            _ => &[],
        }
    }

    /// The items of a list; none if this is none.
    pub(in crate::command::import) fn items(&self) -> &[Self] {
        match &self.content {
            Content::List(items) => items,
            _ => &[],
        }
    }

    /// The texts of a list, or the one text that stands in its place.
    pub(in crate::command::import) fn texts(&self) -> Vec<&str> {
        match &self.content {
            Content::List(items) => items.iter().filter_map(Self::text).collect(),
            _ => self.text().into_iter().collect(),
        }
    }

    /// The text as it is written, also of a number or a boolean.
    pub(in crate::command::import) fn text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } if !self.is_null() && self.tag.is_none() => Some(text),
            _ => None,
        }
    }

    /// The text behind a tag.
    pub(in crate::command::import) fn tagged_text(&self) -> Option<&str> {
        match &self.content {
            Content::Scalar { text, .. } => Some(text),
            _ => None,
        }
    }

    pub(in crate::command::import) fn is_map(&self) -> bool {
        matches!(self.content, Content::Map(_))
    }

    pub(in crate::command::import) fn is_list(&self) -> bool {
        matches!(self.content, Content::List(_))
    }

    pub(in crate::command::import) fn is_null(&self) -> bool {
        matches!(&self.content, Content::Scalar { text, is_plain: true } if NULLS.contains(&text.as_str()))
    }

    /// A boolean, also one in quotes.
    pub(in crate::command::import) fn boolean(&self) -> Option<bool> {
        match self.text()?.to_ascii_lowercase().as_str() {
            "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        }
    }

    /// A whole number that is not negative, also one in quotes.
    pub(in crate::command::import) fn whole(&self) -> Option<u64> {
        self.text()?.trim().parse().ok()
    }

    /// What CloudFormation works out by itself: `Ref`, `Sub`, `GetAtt`, `If` and the like, with its argument. Short (`!Ref x`) or long
    /// (`{Ref: x}`, `{"Fn::Sub": x}`).
    pub(in crate::command::import) fn intrinsic(&self) -> Option<(&str, Option<&Self>)> {
        if let Some(tag) = &self.tag {
            return Some((tag, None));
        }
        let [(key, argument)] = self.entries() else { return None };
        let name = if key == "Ref" { key } else { key.strip_prefix("Fn::")? };
        Some((name, Some(argument)))
    }

    /// How a message names a value that only the other platform knows: `!Ref Table`.
    pub(in crate::command::import) fn shown(&self) -> String {
        let argument = |node: &Self| node.tagged_text().map(str::to_owned).unwrap_or_else(|| "…".to_owned());
        match self.intrinsic() {
            Some((name, None)) => format!("!{name} {}", argument(self)),
            Some((name, Some(node))) => format!("!{name} {}", argument(node)),
            None => argument(self),
        }
    }
}
