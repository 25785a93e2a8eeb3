//! From the text of one module to what the engine compiles.
//!
//! `graph` hands over the text of each file. TypeScript and JSX become JavaScript with a source map; JavaScript is parsed all the same, for
//! its imports and its errors, and passed through as it is.
//!
//! Invariant: pure; the same text and options give the same code and map.

pub(super) mod tsconfig;

use std::ops::Range;
use std::sync::Arc;

use deno_ast::diagnostics::Diagnostic as _;
use deno_ast::swc::ast::{self, Program};
use deno_ast::swc::parser::error::SyntaxError;
use deno_ast::{
    DecoratorsTranspileOption, EmitOptions, FoldProgramError, ImportsNotUsedAsValues, JsxRuntime, MediaType, ModuleSpecifier,
    ParseDiagnostic, ParseParams, ParsedSource, ProgramRef, SourceMap, SourceMapOption, StartSourcePos, TranspileOptions,
};

use crate::release::compile::parse::imports;
use crate::release::compile::parse::imports::{Form, Import};
use crate::release::compile::parse::stack_guard;

/// What the engine compiles, and what it will ask for.
#[derive(Debug)]
pub(in crate::release::compile) struct Transpiled {
    pub(in crate::release::compile) code: Arc<str>,
    /// JSON; `None` where `code` is the author's text.
    pub(in crate::release::compile) source_map: Option<Vec<u8>>,
    pub(in crate::release::compile) imports: Vec<Import>,
}

/// What is wrong with a module, and which bytes of it.
#[derive(Debug)]
pub(in crate::release::compile) struct Refusal {
    pub(in crate::release::compile) fact: Fact,
    pub(in crate::release::compile) bytes: Range<usize>,
}

/// What may be wrong with a module by itself.
#[derive(Debug)]
pub(in crate::release::compile) enum Fact {
    /// It does not parse; the parser's words.
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

/// What a function's `tsconfig.json` or `deno.json` says about code.
#[derive(Clone, Debug)]
pub(in crate::release::compile) struct Style {
    pub(in crate::release::compile) jsx: JsxRuntime,
    pub(in crate::release::compile) decorators: DecoratorsTranspileOption,
}

impl Default for Style {
    fn default() -> Self {
        // No engine knows decorators yet, so even the standard ones are transpiled.
        Self { jsx: JsxRuntime::default(), decorators: DecoratorsTranspileOption::Ecma }
    }
}

/// Transpiles one module; `url` becomes the name of the source in the map.
pub(in crate::release::compile) fn transpile(
    url: &ModuleSpecifier,
    media: MediaType,
    text: Arc<str>,
    style: &Style,
) -> Result<Transpiled, Vec<Refusal>> {
    stack_guard::with_room(&text, media, || parse(url, media, Arc::clone(&text), style)).unwrap_or_else(|refusal| {
        let (fact, bytes) = match refusal {
            stack_guard::Refusal::TooDeep(bytes) => (Fact::TooDeep, bytes),
            stack_guard::Refusal::TooLong => (Fact::TooLong, 0..0),
            stack_guard::Refusal::Failed => (Fact::Failed, 0..0),
        };
        Err(vec![Refusal { fact, bytes }])
    })
}

fn parse(url: &ModuleSpecifier, media: MediaType, text: Arc<str>, style: &Style) -> Result<Transpiled, Vec<Refusal>> {
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
        return Err(vec![Refusal { fact: Fact::CommonJs, bytes }]);
    }
    let fatal: Vec<_> = diagnostics(&parsed).filter(|diagnostic| is_fatal(diagnostic.kind())).map(syntax).collect();
    if !fatal.is_empty() {
        return Err(fatal);
    }
    if is_plain(media) { Ok(pass_through(&parsed, &text)) } else { emit(url, media, &text, parsed, style).map_err(|refusal| vec![refusal]) }
}

pub(in crate::release::compile) fn is_plain(media: MediaType) -> bool {
    matches!(media, MediaType::JavaScript | MediaType::Mjs)
}

fn diagnostics(parsed: &ParsedSource) -> impl Iterator<Item = &ParseDiagnostic> {
    parsed.diagnostics().iter().chain(parsed.script_module_diagnostics())
}

fn syntax(diagnostic: &ParseDiagnostic) -> Refusal {
    let bytes = diagnostic.range().as_byte_range(StartSourcePos::START_SOURCE_POS);
    Refusal { fact: Fact::Syntax(diagnostic.message().into_owned()), bytes }
}

/// What no engine would run. The parser also notes what it can live with, most of it for type checkers; that is not our business.
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

/// JavaScript stays as it is, but for the attribute that engines demand on JSON imports.
fn pass_through(parsed: &ParsedSource, text: &Arc<str>) -> Transpiled {
    let imports = match parsed.program_ref() {
        ProgramRef::Module(module) => imports::collect(module),
        ProgramRef::Script(script) => imports::collect(&as_module(script.clone())),
    };
    let mut code = Arc::clone(text);
    let mut insertions: Vec<_> = imports.iter().filter_map(json_attribute).collect();
    if !insertions.is_empty() {
        // From the end, so that each insertion leaves the places of the others alone. No line is added: errors keep their line.
        insertions.sort_by_key(|(at, _)| std::cmp::Reverse(*at));
        let mut completed = text.to_string();
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
        Form::Declaration => (end, " with { type: \"json\" }"),
        Form::Call => (end, ", { with: { type: \"json\" } }"),
    })
}

/// Everything we run is a module, and JSX is given its imports only in one.
fn as_module(script: ast::Script) -> ast::Module {
    ast::Module { span: script.span, body: script.body.into_iter().map(ast::ModuleItem::Stmt).collect(), shebang: script.shebang }
}

fn emit(url: &ModuleSpecifier, media: MediaType, text: &Arc<str>, parsed: ParsedSource, style: &Style) -> Result<Transpiled, Refusal> {
    let options = TranspileOptions {
        decorators: style.decorators.clone(),
        verbatim_module_syntax: false,
        imports_not_used_as_values: ImportsNotUsedAsValues::Remove,
        jsx: matches!(media, MediaType::Tsx | MediaType::Jsx).then(|| style.jsx.clone()),
        var_decl_imports: false,
    };
    let source_map = SourceMap::single(url.clone(), text.to_string());
    let comments = parsed.comments().as_single_threaded();
    let globals = parsed.globals().clone();
    let program = parsed.program();
    // The tree is taken over if it is ours alone.
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
            // The map would be several times as large, for every version that is kept; who shows code frames has the folder at hand.
            inline_sources: false,
            remove_comments: false,
        };
        let emitted = deno_ast::emit(ProgramRef::Module(&module), &comments, &source_map, &options)
            .map_err(|error| unexpected(&error.to_string()))?;
        Ok(Transpiled { code: emitted.text.into(), source_map: emitted.source_map.map(String::into_bytes), imports })
    })
}

/// What the transforms complain about, e.g. pragmas that contradict each other.
fn folding(url: &ModuleSpecifier, text: &str, error: &FoldProgramError) -> Refusal {
    if let FoldProgramError::ParseDiagnostics(diagnostics) = error
        && let Some(first) = diagnostics.0.first()
    {
        return syntax(first);
    }
    // The transforms' errors come as text alone: `message at file:line:column`.
    let message = error.to_string();
    let Some((message, place)) = message.split_once(&format!(" at {url}:")) else { return unexpected(&message) };
    let mut numbers = place.split([':', '\n']).map_while(|number| number.parse::<usize>().ok());
    let line = numbers.next().unwrap_or(1);
    let column = numbers.next().unwrap_or(1);
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let at = before + column.saturating_sub(1);
    Refusal { fact: Fact::Syntax(message.to_owned()), bytes: at..at }
}

fn unexpected(message: &str) -> Refusal {
    Refusal { fact: Fact::Syntax(format!("cannot be transpiled: {message}")), bytes: 0..0 }
}

/// What a file's ending says about its syntax; `None`: no code.
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
