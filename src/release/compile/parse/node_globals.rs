//! Node's globals in a module that says nothing else of Node: `process`, `Buffer`, `global`, `setImmediate`, `clearImmediate`; Deno's
//! functions that read files, which a function for Node has; and `process.env.NODE_ENV`, which bundlers replace.
//!
//! `emit` passes the syntax tree with its scopes.
//!
//! Invariant: a name that the module asks `typeof` about first, or that it declares, is no sign of Node.

use std::collections::HashSet;
use std::ops::Range;

use deno_ast::ParsedSource;
use deno_ast::swc::ast;
use deno_ast::swc::common::{Span, SyntaxContext};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::imports::bytes_of;

/// The globals that only Node has.
const GLOBALS: &[&str] = &["process", "Buffer", "global", "setImmediate", "clearImmediate"];

/// The namespace of Deno.
const DENO: &str = "Deno";
/// How its members begin that need the files of the folder.
const READS_FILES: &[&str] = &["Deno.read", "Deno.stat", "Deno.lstat", "Deno.open", "Deno.realPath"];

/// The uses of Node's globals in a module.
#[derive(Debug, Default)]
pub(in crate::release::compile) struct NodeGlobals {
    /// The first use that needs them; `process.env.NODE_ENV` does not.
    pub(in crate::release::compile) first: Option<Range<usize>>,
    /// Each `process.env.NODE_ENV` that is only read.
    pub(in crate::release::compile) node_env: Vec<Range<usize>>,
}

/// Whether the text can hold one of the names: only such a module is searched, which costs a pass for its scopes.
pub(in crate::release::compile) fn may_have(text: &str) -> bool {
    GLOBALS.iter().chain(READS_FILES).any(|name| text.contains(name))
}

/// The uses in a module; `parsed` must have its scopes.
pub(in crate::release::compile) fn find(parsed: &ParsedSource) -> NodeGlobals {
    let mut uses = GlobalUses { unresolved: parsed.unresolved_context(), asked: HashSet::new(), used: Vec::new(), node_env: Vec::new() };
    parsed.program_ref().visit_with(&mut uses);
    let needed = uses.used.iter().filter(|(name, _)| !uses.asked.contains(name));
    let first = needed.map(|(_, span)| *span).min_by_key(|span| span.lo).and_then(bytes_of);
    NodeGlobals { first, node_env: uses.node_env.into_iter().filter_map(bytes_of).collect() }
}

struct GlobalUses {
    unresolved: SyntaxContext,
    /// Names that stand behind `typeof`.
    asked: HashSet<&'static str>,
    used: Vec<(&'static str, Span)>,
    node_env: Vec<Span>,
}

impl GlobalUses {
    /// Whether an expression is a function of Deno that reads files.
    fn is_file_of_deno(&self, node: &ast::MemberExpr) -> bool {
        let is_deno = node.obj.as_ident().is_some_and(|object| object.ctxt == self.unresolved && object.sym == *DENO);
        let member = node.prop.as_ident().map(|property| format!("{DENO}.{}", property.sym));
        is_deno && member.is_some_and(|member| member != "Deno.openKv" && READS_FILES.iter().any(|start| member.starts_with(start)))
    }

    fn global(&self, ident: &ast::Ident) -> Option<&'static str> {
        let is_free = ident.ctxt == self.unresolved;
        GLOBALS.iter().find(|name| is_free && ident.sym == ***name).copied()
    }

    /// Whether an expression is `process.env.NODE_ENV`, with dots alone.
    fn is_node_env(&self, node: &ast::MemberExpr) -> bool {
        let named = |member: &ast::MemberExpr, name: &str| member.prop.as_ident().is_some_and(|property| property.sym == *name);
        let Some(env) = node.obj.as_member().filter(|_| named(node, "NODE_ENV")) else { return false };
        named(env, "env") && env.obj.as_ident().and_then(|object| self.global(object)) == Some("process")
    }
}

impl Visit for GlobalUses {
    fn visit_unary_expr(&mut self, node: &ast::UnaryExpr) {
        if node.op == ast::UnaryOp::TypeOf
            && let Some(name) = node.arg.as_ident().and_then(|ident| self.global(ident))
        {
            self.asked.insert(name);
            return;
        }
        node.visit_children_with(self);
    }

    fn visit_member_expr(&mut self, node: &ast::MemberExpr) {
        if self.is_node_env(node) {
            self.node_env.push(node.span);
            return;
        }
        if self.is_file_of_deno(node) {
            self.used.push((DENO, node.span));
        }
        node.visit_children_with(self);
    }

    // What is written to is no expression.
    fn visit_simple_assign_target(&mut self, node: &ast::SimpleAssignTarget) {
        match node {
            ast::SimpleAssignTarget::Member(member) => {
                member.obj.visit_with(self);
                member.prop.visit_with(self);
            }
            other => other.visit_children_with(self),
        }
    }

    fn visit_ident(&mut self, node: &ast::Ident) {
        if let Some(name) = self.global(node) {
            self.used.push((name, node.span));
        }
    }
}
