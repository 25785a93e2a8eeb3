//! The stack guard: refuses source that is nested deeper than the stack reaches, before the parser sees it.
//!
//! `emit` parses and transpiles inside it. The parser, the transforms and even the freeing of a syntax tree recurse once per level, and a
//! stack overflow ends the process with every tenant in it. All source but the smallest must pass `preparse` first, and source with many
//! tokens gets a thread with a stack to match their number.
//!
//! Invariant: `work` runs only with a stack that is enough for it, whatever the source.

use std::ops::Range;
use std::thread;

use deno_ast::MediaType;

use super::preparse;

/// The stack that `compile` itself needs: that of source with few tokens.
pub(in crate::release::compile) const STACK_BYTES: usize = 64 << 20;
/// Source with no more tokens than this needs no preparse: it cannot be ambiguous enough to cost more than milliseconds.
const TOKENS_FEW: usize = 60;
/// Source with no more tokens than this fits any stack: 7 kB per token is the most that was measured, without optimisation.
const TOKENS_SOME: usize = 4_000;
/// Most tokens of a module; about 6 MB of minified code.
const TOKENS_MAX: usize = 2_000_000;
/// A quarter was measured to be enough for every tree that `preparse` lets through, chains aside. Memory is only reserved: common source
/// touches a few pages of it.
const PREPARSE_STACK_BYTES: usize = 256 << 20;
/// Chains (`a + b + c`, `a.b.c`) are parsed without recursion, but their trees are as deep as the chain is long. 400 bytes were measured to
/// be enough.
const CHAIN_STACK_BYTES_PER_TOKEN: usize = 1024;

/// Why source is not compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum StackError {
    /// More tokens than fit into a tree.
    TooLong,
    /// Nested too deep, or too ambiguously, at these bytes.
    TooDeep(Range<usize>),
    /// No memory for a stack, or a bug in the parser.
    Failed,
}

/// Does `work`, which parses `text`, on a stack that is large enough for it.
pub(in crate::release::compile) fn with_room<T: Send>(
    text: &str,
    media: MediaType,
    work: impl FnOnce() -> T + Send,
) -> Result<T, StackError> {
    let tokens = tokens_at_most(text);
    if tokens > TOKENS_MAX {
        return Err(StackError::TooLong);
    }
    if tokens <= TOKENS_FEW {
        return Ok(work());
    }
    let preparsed = || match preparse::too_deep(text, media, tokens) {
        Some(bytes) => Err(StackError::TooDeep(bytes)),
        None => Ok(work()),
    };
    if tokens <= TOKENS_SOME {
        return preparsed();
    }
    on_stack(PREPARSE_STACK_BYTES.max(tokens * CHAIN_STACK_BYTES_PER_TOKEN), preparsed).unwrap_or(Err(StackError::Failed))
}

/// Runs `work` on a thread of its own; `None` if it panicked or the thread cannot be spawned.
pub(in crate::release::compile) fn on_stack<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("compile".into()).stack_size(bytes);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// An upper bound of the number of tokens: every word is one and so is every other byte, even in comments and strings. Bytes beyond ASCII
/// count singly, because some of them are white space.
fn tokens_at_most(text: &str) -> usize {
    let (mut tokens, mut in_word) = (0, false);
    for byte in text.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$');
        tokens += usize::from(!(byte.is_ascii_whitespace() || is_word && in_word));
        in_word = is_word;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(before: &str, open: &str, middle: &str, close: &str, times: usize) -> String {
        format!("{before}{}{middle}{}", open.repeat(times), close.repeat(times))
    }

    fn trial(text: &str, media: MediaType) -> Result<(), StackError> {
        with_room(text, media, || ())
    }

    #[test]
    fn what_nests_too_deep_is_refused() {
        for (before, open, middle, close) in [
            ("x=", "[", "1", "]"),
            ("x=", "(", "1", ")"),
            ("x=", "{a:", "1", "}"),
            ("", "{", "", "}"),
            ("x=", "`${", "1", "}`"),
            ("x=", "a=>", "1", ""),
            ("x=", "a?b:", "1", ""),
            ("x=", "new ", "a", ""),
            ("", "if(a)", "b", ""),
            ("", "if(a)b;else ", "c", ""),
            ("let x:", "A<B,", "B", ">"),
            ("let x:", "keyof ", "A", ""),
            ("x=a", "<a", "", ""),
            ("x=/[(]/;y=", "[", "1", "]"),
        ] {
            let text = nested(before, open, middle, close, 100_000);
            assert!(matches!(trial(&text, MediaType::TypeScript), Err(StackError::TooDeep(_))), "{before}{open}");
        }
        assert!(trial(&nested("x=", "class extends ", "a", "{}", 30), MediaType::JavaScript).is_err());
        assert!(trial(&nested("x=", "a?(b):c=>", "1", "", 30), MediaType::TypeScript).is_err());
        assert!(trial(&"new\u{a0}".repeat(100_000), MediaType::JavaScript).is_err(), "white space of all kinds ends a word");
        let jsx = nested("x=", "<a>,;", "b", "</a>", 100_000);
        assert!(matches!(trial(&jsx, MediaType::Jsx), Err(StackError::TooDeep(_))));
        assert_eq!(trial(&"+1".repeat(2_000_000), MediaType::TypeScript), Err(StackError::TooLong));
    }

    #[test]
    fn what_is_long_or_deep_within_reason_is_let_through() {
        for (open, middle, close) in [
            ("f(a, b);\n", "", ""),
            ("f(a, b)\n", "", ""),
            ("if (a) { b() } else if (c) { d() } else { e() }\n", "", ""),
            ("function f<T>(a: A<B>): C { return a as D }\n", "", ""),
            ("x = a + ", "b", ""),
            ("// ((((( [[[[[\n'{{{{{{';\n", "", ""),
        ] {
            assert_eq!(trial(&nested("", open, middle, close, 9_000), MediaType::TypeScript), Ok(()), "{open}");
        }
        for (open, middle, close) in [("f(", "1", ")"), ("() => { return ", "1", "}"), ("[", "1", "]"), ("{a:", "1", "}")] {
            assert_eq!(trial(&nested("x = ", open, middle, close, 1_000), MediaType::TypeScript), Ok(()), "{open}");
        }
    }

    #[test]
    fn a_panic_of_the_parser_stays_here() {
        let panics = || panic!("on purpose");
        assert_eq!(with_room(&"a;".repeat(10_000), MediaType::JavaScript, panics), Err::<(), _>(StackError::Failed));
    }
}
