//! JavaScript errors as text: what a module threw while it loaded.
//!
//! Comes from deno_core's errors and V8's caught exceptions, goes to `worker`, which creates the fault.
//!
//! Invariant: formatting an exception of a condemned isolate runs no user code; only what deno_core captured is used.

use deno_core::error::{CoreError, CoreErrorKind, JsStackFrame};
use deno_core::v8;

/// Why an isolate cannot be created or a function cannot be loaded.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct BootError {
    /// One line.
    pub message: String,
    /// With the JavaScript stack, positions in the author's source.
    pub detail: String,
}

impl BootError {
    /// V8 itself failed.
    pub(super) fn v8(error: CoreError) -> Self {
        Self { message: "V8 cannot create an isolate".to_owned(), detail: error.to_string() }
    }

    /// The prelude is not what this program expects.
    pub(super) fn prelude(what: &str) -> Self {
        Self { message: what.to_owned(), detail: what.to_owned() }
    }

    /// The isolate was ended before its module was loaded.
    pub fn interrupted() -> Self {
        Self { message: "loading was ended".to_owned(), detail: "loading was ended".to_owned() }
    }

    /// The function or its manifest is wrong; the message is the host's own.
    pub(super) fn function(message: String) -> Self {
        Self { detail: message.clone(), message }
    }

    /// Loading or evaluating a module failed.
    pub(super) fn module(error: CoreError) -> Self {
        match error.as_kind() {
            CoreErrorKind::Js(error) => {
                let mut detail = error.stack.clone().unwrap_or_else(|| error.exception_message.clone());
                if !detail.contains("\n    at ")
                    && let Some(place) = error.frames.first().and_then(place)
                {
                    // A module that does not link, or that only V8 refuses, has no stack: V8 knows the place alone.
                    detail = format!("{detail}\n    at {place}");
                }
                Self { message: error.exception_message.clone(), detail }
            }
            _ => {
                let text = error.to_string();
                Self { message: text.lines().next().unwrap_or_default().to_owned(), detail: text }
            }
        }
    }

    /// The exception of a call of a prelude function.
    pub(super) fn caught(scope: &mut v8::PinnedRef<'_, v8::TryCatch<'_, '_, v8::HandleScope<'_>>>) -> Self {
        let detail = match scope.exception() {
            Some(exception) => deno_core::error::JsError::from_v8_exception(scope, exception).exception_message.clone(),
            None => "execution was terminated".to_owned(),
        };
        let message = detail.strip_prefix("Uncaught ").unwrap_or(&detail).to_owned();
        Self { message, detail }
    }
}

/// The position of a frame in the author's source; `None` of a frame of the prelude.
fn place(frame: &JsStackFrame) -> Option<String> {
    frame.maybe_format_location().filter(|place| place.starts_with("file:///"))
}
