//! A call of a function from the admin address, for whoever tries it out.
//!
//! Invariant: the call goes the way of every call, limits included; its answer is data here, and never the answer of the admin API itself.

use std::collections::BTreeMap;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use bytes::{Bytes, BytesMut};
use http::uri::PathAndQuery;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Admin;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{InBody, Named, OfFunction};
use crate::fault::Fault;
use crate::function::message::{BodyError, CallShape};
use crate::function::{Body, Request, Response, VersionId};
use crate::invoke::{BodyEnd, Invocation, Origin, Target};
use crate::live::VERSION_HEADER;

/// Most of an answer's body that is shown.
const BODY_BYTES_MAX: usize = 1 << 20;

/// What to call the function with.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct Call {
    #[schema(pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    method: String,
    /// Path and query as the function sees them.
    #[schema(pattern = "^/")]
    path: String,
    headers: BTreeMap<String, String>,
    /// The body, as text.
    body: Option<String>,
    /// A version in place of whatever answers: the live one or the candidate.
    #[schema(pattern = "^v[0-9a-f]{12}$")]
    version: Option<String>,
}

impl Default for Call {
    fn default() -> Self {
        Self { method: "GET".to_owned(), path: "/".to_owned(), headers: BTreeMap::new(), body: None, version: None }
    }
}

/// What it answered.
#[derive(Default, Serialize, ToSchema)]
pub(super) struct InvokeResult {
    /// Of the function's answer; left out if there was a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    headers: Vec<(String, String)>,
    /// At most 1 MB of it, as text.
    body: String,
    /// Whether there was more.
    cut: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    fault: Option<FaultShown>,
    #[serde(skip_serializing_if = "Option::is_none")]
    version: Option<String>,
    wall_ms: f64,
    cpu_ms: f64,
}

/// A fault, with what only an operator sees.
#[derive(Serialize, ToSchema)]
struct FaultShown {
    kind: String,
    message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    detail: Option<String>,
}

/// Calls the function, and says what it answered.
#[utoipa::path(post, path = "/functions/{name}/invoke", operation_id = "invoke_function", tag = "functions", params(OfFunction),
    request_body = Call, responses((status = 200, body = InvokeResult), Failures))]
pub(super) async fn invoke(
    State(admin): State<Admin>,
    Named(name): Named,
    InBody(call): InBody<Call>,
) -> Result<Json<InvokeResult>, ApiError> {
    // An unknown function is the operator's mistake, and not the answer of a function.
    admin.endpoint(&name)?;
    let (request, body) = request(call)?;
    let began = Instant::now();
    let mut invocation = Invocation::of(Origin::Operator, &request);
    let called = admin.invoker.invoke(&mut invocation, Target::Name(name.as_str()), request, || body).await;
    let version = invocation.version().map(|version| version.id.to_string());
    let stats = invocation.stats();
    let mut answered = match called {
        Ok(response) => answered(invocation.end_with(response)).await,
        Err(fault) => {
            let answered = failed(&fault);
            invocation.failed(fault);
            invocation.end(&BodyEnd::Whole);
            answered
        }
    };
    answered.version = version;
    answered.wall_ms = began.elapsed().as_secs_f64() * 1e3;
    answered.cpu_ms = stats.map_or(0.0, |stats| stats.cpu_ns.load(Ordering::Relaxed) as f64 / 1e6);
    Ok(Json(answered))
}

fn request(call: Call) -> Result<(Request, Body), ApiError> {
    let method: Method = call.method.parse().map_err(|_| ApiError::invalid(format!("{:?} is no method", call.method)))?;
    if !call.path.starts_with('/') {
        return Err(ApiError::invalid("`path` begins with `/`"));
    }
    let path: PathAndQuery = call.path.parse().map_err(|error| ApiError::invalid(format!("`path`: {error}")))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let name: HeaderName = name.parse().map_err(|_| ApiError::invalid(format!("{name:?} is no name for a header")))?;
        let value: HeaderValue = value.parse().map_err(|_| ApiError::invalid(format!("the value of the header `{name}` is none")))?;
        headers.append(name, value);
    }
    if let Some(version) = call.version {
        let id = VersionId::parse(&version).and_then(|id| id.as_str().parse().ok());
        headers.insert(VERSION_HEADER, id.ok_or_else(|| ApiError::invalid(format!("{version:?} is no version id")))?);
    }
    let mut request = Request::made_here(method, path, "admin", CallShape::Http);
    request.headers = headers;
    Ok((request, call.body.map_or(Body::Empty, |text| Body::Full(Bytes::from(text)))))
}

async fn answered(response: Response) -> InvokeResult {
    let headers = response.headers.iter().map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let headers = headers.collect();
    let (bytes, cut) = match response.body {
        Body::Empty => (Bytes::new(), false),
        Body::Full(bytes) => {
            let cut = bytes.len() > BODY_BYTES_MAX;
            (bytes.slice(..bytes.len().min(BODY_BYTES_MAX)), cut)
        }
        Body::Stream(stream) => read(stream).await,
    };
    InvokeResult {
        status: Some(response.status),
        headers,
        body: String::from_utf8_lossy(&bytes).into_owned(),
        cut,
        ..InvokeResult::default()
    }
}

/// The beginning of a body that streams, and whether there is more of it.
async fn read(mut stream: Streamed) -> (Bytes, bool) {
    let mut read = BytesMut::new();
    while let Some(frame) = poll_fn(|cx| stream.as_mut().poll_frame(cx)).await {
        let Some(chunk) = frame.ok().and_then(|frame| frame.into_data().ok()) else { return (read.freeze(), true) };
        let room = BODY_BYTES_MAX - read.len();
        read.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return (read.freeze(), true);
        }
    }
    (read.freeze(), false)
}

type Streamed = Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>;

fn failed(fault: &Fault) -> InvokeResult {
    let facts = fault.facts();
    InvokeResult {
        fault: Some(FaultShown {
            kind: facts.kind.label().to_owned(),
            message: facts.message.clone(),
            detail: facts.detail.as_deref().map(str::to_owned),
        }),
        ..InvokeResult::default()
    }
}
