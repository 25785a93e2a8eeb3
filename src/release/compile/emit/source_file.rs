//! A file of code, what is made of it, and what can be wrong with it; and what both kinds of modules need to be made.
//!
//! `emit` makes ECMAScript modules, `common_js` CommonJS ones.
//!
//! Invariant: plain data and pure functions.

use std::ops::Range;
use std::sync::Arc;

use deno_ast::diagnostics::Diagnostic as _;
use deno_ast::swc::ast;
use deno_ast::{
    ImportsNotUsedAsValues, MediaType, ModuleSpecifier, ParseDiagnostic, ParseParams, ParsedSource, StartSourcePos, TranspileOptions,
};

use super::tsconfig::TsSettings;
use crate::release::compile::parse::imports::Import;
use crate::release::compile::platform::{Platform, SourceRule};

/// A file of code.
pub(in crate::release::compile) struct SourceFile<'f> {
    /// The name of the source in the map.
    pub(in crate::release::compile) url: &'f ModuleSpecifier,
    pub(in crate::release::compile) media: MediaType,
    pub(in crate::release::compile) text: Arc<str>,
    pub(in crate::release::compile) platform: Platform,
    pub(in crate::release::compile) rule: SourceRule,
    pub(in crate::release::compile) ts_settings: &'f TsSettings,
    /// What stands for `process.env.NODE_ENV` in a function for the web.
    pub(in crate::release::compile) node_env: &'f str,
}

/// The code that V8 compiles, and the imports it will ask for.
#[derive(Debug)]
pub(in crate::release::compile) struct Transpiled {
    pub(in crate::release::compile) code: Arc<str>,
    /// JSON; `None` where `code` is the author's text.
    pub(in crate::release::compile) source_map: Option<Vec<u8>>,
    pub(in crate::release::compile) imports: Vec<Import>,
    /// Of a CommonJS module.
    pub(in crate::release::compile) names: Option<ExportNames>,
    /// The bytes of the first of Node's globals in a function for the web.
    pub(in crate::release::compile) node_sign: Option<Range<usize>>,
}

/// The names that a CommonJS module exports, as far as its text shows them.
#[derive(Debug)]
pub(in crate::release::compile) struct ExportNames {
    pub(in crate::release::compile) names: Vec<String>,
    /// Specifiers of modules whose names are exported as well.
    pub(in crate::release::compile) reexports: Vec<String>,
}

/// An error in a module, and its bytes.
#[derive(Debug)]
pub(in crate::release::compile) struct TranspileError {
    pub(in crate::release::compile) fact: Fact,
    pub(in crate::release::compile) bytes: Range<usize>,
}

/// The errors that one module can have by itself.
#[derive(Debug)]
pub(in crate::release::compile) enum Fact {
    /// It does not parse; the parser's text.
    Syntax(String),
    /// It is CommonJS, in a function for the web.
    CommonJs,
    /// It is nested deeper than the parser can follow.
    TooDeep,
    /// It is longer than the parser can follow.
    TooLong,
    /// The parser has a bug, or no memory.
    Failed,
}

pub(in crate::release::compile) fn is_plain(media: MediaType) -> bool {
    matches!(media, MediaType::JavaScript | MediaType::Mjs | MediaType::Cjs)
}

pub(super) fn parsed_program(url: &ModuleSpecifier, media: MediaType, text: &Arc<str>) -> Result<ParsedSource, TranspileError> {
    let params = ParseParams {
        specifier: url.clone(),
        text: Arc::clone(text),
        media_type: media,
        capture_tokens: false,
        scope_analysis: false,
        maybe_syntax: None,
    };
    deno_ast::parse_program(params).map_err(|diagnostic| syntax(&diagnostic))
}

pub(super) fn syntax(diagnostic: &ParseDiagnostic) -> TranspileError {
    let bytes = diagnostic.range().as_byte_range(StartSourcePos::START_SOURCE_POS);
    TranspileError { fact: Fact::Syntax(diagnostic.message().into_owned()), bytes }
}

/// Every file runs as a module, and JSX gets its imports only in one.
pub(super) fn as_module(script: ast::Script) -> ast::Module {
    ast::Module { span: script.span, body: script.body.into_iter().map(ast::ModuleItem::Stmt).collect(), shebang: script.shebang }
}

pub(super) fn transpile_options(source: &SourceFile<'_>) -> TranspileOptions {
    TranspileOptions {
        decorators: source.ts_settings.decorators.clone(),
        verbatim_module_syntax: false,
        imports_not_used_as_values: ImportsNotUsedAsValues::Remove,
        jsx: matches!(source.media, MediaType::Tsx | MediaType::Jsx).then(|| source.ts_settings.jsx.clone()),
        var_decl_imports: false,
    }
}

pub(super) fn unexpected(message: &str) -> TranspileError {
    TranspileError { fact: Fact::Syntax(format!("cannot be transpiled: {message}")), bytes: 0..0 }
}
