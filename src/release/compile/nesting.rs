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
use deno_ast::swc::lexer::token::TokenAndSpan;
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
const TRIAL_STACK_BYTES: usize = 256 << 20;
/// Chains (`a + b + c`, `a.b.c`) are parsed without recursion but make trees that are as deep as the chain is long. Memory is only
/// reserved; a stack of common source touches a few pages of it.
const CHAIN_STACK_BYTES_PER_TOKEN: usize = 512;
/// TypeScript's parser looks at some tokens several times, because only what follows tells what they mean. Nested, that takes forever.
const LOOKS_PER_TOKEN_MAX: usize = 20;

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
    given_up: Cell<Option<Range<usize>>>,
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
        let given_up = self.watch.given_up.take();
        if given_up.is_some() {
            self.watch.given_up.set(given_up);
            return None;
        }
        let token = self.inner.next()?;
        let looks_left = self.watch.looks_left.get().checked_sub(1);
        self.watch.looks_left.set(looks_left.unwrap_or_default());
        if looks_left.is_none() || self.watch.stack_base.abs_diff(stack_pointer()) > PARSER_STACK_BYTES_MAX {
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
