//! Nesting: refuses source that is nested deeper than the parser's stack goes.
//!
//! `transpile` asks before it parses. The parser and its transforms recurse once per level, and a stack that overflows ends the process with
//! every tenant in it; so depth is bounded from above by a look at the tokens alone, which needs no recursion.
//!
//! Invariant: what passes needs less than [`STACK_BYTES`], and takes the parser seconds at most.

use std::ops::Range;

use deno_ast::swc::common::input::StringInput;
use deno_ast::swc::lexer::Lexer;
use deno_ast::swc::lexer::token::{Token, TokenAndSpan};
use deno_ast::{ES_VERSION, MediaType, StartSourcePos};

use super::imports::bytes_of;

/// The stack that compiling needs. Measured, with optimisation off: at most 7 kB for a bracket, 3 kB for a `<` and 1.6 kB for any other token
/// that nests. The memory is only reserved; common source touches a few pages of it.
pub(super) const STACK_BYTES: usize = 256 << 20;
/// Most brackets of all kinds that may be open at a time.
const BRACKETS_MAX: usize = 1_500;
/// Most tokens between the beginnings of the open statements and here: what is not in brackets nests within a statement only, as in
/// `a + b + c`, `if (a) if (b) c` and `a => b => c`.
const TOKENS_MAX: usize = 40_000;
/// The same for `<`, which commas do not end (`A<B, C<D`), and which TypeScript's parser tries twice.
const ANGLES_MAX: usize = 4_000;
/// In JSX every element has some.
const ANGLES_JSX_MAX: usize = 20_000;

/// After these an expression goes on, so that a line break does not end a statement.
const OPENING_WORDS: &[&str] = &[
    "abstract", "as", "asserts", "async", "await", "case", "class", "const", "declare", "default", "delete", "do", "else", "export", "extends",
    "function", "import", "in", "infer", "instanceof", "is", "keyof", "let", "new", "of", "readonly", "return", "satisfies", "static", "throw",
    "typeof", "unique", "var", "void", "yield",
];
/// These go on with what stands before them.
const CONTINUING_WORDS: &[&str] =
    &["as", "catch", "else", "extends", "finally", "implements", "in", "instanceof", "is", "of", "satisfies", "while"];
/// What these have in parentheses is followed by a statement.
const HEADER_WORDS: &[&str] = &["if", "for", "while", "with", "await"];

/// The bytes where the limit is passed, if it is.
pub(super) fn too_deep(text: &str, media: MediaType) -> Option<Range<usize>> {
    if is_shallow(text) {
        return None;
    }
    let start = StartSourcePos::START_SOURCE_POS;
    let input = StringInput::new(text, start.as_byte_pos(), (start + text.len()).as_byte_pos());
    let lexer = Lexer::new(deno_ast::get_syntax(media), ES_VERSION, input, None);
    let is_jsx = matches!(media, MediaType::Tsx | MediaType::Jsx);
    let mut depth = Depth::new(if is_jsx { ANGLES_JSX_MAX } else { ANGLES_MAX });
    for token in lexer {
        let bytes = bytes_of(token.span).unwrap_or(0..0);
        let word = text.get(bytes.clone()).unwrap_or_default();
        depth.take(&token, word);
        if depth.is_too_great() {
            return Some(bytes);
        }
    }
    None
}

/// Whether the whole text has too few tokens to nest too deep, however they stand. True of nearly all source, and cheap to find out.
fn is_shallow(text: &str) -> bool {
    let (mut brackets, mut tokens, mut in_word) = (0, 0, false);
    for byte in text.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..);
        // White space is no token, and a word is one.
        tokens += usize::from(!byte.is_ascii_whitespace() && !(is_word && in_word));
        brackets += usize::from(matches!(byte, b'(' | b'[' | b'{' | b'`'));
        in_word = is_word;
    }
    brackets <= BRACKETS_MAX && tokens <= ANGLES_MAX
}

/// What stands between one open bracket and the next.
#[derive(Clone, Copy, Default)]
struct Level {
    tokens: usize,
    angles: usize,
    /// The bracket belongs to `if (…)` and the like.
    is_header: bool,
}

/// What the token before says about a line break after it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Before {
    /// `;` or `}`: a statement is over, unless the next word goes on with it.
    End,
    /// An operand: a line break and another operand after it end a statement.
    Operand,
    Other,
}

struct Depth {
    angles_max: usize,
    open: Vec<Level>,
    current: Level,
    /// Sums over `open` and `current`.
    tokens: usize,
    angles: usize,
    before: Before,
    word_before: WordBefore,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum WordBefore {
    Header,
    Other,
}

impl Depth {
    fn new(angles_max: usize) -> Self {
        Self {
            angles_max,
            open: Vec::new(),
            current: Level::default(),
            tokens: 0,
            angles: 0,
            before: Before::End,
            word_before: WordBefore::Other,
        }
    }

    fn is_too_great(&self) -> bool {
        self.open.len() > BRACKETS_MAX || self.tokens > TOKENS_MAX || self.angles > self.angles_max
    }

    fn take(&mut self, token: &TokenAndSpan, word: &str) {
        let is_text = matches!(token.token, Token::JSXText { .. } | Token::Template { .. });
        let is_word = !is_text && word.starts_with(|first: char| first.is_alphanumeric() || "_$#@\"'".contains(first));
        let goes_on = CONTINUING_WORDS.contains(&word);
        if is_word && !goes_on && (self.before == Before::End || self.before == Before::Operand && token.had_line_break) {
            self.end_statement();
        }
        self.count(word == "<");
        let mut before = if is_word && !OPENING_WORDS.contains(&word) { Before::Operand } else { Before::Other };
        match word {
            _ if is_text => {}
            "(" | "[" | "{" | "${" => self.open_bracket(),
            ")" | "]" | "}" => {
                let is_header = self.close_bracket();
                before = match word {
                    "}" => Before::End,
                    _ if is_header => Before::Other,
                    _ => Before::Operand,
                };
            }
            ";" => before = Before::End,
            "," => self.end_item(),
            _ => {}
        }
        self.before = before;
        self.word_before = if HEADER_WORDS.contains(&word) { WordBefore::Header } else { WordBefore::Other };
    }

    fn count(&mut self, is_angle: bool) {
        self.current.tokens += 1;
        self.tokens += 1;
        self.current.angles += usize::from(is_angle);
        self.angles += usize::from(is_angle);
    }

    fn open_bracket(&mut self) {
        self.open.push(self.current);
        self.current = Level { is_header: self.word_before == WordBefore::Header, ..Level::default() };
    }

    /// Whether the bracket belonged to a header.
    fn close_bracket(&mut self) -> bool {
        let is_header = self.current.is_header;
        self.end_statement();
        self.current = self.open.pop().unwrap_or_default();
        is_header
    }

    fn end_statement(&mut self) {
        self.angles -= self.current.angles;
        self.current.angles = 0;
        self.end_item();
    }

    fn end_item(&mut self) {
        self.tokens -= self.current.tokens;
        self.current.tokens = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(before: &str, open: &str, middle: &str, close: &str, after: &str, times: usize) -> String {
        format!("{before}{}{middle}{}{after}", open.repeat(times), close.repeat(times))
    }

    fn refused(text: &str) -> bool {
        too_deep(text, MediaType::TypeScript).is_some()
    }

    #[test]
    fn what_nests_too_deep_is_refused() {
        let deep = 200_000;
        for text in [
            nested("x=", "[", "1", "]", ";", deep),
            nested("x=", "(", "1", ")", ";", deep),
            nested("x=", "{a:", "1", "}", ";", deep),
            nested("", "{", "", "}", "", deep),
            nested("x=", "`${", "1", "}`", ";", deep),
            nested("x=", "!", "1", "", ";", deep),
            nested("x=1", "+1", "", "", ";", deep),
            nested("x=a", ".b", "", "", ";", deep),
            nested("x=a", "\n.b", "", "", ";", deep),
            nested("x=f", "()", "", "", ";", deep),
            nested("x=f", "``", "", "", ";", deep),
            nested("x=", "a=>", "1", "", ";", deep),
            nested("x=", "a?b:", "1", "", ";", deep),
            nested("x=", "new ", "a", "", ";", deep),
            nested("x=", "typeof\n", "a", "", ";", deep),
            nested("", "if(a)", "b", "", ";", deep),
            nested("", "if(a)\n", "b", "", ";", deep),
            nested("", "if(a)b;else ", "b", "", ";", deep),
            nested("", "if(a)b;\nelse ", "b", "", ";", deep),
            nested("", "if(a){}else ", "b", "", ";", deep),
            nested("", "if(a)b\nelse ", "b", "", ";", deep),
            nested("", "a:", "b", "", ";", deep),
            nested("", "do ", "b", "", ";", deep),
            nested("let x:", "A<", "B", ">", ";", deep),
            nested("let x:", "A<B,", "B", ">", ";", deep),
            nested("let x:A", "[]", "", "", ";", deep),
            nested("let x:A", "\nextends B?C:D", "", "", ";", deep),
            nested("let x:", "keyof\n", "A", "", ";", deep),
        ] {
            assert!(refused(&text), "{}", &text[..40]);
        }
        let jsx = nested("x=", "<a>,;<b/>", "b", "</a>", ";", deep);
        assert!(too_deep(&jsx, MediaType::Tsx).is_some());
    }

    #[test]
    fn what_is_long_but_flat_is_let_through() {
        for text in [
            "foo(bar, baz);\n".repeat(50_000),
            "foo(bar, baz)\n".repeat(50_000),
            "const a = b + c\n".repeat(50_000),
            "if (a) return b\n".repeat(50_000),
            "if (a) { b() } else if (c) { d() } else { e() }\n".repeat(20_000),
            "function f(a: A<B>) { return a }\n".repeat(20_000),
            format!("x = [{}]", "1, ".repeat(100_000)),
            format!("x = {{{}}}", "a: f<b>(c), ".repeat(3_000)),
            format!("x = `{}`", "${a} b ".repeat(10_000)),
            "export class A {\n  b = 1\n  c() { return 1 }\n}\n".repeat(10_000),
            format!("x = {}1", "'a' +\n".repeat(10_000)),
            "a = b;/[(]{/.test(c);".repeat(10_000),
            "// ((((((\n/* [[[[ */ x = '((((';\n".repeat(10_000),
        ] {
            assert!(!refused(&text), "{}", &text[..40]);
        }
    }
}
