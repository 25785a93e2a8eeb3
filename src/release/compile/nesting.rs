//! Nesting: refuses source that is nested deeper than the stack goes, before the parser finds out.
//!
//! `transpile` does its work through here. The parser, the transforms and even the freeing of a syntax tree recurse once per level, and a
//! stack that overflows ends the process with every tenant in it.
//!
//! Source with few tokens cannot nest deep and passes at once. All other source gets a thread with a stack to match its size and is parsed
//! once on trial, with a lexer that watches the parser's stack and effort, and plays the end of the file when either is used up.
//!
//! Invariant: `work` runs only with a stack that is enough for it, whatever the source.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;
use std::thread;

use deno_ast::swc::ast::EsVersion;
use deno_ast::swc::common::BytePos;
use deno_ast::swc::common::input::StringInput;
use deno_ast::swc::lexer::common::context::Context;
use deno_ast::swc::lexer::common::input::Tokens;
use deno_ast::swc::lexer::common::syntax::SyntaxFlags;
use deno_ast::swc::lexer::error::Error;
use deno_ast::swc::lexer::lexer::{TokenContexts, TokenFlags};
use deno_ast::swc::lexer::token::{Keyword, Token, TokenAndSpan, Word};
use deno_ast::swc::lexer::{Lexer, Parser};
use deno_ast::{ES_VERSION, MediaType, StartSourcePos};

use super::imports::bytes_of;

/// The stack that `compile` itself needs: that of source with few tokens.
pub(super) const STACK_BYTES: usize = 64 << 20;
/// Source with fewer tokens than this needs no trial: 7 kB of stack per token is the most that was measured, without optimisation.
const TOKENS_FEW: usize = 4_000;
/// Most tokens of a module; about 6 MB of minified code.
const TOKENS_MAX: usize = 2_000_000;
/// The parser's stack is watched. What follows the parser was measured to need up to four times as much for the same tree.
const PARSER_STACK_BYTES_MAX: usize = 8 << 20;
const TRIAL_STACK_BYTES: usize = 64 << 20;
/// Chains (`a + b + c`, `a.b.c`) are parsed without recursion but make trees that are as deep as the chain is long. Memory is only
/// reserved; a stack of common source touches a few pages of it.
const CHAIN_STACK_BYTES_PER_TOKEN: usize = 512;
/// TypeScript's parser looks at some tokens several times, because only what follows tells what they mean. Nested, that takes forever;
/// real code was measured to need at most two.
const LOOKS_PER_TOKEN_MAX: usize = 5;
/// Most `else if` of a module: the parser takes time that grows with the square of a chain's length.
const ELSE_IF_MAX: usize = 10_000;

/// Why source is not compiled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// More tokens than fit into a tree.
    TooLong,
    /// Nested too deep, or too ambiguously, at these bytes.
    TooDeep(Range<usize>),
    /// No memory for a stack, or a bug in the parser.
    Failed,
}

/// Does `work`, which parses `text`, where the stack is large enough for it.
pub(super) fn with_room<T: Send>(text: &str, media: MediaType, work: impl FnOnce() -> T + Send) -> Result<T, Refusal> {
    let tokens = tokens_at_most(text);
    if tokens <= TOKENS_FEW {
        return Ok(work());
    }
    if tokens > TOKENS_MAX {
        return Err(Refusal::TooLong);
    }
    let stack_bytes = TRIAL_STACK_BYTES.max(tokens * CHAIN_STACK_BYTES_PER_TOKEN);
    on_stack(stack_bytes, || match too_deep(text, media, tokens) {
        Some(bytes) => Err(Refusal::TooDeep(bytes)),
        None => Ok(work()),
    })
    .unwrap_or(Err(Refusal::Failed))
}

/// Runs `work` on a thread of its own; `None` if it panicked or the thread could not be had.
pub(super) fn on_stack<T: Send>(bytes: usize, work: impl FnOnce() -> T + Send) -> Option<T> {
    thread::scope(|scope| {
        let thread = thread::Builder::new().name("compile".into()).stack_size(bytes);
        thread.spawn_scoped(scope, work).ok()?.join().ok()
    })
}

/// Never less than the number of tokens: every word is one and so is every other byte, even in comments and strings.
fn tokens_at_most(text: &str) -> usize {
    let (mut tokens, mut in_word) = (0, false);
    for byte in text.bytes() {
        let is_word = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'$' | 0x80..);
        tokens += usize::from(!byte.is_ascii_whitespace() && !(is_word && in_word));
        in_word = is_word;
    }
    tokens
}

/// Parses on trial; the bytes where it was given up, if it was.
fn too_deep(text: &str, media: MediaType, tokens: usize) -> Option<Range<usize>> {
    let start = StartSourcePos::START_SOURCE_POS;
    let input = StringInput::new(text, start.as_byte_pos(), (start + text.len()).as_byte_pos());
    let watch = Rc::new(Watch {
        stack_base: stack_pointer(),
        looks_left: Cell::new(tokens.saturating_mul(LOOKS_PER_TOKEN_MAX)),
        else_ifs_left: Cell::new(ELSE_IF_MAX),
        is_after_else: Cell::new(false),
        given_up: Cell::new(None),
    });
    let lexer = Watched { inner: Lexer::new(deno_ast::get_syntax(media), ES_VERSION, input, None), watch: Rc::clone(&watch) };
    // What the trial thinks of the syntax does not matter: the parser proper says it better.
    drop(Parser::new_from(lexer).parse_program());
    watch.given_up.take()
}

/// Where the stack ends, within a page or so: the address of something on it.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0u8;
    std::hint::black_box(&raw const here).addr()
}

struct Watch {
    stack_base: usize,
    looks_left: Cell<usize>,
    else_ifs_left: Cell<usize>,
    is_after_else: Cell<bool>,
    given_up: Cell<Option<Range<usize>>>,
}

impl Watch {
    fn has_given_up(&self) -> bool {
        let given_up = self.given_up.take();
        let has = given_up.is_some();
        self.given_up.set(given_up);
        has
    }

    /// Whether the parser may have one more token, asking from where it is.
    fn allows(&self, token: &Token) -> bool {
        let is_after_else = self.is_after_else.replace(*token == Token::Word(Word::Keyword(Keyword::Else)));
        let is_else_if = is_after_else && *token == Token::Word(Word::Keyword(Keyword::If));
        self.stack_base.abs_diff(stack_pointer()) <= PARSER_STACK_BYTES_MAX
            && take(&self.looks_left, 1)
            && take(&self.else_ifs_left, usize::from(is_else_if))
    }
}

/// Whether there was enough left to take from.
fn take(left: &Cell<usize>, amount: usize) -> bool {
    match left.get().checked_sub(amount) {
        Some(rest) => {
            left.set(rest);
            true
        }
        None => false,
    }
}

/// A lexer that watches whoever asks it for tokens.
#[derive(Clone)]
struct Watched<'t> {
    inner: Lexer<'t>,
    /// Shared by the copies that the parser makes to look ahead.
    watch: Rc<Watch>,
}

impl Iterator for Watched<'_> {
    type Item = TokenAndSpan;

    fn next(&mut self) -> Option<TokenAndSpan> {
        if self.watch.has_given_up() {
            return None;
        }
        let token = self.inner.next()?;
        if !self.watch.allows(&token.token) {
            self.watch.given_up.set(Some(bytes_of(token.span).unwrap_or(0..0)));
            return None;
        }
        Some(token)
    }
}

/// Everything but the tokens themselves is the lexer's business.
impl<'t> Tokens<TokenAndSpan> for Watched<'t> {
    type Checkpoint = <Lexer<'t> as Tokens<TokenAndSpan>>::Checkpoint;

    fn checkpoint_save(&self) -> Self::Checkpoint {
        self.inner.checkpoint_save()
    }

    fn checkpoint_load(&mut self, checkpoint: Self::Checkpoint) {
        self.inner.checkpoint_load(checkpoint);
    }

    fn set_ctx(&mut self, context: Context) {
        self.inner.set_ctx(context);
    }

    fn ctx(&self) -> Context {
        self.inner.ctx()
    }

    fn ctx_mut(&mut self) -> &mut Context {
        self.inner.ctx_mut()
    }

    fn syntax(&self) -> SyntaxFlags {
        self.inner.syntax()
    }

    fn target(&self) -> EsVersion {
        self.inner.target()
    }

    fn start_pos(&self) -> BytePos {
        self.inner.start_pos()
    }

    fn end_pos(&self) -> BytePos {
        self.inner.end_pos()
    }

    fn set_expr_allowed(&mut self, allow: bool) {
        self.inner.set_expr_allowed(allow);
    }

    fn set_next_regexp(&mut self, start: Option<BytePos>) {
        self.inner.set_next_regexp(start);
    }

    fn token_context(&self) -> &TokenContexts {
        self.inner.token_context()
    }

    fn token_context_mut(&mut self) -> &mut TokenContexts {
        self.inner.token_context_mut()
    }

    fn set_token_context(&mut self, context: TokenContexts) {
        self.inner.set_token_context(context);
    }

    fn add_error(&mut self, error: Error) {
        self.inner.add_error(error);
    }

    fn add_module_mode_error(&mut self, error: Error) {
        self.inner.add_module_mode_error(error);
    }

    fn take_errors(&mut self) -> Vec<Error> {
        self.inner.take_errors()
    }

    fn take_script_module_errors(&mut self) -> Vec<Error> {
        self.inner.take_script_module_errors()
    }

    fn update_token_flags(&mut self, update: impl FnOnce(&mut TokenFlags)) {
        self.inner.update_token_flags(update);
    }

    fn token_flags(&self) -> TokenFlags {
        self.inner.token_flags()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nested(before: &str, open: &str, middle: &str, close: &str, times: usize) -> String {
        format!("{before}{}{middle}{}", open.repeat(times), close.repeat(times))
    }

    fn trial(text: &str, media: MediaType) -> Result<(), Refusal> {
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
            assert!(matches!(trial(&text, MediaType::TypeScript), Err(Refusal::TooDeep(_))), "{before}{open}");
        }
        let jsx = nested("x=", "<a>,;", "b", "</a>", 100_000);
        assert!(matches!(trial(&jsx, MediaType::Jsx), Err(Refusal::TooDeep(_))));
        assert_eq!(trial(&"+1".repeat(2_000_000), MediaType::TypeScript), Err(Refusal::TooLong));
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
            assert_eq!(trial(&nested("", open, middle, close, 20_000), MediaType::TypeScript), Ok(()), "{open}");
        }
        for (open, middle, close) in [("f(", "1", ")"), ("() => { return ", "1", "}"), ("[", "1", "]"), ("{a:", "1", "}")] {
            assert_eq!(trial(&nested("x = ", open, middle, close, 1_000), MediaType::TypeScript), Ok(()), "{open}");
        }
    }

    #[test]
    fn a_panic_of_the_parser_stays_here() {
        let panics = || panic!("on purpose");
        assert_eq!(with_room(&"a;".repeat(10_000), MediaType::JavaScript, panics), Err::<(), _>(Refusal::Failed));
    }
}
