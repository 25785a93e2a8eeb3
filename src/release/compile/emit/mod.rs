//! From the text of one module to the code that V8 compiles.
//!
//! `graph` passes the text of each file. TypeScript and JSX become JavaScript with a source map; JavaScript is parsed as well, for its
//! imports and its errors, and passed through. No code keeps a source map that its author names.
//!
//! Invariant: pure; the same text and options give the same code and map.

mod map_comments;
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

use crate::release::compile::parse::imports;
use crate::release::compile::parse::imports::{Import, ImportForm};
use crate::release::compile::parse::stack_guard;
use tsconfig::TsSettings;

/// The code that V8 compiles, and the imports it will ask for.
#[derive(Debug)]
pub(in crate::release::compile) struct Transpiled {
    pub(in crate::release::compile) code: Arc<str>,
    /// JSON; `None` where `code` is the author's text.
    pub(in crate::release::compile) source_map: Option<Vec<u8>>,
    pub(in crate::release::compile) imports: Vec<Import>,
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
    /// It is CommonJS.
    CommonJs,
    /// It is nested deeper than the parser can follow.
    TooDeep,
    /// It is longer than the parser can follow.
    TooLong,
    /// The parser has a bug, or no memory.
    Failed,
}

/// Transpiles one module; `url` becomes the name of the source in the map.
pub(in crate::release::compile) fn transpile(
    url: &ModuleSpecifier,
    media: MediaType,
    text: Arc<str>,
    ts_settings: &TsSettings,
) -> Result<Transpiled, Vec<TranspileError>> {
    stack_guard::with_room(&text, media, || parse(url, media, Arc::clone(&text), ts_settings)).unwrap_or_else(|error| {
        let (fact, bytes) = match error {
            stack_guard::StackError::TooDeep(bytes) => (Fact::TooDeep, bytes),
            stack_guard::StackError::TooLong => (Fact::TooLong, 0..0),
            stack_guard::StackError::Failed => (Fact::Failed, 0..0),
        };
        Err(vec![TranspileError { fact, bytes }])
    })
}

fn parse(url: &ModuleSpecifier, media: MediaType, text: Arc<str>, ts_settings: &TsSettings) -> Result<Transpiled, Vec<TranspileError>> {
    let params = ParseParams {
        specifier: url.clone(),
        text: Arc::clone(&text),
        media_type: media,
        capture_tokens: false,
        scope_analysis: false,
        maybe_syntax: None,
    };
    let parsed = deno_ast::parse_program(params).map_err(|diagnostic| vec![syntax(&diagnostic)])?;
    let (parsed, common_js) = imports::common_js(parsed);
    if let Some(bytes) = common_js {
        return Err(vec![TranspileError { fact: Fact::CommonJs, bytes }]);
    }
    let fatal: Vec<_> = diagnostics(&parsed).filter(|diagnostic| is_fatal(diagnostic.kind())).map(syntax).collect();
    if !fatal.is_empty() {
        return Err(fatal);
    }
    if is_plain(media) {
        Ok(pass_through(&parsed, &text))
    } else {
        emit(url, media, &text, parsed, ts_settings).map_err(|error| vec![error])
    }
}

pub(in crate::release::compile) fn is_plain(media: MediaType) -> bool {
    matches!(media, MediaType::JavaScript | MediaType::Mjs)
}

fn diagnostics(parsed: &ParsedSource) -> impl Iterator<Item = &ParseDiagnostic> {
    parsed.diagnostics().iter().chain(parsed.script_module_diagnostics())
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
    Transpiled { code, source_map: None, imports }
}

fn json_attribute(import: &Import) -> Option<(usize, &'static str)> {
    let end = import.bytes.as_ref()?.end;
    imports::lacks_json_attribute(&import.specifier, &import.attribute).then_some(match import.form {
        ImportForm::Declaration => (end, " with { type: \"json\" }"),
        ImportForm::Call => (end, ", { with: { type: \"json\" } }"),
    })
}

/// Every file runs as a module, and JSX gets its imports only in one.
fn as_module(script: ast::Script) -> ast::Module {
    ast::Module { span: script.span, body: script.body.into_iter().map(ast::ModuleItem::Stmt).collect(), shebang: script.shebang }
}

fn emit(
    url: &ModuleSpecifier,
    media: MediaType,
    text: &Arc<str>,
    parsed: ParsedSource,
    ts_settings: &TsSettings,
) -> Result<Transpiled, TranspileError> {
    let options = TranspileOptions {
        decorators: ts_settings.decorators.clone(),
        verbatim_module_syntax: false,
        imports_not_used_as_values: ImportsNotUsedAsValues::Remove,
        jsx: matches!(media, MediaType::Tsx | MediaType::Jsx).then(|| ts_settings.jsx.clone()),
        var_decl_imports: false,
    };
    let source_map = SourceMap::single(url.clone(), text.to_string());
    let comments = parsed.comments().as_single_threaded();
    map_comments::ignore(&comments);
    let globals = parsed.globals().clone();
    let program = parsed.program();
    // The tree is moved if no other reference is left.
    drop(parsed);
    let module = match Arc::unwrap_or_clone(program) {
        Program::Module(module) => module,
        Program::Script(script) => as_module(script),
    };
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
        Ok(Transpiled { code: emitted.text.into(), source_map: emitted.source_map.map(String::into_bytes), imports })
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
        "jsx" => MediaType::Jsx,
        _ => return None,
    })
}
