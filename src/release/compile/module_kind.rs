//! The kind of an imported file: code, JSON, text, bytes, WebAssembly, or one that cannot be imported.
//!
//! `graph` asks for every import that was resolved.
//!
//! Invariant: what a file is follows from its name and from the attribute of the import, never from its content.

use std::path::Path;

use super::code_frame::Place;
use super::emit;
use super::error::{CompileErrorKind, Diagnostic};
use super::parse::imports::{Attribute, Import};
use crate::release::source::CODE_EXTENSIONS;
use crate::release::source::confine::is_in_node_modules;

/// What a file is to an import.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Any code: its text may show that it is CommonJS.
    Code,
    /// JSON, by its name or by an attribute.
    Json,
    /// Text, by an attribute: V8 asks for it as such.
    AttributeText,
    /// Bytes, by an attribute.
    AttributeBytes,
    /// A module whose default export is the file's text.
    Text,
    /// A module whose default export is an `ArrayBuffer` with the file's bytes.
    Buffer,
    /// A WebAssembly module.
    Wasm,
}

/// Files that bundlers for Workers import as text.
const TEXT_ENDINGS: &[&str] = &["txt", "html", "sql", "md", "graphql", "gql"];

/// The kind of the file at `path`, which `import` means.
pub(super) fn kind_of(path: &Path, import: &Import) -> Result<FileKind, Diagnostic> {
    let is_require = import.form.is_require();
    let wrong = |message: String| Diagnostic::new(CompileErrorKind::Import, message);
    let specifier = &import.specifier;
    let extension = extension(path);
    match (&import.attribute, extension) {
        (Attribute::Json, _) => Ok(FileKind::Json),
        (Attribute::Text, _) => Ok(FileKind::AttributeText),
        (Attribute::Bytes, _) => Ok(FileKind::AttributeBytes),
        (Attribute::SourcePhase, _) => Err(wrong(format!("`import.source(\"{specifier}\")` is not available"))
            .help(format!("write `import source module from \"{specifier}\"`, or `(await import(\"{specifier}\")).default`"))),
        (Attribute::Other(attribute), _) => Err(wrong(format!("`{specifier}`: the import attribute `{attribute}` is not supported"))
            .help("`type: \"json\"`, `type: \"text\"` and `type: \"bytes\"` are")),
        // The name says so, and `emit` has added the attribute.
        (Attribute::Absent, "json") if is_require || specifier.ends_with(".json") => Ok(FileKind::Json),
        (Attribute::Absent, "json") => Err(wrong(format!("`{specifier}` is JSON")).help("add `with { type: \"json\" }` to the import")),
        (Attribute::Absent, "node") => Err(native_addon(path, specifier)),
        // Node reads what it requires as JavaScript, whatever its name.
        (Attribute::Absent, _) if is_require => Ok(FileKind::Code),
        (Attribute::Absent, extension) if emit::media_type(extension).is_some() => Ok(FileKind::Code),
        (Attribute::Absent, "wasm") => Ok(FileKind::Wasm),
        (Attribute::Absent, "bin") => Ok(FileKind::Buffer),
        (Attribute::Absent, extension) if TEXT_ENDINGS.contains(&extension) => Ok(FileKind::Text),
        (Attribute::Absent, extension) => {
            let known = CODE_EXTENSIONS.join(", .");
            let ending = if extension.is_empty() { "without an ending".to_owned() } else { format!("that ends in `.{extension}`") };
            Err(wrong(format!("`{specifier}` is not code: a file {ending} cannot be imported as it is")).help(format!(
                "add `with {{ type: \"text\" }}` or `with {{ type: \"bytes\" }}` to the import; modules end in .{known}, .json or .wasm"
            )))
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
