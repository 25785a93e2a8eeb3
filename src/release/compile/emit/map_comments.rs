//! Takes the source maps out of authors' files: `//# sourceMappingURL=…` becomes a comment without a meaning, of the same length.
//!
//! V8 reports such a comment, and deno_core would decode the map that it names or holds: in native memory that no limit counts, and in
//! place of the map that Skep made. `emit` calls it for the text of JavaScript and for the comments of what it transpiles.
//!
//! Invariant: no line, column or literal changes.

use std::ops::Range;
use std::sync::Arc;

use deno_ast::swc::ast;
use deno_ast::swc::common::Span;
use deno_ast::swc::common::comments::{Comment, SingleThreadedComments};
use deno_ast::swc::ecma_visit::{Visit, VisitWith as _};

use crate::release::compile::parse::imports::bytes_of;

/// The name that V8 looks for; it knows no escapes in comments.
const NAME: &str = "sourceMappingURL";

/// Of the same length.
const IGNORED: &str = "sourceMapIgnored";

/// The openings of a comment that names a source map, the old and the new one.
const OPENINGS: [&str; 4] = ["//#", "//@", "/*#", "/*@"];

/// The text of JavaScript whose comments name no source map; `program` is what was parsed from it.
pub(super) fn without(text: &Arc<str>, program: &ast::Module) -> Arc<str> {
    let mut found: Vec<_> = text.match_indices(NAME).map(|(at, _)| at).filter(|at| opens_comment(text, *at)).collect();
    if found.is_empty() {
        return Arc::clone(text);
    }
    // Literals are what the parser and V8 must agree upon; of comments the parser might lose one.
    let mut literals = Literals::default();
    program.visit_with(&mut literals);
    literals.0.sort_unstable_by_key(|bytes| bytes.start);
    found.retain(|at| !literals.hold(*at));
    let mut code = text.to_string();
    for at in found {
        code.replace_range(at..at + NAME.len(), IGNORED);
    }
    code.into()
}

/// The same for comments that are written behind the transpiled code.
pub(super) fn ignore(comments: &SingleThreadedComments) {
    let (mut leading, mut trailing) = comments.borrow_all_mut();
    for comment in leading.values_mut().chain(trailing.values_mut()).flatten() {
        if comment.text.contains(NAME) {
            *comment = Comment { text: comment.text.replace(NAME, IGNORED).into(), ..comment.clone() };
        }
    }
}

/// Whether only the opening of a comment and spaces stand before the name, on one line.
fn opens_comment(text: &str, at: usize) -> bool {
    let is_space = |char: char| (char.is_whitespace() && !matches!(char, '\n' | '\r' | '\u{2028}' | '\u{2029}')) || char == '\u{feff}';
    let before = text.get(..at).unwrap_or_default().trim_end_matches(is_space);
    OPENINGS.iter().any(|opening| before.ends_with(opening))
}

/// The bytes of literals that can hold the text of a comment. They do not overlap.
#[derive(Default)]
struct Literals(Vec<Range<usize>>);

impl Literals {
    fn add(&mut self, span: Span) {
        self.0.extend(bytes_of(span));
    }

    /// Whether one of them holds this position; they are sorted.
    fn hold(&self, at: usize) -> bool {
        let after = self.0.partition_point(|bytes| bytes.start <= at);
        after.checked_sub(1).and_then(|last| self.0.get(last)).is_some_and(|bytes| bytes.contains(&at))
    }
}

impl Visit for Literals {
    fn visit_str(&mut self, node: &ast::Str) {
        self.add(node.span);
    }

    fn visit_tpl_element(&mut self, node: &ast::TplElement) {
        self.add(node.span);
    }

    fn visit_regex(&mut self, node: &ast::Regex) {
        self.add(node.span);
    }
}
