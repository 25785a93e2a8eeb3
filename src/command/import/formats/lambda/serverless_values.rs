//! The variables of a serverless.yml: `${self:custom.name}`, `${opt:stage, 'dev'}`, `${sls:stage}`.
//!
//! Invariant: a variable that the file alone does not settle (`${env:…}`, `${ssm:…}`, `${file(…)}`) leaves its value unknown, never half filled
//! in; filling in ends, whatever refers to what.

use crate::command::import::document::Node;

/// Most variables inside each other.
const DEPTH_MAX: usize = 8;
/// Longest text that comes out.
const TEXT_BYTES_MAX: usize = 64 << 10;
/// The stage, if nobody names one.
const STAGE: &str = "dev";

/// Most variables that are filled in for one text.
const VARIABLES_MAX: usize = 1000;

/// A text with its variables filled in.
///
/// # Errors
/// The first variable that the file does not settle.
pub(super) fn filled(root: &Node, text: &str) -> Result<String, String> {
    Filler { root, left: VARIABLES_MAX }.fill(text, 0)
}

struct Filler<'n> {
    root: &'n Node,
    /// How many variables may still be filled in.
    left: usize,
}

impl Filler<'_> {
    fn fill(&mut self, text: &str, depth: usize) -> Result<String, String> {
        let mut filled = String::new();
        let mut rest = text;
        while let Some(begin) = rest.find("${") {
            let (before, after) = rest.split_at_checked(begin).unwrap_or((rest, ""));
            filled.push_str(before);
            let end = variable_end(after).ok_or_else(|| after.to_owned())?;
            let variable = after.get(2..end).unwrap_or_default();
            self.left = self.left.saturating_sub(1);
            if depth >= DEPTH_MAX || self.left == 0 {
                return Err(format!("${{{variable}}}"));
            }
            // A variable may hold variables.
            let variable = self.fill(variable, depth + 1)?;
            filled.push_str(&self.value(&variable, depth)?);
            if filled.len() > TEXT_BYTES_MAX {
                return Err(format!("${{{variable}}}"));
            }
            rest = after.get(end + 1..).unwrap_or_default();
        }
        filled.push_str(rest);
        Ok(filled)
    }

    /// The first of several sources, separated by commas, that has a value.
    fn value(&mut self, variable: &str, depth: usize) -> Result<String, String> {
        let root = self.root;
        for source in variable.split(',').map(str::trim) {
            if let Some(path) = source.strip_prefix("self:") {
                let keys: Vec<&str> = path.split('.').filter(|key| !key.is_empty()).collect();
                if path == "provider.stage" && root.at(&keys).is_none() {
                    return Ok(STAGE.to_owned());
                }
                if let Some(text) = root.at(&keys).and_then(Node::text) {
                    return self.fill(text, depth + 1);
                }
            } else if source == "sls:stage" || (source == "opt:stage" && !variable.contains(',')) {
                return match root.at(&["provider", "stage"]).and_then(Node::text) {
                    Some(text) if !text.contains("opt:stage") => self.fill(text, depth + 1),
                    _ => Ok(STAGE.to_owned()),
                };
            } else if let Some(text) = source.strip_prefix(['\'', '"']).and_then(|text| text.strip_suffix(['\'', '"'])) {
                return Ok(text.to_owned());
            }
        }
        Err(format!("${{{variable}}}"))
    }
}

/// The offset of the brace that ends `${…}`.
fn variable_end(text: &str) -> Option<usize> {
    let mut depth = 0;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' if depth == 1 => return Some(at),
            b'}' => depth -= 1,
            _ => {}
        }
    }
    None
}
