//! TypeScript's own module syntax in an ECMAScript module: `import x = require("y")` and `export = x`.
//!
//! `emit` rewrites the syntax tree before types are taken out.
//!
//! Invariant: what is exported so is the whole module to `require`, as TypeScript means it, and the default export to `import`.

use deno_ast::swc::ast::{self, ModuleDecl, ModuleItem};
use deno_ast::swc::common::DUMMY_SP;

/// The export that stands for the whole module when Node requires an ECMAScript module.
const WHOLE: &str = "module.exports";

/// The name of the value that `export =` exports.
const VALUE: &str = "_exportAssignment";

/// Rewrites the declarations of a module.
pub(super) fn rewrite(module: &mut ast::Module) {
    let is_assignment = |item: &ModuleItem| matches!(item, ModuleItem::ModuleDecl(ModuleDecl::TsExportAssignment(_)));
    if module.body.iter().any(is_assignment) {
        module.body.push(whole());
    }
    for item in &mut module.body {
        let ModuleItem::ModuleDecl(declaration) = item else { continue };
        match declaration {
            ModuleDecl::TsImportEquals(import) => {
                if let Some(rewritten) = imported(import) {
                    *declaration = rewritten;
                }
            }
            ModuleDecl::TsExportAssignment(export) => *item = value(export),
            _ => {}
        }
    }
}

/// `import x from "y"`; `None` for an alias of a namespace, and where `import =` exports the name as well.
fn imported(import: &ast::TsImportEqualsDecl) -> Option<ModuleDecl> {
    let ast::TsModuleRef::TsExternalModuleRef(module) = &import.module_ref else { return None };
    if import.is_export {
        return None;
    }
    let default = ast::ImportDefaultSpecifier { span: import.span, local: import.id.clone() };
    Some(ModuleDecl::Import(ast::ImportDecl {
        span: import.span,
        specifiers: vec![ast::ImportSpecifier::Default(default)],
        src: Box::new(module.expr.clone()),
        type_only: import.is_type_only,
        with: None,
        phase: ast::ImportPhase::Evaluation,
    }))
}

/// `const _exportAssignment = x;`
fn value(export: &ast::TsExportAssignment) -> ModuleItem {
    let name = ast::BindingIdent { id: name(export), type_ann: None };
    let declarator =
        ast::VarDeclarator { span: export.span, name: ast::Pat::Ident(name), init: Some(export.expr.clone()), definite: false };
    ModuleItem::Stmt(ast::Stmt::Decl(ast::Decl::Var(Box::new(ast::VarDecl {
        span: export.span,
        kind: ast::VarDeclKind::Const,
        decls: vec![declarator],
        ..ast::VarDecl::default()
    }))))
}

fn name(export: &ast::TsExportAssignment) -> ast::Ident {
    ast::Ident { span: export.span, sym: VALUE.into(), ..ast::Ident::default() }
}

/// `export { _exportAssignment as default, _exportAssignment as "module.exports" };`
fn whole() -> ModuleItem {
    let exported = |name: ast::ModuleExportName| {
        let local = ast::ModuleExportName::Ident(ast::Ident { sym: VALUE.into(), ..ast::Ident::default() });
        let named = ast::ExportNamedSpecifier { exported: Some(name), orig: local, is_type_only: false, span: DUMMY_SP };
        ast::ExportSpecifier::Named(named)
    };
    let default = ast::ModuleExportName::Ident(ast::Ident { sym: "default".into(), ..ast::Ident::default() });
    let whole = ast::ModuleExportName::Str(WHOLE.into());
    let specifiers = vec![exported(default), exported(whole)];
    ModuleItem::ModuleDecl(ModuleDecl::ExportNamed(ast::NamedExport {
        span: DUMMY_SP,
        specifiers,
        src: None,
        type_only: false,
        with: None,
    }))
}
