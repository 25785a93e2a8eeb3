//! Literal specifiers in a syntax tree.
//!
//! `imports` and `requires` read them.
//!
//! Invariant: only what V8 will see as the same text counts as a literal.

use deno_ast::swc::ast;

/// A literal string; a template without holes is one, too.
pub(super) fn literal(expression: &ast::Expr) -> Option<ast::Str> {
    match expression {
        ast::Expr::Lit(ast::Lit::Str(specifier)) => Some(specifier.clone()),
        ast::Expr::Tpl(template) => match (template.exprs.as_slice(), template.quasis.as_slice()) {
            ([], [text]) => Some(ast::Str { span: template.span, value: text.cooked.clone()?, raw: None }),
            _ => None,
        },
        _ => None,
    }
}

/// A lone surrogate names no file, so losing it loses nothing.
pub(super) fn text(string: &ast::Str) -> String {
    string.value.to_string_lossy().into_owned()
}
