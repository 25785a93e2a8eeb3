//! Imports: every literal specifier in a parsed module, and signs of CommonJS.
//!
//! `emit` passes the syntax tree, after types are removed; `graph` follows the imports.
//!
//! Invariant: the imports found here are the ones that V8 will ask for: type-only imports do not count.

use std::ops::Range;

use deno_ast::swc::ast;
use deno_ast::swc::common::{DUMMY_SP, Span, SyntaxContext};
use deno_ast::swc::ecma_visit::{Visit, VisitMut, VisitMutWith, VisitWith};
use deno_ast::{ParsedSource, StartSourcePos};

use super::specifier::{literal, text};

/// One literal specifier.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::release::compile) struct Import {
    pub(in crate::release::compile) specifier: String,
    /// Its position in the source, quotes included; `None` if the compiler has added it (the JSX runtime).
    pub(in crate::release::compile) bytes: Option<Range<usize>>,
    pub(in crate::release::compile) form: ImportForm,
    pub(in crate::release::compile) attribute: Attribute,
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
        /// Whether the code goes on if it fails: it stands in a `try`, or only asks where the module is.
        attempted: bool,
    },
}

impl ImportForm {
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
    /// Any other, as written between the braces.
    Other(String),
}

/// Every import of a module, in the order of the text.
pub(in crate::release::compile) fn collect(module: &ast::Module) -> Vec<Import> {
    let mut collector = ImportCollector::default();
    module.visit_with(&mut collector);
    collector.imports
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
    fn add(&mut self, specifier: &ast::Str, form: ImportForm, attribute: Attribute) {
        let import = Import { specifier: text(specifier), bytes: bytes_of(specifier.span), form, attribute };
        self.imports.push(import);
    }
}

impl Visit for ImportCollector {
    fn visit_import_decl(&mut self, node: &ast::ImportDecl) {
        if !node.type_only {
            self.add(&node.src, ImportForm::Declaration, attribute(node.with.as_deref()));
        }
    }

    fn visit_named_export(&mut self, node: &ast::NamedExport) {
        if let (Some(source), false) = (&node.src, node.type_only) {
            self.add(source, ImportForm::Declaration, attribute(node.with.as_deref()));
        }
    }

    fn visit_export_all(&mut self, node: &ast::ExportAll) {
        if !node.type_only {
            self.add(&node.src, ImportForm::Declaration, attribute(node.with.as_deref()));
        }
    }

    fn visit_call_expr(&mut self, node: &ast::CallExpr) {
        if let Some(specifier) = dynamic_specifier(node) {
            let options = node.args.get(1).map(|options| &*options.expr);
            let with = options.and_then(|options| property(options.as_object()?, "with")?.as_object());
            self.add(&specifier, ImportForm::Call, attribute(with));
        }
        node.visit_children_with(self);
    }
}

/// The literal argument of an `import(…)`; a template without holes is one, too.
fn dynamic_specifier(node: &ast::CallExpr) -> Option<ast::Str> {
    if !node.callee.is_import() {
        return None;
    }
    literal(&node.args.first()?.expr)
}

fn attribute(with: Option<&ast::ObjectLit>) -> Attribute {
    let Some(with) = with.filter(|with| !with.props.is_empty()) else { return Attribute::Absent };
    match property(with, "type") {
        Some(ast::Expr::Lit(ast::Lit::Str(kind))) if kind.value == *"json" => Attribute::Json,
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

/// Whether V8 must be told that an import is JSON: its name says so, and no attribute does.
pub(in crate::release::compile) fn lacks_json_attribute(specifier: &str, attribute: &Attribute) -> bool {
    *attribute == Attribute::Absent && specifier.ends_with(".json")
}

/// Adds `with { type: "json" }` to every import of a `.json` file that lacks it: V8 demands it, bundlers and TypeScript do not.
pub(in crate::release::compile) fn add_json_attributes(module: &mut ast::Module) {
    module.visit_mut_with(&mut JsonAttributes);
}

struct JsonAttributes;

impl JsonAttributes {
    fn complete(specifier: &ast::Str, with: &mut Option<Box<ast::ObjectLit>>) {
        if lacks_json_attribute(&text(specifier), &attribute(with.as_deref())) {
            *with = Some(Box::new(object("type", ast::Expr::Lit(ast::Lit::Str("json".into())))));
        }
    }
}

impl VisitMut for JsonAttributes {
    fn visit_mut_import_decl(&mut self, node: &mut ast::ImportDecl) {
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
