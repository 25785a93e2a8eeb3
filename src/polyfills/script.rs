//! Files of TypeScript and ES modules as scripts: types are removed, imports and exports become loads and objects.
//!
//! deno_core panics where a function is terminated while an ES module loads late; the load of a script returns an error. The modules import
//! each other in circles, so the script of a module registers its exports before it loads others, and reads what it imports where it uses
//! it, as an ES module does.
//!
//! Invariant: a script has the bindings of its module: exports are live, and functions are exported before the body runs.

use std::collections::{BTreeMap, HashMap};
use std::error::Error;
use std::fmt::Write as _;

use deno_ast::swc::ast::{self, Id, ModuleDecl, ModuleItem};
use deno_ast::swc::common::DUMMY_SP;
use deno_ast::swc::ecma_visit::{VisitMut, VisitMutWith};
use deno_ast::{
    EmitOptions, ImportsNotUsedAsValues, MediaType, ModuleSpecifier, ParseParams, ParsedSource, ProgramRef, SourceMap, SourceMapOption,
    TranspileModuleOptions, TranspileOptions,
};

/// Where scripts find the registry of modules: `js-prelude/node/modules.js`.
const REGISTRY: &str = "__bootstrap.internals.nodeModules";

/// The objects that hold what modules import from deno_core.
const CORE: [(&str, &str); 2] = [("ext:core/mod.js", "__bootstrap"), ("ext:core/ops", "__bootstrap.internals.nodeOps")];

/// JavaScript of a file, which may be TypeScript.
pub(super) fn without_types(specifier: &str, source: String) -> Result<String, Box<dyn Error>> {
    if !specifier.ends_with(".ts") && !specifier.contains("/node:") {
        return Ok(source);
    }
    let options = TranspileOptions { imports_not_used_as_values: ImportsNotUsedAsValues::Remove, ..TranspileOptions::default() };
    let emit = EmitOptions { source_map: SourceMapOption::None, ..EmitOptions::default() };
    let parsed = parse(&source, MediaType::TypeScript, false)?;
    Ok(parsed.transpile(&options, &TranspileModuleOptions::default(), &emit)?.into_source().text)
}

fn parse(source: &str, media_type: MediaType, scope_analysis: bool) -> Result<ParsedSource, Box<dyn Error>> {
    let params = ParseParams {
        specifier: ModuleSpecifier::parse("file:///polyfill")?,
        text: source.into(),
        media_type,
        capture_tokens: false,
        scope_analysis,
        maybe_syntax: None,
    };
    Ok(deno_ast::parse_program(params)?)
}

/// A script that loads modules of ES late loads their scripts.
pub(super) fn with_lazy_loaders(source: &str, canonical: impl Fn(&str) -> String) -> String {
    const CALL: &str = "createLazyLoader(";
    let mut text = String::with_capacity(source.len());
    let mut rest = source;
    while let Some((before, after)) = rest.split_once(CALL) {
        let name = after.split('"').nth(1).unwrap_or_default();
        let is_literal = after.trim_start().starts_with('"');
        let before = before.strip_suffix("core.").unwrap_or(before);
        text.push_str(before);
        match after.split_once(')') {
            Some((_, tail)) if is_literal => {
                // Writing to a String never fails.
                let _ = write!(text, "{REGISTRY}.lazy(\"{}\")", canonical(name));
                rest = tail;
            }
            _ => {
                text.push_str(CALL);
                rest = after;
            }
        }
    }
    text.push_str(rest);
    text
}

/// The script of an ES module.
pub(super) fn of_module(specifier: &str, source: &str, canonical: impl Fn(&str) -> String) -> Result<String, Box<dyn Error>> {
    let parsed = parse(source, MediaType::JavaScript, true)?;
    let comments = parsed.comments().as_single_threaded();
    let ProgramRef::Module(module) = parsed.program_ref() else { return Err("it is no module".into()) };
    let mut rewriting =
        Rewriting { canonical: &canonical, loads: Vec::new(), core: String::new(), imported: HashMap::new(), exports: BTreeMap::new() };
    let mut body = Vec::new();
    for item in module.body.clone() {
        rewriting.item(item, &mut body)?;
    }
    let mut module = ast::Module { span: module.span, body, shebang: None };
    module.visit_mut_with(&mut Uses(&rewriting.imported));
    let emit = EmitOptions { source_map: SourceMapOption::None, remove_comments: true, ..EmitOptions::default() };
    let source_map = SourceMap::single(ModuleSpecifier::parse("file:///polyfill")?, source.to_owned());
    let body = deno_ast::emit(ProgramRef::Module(&module), &comments, &source_map, &emit)?.text;
    rewriting.script(specifier, &body)
}

struct Rewriting<'c> {
    canonical: &'c dyn Fn(&str) -> String,
    /// The modules that are loaded, in order.
    loads: Vec<String>,
    /// The bindings from deno_core.
    core: String,
    /// Each imported name, and the expression that stands for it.
    imported: HashMap<Id, Access>,
    /// Each export, and the expression that it is.
    exports: BTreeMap<String, String>,
}

/// A member of a loaded module; without a name the module itself.
#[derive(Clone)]
struct Access {
    module: usize,
    member: Option<String>,
}

impl Access {
    fn text(&self) -> String {
        match &self.member {
            Some(member) => format!("__m{}.{member}", self.module),
            None => format!("__m{}", self.module),
        }
    }
}

impl Rewriting<'_> {
    fn item(&mut self, item: ModuleItem, body: &mut Vec<ModuleItem>) -> Result<(), Box<dyn Error>> {
        let declaration = match item {
            ModuleItem::Stmt(_) => {
                body.push(item);
                return Ok(());
            }
            ModuleItem::ModuleDecl(declaration) => declaration,
        };
        match declaration {
            ModuleDecl::Import(import) => self.import(&import)?,
            ModuleDecl::ExportDecl(export) => {
                for name in declared(&export.decl)? {
                    self.exports.insert(name.clone(), name);
                }
                body.push(ModuleItem::Stmt(ast::Stmt::Decl(export.decl)));
            }
            ModuleDecl::ExportNamed(export) => self.named(&export)?,
            ModuleDecl::ExportDefaultDecl(export) => body.push(self.default_declaration(export)?),
            ModuleDecl::ExportDefaultExpr(export) => {
                self.exports.insert("default".to_owned(), "__default".to_owned());
                body.push(constant("__default", export.expr));
            }
            other => return Err(format!("a declaration that is not rewritten: {other:?}").into()),
        }
        Ok(())
    }

    fn import(&mut self, import: &ast::ImportDecl) -> Result<(), Box<dyn Error>> {
        let from = import.src.value.to_string_lossy().into_owned();
        if let Some((_, holder)) = CORE.iter().find(|(source, _)| *source == from) {
            let names: Result<Vec<_>, Box<dyn Error>> = import
                .specifiers
                .iter()
                .map(|specifier| {
                    let named = specifier.as_named().ok_or("an import from deno_core that has no name")?;
                    Ok(match &named.imported {
                        Some(imported) => format!("{}: {}", exported(imported), named.local.sym),
                        None => named.local.sym.to_string(),
                    })
                })
                .collect();
            writeln!(self.core, "const {{ {} }} = {holder};", names?.join(", "))?;
            return Ok(());
        }
        let module = self.loads.len();
        self.loads.push((self.canonical)(&from));
        for specifier in &import.specifiers {
            let (local, member) = match specifier {
                ast::ImportSpecifier::Named(named) => {
                    let name = named.imported.as_ref().map_or_else(|| named.local.sym.to_string(), exported);
                    (&named.local, Some(name))
                }
                ast::ImportSpecifier::Default(default) => (&default.local, Some("default".to_owned())),
                ast::ImportSpecifier::Namespace(namespace) => (&namespace.local, None),
            };
            self.imported.insert(local.to_id(), Access { module, member });
        }
        Ok(())
    }

    fn named(&mut self, export: &ast::NamedExport) -> Result<(), Box<dyn Error>> {
        let module = export.src.as_ref().map(|source| {
            self.loads.push((self.canonical)(&source.value.to_string_lossy()));
            self.loads.len() - 1
        });
        for specifier in &export.specifiers {
            let ast::ExportSpecifier::Named(named) = specifier else { return Err("an export that has no name".into()) };
            let name = exported(named.exported.as_ref().unwrap_or(&named.orig));
            let value = match (module, &named.orig) {
                (Some(module), original) => Access { module, member: Some(exported(original)) }.text(),
                (None, ast::ModuleExportName::Ident(local)) => {
                    self.imported.get(&local.to_id()).map_or_else(|| local.sym.to_string(), Access::text)
                }
                (None, ast::ModuleExportName::Str(_)) => return Err("an export of a string".into()),
            };
            self.exports.insert(name, value);
        }
        Ok(())
    }

    fn default_declaration(&mut self, export: ast::ExportDefaultDecl) -> Result<ModuleItem, Box<dyn Error>> {
        let name = |ident: Option<ast::Ident>| ident.unwrap_or_else(|| ident_of("__default"));
        let declaration = match export.decl {
            ast::DefaultDecl::Fn(function) => {
                ast::Decl::Fn(ast::FnDecl { ident: name(function.ident), declare: false, function: function.function })
            }
            ast::DefaultDecl::Class(class) => {
                ast::Decl::Class(ast::ClassDecl { ident: name(class.ident), declare: false, class: class.class })
            }
            ast::DefaultDecl::TsInterfaceDecl(_) => return Err("a type".into()),
        };
        let names = declared(&declaration)?;
        self.exports.insert("default".to_owned(), names.first().cloned().ok_or("a default without a name")?);
        Ok(ModuleItem::Stmt(ast::Stmt::Decl(declaration)))
    }

    fn script(&self, specifier: &str, body: &str) -> Result<String, Box<dyn Error>> {
        let mut text = format!("(function () {{\n{}const __exports = {REGISTRY}.begin({specifier:?}, {{\n", self.core);
        for (name, value) in &self.exports {
            writeln!(text, "  get {name}() {{ return {value}; }},")?;
        }
        text.push_str("});\n");
        for (number, from) in self.loads.iter().enumerate() {
            writeln!(text, "const __m{number} = {REGISTRY}.load({from:?});")?;
        }
        write!(text, "{body}\nreturn __exports;\n}})();\n")?;
        Ok(text)
    }
}

/// The names that a declaration declares.
fn declared(declaration: &ast::Decl) -> Result<Vec<String>, Box<dyn Error>> {
    Ok(match declaration {
        ast::Decl::Fn(function) => vec![function.ident.sym.to_string()],
        ast::Decl::Class(class) => vec![class.ident.sym.to_string()],
        ast::Decl::Var(variables) => {
            let mut names = Vec::new();
            for declarator in &variables.decls {
                bound(&declarator.name, &mut names)?;
            }
            names
        }
        other => return Err(format!("a declaration without names: {other:?}").into()),
    })
}

fn bound(pattern: &ast::Pat, names: &mut Vec<String>) -> Result<(), Box<dyn Error>> {
    match pattern {
        ast::Pat::Ident(ident) => names.push(ident.sym.to_string()),
        ast::Pat::Object(object) => {
            for property in &object.props {
                match property {
                    ast::ObjectPatProp::Assign(assign) => names.push(assign.key.sym.to_string()),
                    ast::ObjectPatProp::KeyValue(pair) => bound(&pair.value, names)?,
                    ast::ObjectPatProp::Rest(rest) => bound(&rest.arg, names)?,
                }
            }
        }
        other => return Err(format!("a pattern that is not rewritten: {other:?}").into()),
    }
    Ok(())
}

fn exported(name: &ast::ModuleExportName) -> String {
    match name {
        ast::ModuleExportName::Ident(ident) => ident.sym.to_string(),
        ast::ModuleExportName::Str(text) => text.value.to_string_lossy().into_owned(),
    }
}

fn ident_of(name: &str) -> ast::Ident {
    ast::Ident { span: DUMMY_SP, sym: name.into(), ..ast::Ident::default() }
}

fn constant(name: &str, value: Box<ast::Expr>) -> ModuleItem {
    let name = ast::Pat::Ident(ast::BindingIdent { id: ident_of(name), type_ann: None });
    let declarator = ast::VarDeclarator { span: DUMMY_SP, name, init: Some(value), definite: false };
    let variable = ast::VarDecl { span: DUMMY_SP, kind: ast::VarDeclKind::Const, decls: vec![declarator], ..ast::VarDecl::default() };
    ModuleItem::Stmt(ast::Stmt::Decl(ast::Decl::Var(Box::new(variable))))
}

/// Puts the member of the loaded module in the place of each use of an imported name.
struct Uses<'i>(&'i HashMap<Id, Access>);

impl Uses<'_> {
    fn member(&self, ident: &ast::Ident) -> Option<ast::Expr> {
        let access = self.0.get(&ident.to_id())?;
        let module = ast::Expr::Ident(ident_of(&format!("__m{}", access.module)));
        Some(match &access.member {
            None => module,
            Some(member) => ast::Expr::Member(ast::MemberExpr {
                span: DUMMY_SP,
                obj: Box::new(module),
                prop: ast::MemberProp::Ident(ast::IdentName { span: DUMMY_SP, sym: member.as_str().into() }),
            }),
        })
    }
}

impl VisitMut for Uses<'_> {
    fn visit_mut_expr(&mut self, node: &mut ast::Expr) {
        match node.as_ident().and_then(|ident| self.member(ident)) {
            Some(member) => *node = member,
            None => node.visit_mut_children_with(self),
        }
    }

    fn visit_mut_call_expr(&mut self, node: &mut ast::CallExpr) {
        node.visit_mut_children_with(self);
        // `(0, module.name)(…)`: a function that is imported is called without a receiver.
        if let ast::Callee::Expr(callee) = &mut node.callee
            && callee.as_member().is_some_and(|member| member.obj.as_ident().is_some_and(|object| object.sym.starts_with("__m")))
        {
            let zero = ast::Expr::Lit(ast::Lit::Num(0.0.into()));
            let sequence = ast::SeqExpr { span: DUMMY_SP, exprs: vec![Box::new(zero), callee.clone()] };
            **callee = ast::Expr::Paren(ast::ParenExpr { span: DUMMY_SP, expr: Box::new(ast::Expr::Seq(sequence)) });
        }
    }

    fn visit_mut_prop(&mut self, node: &mut ast::Prop) {
        if let ast::Prop::Shorthand(ident) = node
            && let Some(value) = self.member(ident)
        {
            let key = ast::PropName::Ident(ast::IdentName { span: DUMMY_SP, sym: ident.sym.clone() });
            *node = ast::Prop::KeyValue(ast::KeyValueProp { key, value: Box::new(value) });
            return;
        }
        node.visit_mut_children_with(self);
    }
}
