//! The text of a `function.toml`: keys, values, and for each line the place that it comes from.
//!
//! The formats fill it; `draft` writes it out and has Skep's own parser read it.
//!
//! Invariant: a value is always quoted and a comment never ends its line, whatever another platform's file holds.

use std::fmt::Write as _;

use crate::function::text::clean;

/// The place of a comment behind a short line.
const COMMENT_COLUMN: usize = 40;

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum ManifestValue {
    Text(String),
    Whole(u64),
    Decimal(f64),
    Texts(Vec<String>),
}

/// A key, its value, and where that comes from.
#[derive(Clone, Debug)]
struct Line {
    key: String,
    value: ManifestValue,
    origin: String,
}

/// The tables that are written, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ManifestTable {
    Top,
    Lambda,
    Limits,
    Scale,
    Env,
}

impl ManifestTable {
    const ALL: &[Self] = &[Self::Top, Self::Lambda, Self::Limits, Self::Scale, Self::Env];

    fn name(self) -> &'static str {
        match self {
            Self::Top => "",
            Self::Lambda => "lambda",
            Self::Limits => "limits",
            Self::Scale => "scale",
            Self::Env => "env",
        }
    }
}

/// One `[[routes]]` or `[[cron]]`.
#[derive(Clone, Debug)]
struct Item {
    list: &'static str,
    origin: String,
    lines: Vec<(&'static str, ManifestValue)>,
}

/// All of it.
#[derive(Clone, Debug)]
pub(super) struct ManifestDraft {
    /// The object that it is made from.
    made_from: String,
    lines: Vec<(ManifestTable, Line)>,
    items: Vec<Item>,
}

impl ManifestDraft {
    pub(super) fn new(made_from: String) -> Self {
        Self { made_from, lines: Vec::new(), items: Vec::new() }
    }

    /// Sets a key; the last value counts.
    pub(super) fn set(&mut self, table: ManifestTable, key: &str, value: ManifestValue, origin: impl Into<String>) {
        let line = Line { key: key.to_owned(), value, origin: origin.into() };
        match self.lines.iter_mut().find(|(known, line)| *known == table && line.key == key) {
            Some((_, known)) => *known = line,
            None => self.lines.push((table, line)),
        }
    }

    pub(super) fn text(&mut self, key: &str, value: &str, origin: impl Into<String>) {
        self.set(ManifestTable::Top, key, ManifestValue::Text(value.to_owned()), origin);
    }

    pub(super) fn has(&self, table: ManifestTable, key: &str) -> bool {
        self.lines.iter().any(|(known, line)| *known == table && line.key == key)
    }

    /// The value of a key, if it is a number.
    pub(super) fn whole(&self, table: ManifestTable, key: &str) -> Option<u64> {
        let line = self.lines.iter().find(|(known, line)| *known == table && line.key == key);
        line.and_then(|(_, line)| if let ManifestValue::Whole(number) = line.value { Some(number) } else { None })
    }

    /// Adds one `[[routes]]` and the like; the same twice is once.
    pub(super) fn item(&mut self, list: &'static str, lines: Vec<(&'static str, ManifestValue)>, origin: String) {
        if !self.items.iter().any(|item| item.list == list && item.lines == lines) {
            self.items.push(Item { list, origin, lines });
        }
    }

    /// The values of a key in every item of a list.
    pub(super) fn item_texts(&self, list: &str, key: &str) -> Vec<&str> {
        let lines = self.items.iter().filter(|item| item.list == list).flat_map(|item| &item.lines);
        lines
            .filter(|(name, _)| *name == key)
            .filter_map(|(_, value)| if let ManifestValue::Text(text) = value { Some(text.as_str()) } else { None })
            .collect()
    }

    /// Every route, as its path and what else it asks for.
    pub(super) fn routes(&self) -> Vec<Vec<String>> {
        let routes = self.items.iter().filter(|item| item.list == "routes");
        let text = |value: &ManifestValue| if let ManifestValue::Text(text) = value { text.clone() } else { shown(value) };
        routes.map(|item| item.lines.iter().map(|(_, value)| text(value)).collect()).collect()
    }

    /// The whole text.
    pub(super) fn render(&self) -> String {
        let mut text = format!("# Made by `skep import` from {}.\n", clean(&self.made_from).replace('\t', " "));
        for table in ManifestTable::ALL {
            let lines: Vec<&Line> = self.lines.iter().filter(|(known, _)| known == table).map(|(_, line)| line).collect();
            if lines.is_empty() {
                continue;
            }
            if *table != ManifestTable::Top {
                let _ = writeln!(text, "\n[{}]", table.name());
            }
            for line in lines {
                push(&mut text, &format!("{} = {}", key(&line.key), shown(&line.value)), &line.origin);
            }
        }
        let lists = ["routes", "cron"].iter().flat_map(|list| self.items.iter().filter(move |item| item.list == *list));
        for item in lists {
            text.push('\n');
            push(&mut text, &format!("[[{}]]", item.list), &item.origin);
            for (key, value) in &item.lines {
                push(&mut text, &format!("{key} = {}", shown(value)), "");
            }
        }
        text
    }
}

fn push(text: &mut String, line: &str, origin: &str) {
    if origin.is_empty() {
        let _ = writeln!(text, "{line}");
        return;
    }
    let _ = writeln!(text, "{line:COMMENT_COLUMN$} # {}", clean(origin).replace('\t', " "));
}

/// A bare key where that is possible.
fn key(key: &str) -> String {
    let is_bare = !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'));
    if is_bare { key.to_owned() } else { quoted(key) }
}

fn shown(value: &ManifestValue) -> String {
    match value {
        ManifestValue::Text(text) => quoted(text),
        ManifestValue::Whole(number) => number.to_string(),
        ManifestValue::Decimal(number) => number.to_string(),
        ManifestValue::Texts(texts) => format!("[{}]", texts.iter().map(|text| quoted(text)).collect::<Vec<_>>().join(", ")),
    }
}

/// A basic string on one line.
fn quoted(text: &str) -> String {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\0'..='\x1f' | '\x7f' => {
                let _ = write!(quoted, "\\u{:04x}", u32::from(character));
            }
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}
