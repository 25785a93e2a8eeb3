//! Build script: builds the V8 startup snapshot from the web extensions and `js-prelude/`.
//!
//! Writes `snapshot.bin` and `residual.rs` (sources of lazy files that the snapshot does not hold) into `OUT_DIR`, where
//! `runtime::isolate::snapshot` includes them.
//!
//! Invariant: the extension list is the program's own (`runtime/isolate/extension.rs`), so op names and order agree.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "the program's ops are compiled here for their names and order only")]
#![allow(clippy::disallowed_methods, reason = "the build script writes the snapshot")]

mod fault;
mod function {
    #[path = "hex.rs"]
    pub mod hex;
    #[path = "level.rs"]
    pub mod level;
    #[path = "message.rs"]
    pub mod message;
    #[path = "trace.rs"]
    pub mod trace;
}
mod runtime {
    #[path = "call/mod.rs"]
    pub mod call;
    #[path = "ops/mod.rs"]
    pub mod ops;
    pub mod isolate {
        #[path = "extension.rs"]
        pub mod extension;
    }
}

use std::error::Error;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use deno_core::snapshot::{CreateSnapshotOptions, create_snapshot};
use deno_core::{Extension, ExtensionFileSource, ExtensionFileSourceCode, wrap_lazy_ext_script};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=js-prelude");
    println!("cargo:rerun-if-changed=src/runtime/call");
    println!("cargo:rerun-if-changed=src/runtime/ops");
    println!("cargo:rerun-if-changed=src/runtime/isolate/extension.rs");
    println!("cargo:rerun-if-changed=src/build.rs");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);

    let mut extensions = runtime::isolate::extension::lazy();
    let lazy = lazy_files(&extensions);
    report_by_way_of_the_prelude(&mut extensions)?;
    let snapshot = create_snapshot(
        CreateSnapshotOptions {
            cargo_manifest_dir: env!("CARGO_MANIFEST_DIR"),
            startup_snapshot: None,
            skip_op_registration: false,
            extensions,
            extension_transpiler: None,
            with_runtime_cb: None,
        },
        None,
    )?;
    for file in &snapshot.files_loaded_during_snapshot {
        println!("cargo:rerun-if-changed={}", file.display());
    }
    std::fs::write(out.join("snapshot.bin"), &snapshot.output)?;
    let residual: Vec<_> =
        lazy.into_iter().filter(|file| !snapshot.consumed_lazy_specifiers.iter().any(|consumed| *consumed == file.specifier)).collect();
    write_residual(&out, &residual)
}

struct LazyFile {
    specifier: &'static str,
    path: &'static str,
    is_script: bool,
}

fn lazy_files(extensions: &[Extension]) -> Vec<LazyFile> {
    let mut files = Vec::new();
    for extension in extensions {
        let scripts = extension.lazy_loaded_js_files.iter().map(|file| (file, true));
        let modules = extension.lazy_loaded_esm_files.iter().map(|file| (file, false));
        for (file, is_script) in scripts.chain(modules) {
            #[allow(deprecated, reason = "the only way to learn the path of a file that the snapshot leaves out")]
            if let ExtensionFileSourceCode::LoadedFromFsDuringSnapshot(path) = &file.code {
                files.push(LazyFile { specifier: file.specifier, path, is_script });
            }
        }
    }
    files
}

/// Lets `js-prelude/core/errors.js` report errors that a listener throws: deno_core would copy everything in them, and end the isolate.
fn report_by_way_of_the_prelude(extensions: &mut [Extension]) -> Result<(), Box<dyn Error>> {
    const SPECIFIER: &str = "ext:deno_web/02_event.js";
    const CALLS: [(&str, &str, usize); 2] =
        [("core.destructureError(", "internals.destructureError(", 2), ("core.reportUnhandledException(", "internals.reportUncaught(", 1)];
    let mut files = extensions.iter_mut().flat_map(|extension| extension.lazy_loaded_js_files.to_mut());
    let Some(file) = files.find(|file| file.specifier == SPECIFIER) else { return Err(format!("there is no {SPECIFIER}").into()) };
    let mut source = file.load()?.to_string();
    for (call, own, times) in CALLS {
        if source.matches(call).count() != times {
            return Err(format!("{SPECIFIER} does not call {call} {times} times").into());
        }
        source = source.replace(call, own);
    }
    *file = ExtensionFileSource::new_computed(SPECIFIER, source.into());
    Ok(())
}

/// Lets WebSockets connect by way of `js-prelude/api/egress.js`.
fn with_way_out(specifier: &str, source: String) -> Result<String, Box<dyn Error>> {
    const IMPORTED: &str = "  op_ws_create,\n";
    if specifier != "ext:deno_websocket/01_websocket.js" {
        return Ok(source);
    }
    let [before, after] = source.split(IMPORTED).collect::<Vec<_>>()[..] else {
        return Err(format!("{specifier} does not import op_ws_create once").into());
    };
    Ok(format!("import {{ op_ws_create }} from \"ext:skep/api/egress.js\";\n{before}{after}"))
}

/// Two tables of `(specifier, source)`, sorted, because deno_core searches them by bisection.
fn write_residual(out: &Path, files: &[LazyFile]) -> Result<(), Box<dyn Error>> {
    let mut scripts = Vec::new();
    let mut modules = Vec::new();
    for file in files {
        println!("cargo:rerun-if-changed={}", file.path);
        let source = with_way_out(file.specifier, std::fs::read_to_string(file.path)?)?;
        let source = if file.is_script { wrap_lazy_ext_script(&source).to_string() } else { source };
        if !source.is_ascii() {
            return Err(format!("{} must be ASCII: V8 takes it as a one-byte string", file.specifier).into());
        }
        if file.is_script { &mut scripts } else { &mut modules }.push((file.specifier, source));
    }
    let mut text = String::new();
    for (name, mut table) in [("SCRIPTS", scripts), ("MODULES", modules)] {
        table.sort();
        writeln!(text, "pub(super) static {name}: &[(&str, &str)] = &{table:?};")?;
    }
    std::fs::write(out.join("residual.rs"), text)?;
    Ok(())
}
