//! The kind of an imported module: code, JSON, or a file that cannot be imported.
//!
//! `graph` asks for every import that was resolved.
//!
//! Invariant: JSON is imported as JSON only if its name or an attribute says so.

use std::path::Path;

use super::code_frame::Place;
use super::emit;
use super::error::{CompileErrorKind, Diagnostic};
use super::parse::imports::{Attribute, Import};
use crate::function::ModuleKind;
use crate::release::source::confine::is_in_node_modules;
use crate::release::source::{CODE_EXTENSIONS, Confinement};

/// The kind of the module at `path`, which `import` means.
pub(super) fn kind_of(path: &Path, import: &Import, confinement: &Confinement) -> Result<ModuleKind, Diagnostic> {
    let wrong = |message: String| Diagnostic::new(CompileErrorKind::Import, message);
    let specifier = &import.specifier;
    let extension = extension(path);
    match (&import.attribute, extension) {
        (Attribute::Json, _) => Ok(ModuleKind::Json),
        (Attribute::Other(attribute), _) => {
            Err(wrong(format!("`{specifier}`: the import attribute `{attribute}` is not supported")).help("only `type: \"json\"` is"))
        }
        // The name says so, and `emit` has added the attribute.
        (Attribute::Absent, "json") if specifier.ends_with(".json") => Ok(ModuleKind::Json),
        (Attribute::Absent, "json") => Err(wrong(format!("`{specifier}` is JSON")).help("add `with { type: \"json\" }` to the import")),
        (Attribute::Absent, "cjs" | "cts") => Err(common_js(&confinement.label(path), None)),
        (Attribute::Absent, extension) if emit::media_type(extension).is_some() => Ok(ModuleKind::JavaScript),
        (Attribute::Absent, extension) => {
            let known = CODE_EXTENSIONS.join(", .");
            Err(wrong(format!("`{specifier}` is not code: a file that ends in `.{extension}` cannot be imported"))
                .help(format!("modules end in .{known} or .json; text can be exported as a string from a module")))
        }
    }
}

/// The diagnostic of a CommonJS module; `label` is its path below the functions directory.
pub(super) fn common_js(label: &str, importer: Option<&Place>) -> Diagnostic {
    let imported = importer.map(|place| format!(", imported at {}:{}:{}", place.file, place.line, place.column));
    let message = format!("{label} is a CommonJS module{}; CommonJS is not supported yet", imported.unwrap_or_default());
    let help = match is_in_node_modules(Path::new(label)) {
        true => "import an ES module build of the package, or bundle the function (`esbuild --bundle --format=esm`)",
        false => "use `import` and `export default` in place of `require` and `module.exports`",
    };
    Diagnostic::new(CompileErrorKind::CommonJs, message).help(help)
}

/// The extension of a file; empty if it has none.
pub(super) fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}
