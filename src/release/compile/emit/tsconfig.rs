//! How a function's code is transpiled: `compilerOptions` of its `deno.json` or `tsconfig.json`.
//!
//! `graph` reads it when the first module needs transpiling, and passes it to `transpile` for each module.
//!
//! Invariant: only options that change the running code are read, and only from the function's own folder.

use std::path::Path;

use deno_ast::{DecoratorsTranspileOption, JsxAutomaticOptions, JsxClassicOptions, JsxRuntime};
use oxc_resolver::{CompilerOptions, TsConfig};

use crate::release::compile::code_frame::Place;
use crate::release::compile::error::{CompileErrorKind, Diagnostic};
use crate::release::source::{Confinement, Disk};

/// In order of preference; the first file with options for JSX or decorators counts.
const FILES: &[&str] = &["deno.json", "deno.jsonc", "tsconfig.json"];
/// Largest such file, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// The settings for code in a function's `tsconfig.json` or `deno.json`.
#[derive(Clone, Debug)]
pub(in crate::release::compile) struct TsSettings {
    pub(in crate::release::compile) jsx: JsxRuntime,
    pub(in crate::release::compile) decorators: DecoratorsTranspileOption,
}

impl Default for TsSettings {
    fn default() -> Self {
        // V8 has no decorators yet, so even the standard ones are transpiled.
        Self { jsx: JsxRuntime::default(), decorators: DecoratorsTranspileOption::Ecma }
    }
}

/// The settings for a function's code; the defaults are TypeScript's own: classic JSX with `React.createElement`.
pub(in crate::release::compile) fn of(confinement: &Confinement, disk: &Disk) -> Result<TsSettings, Box<Diagnostic>> {
    let Some(folder) = confinement.own_folder() else { return Ok(TsSettings::default()) };
    for file in FILES {
        let path = folder.join(file);
        if !disk.is_file(&path) {
            continue;
        }
        let text = confinement
            .text(disk, &path, BYTES_MAX)
            .map_err(|error| Diagnostic::new(CompileErrorKind::Config, format!("{}: {error}", confinement.label(&path))))?;
        let options = options(confinement, &path, text)?;
        if options.jsx.is_some()
            || options.jsx_import_source.is_some()
            || options.jsx_factory.is_some()
            || options.experimental_decorators.is_some()
        {
            return Ok(ts_settings(&options));
        }
    }
    Ok(TsSettings::default())
}

fn options(confinement: &Confinement, path: &Path, text: String) -> Result<CompilerOptions, Box<Diagnostic>> {
    // `extends` is not followed: the file it names is usually outside the function's folder.
    match TsConfig::parse(true, path, path, text.clone()) {
        Ok(config) => Ok(config.compiler_options),
        Err(error) => Err(Box::new(config_error(confinement, path, &text, &error))),
    }
}

fn config_error(confinement: &Confinement, path: &Path, text: &str, error: &serde_json::Error) -> Diagnostic {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Diagnostic::new(CompileErrorKind::Config, message).at(Place::at_line(confinement.label(path), text, error.line(), error.column()))
}

fn ts_settings(options: &CompilerOptions) -> TsSettings {
    let decorators = match options.experimental_decorators {
        Some(true) => DecoratorsTranspileOption::LegacyTypeScript { emit_metadata: options.emit_decorator_metadata == Some(true) },
        _ => DecoratorsTranspileOption::Ecma,
    };
    TsSettings { jsx: jsx(options), decorators }
}

fn jsx(options: &CompilerOptions) -> JsxRuntime {
    let asks_for_automatic = matches!(options.jsx.as_deref(), Some("react-jsx" | "react-jsxdev" | "precompile"));
    if options.jsx_import_source.is_some() || asks_for_automatic {
        let import_source = Some(options.jsx_import_source.clone().unwrap_or_else(|| "react".to_owned()));
        return JsxRuntime::Automatic(JsxAutomaticOptions { development: false, import_source });
    }
    let classic = JsxClassicOptions::default();
    JsxRuntime::Classic(JsxClassicOptions {
        factory: options.jsx_factory.clone().unwrap_or(classic.factory),
        fragment_factory: options.jsx_fragment_factory.clone().unwrap_or(classic.fragment_factory),
    })
}
