//! V8's compiled code of Node's built-in modules, recorded when the program is built.
//!
//! `src/build.rs` starts itself a second time for it, because a process has one snapshot: the copy loads every built-in into an isolate of
//! the new snapshot, uses some of them as packages do, and writes the code of each script with the functions in it that have run.
//!
//! Invariant: the flags of V8 are those of the program, or V8 would compile everything anew.

use std::cell::RefCell;
use std::error::Error;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;

use bytes::Bytes;
use deno_core::{JsRuntime, PollEventLoopOptions, RuntimeOptions};
use deno_web::{BlobStore, BlobStoreTrait};

use crate::runtime::isolate::{extension, v8_flags};
use crate::runtime::ops::{CodeKey, MemoryBytes, RequiredKind, RequiredModules, UnkeptCode, VersionModules, keep_code};

/// The variable that tells the copy of the build script what it is.
const COPY: &str = "SKEP_RECORDS_CODE";

/// What the copy runs: every built-in is loaded, and used as far as it goes without a network.
const EXERCISE: &str = include_str!("exercise.js");

/// Scripts by specifier, as `residual.rs` has them.
type Scripts = Vec<(String, String)>;

/// Whether this process is the copy.
pub fn is_copy() -> bool {
    std::env::var_os(COPY).is_some()
}

/// Starts the copy, which writes `code.rs` and `code.bin` into `out`.
///
/// # Errors
/// If the copy fails.
pub fn start_copy(out: &Path, scripts: &[(&'static str, String)]) -> Result<(), Box<dyn Error>> {
    std::fs::write(out.join("scripts.json"), serde_json::to_vec(scripts)?)?;
    let status = std::process::Command::new(std::env::current_exe()?).env(COPY, "1").status()?;
    if status.success() { Ok(()) } else { Err(format!("the code of Node's modules cannot be recorded: {status}").into()) }
}

/// The copy: records the code, and writes it.
///
/// # Errors
/// If the prelude fails.
pub fn record(out: &Path) -> Result<(), Box<dyn Error>> {
    v8_flags::set();
    JsRuntime::init_platform(None);
    let snapshot: &'static [u8] = std::fs::read(out.join("snapshot.bin"))?.leak();
    let scripts: Scripts = serde_json::from_slice(&std::fs::read(out.join("scripts.json"))?)?;
    // The process ends soon after.
    let scripts: &'static [(&'static str, &'static str)] =
        scripts.into_iter().map(|(specifier, script)| (&*specifier.leak(), &*script.leak())).collect::<Vec<_>>().leak();
    let recorder = Rc::new(Recorder { scripts, code: RefCell::default() });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(run(snapshot, &recorder))?;
    write(out, recorder.code.take())
}

async fn run(snapshot: &'static [u8], recorder: &Rc<Recorder>) -> Result<(), Box<dyn Error>> {
    let mut js = JsRuntime::new(RuntimeOptions {
        startup_snapshot: Some(snapshot),
        residual_lazy_js_sources: recorder.scripts,
        skip_op_registration: true,
        extensions: extension::lazy(),
        ..RuntimeOptions::default()
    });
    let blobs: Arc<dyn BlobStoreTrait> = Arc::new(BlobStore::default());
    js.lazy_init_extensions(extension::late_arguments(blobs, deno_fetch::Options::default()))?;
    {
        let state = js.op_state();
        let mut state = state.borrow_mut();
        state.put(MemoryBytes(128 << 20));
        state.put(RequiredModules(Some(recorder.clone())));
    }
    js.execute_script("ext:skep/exercise.js", EXERCISE)?;
    js.run_event_loop(PollEventLoopOptions::default()).await?;
    let unkept = js.op_state().borrow_mut().try_take::<UnkeptCode>().ok_or("no script was loaded")?;
    deno_core::scope!(scope, &mut js);
    keep_code(scope, &**recorder, &unkept);
    Ok(())
}

/// One file with all code, and a table of where each begins.
fn write(out: &Path, mut code: Vec<(String, Vec<u8>)>) -> Result<(), Box<dyn Error>> {
    code.sort();
    let mut table = String::from("pub(super) static CODE: &[(&str, usize, usize)] = &[\n");
    let mut bytes = Vec::new();
    for (specifier, code) in code {
        table.push_str(&format!("({specifier:?}, {}, {}),\n", bytes.len(), bytes.len() + code.len()));
        bytes.extend(code);
    }
    std::fs::write(out.join("code.bin"), bytes)?;
    std::fs::write(out.join("code.rs"), table + "];\n")?;
    Ok(())
}

/// In the place of a version: it has the scripts, and takes their code.
struct Recorder {
    scripts: &'static [(&'static str, &'static str)],
    code: RefCell<Vec<(String, Vec<u8>)>>,
}

impl VersionModules for Recorder {
    fn find(&self, specifier: &str, _: &str) -> Result<String, String> {
        Ok(format!("node:{specifier}"))
    }

    fn kind(&self, _: &str) -> RequiredKind {
        RequiredKind::None
    }

    fn text(&self, _: &str) -> Option<String> {
        None
    }

    fn script(&self, specifier: &str) -> Option<&'static str> {
        self.scripts.iter().find(|(known, _)| *known == specifier).map(|(_, text)| *text)
    }

    fn code_key(&self, url: &str, _: &str) -> CodeKey {
        CodeKey { url: url.to_owned(), hash: 0 }
    }

    fn cached(&self, _: &CodeKey) -> Option<Bytes> {
        None
    }

    fn keep_cached(&self, key: &CodeKey, code: &[u8]) {
        self.code.borrow_mut().push((key.url.clone(), code.to_vec()));
    }

    fn file(&self, _: &str) -> Option<Bytes> {
        None
    }

    fn names_in(&self, _: &str) -> Option<Vec<String>> {
        None
    }
}
