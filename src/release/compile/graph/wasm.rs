//! Modules of WebAssembly: the ECMAScript module that stands for a `.wasm` file.
//!
//! `graph` notes each of them while it walks, and asks for their code when it knows what the imports want.
//!
//! As by the ES module integration of WebAssembly, the names are the exports of an instance whose imports are modules; as in Workers, the
//! default export is the `WebAssembly.Module`. There is an instance only if an import wants more than the default. The generated code makes both
//! with the `WebAssembly` of the function, so that the limits of modules, memories and tables hold.
//!
//! Invariant: nothing is compiled here, and a file that is not a WebAssembly module is an error.

use std::collections::HashMap;
use std::fmt::Write as _;

use indexmap::IndexSet;
use wasmparser::{Encoding, ExternalKind, Parser, Payload};

use crate::release::compile::code_frame::Place;

/// Most exports, and most modules that are imported from.
const NAMES_MAX: usize = 10_000;

/// What a file of WebAssembly declares.
#[derive(Debug, Default)]
pub(super) struct WasmShape {
    /// The specifiers of the modules that it imports from, each once.
    pub(super) imports: IndexSet<String>,
    /// The names that it exports, and whether the export is a global.
    exports: Vec<(String, bool)>,
}

/// The WebAssembly modules of a version.
#[derive(Default)]
pub(super) struct WasmModules {
    shapes: HashMap<String, WasmShape>,
    instances: HashMap<String, WantedInstance>,
}

/// What imports want of a module beside its default export.
#[derive(Default)]
struct WantedInstance {
    /// The first import that names exports, and its specifier.
    named: Option<(String, Place)>,
}

/// An import of exports that the host cannot give: the module needs imports of its own.
#[derive(Debug)]
pub(super) struct MissingImports {
    /// The specifier, and where it stands.
    pub(super) import: (String, Place),
    /// The module that leads nowhere.
    pub(super) missing: String,
}

impl WasmShape {
    /// Reads the declarations.
    ///
    /// # Errors
    /// Why the bytes are no module that can be imported.
    pub(super) fn of(bytes: &[u8]) -> Result<Self, String> {
        let mut shape = Self::default();
        let text = |error: wasmparser::BinaryReaderError| error.message().to_owned();
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(text)? {
                Payload::Version { encoding: Encoding::Component, .. } => {
                    return Err("it is a component, and V8 takes modules only".to_owned());
                }
                Payload::ImportSection(section) => {
                    for import in section.into_imports() {
                        let module = import.map_err(text)?.module;
                        if !shape.imports.contains(module) {
                            shape.imports.insert(module.to_owned());
                        }
                        check(shape.imports.len())?;
                    }
                }
                Payload::ExportSection(section) => {
                    for export in section {
                        let export = export.map_err(text)?;
                        shape.exports.push((export.name.to_owned(), export.kind == ExternalKind::Global));
                        check(shape.exports.len())?;
                    }
                }
                // Both sections stand before the code.
                Payload::CodeSectionStart { .. } => break,
                _ => {}
            }
        }
        Ok(shape)
    }
}

fn check(names: usize) -> Result<(), String> {
    if names > NAMES_MAX { Err(format!("it has more than {NAMES_MAX} imports or exports")) } else { Ok(()) }
}

impl WasmModules {
    pub(super) fn note(&mut self, url: &str, shape: WasmShape) {
        self.shapes.insert(url.to_owned(), shape);
    }

    /// An import that wants more than the default export; `named`: it names exports.
    pub(super) fn want(&mut self, url: &str, named: Option<(String, Place)>) {
        let wanted = self.instances.entry(url.to_owned()).or_default();
        wanted.named = wanted.named.take().or(named);
    }

    /// The urls of the modules.
    pub(super) fn urls(&self) -> Vec<String> {
        self.shapes.keys().cloned().collect()
    }

    /// The code of a module; `leads` has the urls of the specifiers that it imports from.
    pub(super) fn code(&self, url: &str, leads: &HashMap<String, String>) -> Result<String, MissingImports> {
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let mut code = format!("import bytes from {} with {{ type: \"bytes\" }};\n", quoted(url));
        let Some(shape) = self.shapes.get(url) else { return Ok(code) };
        let mut instance = self.instances.get(url);
        if let Some(missing) = shape.imports.iter().find(|specifier| !leads.contains_key(*specifier)) {
            if let Some(import) = instance.and_then(|wanted| wanted.named.clone()) {
                return Err(MissingImports { import, missing: missing.clone() });
            }
            instance = None;
        }
        // Writing to a String never fails.
        if instance.is_some() {
            for (number, specifier) in shape.imports.iter().enumerate() {
                let _ = writeln!(code, "import * as i{number} from {};", quoted(specifier));
            }
        }
        code.push_str("const source = new WebAssembly.Module(bytes);\n");
        if instance.is_some() {
            let imports = shape.imports.iter().enumerate().map(|(number, specifier)| format!("[{}]: i{number}", quoted(specifier)));
            let imports: Vec<String> = imports.collect();
            let _ =
                writeln!(code, "const {{ exports }} = new WebAssembly.Instance(source, {{ __proto__: null, {} }});", imports.join(", "));
            // Of a global its value is exported; V8 does not give that of a vector.
            code.push_str("const valueOf = (global) => { try { return global.value; } catch { return undefined; } };\n");
            for (number, (name, is_global)) in shape.exports.iter().enumerate() {
                let name = quoted(name);
                let value = if *is_global { format!("valueOf(exports[{name}])") } else { format!("exports[{name}]") };
                let _ = writeln!(code, "const e{number} = {value};\nexport {{ e{number} as {name} }};");
            }
        }
        if instance.is_none() || !shape.exports.iter().any(|(name, _)| name == "default") {
            code.push_str("export default source;\n");
        }
        Ok(code)
    }
}
