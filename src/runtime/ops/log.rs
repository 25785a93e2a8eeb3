//! `console.*` of a function: lines for the host's log, tagged with who wrote them.
//!
//! Invariant: a line is cut at [`LINE_BYTES_MAX`] and never blocks the instance.

use std::sync::Arc;

use deno_core::{OpState, op2};

use super::call::{Host, Identity};
use super::exchange::Exchanges;
use crate::function::trace::TraceContext;

/// Longest line that is kept, in bytes.
pub const LINE_BYTES_MAX: usize = 10 << 10;

/// Console levels as deno_web numbers them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// `console.debug`
    Debug,
    /// `console.log`, `console.info`
    Info,
    /// `console.warn`
    Warn,
    /// `console.error`, uncaught errors
    Error,
}

/// One line a function wrote.
pub struct ConsoleLine<'a> {
    /// Who wrote it; `None` in an instance that has no function yet.
    pub identity: Option<&'a Identity>,
    /// Trace and request id of the call that wrote it, while that is open.
    pub request: Option<(TraceContext, &'a str)>,
    /// How urgent.
    pub level: Level,
    /// Without the final line break.
    pub text: &'a str,
    /// Whether the end is missing.
    pub cut: bool,
}

/// Writes a line to the host's log. `call` is the id of the call whose code runs, or 0.
#[op2(fast)]
pub fn op_skep_log(state: &mut OpState, #[smi] call: u32, #[smi] level: u32, #[string] text: &str) {
    let level = match level {
        0 => Level::Debug,
        1 => Level::Info,
        2 => Level::Warn,
        _ => Level::Error,
    };
    let text = text.strip_suffix('\n').unwrap_or(text);
    let mut end = text.len().min(LINE_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let head = state.borrow::<Exchanges>().get(call).and_then(|exchange| exchange.head.as_deref());
    let request = head.map(|head| (head.trace, &*head.request_id));
    let line = ConsoleLine { identity: state.try_borrow::<Identity>(), request, level, text: &text[..end], cut: end < text.len() };
    if let Some(host) = state.try_borrow::<Arc<dyn Host>>() {
        host.console(line);
    }
}
