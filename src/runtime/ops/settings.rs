//! The settings that a function's dialect reads: its manifest, as far as dialects know it, and its limits.
//!
//! `js-prelude/dialects/detect.js` asks once, for a module that is not plainly one of the web. `isolate` writes them.
//!
//! Invariant: the text is JSON, and nothing in it is another function's.

use deno_core::{OpState, op2};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;

/// Writes the settings; put into the state of an instance when it is assigned.
pub struct SettingsWriter(pub Box<dyn Fn() -> String>);

/// The settings as JSON.
#[op2]
#[string]
pub(crate) fn op_skep_settings(state: &mut OpState) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_settings", 0, || state.try_borrow::<SettingsWriter>().map_or_else(String::new, |writer| writer.0()))
}
