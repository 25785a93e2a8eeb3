//! Build script: builds the V8 startup snapshot from the web extensions and `js-prelude/`.
//!
//! Writes `snapshot.bin`, `residual.rs` (sources of lazy files that the snapshot does not hold) and `code.bin` (compiled code of some of them)
//! into `OUT_DIR`, where `runtime::isolate::snapshot` includes them.
//!
//! Invariant: the extension list is the program's own (`runtime/isolate/extension.rs`), so op names and order agree.
#![allow(dead_code, unused_imports, unreachable_pub, reason = "the program's ops are compiled here for their names and order only")]
#![allow(clippy::disallowed_methods, reason = "the build script writes the snapshot")]

mod fault;
mod function {
    #[path = "headers.rs"]
    pub mod headers;
    #[path = "hex.rs"]
    pub mod hex;
    #[path = "level.rs"]
    pub mod level;
    #[path = "message.rs"]
    pub mod message;
    #[path = "span.rs"]
    pub mod span;
    #[path = "trace.rs"]
    pub mod trace;
}
mod runtime {
    #[path = "call/mod.rs"]
    pub mod call;
    #[path = "ops/mod.rs"]
    pub mod ops;
    pub mod isolate {
        #[path = "as_script.rs"]
        pub mod as_script;
        #[path = "extension.rs"]
        pub mod extension;
        #[path = "v8_flags.rs"]
        pub mod v8_flags;
    }
}

use std::error::Error;
use std::path::{Path, PathBuf};

use deno_core::snapshot::{CreateSnapshotOptions, create_snapshot};
use deno_core::{Extension, ExtensionFileSource, ExtensionFileSourceCode, wrap_lazy_ext_script};

#[path = "polyfills/mod.rs"]
mod polyfills;
#[path = "recording/mod.rs"]
mod recording;

use runtime::isolate::as_script::as_script;

/// ES modules that no file of the prelude loads, and that no script loads.
const NEVER_LOADED: [&str; 3] = ["ext:deno_web/locks.js", "ext:deno_web/webtransport.js", "ext:deno_websocket/02_websocketstream.js"];

/// ES modules that are loaded late, as scripts.
const LOADED_AS_SCRIPT: [&str; 1] = ["ext:deno_websocket/01_websocket.js"];

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=js-prelude");
    println!("cargo:rerun-if-changed=src/runtime/call");
    println!("cargo:rerun-if-changed=src/runtime/ops");
    println!("cargo:rerun-if-changed=src/runtime/isolate/as_script.rs");
    println!("cargo:rerun-if-changed=src/runtime/isolate/extension.rs");
    println!("cargo:rerun-if-changed=src/runtime/isolate/v8_flags.rs");
    println!("cargo:rerun-if-changed=src/recording");
    println!("cargo:rerun-if-changed=src/build.rs");
    println!("cargo:rerun-if-changed=src/polyfills");
    println!("cargo:rerun-if-changed=Cargo.lock");
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("cargo sets OUT_DIR")?);
    if recording::is_copy() {
        return recording::record(&out);
    }

    let mut extensions = runtime::isolate::extension::lazy();
    let lazy = lazy_files(&extensions);
    call_by_way_of_the_prelude(&mut extensions)?;
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

/// What files of deno call by way of the prelude instead: the file, what stands there, what takes its place, and how often.
const REPLACED: [(&str, &str, &str, usize); 13] = [
    // `js-prelude/core/errors.js` reports errors that a listener throws: deno_core would copy everything in them, and end the isolate.
    ("ext:deno_web/02_event.js", "core.destructureError(", "internals.destructureError(", 2),
    ("ext:deno_web/02_event.js", "core.reportUnhandledException(", "internals.reportUncaught(", 1),
    // `js-prelude/guards/json.js` parses the JSON of bodies: V8's parser has no limit on the depth.
    ("ext:deno_fetch/22_body.js", "const { core, primordials } = __bootstrap;", "const { core, internals, primordials } = __bootstrap;", 1),
    ("ext:deno_fetch/22_body.js", "JSONParse(", "internals.parseJson(", 1),
    ("ext:deno_fetch/23_request.js", "JSONParse(", "internals.parseJson(", 1),
    // `js-prelude/guards/messages.js` sends the bytes in a buffer that counts against `memory_mb`, as long as no one reads them.
    (
        "ext:deno_web/13_message_port.js",
        "const { core, primordials } = __bootstrap;",
        "const { core, internals, primordials } = __bootstrap;",
        1,
    ),
    ("ext:deno_web/13_message_port.js", "_raw(currentPortId, data);", "_raw(currentPortId, internals.countedBytes(data));", 1),
    ("ext:deno_web/13_message_port.js", "message(currentPortId, data);", "message(currentPortId, internals.countedMessage(data));", 1),
    // `js-prelude/guards/clone.js` copies: deno_core takes the mark of the host's objects for true on an object of the function.
    ("ext:deno_web/13_message_port.js", "core.serialize(", "internals.clone.serialize(", 2),
    ("ext:deno_web/13_message_port.js", "core.deserialize(", "internals.clone.deserialize(", 4),
    ("ext:deno_web/13_message_port.js", "core.structuredClone(", "internals.clone.clone(", 1),
    (
        "ext:deno_web/02_structured_clone.js",
        "const { core, primordials } = __bootstrap;",
        "const { core, internals, primordials } = __bootstrap;",
        1,
    ),
    ("ext:deno_web/02_structured_clone.js", "core.structuredClone(", "internals.clone.clone(", 1),
];

fn call_by_way_of_the_prelude(extensions: &mut [Extension]) -> Result<(), Box<dyn Error>> {
    for (specifier, call, own, times) in REPLACED {
        let mut files = extensions.iter_mut().flat_map(|extension| extension.lazy_loaded_js_files.to_mut());
        let Some(file) = files.find(|file| file.specifier == specifier) else { return Err(format!("there is no {specifier}").into()) };
        let source = file.load()?.to_string();
        if source.matches(call).count() != times {
            return Err(format!("{specifier} does not have `{call}` {times} times").into());
        }
        *file = ExtensionFileSource::new_computed(specifier, source.replace(call, own).into());
    }
    Ok(())
}

/// Lets WebSockets connect by way of `js-prelude/api/egress.js`.
fn with_way_out(specifier: &str, source: String) -> Result<String, Box<dyn Error>> {
    const IMPORTED: &str = "  op_ws_create,\n";
    if specifier != LOADED_AS_SCRIPT[0] {
        return Ok(source);
    }
    let [before, after] = source.split(IMPORTED).collect::<Vec<_>>()[..] else {
        return Err(format!("{specifier} does not import op_ws_create once").into());
    };
    Ok(format!("import {{ op_ws_create }} from \"ext:skep/api/egress.js\";\n{before}{after}"))
}

/// One table of `(specifier, source)`, sorted, because deno_core searches it by bisection. It has no ES modules: a limit that interrupts
/// the load of one would be a panic of deno_core.
fn write_residual(out: &Path, files: &[LazyFile]) -> Result<(), Box<dyn Error>> {
    let modules: Vec<&str> = files.iter().filter(|file| !file.is_script).map(|file| file.specifier).collect();
    for known in NEVER_LOADED.iter().chain(&LOADED_AS_SCRIPT) {
        if !modules.contains(known) {
            return Err(format!("{known} is no ES module that the snapshot leaves out").into());
        }
    }
    if let Some(file) = files.iter().find(|file| REPLACED.iter().any(|(replaced, ..)| *replaced == file.specifier)) {
        return Err(format!("{} is no part of the snapshot: what replaces its calls would be lost", file.specifier).into());
    }
    let mut scripts = Vec::new();
    for file in files.iter().filter(|file| !NEVER_LOADED.contains(&file.specifier)) {
        println!("cargo:rerun-if-changed={}", file.path);
        let source = std::fs::read_to_string(file.path)?;
        let source = if file.is_script { source } else { script_of(file.specifier, source)? };
        let source = if file.path.contains("js-prelude/node") { polyfills::with_own_loader(&source) } else { source };
        let source = wrap_lazy_ext_script(&source);
        if !source.is_ascii() {
            return Err(format!("{} must be ASCII: V8 takes it as a one-byte string", file.specifier).into());
        }
        scripts.push((file.specifier, source));
    }
    scripts.extend(node_scripts(files)?);
    scripts.sort();
    recording::start_copy(out, &scripts)?;
    std::fs::write(out.join("residual.rs"), format!("pub(super) static SCRIPTS: &[(&str, &str)] = &{scripts:?};\n"))?;
    Ok(())
}

/// The scripts of Node's built-in modules, as far as the prelude loads them.
fn node_scripts(files: &[LazyFile]) -> Result<Vec<(&'static str, String)>, Box<dyn Error>> {
    let prelude: Result<Vec<_>, _> =
        files.iter().filter(|file| file.path.contains("js-prelude")).map(|file| std::fs::read_to_string(file.path)).collect();
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml");
    let scripts = polyfills::scripts(&manifest, &prelude?)?;
    // The build script ends soon after.
    Ok(scripts.into_iter().map(|(specifier, script)| (&*specifier.leak(), wrap_lazy_ext_script(&ascii(script)).to_string())).collect())
}

/// A script with escapes in the place of letters that are not ASCII: they stand in literals only.
fn ascii(script: String) -> String {
    if script.is_ascii() {
        return script;
    }
    script.encode_utf16().fold(String::with_capacity(script.len()), |mut text, unit| {
        match u8::try_from(unit).ok().filter(u8::is_ascii) {
            Some(byte) => text.push(char::from(byte)),
            None => text.push_str(&format!("\\u{unit:04x}")),
        }
        text
    })
}

/// The script that stands for an ES module which loads late.
fn script_of(specifier: &str, module: String) -> Result<String, Box<dyn Error>> {
    if !LOADED_AS_SCRIPT.contains(&specifier) {
        return Err(format!("{specifier} is an ES module that the snapshot leaves out: name it in src/build.rs").into());
    }
    as_script(&with_way_out(specifier, module)?).map_err(|why| format!("{specifier}: {why}").into())
}
