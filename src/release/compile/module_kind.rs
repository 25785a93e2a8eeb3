//! The kind of an imported module: code, JSON, or a file that cannot be imported.
//!
//! `graph` asks for every import that was resolved.
//!
//! Invariant: JSON is imported as JSON only if its name or an attribute says so.

use std::path::Path;

use super::code_frame::Place;
use super::emit;
use super::error::{CompileErrorKind, Diagnostic};
use super::parse::imports::{Attribute, Import, ImportForm};
use crate::function::ModuleKind;
use crate::release::source::CODE_EXTENSIONS;
use crate::release::source::confine::is_in_node_modules;

/// The kind of the module at `path`, which `import` means.
pub(super) fn kind_of(path: &Path, import: &Import) -> Result<ModuleKind, Diagnostic> {
    let is_require = matches!(import.form, ImportForm::Require { .. });
    let wrong = |message: String| Diagnostic::new(CompileErrorKind::Import, message);
    let specifier = &import.specifier;
    let extension = extension(path);
    match (&import.attribute, extension) {
        (Attribute::Json, _) => Ok(ModuleKind::Json),
        (Attribute::Other(attribute), _) => {
            Err(wrong(format!("`{specifier}`: the import attribute `{attribute}` is not supported")).help("only `type: \"json\"` is"))
        }
        // The name says so, and `emit` has added the attribute.
        (Attribute::Absent, "json") if is_require || specifier.ends_with(".json") => Ok(ModuleKind::Json),
        (Attribute::Absent, "json") => Err(wrong(format!("`{specifier}` is JSON")).help("add `with { type: \"json\" }` to the import")),
        (Attribute::Absent, "node") => Err(native_addon(path, specifier)),
        // Node reads what it requires as JavaScript, whatever its name.
        (Attribute::Absent, _) if is_require => Ok(ModuleKind::JavaScript),
        (Attribute::Absent, extension) if emit::media_type(extension).is_some() => Ok(ModuleKind::JavaScript),
        (Attribute::Absent, extension) => {
            let known = CODE_EXTENSIONS.join(", .");
            Err(wrong(format!("`{specifier}` is not code: a file that ends in `.{extension}` cannot be imported"))
                .help(format!("modules end in .{known} or .json; text can be exported as a string from a module")))
        }
    }
}

/// Packages with native add-ons, and packages that do the same in JavaScript or WebAssembly.
const ADDON_ALTERNATIVES: &[(&str, &str)] = &[
    ("bcrypt", "install `bcryptjs`: it has the same functions"),
    ("argon2", "install `hash-wasm`, or use `crypto.scrypt`"),
    ("sharp", "no package does the same here; call an image service, or `@jsquash/resize` for simple cases"),
    ("canvas", "no package does the same here; call an image service"),
    ("better-sqlite3", "use a database server, or `sql.js` for a file in memory"),
    ("sqlite3", "use a database server, or `sql.js` for a file in memory"),
    ("re2", "use RegExp, with a limit on the length of the text"),
    ("libpq", "install `pg`"),
    ("pg-native", "install `pg`"),
    ("snappy", "install `snappyjs`"),
    ("node-rdkafka", "install `kafkajs`"),
    ("zeromq", "no package does the same here"),
];

/// Packages that load the native add-on of the package that requires them.
const ADDON_LOADERS: &[&str] = &["bindings", "node-gyp-build", "node-gyp-build-optional-packages", "node-pre-gyp", "prebuild-install"];

/// The diagnostic of a package that loads native add-ons; `None` for any other module.
pub(super) fn addon_loader(path: &Path, specifier: &str, importer: &Path) -> Option<Diagnostic> {
    let folder = path.components().rev().take_while(|part| part.as_os_str() != "node_modules").last()?;
    let is_loader = is_in_node_modules(path) && ADDON_LOADERS.iter().any(|name| folder.as_os_str() == *name);
    is_loader.then(|| native_addon(importer, specifier))
}

/// The diagnostic of a native add-on; `path` is that of the add-on, or of the module that loads it.
fn native_addon(path: &Path, specifier: &str) -> Diagnostic {
    let package = path.components().rev().filter_map(|part| part.as_os_str().to_str());
    let known = package.filter_map(|name| ADDON_ALTERNATIVES.iter().find(|(package, _)| *package == name));
    let help = known.map(|(_, help)| *help).next().unwrap_or("install a package that is written in JavaScript or WebAssembly");
    let message = format!("`{specifier}` loads a native add-on, which would run outside of the function's limits");
    Diagnostic::new(CompileErrorKind::Import, message).help(help)
}

/// The diagnostic of a CommonJS module; `label` is its path below the functions directory.
pub(super) fn common_js(label: &str, importer: Option<&Place>) -> Diagnostic {
    let imported = importer.map(|place| format!(", imported at {}:{}:{}", place.file, place.line, place.column));
    let message = format!("{label} is a CommonJS module{}, and function.toml has `[code] node = false`", imported.unwrap_or_default());
    let help = match is_in_node_modules(Path::new(label)) {
        true => "import an ES module build of the package, or bundle the function (`esbuild --bundle --format=esm`)",
        false => "set `[code] node = true`, or use `import` and `export default` in place of `require` and `module.exports`",
    };
    Diagnostic::new(CompileErrorKind::CommonJs, message).help(help)
}

/// The extension of a file; empty if it has none.
pub(super) fn extension(path: &Path) -> &str {
    path.extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}
