//! Imports: every literal specifier in a parsed module, and the files that it refers to.
//!
//! `emit` passes the syntax tree, after types are removed; `graph` follows the imports.
//!
//! Invariant: the imports found here are the ones that V8 will ask for: type-only imports do not count.

use std::ops::Range;

use deno_ast::StartSourcePos;
use deno_ast::swc::ast;
use deno_ast::swc::common::{Span, Spanned as _};
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::specifier::{literal, text};

/// One literal specifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::release::compile) struct Import {
    pub(in crate::release::compile) specifier: String,
    /// Its position in the source, quotes included; `None` if the compiler has added it (the JSX runtime).
    pub(in crate::release::compile) bytes: Option<Range<usize>>,
    pub(in crate::release::compile) form: ImportForm,
    pub(in crate::release::compile) attribute: Attribute,
    pub(in crate::release::compile) wanted: Wanted,
    /// The bytes before the name in `import source name from "…"`.
    pub(in crate::release::compile) source_phase: Option<Range<usize>>,
}

impl Import {
    /// An import of the whole module, without attributes.
    pub(in crate::release::compile) fn whole(specifier: String, bytes: Option<Range<usize>>, form: ImportForm) -> Self {
        Self { specifier, bytes, form, attribute: Attribute::Absent, wanted: Wanted::Whole, source_phase: None }
    }
}

/// What an import takes from the module.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum Wanted {
    /// Its default export and nothing else.
    Default,
    /// Names.
    Names,
    /// Its namespace, or that it runs.
    Whole,
}

/// How a specifier is used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum ImportForm {
    /// `import … from`, `export … from`.
    Declaration,
    /// `import("…")`.
    Call,
    /// `require("…")`.
    Require {
        /// Whether the module may load although it fails: it stands in a `try` or in a function, or only asks where the module is.
        attempted: bool,
    },
    /// The name of a package, as a text in a file that requires what a variable names. It may be no package.
    Named,
    /// `new URL("…", import.meta.url)`: a file that the module may read.
    Reference,
    /// `require` or `import` of what only the code computes; without a specifier.
    Computed,
}

impl ImportForm {
    /// Whether the module is looked for as `require` does.
    pub(in crate::release::compile) fn is_require(self) -> bool {
        matches!(self, Self::Require { .. } | Self::Named)
    }

    /// Whether a specifier that leads nowhere is an error of the call, when it runs, and none of the module.
    pub(in crate::release::compile) fn may_be_missing(self) -> bool {
        matches!(self, Self::Call | Self::Require { attempted: true })
    }
}

/// The attributes after `with`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum Attribute {
    /// There are none.
    Absent,
    /// `{ type: "json" }`.
    Json,
    /// `{ type: "text" }`.
    Text,
    /// `{ type: "bytes" }`.
    Bytes,
    /// None, and the call asks for the source of the module: `import.source("…")`.
    SourcePhase,
    /// Any other, as written between the braces.
    Other(String),
}

/// Every import of a module, in the order of the text.
pub(in crate::release::compile) fn collect(module: &ast::Module) -> Vec<Import> {
    let mut collector = ImportCollector::default();
    module.visit_with(&mut collector);
    collector.imports
}

/// Whether an import brings nothing but declarations of types, of a package or from another host: `import "jsr:@supabase/functions-js/edge-runtime.d.ts"`.
pub(in crate::release::compile) fn declares_types(import: &ast::ImportDecl) -> bool {
    let specifier = text(&import.src);
    let address = specifier.split(['?', '#']).next().unwrap_or_default();
    let is_own = address.starts_with(['.', '/']);
    import.specifiers.is_empty() && !is_own && [".d.ts", ".d.mts", ".d.cts"].iter().any(|ending| address.ends_with(ending))
}

/// The bytes of a span; `None` for nodes without source text.
pub(in crate::release::compile) fn bytes_of(span: Span) -> Option<Range<usize>> {
    let start = StartSourcePos::START_SOURCE_POS.as_byte_pos().0;
    let low = span.lo.0.checked_sub(start)?;
    let high = span.hi.0.checked_sub(start)?;
    (low < high).then_some(low as usize..high as usize)
}

#[derive(Default)]
struct ImportCollector {
    imports: Vec<Import>,
}

impl ImportCollector {
    fn add(&mut self, specifier: &ast::Str, form: ImportForm, attribute: Attribute, wanted: Wanted) {
        self.imports.push(Import { attribute, wanted, ..Import::whole(text(specifier), bytes_of(specifier.span), form) });
    }
}

impl Visit for ImportCollector {
    fn visit_import_decl(&mut self, node: &ast::ImportDecl) {
        if node.type_only || declares_types(node) {
            return;
        }
        self.add(&node.src, ImportForm::Declaration, attribute(node.with.as_deref()), wanted_by(node));
        if node.phase == ast::ImportPhase::Source
            && let (Some(import), Some(name)) = (self.imports.last_mut(), node.specifiers.first())
        {
            import.source_phase = bytes_of(node.span.with_hi(name.span().lo));
        }
    }

    fn visit_named_export(&mut self, node: &ast::NamedExport) {
        if let (Some(source), false) = (&node.src, node.type_only) {
            let is_default = |specifier: &ast::ExportSpecifier| match specifier {
                ast::ExportSpecifier::Named(named) => is_default(&named.orig),
                ast::ExportSpecifier::Default(_) => true,
                ast::ExportSpecifier::Namespace(_) => false,
            };
            let wanted = if node.specifiers.iter().all(is_default) { Wanted::Default } else { Wanted::Whole };
            self.add(source, ImportForm::Declaration, attribute(node.with.as_deref()), wanted);
        }
    }

    fn visit_export_all(&mut self, node: &ast::ExportAll) {
        if !node.type_only {
            self.add(&node.src, ImportForm::Declaration, attribute(node.with.as_deref()), Wanted::Whole);
        }
    }

    fn visit_call_expr(&mut self, node: &ast::CallExpr) {
        if let Some(specifier) = dynamic_specifier(node) {
            let options = node.args.get(1).map(|options| &*options.expr);
            let with = options.and_then(|options| property(options.as_object()?, "with")?.as_object());
            let is_of_source = node.callee.as_import().is_some_and(|import| import.phase == ast::ImportPhase::Source);
            let attribute = if is_of_source { Attribute::SourcePhase } else { attribute(with) };
            self.add(&specifier, ImportForm::Call, attribute, Wanted::Whole);
        } else if node.callee.is_import() {
            self.imports.push(Import::whole(String::new(), None, ImportForm::Computed));
        }
        node.visit_children_with(self);
    }

    fn visit_new_expr(&mut self, node: &ast::NewExpr) {
        if let Some(specifier) = referenced(node) {
            self.add(&specifier, ImportForm::Reference, Attribute::Bytes, Wanted::Default);
        }
        node.visit_children_with(self);
    }
}

/// What a declaration takes from the module.
fn wanted_by(node: &ast::ImportDecl) -> Wanted {
    let is_default = |specifier: &ast::ImportSpecifier| match specifier {
        ast::ImportSpecifier::Default(_) => true,
        ast::ImportSpecifier::Named(named) => named.imported.as_ref().is_some_and(is_default),
        ast::ImportSpecifier::Namespace(_) => false,
    };
    match node.specifiers.as_slice() {
        [] => Wanted::Whole,
        specifiers if specifiers.iter().all(is_default) => Wanted::Default,
        specifiers if specifiers.iter().any(|specifier| specifier.is_namespace()) => Wanted::Whole,
        _ => Wanted::Names,
    }
}

fn is_default(name: &ast::ModuleExportName) -> bool {
    match name {
        ast::ModuleExportName::Ident(name) => name.sym == *"default",
        ast::ModuleExportName::Str(name) => name.value == *"default",
    }
}

/// The literal in `new URL("…", import.meta.url)`.
fn referenced(node: &ast::NewExpr) -> Option<ast::Str> {
    let [specifier, base] = node.args.as_deref()? else { return None };
    let base = base.expr.as_member()?;
    let is_meta_url = base.prop.as_ident().is_some_and(|name| name.sym == *"url")
        && base.obj.as_meta_prop().is_some_and(|meta| meta.kind == ast::MetaPropKind::ImportMeta);
    let is_url = node.callee.as_ident().is_some_and(|name| name.sym == *"URL");
    if is_url && is_meta_url { literal(&specifier.expr) } else { None }
}

/// The literal argument of an `import(…)`; a template without holes is one, too.
pub(super) fn dynamic_specifier(node: &ast::CallExpr) -> Option<ast::Str> {
    if !node.callee.is_import() {
        return None;
    }
    literal(&node.args.first()?.expr)
}

pub(super) fn attribute(with: Option<&ast::ObjectLit>) -> Attribute {
    let Some(with) = with.filter(|with| !with.props.is_empty()) else { return Attribute::Absent };
    match property(with, "type") {
        Some(ast::Expr::Lit(ast::Lit::Str(kind))) if kind.value == *"json" => Attribute::Json,
        Some(ast::Expr::Lit(ast::Lit::Str(kind))) if kind.value == *"text" => Attribute::Text,
        Some(ast::Expr::Lit(ast::Lit::Str(kind))) if kind.value == *"bytes" => Attribute::Bytes,
        Some(ast::Expr::Lit(ast::Lit::Str(kind))) => Attribute::Other(format!("type: {:?}", text(kind))),
        _ => Attribute::Other("…".to_owned()),
    }
}

fn property<'n>(object: &'n ast::ObjectLit, name: &str) -> Option<&'n ast::Expr> {
    object.props.iter().find_map(|property| {
        let pair = property.as_prop()?.as_key_value()?;
        let is_it = match &pair.key {
            ast::PropName::Ident(key) => key.sym == *name,
            ast::PropName::Str(key) => key.value == *name,
            _ => false,
        };
        is_it.then_some(&*pair.value)
    })
}

/// Whether V8 must not see an import as it is written.
pub(in crate::release::compile) fn is_rewritten(import: &Import) -> bool {
    lacks_json_attribute(&import.specifier, &import.attribute) || import.source_phase.is_some()
}

/// Whether V8 must be told that an import is JSON: its name says so, and no attribute does.
pub(in crate::release::compile) fn lacks_json_attribute(specifier: &str, attribute: &Attribute) -> bool {
    *attribute == Attribute::Absent && specifier.ends_with(".json")
}
