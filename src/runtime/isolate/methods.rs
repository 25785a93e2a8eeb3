//! Method names as V8 strings, created once per isolate and not once per request.
//!
//! `Isolate::dispatch` asks for the name of a request's method.
//!
//! Invariant: the string of an unknown method is created for each request; the known ones stay as long as the isolate.

use deno_core::{JsRuntime, v8};
use http::Method;

/// Methods whose names exist once per isolate: [`place`] knows where each stands.
const KNOWN: [Method; 7] = [Method::GET, Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::HEAD, Method::OPTIONS];

fn place(method: &Method) -> Option<usize> {
    Some(match *method {
        Method::GET => 0,
        Method::POST => 1,
        Method::PUT => 2,
        Method::DELETE => 3,
        Method::PATCH => 4,
        Method::HEAD => 5,
        Method::OPTIONS => 6,
        _ => return None,
    })
}

/// Method names as V8 strings that exist once per isolate.
pub(super) struct MethodStrings(Vec<v8::Global<v8::String>>);

impl MethodStrings {
    pub(super) fn new(js: &mut JsRuntime) -> Self {
        deno_core::scope!(scope, js);
        let name_of = |method: &Method| {
            let name = v8::String::new_from_utf8(scope, method.as_str().as_bytes(), v8::NewStringType::Internalized)?;
            Some(v8::Global::new(scope, name))
        };
        Self(KNOWN.iter().map_while(name_of).collect())
    }

    pub(super) fn get<'s>(&self, scope: &mut v8::PinScope<'s, '_>, method: &Method) -> Option<v8::Local<'s, v8::Value>> {
        match place(method).and_then(|place| self.0.get(place)) {
            Some(name) => Some(v8::Local::new(scope, name).into()),
            None => v8::String::new(scope, method.as_str()).map(Into::into),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_known_method_has_its_place_and_no_other_has_one() {
        assert_eq!(KNOWN.iter().map(place).collect::<Vec<_>>(), (0..KNOWN.len()).map(Some).collect::<Vec<_>>());
        assert_eq!(place(&Method::TRACE), None);
    }
}
