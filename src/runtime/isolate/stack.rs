//! `error.stack`: V8 asks for its text when code first reads it, deno_core formats it, positions mapped to the author's source. Frames of the
//! prelude and of Node's built-in modules are left out.
//!
//! Called by V8 on the isolate's thread, in the middle of a function's JavaScript. `name` and `message` may be any values that the function
//! set.
//!
//! Invariant: no text longer than [`TEXT_MAX`] is copied out of V8, nothing is formatted for an isolate that has to end, and no panic
//! leaves.

use std::cell::RefCell;

use deno_core::error::{format_stack_trace, prepare_stack_trace_callback_with_original_callsites};
use deno_core::v8;

use super::sampler;
use crate::runtime::ops::catch_panic_or;

/// Longest name or message, in characters, that becomes part of a stack.
const TEXT_MAX: usize = 1 << 20;

/// How the names of the program's own files begin.
const HOST_SCHEME: &[u8; 4] = b"ext:";

thread_local! {
    /// Of the isolate of this thread.
    static CALL_SITES: RefCell<Option<v8::Global<v8::Function>>> = const { RefCell::new(None) };
}

/// V8's callback.
pub(super) fn prepare<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    error: v8::Local<'s, v8::Value>,
    frames: v8::Local<'s, v8::Array>,
) -> v8::Local<'s, v8::Value> {
    let nothing: v8::Local<'s, v8::Value> = v8::undefined(scope).into();
    if sampler::is_condemned() {
        return nothing;
    }
    catch_panic_or("prepareStackTrace", nothing, || {
        let frames = own_frames(scope, frames);
        match too_long(scope, error) {
            Some(header) => format_stack_trace(scope, header, frames),
            None if formats_itself(scope) => match call_sites(scope, frames) {
                Some(sites) => prepare_stack_trace_callback_with_original_callsites(scope, error, sites),
                None => nothing,
            },
            None => prepare_stack_trace_callback_with_original_callsites(scope, error, frames),
        }
    })
}

/// The isolate of the calling thread makes its call sites with this function of the prelude.
pub(super) fn attach(function: v8::Global<v8::Function>) {
    CALL_SITES.set(Some(function));
}

/// Before the isolate ends.
pub(super) fn forget() {
    drop(CALL_SITES.take());
}

/// Call sites for the function's own `Error.prepareStackTrace`, with paths in the place of URLs. deno_core's keep what they know in arrays that
/// a function can make throw: a panic below V8.
fn call_sites<'s>(scope: &mut v8::PinScope<'s, '_>, frames: v8::Local<'s, v8::Array>) -> Option<v8::Local<'s, v8::Array>> {
    let function = CALL_SITES.with_borrow(|function| function.as_ref().map(|function| v8::Local::new(scope, function)))?;
    let receiver = v8::undefined(scope).into();
    function.call(scope, receiver, &[frames.into()])?.try_into().ok()
}

/// The frames without those of the prelude and of Node's built-in modules, which are none of the function's.
fn own_frames<'s>(scope: &mut v8::PinScope<'s, '_>, frames: v8::Local<'s, v8::Array>) -> v8::Local<'s, v8::Array> {
    let mut own: Vec<v8::Local<'s, v8::Value>> = Vec::with_capacity(frames.length() as usize);
    for index in 0..frames.length() {
        if let Some(frame) = frames.get_index(scope, index)
            && !is_of_host(scope, frame)
        {
            own.push(frame);
        }
    }
    if own.len() == frames.length() as usize { frames } else { v8::Array::new_with_elements(scope, &own) }
}

/// Whether a frame is in a file of the program. A function may change the prototype of frames: what throws is taken for its own.
fn is_of_host(scope: &mut v8::PinScope<'_, '_>, frame: v8::Local<'_, v8::Value>) -> bool {
    v8::tc_scope!(let scope, scope);
    let Ok(frame) = v8::Local::<v8::Object>::try_from(frame) else { return false };
    let Some(key) = v8::String::new(scope, "getFileName") else { return false };
    let Some(method) = frame.get(scope, key.into()).and_then(|method| v8::Local::<v8::Function>::try_from(method).ok()) else {
        return false;
    };
    let name = method.call(scope, frame.into(), &[]).and_then(|name| v8::Local::<v8::String>::try_from(name).ok());
    let mut start = [0; HOST_SCHEME.len()];
    let Some(name) = name.filter(|name| name.length() > start.len()) else { return false };
    name.write_one_byte_v2(scope, 0, &mut start, v8::WriteFlags::empty());
    start == *HOST_SCHEME
}

/// The replacement for an error whose name or message is too long, unless the function formats its stacks itself.
fn too_long<'s>(scope: &mut v8::PinScope<'s, '_>, error: v8::Local<'s, v8::Value>) -> Option<v8::Local<'s, v8::Value>> {
    let error = v8::Local::<v8::Object>::try_from(error).ok()?;
    let length = ["name", "message"].into_iter().filter_map(|key| text_length(scope, error, key)).max()?;
    if length <= TEXT_MAX || formats_itself(scope) {
        return None;
    }
    let key = v8::String::new(scope, "message")?;
    let text = v8::String::new(scope, &format!("[a text of {length} characters]"))?;
    let null = v8::null(scope).into();
    Some(v8::Object::with_prototype_and_properties(scope, null, &[key.into()], &[text.into()]).into())
}

/// Characters of a property as text; `None` if it has no text. Getters may run; what they throw, they throw again when the stack is
/// formatted.
fn text_length(scope: &mut v8::PinScope<'_, '_>, object: v8::Local<'_, v8::Object>, key: &str) -> Option<usize> {
    v8::tc_scope!(let scope, scope);
    let key = v8::String::new(scope, key)?;
    let value = object.get(scope, key.into())?;
    if value.is_undefined() { None } else { value.to_string(scope).map(|text| text.length()) }
}

/// Whether the function set `Error.prepareStackTrace`.
fn formats_itself(scope: &mut v8::PinScope<'_, '_>) -> bool {
    v8::tc_scope!(let scope, scope);
    let mut holder = scope.get_current_context().global(scope);
    for key in ["Error", "prepareStackTrace"] {
        let found = v8::String::new(scope, key).and_then(|key| holder.get(scope, key.into()));
        match found.and_then(|value| v8::Local::<v8::Object>::try_from(value).ok()) {
            Some(found) => holder = found,
            None => return false,
        }
    }
    holder.is_function()
}
