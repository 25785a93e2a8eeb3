//! What a module requires: every literal specifier of `require` and `require.resolve`, and the names that a CommonJS module exports.
//!
//! `emit` passes the syntax tree with its scopes; `graph` follows what is found.
//!
//! Invariant: `require` counts only as a free name, or as one that the module has created with `createRequire`: bundlers declare functions of
//! that name.

use std::collections::{BTreeSet, HashSet};

use deno_ast::ParsedSource;
use deno_ast::swc::ast::{self, Id};
use deno_ast::swc::common::SyntaxContext;
use deno_ast::swc::ecma_visit::{Visit, VisitWith};

use super::imports::{Import, ImportForm, bytes_of};
use super::specifier::{literal, text};

/// Texts of a file that are tried as names of packages, and the length of such a name.
const PACKAGE_NAMES_MAX: usize = 64;
const PACKAGE_NAME_MAX: usize = 214;

/// The name that Node gives to the maker of a `require`.
const MAKER: &str = "createRequire";

/// What the modules of a file require, in the order of the text. `parsed` must have its scopes.
pub(in crate::release::compile) fn collect(parsed: &ParsedSource) -> Vec<Import> {
    let mut made = MadeRequires::default();
    if parsed.text().contains(MAKER) {
        parsed.program_ref().visit_with(&mut made);
    }
    let unresolved = parsed.unresolved_context();
    let mut collector =
        RequireCollector { unresolved, made: made.0, attempts: 0, functions: 0, requires_variable: false, imports: Vec::new() };
    parsed.program_ref().visit_with(&mut collector);
    if collector.requires_variable {
        let mut names = PackageNames::default();
        parsed.program_ref().visit_with(&mut names);
        collector.imports.extend(names.0.into_iter().map(|name| Import::whole(name, None, ImportForm::Named)));
    }
    collector.imports
}

/// Texts of a file that may name packages: a list of drivers beside `require(driver)`, for example.
#[derive(Default)]
struct PackageNames(BTreeSet<String>);

impl Visit for PackageNames {
    fn visit_str(&mut self, node: &ast::Str) {
        let text = node.value.to_string_lossy();
        if self.0.len() < PACKAGE_NAMES_MAX && is_package_name(&text) {
            self.0.insert(text.into_owned());
        }
    }
}

/// Whether a text has the form of a package's name, as npm takes it.
fn is_package_name(text: &str) -> bool {
    let is_part = |part: &str| {
        part.starts_with(|first: char| first.is_ascii_lowercase() || first.is_ascii_digit())
            && part.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '-' | '_' | '.'))
    };
    text.len() <= PACKAGE_NAME_MAX
        && match text.strip_prefix('@').map(|rest| rest.split_once('/')) {
            Some(scoped) => scoped.is_some_and(|(scope, name)| is_part(scope) && is_part(name)),
            None => is_part(text),
        }
}

/// Variables that hold a `require` which the module has made: `const require = createRequire(import.meta.url)`.
#[derive(Default)]
struct MadeRequires(HashSet<Id>);

impl Visit for MadeRequires {
    fn visit_var_declarator(&mut self, node: &ast::VarDeclarator) {
        if let (Some(name), Some(value)) = (node.name.as_ident(), &node.init)
            && is_made(value)
        {
            self.0.insert(name.to_id());
        }
        node.visit_children_with(self);
    }
}

/// Whether an expression is `createRequire(…)`, or the same as a member of a module.
fn is_made(value: &ast::Expr) -> bool {
    let Some(callee) = value.as_call().and_then(|call| call.callee.as_expr()) else { return false };
    let is_maker = |name: &ast::IdentName| name.sym == *MAKER;
    callee.as_ident().is_some_and(|name| name.sym == *MAKER)
        || callee.as_member().and_then(|member| member.prop.as_ident()).is_some_and(is_maker)
}

struct RequireCollector {
    unresolved: SyntaxContext,
    made: HashSet<Id>,
    /// Blocks of `try` around the node.
    attempts: usize,
    /// Functions around the node: what is in one runs when it is called, if ever.
    functions: usize,
    /// Whether a variable names what is required.
    requires_variable: bool,
    imports: Vec<Import>,
}

impl RequireCollector {
    /// The form of a callee that requires.
    fn form(&self, callee: &ast::Expr) -> Option<ImportForm> {
        if self.is_require(callee) {
            return Some(ImportForm::Require { attempted: self.may_fail() });
        }
        let member = callee.as_member()?;
        let name = member.prop.as_ident()?;
        let of_module = || member.obj.as_ident().is_some_and(|object| object.sym == *"module" && object.ctxt == self.unresolved);
        match &*name.sym {
            "resolve" if self.is_require(&member.obj) => Some(ImportForm::Require { attempted: true }),
            "require" if of_module() => Some(ImportForm::Require { attempted: self.may_fail() }),
            _ => None,
        }
    }

    /// Whether a module may load although what is required here is not there.
    fn may_fail(&self) -> bool {
        self.attempts + self.functions > 0
    }

    fn is_require(&self, expression: &ast::Expr) -> bool {
        let is_named = |name: &ast::Ident| name.sym == *"require" && name.ctxt == self.unresolved || self.made.contains(&name.to_id());
        expression.as_ident().is_some_and(is_named) || is_made(expression)
    }
}

impl Visit for RequireCollector {
    fn visit_call_expr(&mut self, node: &ast::CallExpr) {
        let form = node.callee.as_expr().and_then(|callee| self.form(callee));
        if let (Some(form), Some(argument)) = (form, node.args.first()) {
            self.requires_variable |= argument.expr.is_ident();
            self.imports.push(match literal(&argument.expr) {
                Some(specifier) => Import::whole(text(&specifier), bytes_of(specifier.span), form),
                None => Import::whole(String::new(), None, ImportForm::Computed),
            });
        }
        node.visit_children_with(self);
    }

    fn visit_function(&mut self, node: &ast::Function) {
        self.functions += 1;
        node.visit_children_with(self);
        self.functions -= 1;
    }

    fn visit_arrow_expr(&mut self, node: &ast::ArrowExpr) {
        self.functions += 1;
        node.visit_children_with(self);
        self.functions -= 1;
    }

    fn visit_try_stmt(&mut self, node: &ast::TryStmt) {
        self.attempts += 1;
        node.block.visit_with(self);
        self.attempts -= 1;
        node.handler.visit_with(self);
        node.finalizer.visit_with(self);
    }
}
