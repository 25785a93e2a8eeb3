//! From the text of one module to the code that V8 compiles.
//!
//! `graph` passes the text of each file. TypeScript and JSX become JavaScript with a source map; JavaScript is parsed as well, for its
//! imports and its errors, and passed through. No code keeps a source map that its author names.
//!
//! Invariant: pure; the same text and options give the same code and map.

mod common_js;
mod map_comments;
mod ts_modules;
mod source_file;
mod type_imports;
pub(super) mod tsconfig;

use std::ops::Range;
use std::sync::Arc;

use deno_ast::swc::ast::{self, Program};
use deno_ast::swc::parser::error::SyntaxError;
use deno_ast::{
    EmitOptions, FoldProgramError, MediaType, ModuleSpecifier, ParseDiagnostic, ParsedSource, ProgramRef, SourceMap, SourceMapOption,
};

use crate::release::compile::parse::imports::{Import, ImportForm};
use crate::release::compile::parse::stack_guard;
use crate::release::compile::parse::{common_js as signs, imports, node_globals, requires, rewrite};
use crate::release::compile::platform::{Platform, SourceRule};

pub(in crate::release::compile) use source_file::{ExportNames, Fact, SourceFile, TranspileError, Transpiled, is_plain};
use source_file::{as_module, parsed_program, syntax, transpile_options, unexpected};

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
        SourceRule::Text | SourceRule::TextOrCommonJs => signs::common_js(parsed),
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
    let read = |module: &ast::Module| {
        let code = map_comments::without(text, module);
        (imports::collect(module), type_imports::blanked(code, module))
    };
    let (imports, mut code) = match parsed.program_ref() {
        ProgramRef::Module(module) => read(module),
        ProgramRef::Script(script) => read(&as_module(script.clone())),
    };
    if imports.iter().any(|import| import.source_phase.is_some()) {
        code = without_source_phase(&code, &imports).into();
    }
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

/// Spaces for the keyword in `import source name from "…"`.
fn without_source_phase(code: &str, imports: &[Import]) -> String {
    const KEYWORD: &str = "source";
    let mut code = code.to_owned();
    for bytes in imports.iter().filter_map(|import| import.source_phase.clone()) {
        if let Some(at) = code.get(bytes.clone()).and_then(|before| before.rfind(KEYWORD)) {
            let at = bytes.start + at;
            code.replace_range(at..at + KEYWORD.len(), "      ");
        }
    }
    code
}

fn json_attribute(import: &Import) -> Option<(usize, &'static str)> {
    let end = import.bytes.as_ref()?.end;
    imports::lacks_json_attribute(&import.specifier, &import.attribute).then_some(match import.form {
        ImportForm::Declaration => (end, " with { type: \"json\" }"),
        ImportForm::Call => (end, ", { with: { type: \"json\" } }"),
        _ => return None,
    })
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
    type_imports::remove(&mut module);
    globals.with(|marks| {
        let no_diagnostics = Box::new(std::iter::empty());
        let folded = deno_ast::fold_program(Program::Module(module), &options, &source_map, &comments, marks, no_diagnostics)
            .map_err(|error| folding(url, text, &error))?;
        let Program::Module(mut module) = folded else { return Err(unexpected("a module became a script")) };
        let imports = imports::collect(&module);
        if imports.iter().any(imports::is_rewritten) {
            rewrite::rewrite(&mut module);
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
