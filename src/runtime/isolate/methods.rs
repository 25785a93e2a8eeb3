//! Method names as V8 strings, created once per isolate and not once per request.
//!
//! Invariant: the string of an unknown method is created for each request; the known ones stay as long as the isolate.

use deno_core::{JsRuntime, v8};

/// Method names as V8 strings that exist once per isolate.
pub(super) struct MethodStrings(Vec<(http::Method, v8::Global<v8::String>)>);

impl MethodStrings {
    pub(super) fn new(js: &mut JsRuntime) -> Self {
        deno_core::scope!(scope, js);
        use http::Method;
        let known = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS];
        Self(
            known
                .into_iter()
                .filter_map(|method| {
                    let name = v8::String::new_from_utf8(scope, method.as_str().as_bytes(), v8::NewStringType::Internalized)?;
                    Some((method, v8::Global::new(scope, name)))
                })
                .collect(),
        )
    }

    pub(super) fn get<'s>(&self, scope: &mut v8::PinScope<'s, '_>, method: &http::Method) -> Option<v8::Local<'s, v8::Value>> {
        match self.0.iter().find(|(known, _)| known == method) {
            Some((_, name)) => Some(v8::Local::new(scope, name).into()),
            None => v8::String::new(scope, method.as_str()).map(Into::into),
        }
    }
}
