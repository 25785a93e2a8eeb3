//! CommonJS modules: the body of the function that V8 compiles, what it requires, and the names that ECMAScript modules can import from it.
//!
//! `emit` passes what it has parsed. JavaScript is passed through; types and JSX are taken out.
//!
//! Invariant: no line of JavaScript moves.

use std::sync::Arc;

use deno_ast::swc::ast::Module;
use deno_ast::{EmitOptions, MediaType, ModuleKind, ParsedSource, ProgramRef, SourceMapOption, TranspileModuleOptions};

use super::map_comments;
use super::source_file::{
    ExportNames, SourceFile, TranspileError, Transpiled, as_module, is_plain, parsed_program, transpile_options, unexpected,
};
use crate::release::compile::parse::imports::Import;
use crate::release::compile::parse::{imports, requires};

/// The code of a CommonJS module. `parsed` must have its scopes.
pub(super) fn emit(source: &SourceFile<'_>, parsed: ParsedSource) -> Result<Transpiled, Vec<TranspileError>> {
    if is_plain(source.media) {
        let module = module_of(&parsed);
        let code = without_hashbang(map_comments::without(&source.text, &module));
        let imports = all_imports(&parsed, &module);
        return Ok(Transpiled { code, source_map: None, imports, names: Some(names(&parsed)), node_sign: None });
    }
    map_comments::ignore(&parsed.comments().as_single_threaded());
    let options = EmitOptions {
        source_map: SourceMapOption::Separate,
        source_map_base: None,
        source_map_file: None,
        inline_sources: false,
        remove_comments: false,
    };
    let emitted = parsed
        .transpile(&transpile_options(source), &TranspileModuleOptions { module_kind: Some(ModuleKind::Cjs) }, &options)
        .map_err(|error| vec![unexpected(&error.to_string())])?
        .into_source();
    let code: Arc<str> = emitted.text.into();
    let parsed = parsed_program(source.url, MediaType::Cjs, &code).map_err(|error| vec![error])?.into_with_scope_analysis();
    let mut found = all_imports(&parsed, &module_of(&parsed));
    // Their places are those in the code that was made; the author's text has the specifiers somewhere, too.
    found.iter_mut().for_each(|import| import.bytes = place_in(&source.text, import));
    Ok(Transpiled {
        code,
        source_map: emitted.source_map.map(String::into_bytes),
        imports: found,
        names: Some(names(&parsed)),
        node_sign: None,
    })
}

fn module_of(parsed: &ParsedSource) -> Module {
    match parsed.program_ref() {
        ProgramRef::Module(module) => module.clone(),
        ProgramRef::Script(script) => as_module(script.clone()),
    }
}

/// What the module requires, and what it imports by `import()`.
fn all_imports(parsed: &ParsedSource, module: &Module) -> Vec<Import> {
    let mut found = imports::collect(module);
    found.extend(requires::collect(parsed));
    found
}

fn names(parsed: &ParsedSource) -> ExportNames {
    let analysis = parsed.analyze_cjs();
    ExportNames { names: analysis.exports, reexports: analysis.reexports }
}

/// The bytes of a literal in the author's text.
fn place_in(text: &str, import: &Import) -> Option<std::ops::Range<usize>> {
    ['"', '\'', '`'].iter().find_map(|quote| {
        let literal = format!("{quote}{}{quote}", import.specifier);
        text.find(&literal).map(|at| at..at + literal.len())
    })
}

/// The body of a function may not begin with `#!`: the line becomes a comment of the same length.
fn without_hashbang(code: Arc<str>) -> Arc<str> {
    match code.strip_prefix("#!") {
        Some(rest) => format!("//{rest}").into(),
        None => code,
    }
}
