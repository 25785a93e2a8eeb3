//! The files of a Node function's version, for `fs`: read, never written.
//!
//! Called by `js-prelude/node/fs.js`. The version's modules, which `modules` finds in the state, have the files beside them.
//!
//! Invariant: nothing outside the version is reached.

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::catch_panic;
use super::modules::modules;

/// What is at an absolute path: 0 nothing, 1 a file, 2 a folder.
#[op2(nofast)]
#[smi]
pub(crate) fn op_skep_file_kind(state: &OpState, #[string] path: &str) -> Result<u32, JsErrorBox> {
    let modules = modules(state)?;
    catch_panic("op_skep_file_kind", 0, || match modules.file(path) {
        Some(_) => 1,
        None if modules.names_in(path).is_some() => 2,
        None => 0,
    })
}

/// The size of a file in bytes; 0 if there is none.
#[op2(nofast)]
pub(crate) fn op_skep_file_size(state: &OpState, #[string] path: &str) -> Result<f64, JsErrorBox> {
    let modules = modules(state)?;
    catch_panic("op_skep_file_size", 0, || modules.file(path).map_or(0.0, |bytes| bytes.len() as f64))
}

/// The bytes of a file; none if there is no such file.
#[op2]
#[buffer]
pub(crate) fn op_skep_file_bytes(state: &OpState, #[string] path: &str) -> Result<Vec<u8>, JsErrorBox> {
    let modules = modules(state)?;
    catch_panic("op_skep_file_bytes", 0, || modules.file(path).map(|bytes| bytes.to_vec()).unwrap_or_default())
}

/// The names in a folder, each on a line, sorted; none if there is no such folder.
#[op2]
#[string]
pub(crate) fn op_skep_file_names(state: &OpState, #[string] path: &str) -> Result<String, JsErrorBox> {
    let modules = modules(state)?;
    catch_panic("op_skep_file_names", 0, || modules.names_in(path).unwrap_or_default().join("\n"))
}
