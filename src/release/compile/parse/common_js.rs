//! Signs of CommonJS in a source.
//!
//! `emit` passes sources whose text decides what kind of module they are.
//!
//! Invariant: only free names count.

use std::ops::Range;

use deno_ast::ParsedSource;
use deno_ast::swc::ast;
use deno_ast::swc::common::{Span, SyntaxContext};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::imports::bytes_of;

/// The first position where a source uses CommonJS, if it does. `require`, `module` and `exports` count where there is neither `import` nor
/// `export`, and only as free names: bundlers declare functions of these names. The source is returned with its scopes if it was searched.
pub(in crate::release::compile) fn common_js(parsed: ParsedSource) -> (ParsedSource, Option<Range<usize>>) {
    if !parsed.compute_is_script() {
        return (parsed, None);
    }
    // Scope analysis costs a pass over the tree; only scripts pay for it.
    let parsed = parsed.into_with_scope_analysis();
    let mut signs = CommonJsSigns { unresolved: parsed.unresolved_context(), found: None };
    parsed.program_ref().visit_with(&mut signs);
    (parsed, signs.found.and_then(bytes_of))
}

struct CommonJsSigns {
    unresolved: SyntaxContext,
    found: Option<Span>,
}

impl CommonJsSigns {
    fn is_free(&self, expression: &ast::Expr, name: &str) -> bool {
        expression.as_ident().is_some_and(|ident| ident.sym == *name && ident.ctxt == self.unresolved)
    }
}

impl Visit for CommonJsSigns {
    fn visit_member_expr(&mut self, node: &ast::MemberExpr) {
        let is_exports = node.prop.as_ident().is_some_and(|property| property.sym == *"exports");
        if self.found.is_none() && (self.is_free(&node.obj, "exports") || is_exports && self.is_free(&node.obj, "module")) {
            self.found = Some(node.span);
        }
        node.visit_children_with(self);
    }

    fn visit_call_expr(&mut self, node: &ast::CallExpr) {
        let callee = node.callee.as_expr();
        if self.found.is_none() && callee.is_some_and(|callee| self.is_free(callee, "require")) {
            self.found = Some(node.span);
        }
        node.visit_children_with(self);
    }

    fn visit_expr(&mut self, node: &ast::Expr) {
        if self.found.is_none() && ["__filename", "__dirname"].iter().any(|name| self.is_free(node, name)) {
            self.found = node.as_ident().map(|ident| ident.span);
        }
        node.visit_children_with(self);
    }
}
