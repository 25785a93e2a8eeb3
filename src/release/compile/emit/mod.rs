//! From the text of one module to the code that V8 compiles.
//!
//! `graph` passes the text of each file. TypeScript and JSX become JavaScript with a source map; JavaScript is parsed as well, for its
//! imports and its errors, and passed through. No code keeps a source map that its author names.
//!
//! Invariant: pure; the same text and options give the same code and map.

mod map_comments;
mod common_js;
mod ts_modules;
pub(super) mod tsconfig;

use std::ops::Range;
use std::sync::Arc;

use deno_ast::diagnostics::Diagnostic as _;
use deno_ast::swc::ast::{self, Program};
use deno_ast::swc::parser::error::SyntaxError;
use deno_ast::{
    EmitOptions, FoldProgramError, ImportsNotUsedAsValues, MediaType, ModuleSpecifier, ParseDiagnostic, ParseParams, ParsedSource,
    ProgramRef, SourceMap, SourceMapOption, StartSourcePos, TranspileOptions,
};

use crate::release::compile::parse::imports::{Import, ImportForm};
use crate::release::compile::parse::stack_guard;
use crate::release::compile::parse::{imports, node_globals, requires};
use crate::release::compile::platform::{Platform, SourceRule};
use tsconfig::TsSettings;

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

/// Transpiles one file.
pub(in crate::release::compile) fn transpile(source: &SourceFile<'_>) -> Result<Transpiled, Vec<TranspileError>> {
    stack_guard::with_room(&source.text, source.media, || parse(source)).unwrap_or_else(|error| {
        let (fact, bytes) = match error {
            stack_guard::StackError::TooDeep(bytes) => (Fact::TooDeep, bytes),
            stack_guard::StackError::TooLong => (Fact::TooLong, 0..0),
            stack_guard::StackError::Failed => (Fact::Failed, 0..0),
        };
        Err(vec![TranspileError { fact, bytes }])
    })
}

fn parse(source: &SourceFile<'_>) -> Result<Transpiled, Vec<TranspileError>> {
    let parsed = parsed_program(source.url, source.media, &source.text).map_err(|error| vec![error])?;
    let (parsed, common_js) = match source.rule {
        SourceRule::Module => (parsed, None),
        SourceRule::CommonJs => (parsed.into_with_scope_analysis(), Some(0..0)),
        SourceRule::TextOrCommonJs if parsed.compute_is_script() => (parsed.into_with_scope_analysis(), Some(0..0)),
        SourceRule::Text | SourceRule::TextOrCommonJs => imports::common_js(parsed),
    };
    if let Some(bytes) = common_js {
        if source.platform == Platform::Web {
            return Err(vec![TranspileError { fact: Fact::CommonJs, bytes }]);
        }
        fatal(parsed.diagnostics().iter())?;
        return common_js::emit(source, parsed);
    }
    fatal(parsed.diagnostics().iter().chain(parsed.script_module_diagnostics()))?;
    let (parsed, uses) = node_uses(source, parsed);
    if !uses.node_env.is_empty() {
        let text = with_node_env(source, &uses.node_env);
        return parse(&SourceFile { text, ..*source });
    }
    let (parsed, mut required) = made_requires(source, parsed);
    let mut transpiled = match is_plain(source.media) {
        true => pass_through(&parsed, &source.text),
        false => emit(source, parsed).map_err(|error| vec![error])?,
    };
    transpiled.imports.append(&mut required);
    transpiled.node_sign = uses.first;
    Ok(transpiled)
}

fn parsed_program(url: &ModuleSpecifier, media: MediaType, text: &Arc<str>) -> Result<ParsedSource, TranspileError> {
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

fn fatal<'p>(diagnostics: impl Iterator<Item = &'p ParseDiagnostic>) -> Result<(), Vec<TranspileError>> {
    let fatal: Vec<_> = diagnostics.filter(|diagnostic| is_fatal(diagnostic.kind())).map(syntax).collect();
    if fatal.is_empty() { Ok(()) } else { Err(fatal) }
}

/// Node's globals in a module of a function for the web.
fn node_uses(source: &SourceFile<'_>, parsed: ParsedSource) -> (ParsedSource, node_globals::NodeGlobals) {
    if source.platform == Platform::Node || !node_globals::may_have(&source.text) {
        return (parsed, node_globals::NodeGlobals::default());
    }
    let parsed = parsed.into_with_scope_analysis();
    let uses = node_globals::find(&parsed);
    (parsed, uses)
}

/// The text with a string for each `process.env.NODE_ENV`. What is longer than the string is filled with spaces, so that no column moves.
fn with_node_env(source: &SourceFile<'_>, uses: &[Range<usize>]) -> Arc<str> {
    let value = serde_json::Value::from(source.node_env).to_string();
    let mut text = source.text.to_string();
    let mut uses = uses.to_vec();
    uses.sort_by_key(|bytes| std::cmp::Reverse(bytes.start));
    for bytes in uses {
        let width = bytes.len();
        // A line break stays where it was.
        let breaks: String = text.get(bytes.clone()).unwrap_or_default().chars().filter(|char| *char == '\n').collect();
        text.replace_range(bytes, &format!("{value:width$}{breaks}", width = width.saturating_sub(breaks.len())));
    }
    text.into()
}

/// What an ECMAScript module requires by a `require` that it makes.
fn made_requires(source: &SourceFile<'_>, parsed: ParsedSource) -> (ParsedSource, Vec<Import>) {
    if source.platform == Platform::Web || !source.text.contains("createRequire") {
        return (parsed, Vec::new());
    }
    let parsed = parsed.into_with_scope_analysis();
    let required = requires::collect(&parsed);
    (parsed, required)
}

pub(in crate::release::compile) fn is_plain(media: MediaType) -> bool {
    matches!(media, MediaType::JavaScript | MediaType::Mjs | MediaType::Cjs)
}

fn syntax(diagnostic: &ParseDiagnostic) -> TranspileError {
    let bytes = diagnostic.range().as_byte_range(StartSourcePos::START_SOURCE_POS);
    TranspileError { fact: Fact::Syntax(diagnostic.message().into_owned()), bytes }
}

/// Errors that V8 would have as well. The parser also reports errors that do not stop it, most of them for type checkers; they are ignored.
fn is_fatal(error: &SyntaxError) -> bool {
    matches!(
        error,
        SyntaxError::TS1003
            | SyntaxError::TS1005
            | SyntaxError::TS1085
            | SyntaxError::LegacyOctal
            | SyntaxError::LegacyDecimal
            | SyntaxError::TS1109
            | SyntaxError::TS2406
            | SyntaxError::UnterminatedStrLit
            | SyntaxError::NullishCoalescingWithLogicalOp
            | SyntaxError::InitRequiredForUsingDecl
            | SyntaxError::Expected(_, _)
    )
}

/// JavaScript stays unchanged, but for the attribute that V8 demands on JSON imports and for comments that name a source map.
fn pass_through(parsed: &ParsedSource, text: &Arc<str>) -> Transpiled {
    let read = |module: &ast::Module| (imports::collect(module), map_comments::without(text, module));
    let (imports, mut code) = match parsed.program_ref() {
        ProgramRef::Module(module) => read(module),
        ProgramRef::Script(script) => read(&as_module(script.clone())),
    };
    let mut insertions: Vec<_> = imports.iter().filter_map(json_attribute).collect();
    if !insertions.is_empty() {
        // From the end, so that no insertion moves the position of another. No line is added: errors keep their line.
        insertions.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut completed = code.to_string();
        for (at, attribute) in insertions {
            if completed.is_char_boundary(at) {
                completed.insert_str(at, attribute);
            }
        }
        code = completed.into();
    }
    Transpiled { code, source_map: None, imports, names: None, node_sign: None }
}

fn json_attribute(import: &Import) -> Option<(usize, &'static str)> {
    let end = import.bytes.as_ref()?.end;
    imports::lacks_json_attribute(&import.specifier, &import.attribute).then_some(match import.form {
        ImportForm::Declaration => (end, " with { type: \"json\" }"),
        ImportForm::Call => (end, ", { with: { type: \"json\" } }"),
        ImportForm::Require { .. } => return None,
    })
}

/// Every file runs as a module, and JSX gets its imports only in one.
fn as_module(script: ast::Script) -> ast::Module {
    ast::Module { span: script.span, body: script.body.into_iter().map(ast::ModuleItem::Stmt).collect(), shebang: script.shebang }
}

fn transpile_options(source: &SourceFile<'_>) -> TranspileOptions {
    TranspileOptions {
        decorators: source.ts_settings.decorators.clone(),
        verbatim_module_syntax: false,
        imports_not_used_as_values: ImportsNotUsedAsValues::Remove,
        jsx: matches!(source.media, MediaType::Tsx | MediaType::Jsx).then(|| source.ts_settings.jsx.clone()),
        var_decl_imports: false,
    }
}

fn emit(source: &SourceFile<'_>, parsed: ParsedSource) -> Result<Transpiled, TranspileError> {
    let options = transpile_options(source);
    let (url, text) = (source.url, &source.text);
    let source_map = SourceMap::single(url.clone(), text.to_string());
    let comments = parsed.comments().as_single_threaded();
    map_comments::ignore(&comments);
    let globals = parsed.globals().clone();
    let program = parsed.program();
    // The tree is moved if no other reference is left.
    drop(parsed);
    let mut module = match Arc::unwrap_or_clone(program) {
        Program::Module(module) => module,
        Program::Script(script) => as_module(script),
    };
    ts_modules::rewrite(&mut module);
    globals.with(|marks| {
        let no_diagnostics = Box::new(std::iter::empty());
        let folded = deno_ast::fold_program(Program::Module(module), &options, &source_map, &comments, marks, no_diagnostics)
            .map_err(|error| folding(url, text, &error))?;
        let Program::Module(mut module) = folded else { return Err(unexpected("a module became a script")) };
        let imports = imports::collect(&module);
        if imports.iter().any(|import| imports::lacks_json_attribute(&import.specifier, &import.attribute)) {
            imports::add_json_attributes(&mut module);
        }
        let options = EmitOptions {
            source_map: SourceMapOption::Separate,
            source_map_base: None,
            source_map_file: None,
            // The map would be several times as large, for every stored version; code frames are shown where the folder is at hand.
            inline_sources: false,
            remove_comments: false,
        };
        let emitted = deno_ast::emit(ProgramRef::Module(&module), &comments, &source_map, &options)
            .map_err(|error| unexpected(&error.to_string()))?;
        let source_map = emitted.source_map.map(String::into_bytes);
        Ok(Transpiled { code: emitted.text.into(), source_map, imports, names: None, node_sign: None })
    })
}

/// The error of a transform, e.g. about pragmas that contradict each other.
fn folding(url: &ModuleSpecifier, text: &str, error: &FoldProgramError) -> TranspileError {
    if let FoldProgramError::ParseDiagnostics(diagnostics) = error
        && let Some(first) = diagnostics.0.first()
    {
        return syntax(first);
    }
    // The transforms report errors as text alone: `message at file:line:column`. Only the position is cut off; it decides nothing.
    let message = error.to_string();
    let Some((message, place)) = message.split_once(&format!(" at {url}:")) else { return unexpected(&message) };
    let mut numbers = place.split([':', '\n']).map_while(|number| number.parse::<usize>().ok());
    let line = numbers.next().unwrap_or(1);
    let column = numbers.next().unwrap_or(1);
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = before + column.saturating_sub(1);
    TranspileError { fact: Fact::Syntax(message.to_owned()), bytes: at..at }
}

fn unexpected(message: &str) -> TranspileError {
    TranspileError { fact: Fact::Syntax(format!("cannot be transpiled: {message}")), bytes: 0..0 }
}

/// The syntax that a file's extension names; `None`: not code.
pub(in crate::release::compile) fn media_type(extension: &str) -> Option<MediaType> {
    Some(match extension {
        "ts" => MediaType::TypeScript,
        "tsx" => MediaType::Tsx,
        "mts" => MediaType::Mts,
        "js" => MediaType::JavaScript,
        "mjs" => MediaType::Mjs,
        "cjs" => MediaType::Cjs,
        "cts" => MediaType::Cts,
        "jsx" => MediaType::Jsx,
        _ => return None,
    })
}
