//! The preparse: source is parsed once by a parser with a bounded stack and a bounded effort.
//!
//! `stack_guard` asks before the real parser sees source that is large enough to be dangerous. The parser returns to its lexer at every
//! level, so the lexer checks the bounds: when the stack or the effort is used up, it returns the end of the file, and the parser unwinds.
//!
//! Invariant: a preparse ends, on a bounded stack, whatever the source.

use std::cell::Cell;
use std::ops::Range;
use std::rc::Rc;

use deno_ast::swc::ast::{self, EsVersion};
use deno_ast::swc::common::input::StringInput;
use deno_ast::swc::common::{BytePos, Span};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};
use deno_ast::swc::lexer::common::context::Context;
use deno_ast::swc::lexer::common::input::Tokens;
use deno_ast::swc::lexer::common::syntax::SyntaxFlags;
use deno_ast::swc::lexer::error::Error;
use deno_ast::swc::lexer::lexer::{TokenContexts, TokenFlags};
use deno_ast::swc::lexer::token::{Keyword, Token, TokenAndSpan, Word};
use deno_ast::swc::lexer::{Lexer, Parser};
use deno_ast::{ES_VERSION, MediaType, StartSourcePos};

use super::imports::bytes_of;

/// How much stack the parser may use. The stages after the parser need several times as much for the same tree.
const STACK_BYTES_MAX: usize = 8 << 20;
/// The parser reads some tokens several times, because only the following ones tell what they mean. Nested, that may double with every
/// level; real code was measured to need at most two reads a token, and plain JSX within JSX some more. A million reads take a third of a
/// second.
const READS_PER_TOKEN_MAX: usize = 5;
const READS_MIN: usize = 100_000;
/// Most `else if` of a module: the parser takes time that grows with the square of a chain's length. TypeScript's compiler has 2,000.
const ELSE_IF_MAX: usize = 10_000;
/// Deepest nesting of `class extends (class extends …)`: scopes are resolved in time and memory that double with every level.
const HERITAGE_MAX: usize = 10;

/// Preparses; the bytes where it gave up, if it did.
pub(in crate::release::compile) fn too_deep(text: &str, media: MediaType, tokens: usize) -> Option<Range<usize>> {
    let start = StartSourcePos::START_SOURCE_POS;
    let input = StringInput::new(text, start.as_byte_pos(), (start + text.len()).as_byte_pos());
    let budget = Rc::new(TokenBudget {
        stack_base: stack_pointer(),
        reads_left: Cell::new(READS_MIN + tokens * READS_PER_TOKEN_MAX),
        else_ifs_left: Cell::new(ELSE_IF_MAX),
        is_after_else: Cell::new(false),
        given_up: Cell::new(None),
    });
    let lexer = BudgetedLexer { inner: Lexer::new(deno_ast::get_syntax(media), ES_VERSION, input, None), budget: Rc::clone(&budget) };
    // Syntax errors do not matter here: the real parser reports them better.
    let program = Parser::new_from(lexer).parse_program();
    let given_up = budget.given_up.get().or_else(|| {
        let mut heritage = Heritage::default();
        program.ok()?.visit_with(&mut heritage);
        heritage.too_deep
    });
    given_up.map(|span| bytes_of(span).unwrap_or(0..0))
}

/// Searches for classes inside the `extends` of a class.
#[derive(Default)]
struct Heritage {
    depth: usize,
    too_deep: Option<Span>,
}

impl Visit for Heritage {
    fn visit_class(&mut self, node: &ast::Class) {
        if self.depth >= HERITAGE_MAX {
            self.too_deep = Some(node.span);
        }
        if self.too_deep.is_some() {
            return;
        }
        self.depth += 1;
        node.super_class.visit_with(self);
        self.depth -= 1;
        node.decorators.visit_with(self);
        node.body.visit_with(self);
    }
}

/// The end of the stack, within a page or so: the address of a local variable.
#[inline(never)]
fn stack_pointer() -> usize {
    let here = 0u8;
    std::hint::black_box(&raw const here).addr()
}

struct TokenBudget {
    stack_base: usize,
    reads_left: Cell<usize>,
    else_ifs_left: Cell<usize>,
    is_after_else: Cell<bool>,
    given_up: Cell<Option<Span>>,
}

impl TokenBudget {
    /// Whether the parser may have one more token at its present depth.
    fn allows(&self, token: &Token) -> bool {
        let is_after_else = self.is_after_else.replace(*token == Token::Word(Word::Keyword(Keyword::Else)));
        let is_else_if = is_after_else && *token == Token::Word(Word::Keyword(Keyword::If));
        self.stack_base.abs_diff(stack_pointer()) <= STACK_BYTES_MAX
            && take(&self.reads_left, 1)
            && take(&self.else_ifs_left, usize::from(is_else_if))
    }
}

/// Takes an amount, if that much is left.
fn take(left: &Cell<usize>, amount: usize) -> bool {
    match left.get().checked_sub(amount) {
        Some(rest) => {
            left.set(rest);
            true
        }
        None => false,
    }
}

/// A lexer that checks the bounds of the parser that reads it.
#[derive(Clone)]
struct BudgetedLexer<'t> {
    inner: Lexer<'t>,
    /// Shared by the copies that the parser makes to look ahead.
    budget: Rc<TokenBudget>,
}

impl Iterator for BudgetedLexer<'_> {
    type Item = TokenAndSpan;

    fn next(&mut self) -> Option<TokenAndSpan> {
        if let Some(span) = self.budget.given_up.get() {
            return Some(end_of_file(span));
        }
        match self.inner.next() {
            Some(token) if self.budget.allows(&token.token) => Some(token),
            Some(token) => {
                self.budget.given_up.set(Some(token.span));
                Some(end_of_file(token.span))
            }
            // The parser would put the end of the file before the last token, and panic if that is an operator.
            None => {
                let end = self.inner.end_pos();
                Some(end_of_file(Span::new(end, end)))
            }
        }
    }
}

fn end_of_file(span: Span) -> TokenAndSpan {
    TokenAndSpan { token: Token::Eof, had_line_break: true, span }
}

/// Everything but the tokens themselves is passed to the lexer.
impl<'t> Tokens<TokenAndSpan> for BudgetedLexer<'t> {
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
