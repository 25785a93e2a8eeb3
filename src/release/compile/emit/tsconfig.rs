//! How a function's code is transpiled: `compilerOptions` of its `deno.json` or `tsconfig.json`.
//!
//! `graph` reads it when the first module needs transpiling, and passes it to `transpile` for each module.
//!
//! Invariant: only options that change the running code are read.

use deno_ast::{DecoratorsTranspileOption, JsxAutomaticOptions, JsxClassicOptions, JsxRuntime, MediaType};

use crate::release::compile::error::{CompileErrorKind, Diagnostic};
use crate::release::compile::settings::{self, DENO_FILES, TS_FILE, TsOptions};
use crate::release::source::{Confinement, Disk};

/// The settings for code in a function's `tsconfig.json` or `deno.json`.
#[derive(Clone, Debug)]
pub(in crate::release::compile) struct TsSettings {
    pub(in crate::release::compile) jsx: JsxRuntime,
    pub(in crate::release::compile) decorators: DecoratorsTranspileOption,
    /// A file that might set them cannot be read, and none that can be read does.
    pub(in crate::release::compile) unread: Option<String>,
}

impl Default for TsSettings {
    fn default() -> Self {
        // V8 has no decorators yet, so even the standard ones are transpiled.
        Self { jsx: JsxRuntime::default(), decorators: DecoratorsTranspileOption::Ecma, unread: None }
    }
}

/// The settings for a function's code; the defaults are TypeScript's own: classic JSX with `React.createElement`. The first file with options
/// for JSX or decorators counts.
pub(in crate::release::compile) fn of(confinement: &Confinement, disk: &Disk) -> Result<TsSettings, Box<Diagnostic>> {
    let mut unread = None;
    for folder in settings::folders(confinement) {
        for file in DENO_FILES.iter().chain([&TS_FILE]) {
            let Some(options) = settings::ts_options(confinement, disk, &folder.join(file))? else { continue };
            if options.jsx.is_some()
                || options.jsx_import_source.is_some()
                || options.jsx_factory.is_some()
                || options.experimental_decorators.is_some()
            {
                return Ok(ts_settings(&options));
            }
            unread = unread.or(options.unread);
        }
    }
    Ok(TsSettings { unread, ..TsSettings::default() })
}

fn ts_settings(options: &TsOptions) -> TsSettings {
    let decorators = match options.experimental_decorators {
        Some(true) => DecoratorsTranspileOption::LegacyTypeScript { emit_metadata: options.emit_decorator_metadata == Some(true) },
        _ => DecoratorsTranspileOption::Ecma,
    };
    TsSettings { jsx: jsx(options), decorators, unread: None }
}

fn jsx(options: &TsOptions) -> JsxRuntime {
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

/// The diagnostic of JSX whose settings may stand in a file that cannot be read.
pub(in crate::release::compile) fn unread(settings: &TsSettings, media: MediaType, text: &str) -> Option<Diagnostic> {
    let unread = settings.unread.as_ref().filter(|_| matches!(media, MediaType::Tsx | MediaType::Jsx))?;
    // A pragma says what the settings would.
    if text.contains("@jsx") {
        return None;
    }
    let message = format!("how JSX is compiled is not known: {unread}");
    Some(Diagnostic::new(CompileErrorKind::Config, message).help("copy `jsx` and `jsxImportSource` into the function's tsconfig.json"))
}
