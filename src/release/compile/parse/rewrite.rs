//! Imports as V8 must see them, where it must not see them as they are written.
//!
//! `emit` passes the syntax tree of what it transpiles.
//!
//! Invariant: what an import takes from which module stays the same.

use deno_ast::swc::ast;
use deno_ast::swc::common::DUMMY_SP;
use deno_ast::swc::ecma_visit::{VisitMut, VisitMutWith};

use super::imports::{Attribute, attribute, dynamic_specifier, lacks_json_attribute};
use super::specifier::text;

/// Adds `with { type: "json" }` to every import of a `.json` file that lacks it: V8 demands it, bundlers and TypeScript do not. Makes plain
/// imports of those of a module's source, which is the default export here.
pub(in crate::release::compile) fn rewrite(module: &mut ast::Module) {
    module.visit_mut_with(&mut ImportRewriter);
}

struct ImportRewriter;

impl ImportRewriter {
    fn complete(specifier: &ast::Str, with: &mut Option<Box<ast::ObjectLit>>) {
        if lacks_json_attribute(&text(specifier), &attribute(with.as_deref())) {
            *with = Some(Box::new(object("type", ast::Expr::Lit(ast::Lit::Str("json".into())))));
        }
    }
}

impl VisitMut for ImportRewriter {
    fn visit_mut_import_decl(&mut self, node: &mut ast::ImportDecl) {
        if node.phase == ast::ImportPhase::Source {
            node.phase = ast::ImportPhase::Evaluation;
        }
        Self::complete(&node.src, &mut node.with);
    }

    fn visit_mut_named_export(&mut self, node: &mut ast::NamedExport) {
        if let Some(source) = &node.src {
            Self::complete(source, &mut node.with);
        }
    }

    fn visit_mut_export_all(&mut self, node: &mut ast::ExportAll) {
        Self::complete(&node.src, &mut node.with);
    }

    fn visit_mut_call_expr(&mut self, node: &mut ast::CallExpr) {
        if let Some(specifier) = dynamic_specifier(node)
            && node.args.len() == 1
            && lacks_json_attribute(&text(&specifier), &Attribute::Absent)
        {
            let with = object("type", ast::Expr::Lit(ast::Lit::Str("json".into())));
            let options = object("with", ast::Expr::Object(with));
            node.args.push(ast::ExprOrSpread { spread: None, expr: Box::new(ast::Expr::Object(options)) });
        }
        node.visit_mut_children_with(self);
    }
}

fn object(key: &str, value: ast::Expr) -> ast::ObjectLit {
    let key = ast::PropName::Ident(ast::IdentName::new(key.into(), DUMMY_SP));
    let pair = ast::KeyValueProp { key, value: Box::new(value) };
    ast::ObjectLit { span: DUMMY_SP, props: vec![ast::PropOrSpread::Prop(Box::new(ast::Prop::KeyValue(pair)))] }
}
