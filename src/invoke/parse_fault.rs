//! Faults as Parse's SDKs read them: code and error in the body, and a status below 500 where sending the call again is not safe.
//!
//! The SDKs send a call up to five times for any status of 500 or more. `invoke` asks for callers of a Parse application.
//!
//! Invariant: a status of 500 or more means that the call did not reach the function, or had no effect there.

use bytes::Bytes;
use http::HeaderMap;
use http::header::{self, HeaderName, HeaderValue};
use serde_json::{Map, Value};

use super::admission::MULTIPART_TOO_LARGE;
use super::answer::FaultContext;
use crate::fault::{Fault, Kind};
use crate::function::message::{Body, Response};

/// What Parse Server allows every origin, on every answer, and the list of what is exposed itself: the SDKs 4 to 8 read it; `js-prelude/dialects/parse` has the same for the answers of functions.
const CROSS_ORIGIN: [(&str, &str); 4] = [
    ("access-control-allow-origin", "*"),
    ("access-control-allow-methods", "GET,PUT,POST,DELETE,OPTIONS"),
    (
        "access-control-allow-headers",
        "X-Parse-Master-Key, X-Parse-REST-API-Key, X-Parse-Javascript-Key, X-Parse-Application-Id, X-Parse-Client-Version, \
         X-Parse-Session-Token, X-Requested-With, X-Parse-Revocable-Session, X-Parse-Request-Id, Content-Type, Pragma, Cache-Control",
    ),
    ("access-control-expose-headers", "X-Parse-Job-Status-Id, X-Parse-Push-Status-Id, Access-Control-Expose-Headers"),
];

/// The status and the code of a kind.
fn status_and_code(kind: Kind) -> (u16, i64) {
    match kind {
        Kind::CpuLimit | Kind::WallLimit => (400, 124),
        Kind::MemoryLimit => (400, 140),
        Kind::NeverSettles | Kind::BadResponse | Kind::LoopDetected | Kind::Crashed | Kind::Threw => (400, 141),
        Kind::MalformedBody => (400, 107),
        Kind::Overloaded => (503, 155),
        Kind::Draining | Kind::InstanceLost => (503, 100),
        Kind::BootFailed | Kind::Quarantined => (503, 1),
        Kind::BodyTooLarge => (413, -1),
        Kind::HeadersTooLarge => (431, 107),
        Kind::NoSuchFunction => (404, 141),
        Kind::MethodNotAllowed => (405, 141),
    }
}

/// Parse Server's code for a file that is too large.
const FILE_TOO_LARGE: (u16, i64) = (400, 116);

/// A fault as the answer of a Parse application.
pub(super) fn response(fault: &Fault, context: &FaultContext<'_>) -> Response {
    let facts = fault.facts();
    let is_upload = facts.kind == Kind::BodyTooLarge && facts.message == MULTIPART_TOO_LARGE;
    let (status, code) = if is_upload { FILE_TOO_LARGE } else { status_and_code(facts.kind) };
    let error = match facts.kind {
        Kind::BodyTooLarge if !is_upload => "request entity too large",
        _ => facts.detail.as_deref().filter(|_| context.dev).unwrap_or(&facts.message),
    };
    let mut body = Map::new();
    body.insert("code".into(), code.into());
    body.insert("error".into(), error.into());
    body.insert("fault".into(), facts.kind.label().into());
    body.insert("request_id".into(), context.request_id.into());
    for (key, value) in [("limit", &facts.limit), ("used", &facts.used)] {
        if let Some(value) = value {
            body.insert(key.into(), value.as_str().into());
        }
    }
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("x-skep-fault"), HeaderValue::from_static(facts.kind.label()));
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json; charset=utf-8"));
    headers.extend(CROSS_ORIGIN.map(|(name, value)| (HeaderName::from_static(name), HeaderValue::from_static(value))));
    if let Some(seconds) = facts.retry_after_s {
        headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    Response { status, headers, body: Body::Full(Bytes::from(Value::Object(body).to_string())) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_that_may_have_run_is_never_repeated() {
        for kind in Kind::ALL.iter().copied() {
            let (status, _) = status_and_code(kind);
            assert!(status < 500 || kind.retry_is_safe(), "{kind}");
        }
    }

    #[test]
    fn an_upload_that_is_too_large_is_an_error_of_the_caller() {
        let fault = super::super::admission::of_many_parts(super::super::admission::too_large(5, None));
        let context = FaultContext { function: Some("f"), version: None, request_id: "r", trace_id: "t", dev: false };
        let answer = response(&fault, &context);
        let Body::Full(body) = answer.body else { panic!("a fault has a body") };
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!((answer.status, &body["code"], &body["error"]), (400, &116.into(), &MULTIPART_TOO_LARGE.into()));
        assert_eq!((&body["limit"], &body["used"]), (&"5 bytes".into(), &"> 5 bytes".into()));
    }

    #[test]
    fn a_fault_names_its_limit_and_hides_its_detail() {
        let fault = Fault::new(Kind::CpuLimit, "too much CPU time").with_limit("10 ms", "12 ms").with_detail("secret");
        let context = FaultContext { function: Some("f"), version: None, request_id: "r", trace_id: "t", dev: false };
        let answer = response(&fault, &context);
        let Body::Full(body) = answer.body else { panic!("a fault has a body") };
        let body: Value = serde_json::from_slice(&body).unwrap();
        assert_eq!(answer.status, 400);
        assert_eq!(
            body,
            serde_json::json!({
                "code": 124, "error": "too much CPU time", "fault": "cpu_limit", "request_id": "r", "limit": "10 ms", "used": "12 ms"
            })
        );
        assert_eq!(answer.headers["access-control-allow-origin"], "*");
    }
}
