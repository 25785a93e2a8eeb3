//! A call of a function from the admin address, for an operator who tries it out.
//!
//! Made through `invoke`, like every call.
//!
//! Invariant: the call has the limits of every call; its response is data here, and never the response of the admin API itself.

use std::future::poll_fn;
use std::pin::Pin;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method};
use bytes::{Bytes, BytesMut};
use http::uri::PathAndQuery;

use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiJson, FunctionPath, FunctionPathParams};
use crate::admin::state::AdminState;
use crate::api::invoke::{InvokeBody, InvokeFault, InvokeResult};
use crate::fault::Fault;
use crate::function::message::{BodyError, CallShape};
use crate::function::{Body, KnownHeader, Request, Response};
use crate::invoke::{BodyEnd, Invocation, InvocationOrigin, Target};

/// Most of a response's body that is shown.
const BODY_BYTES_MAX: usize = 1 << 20;

/// Most time that a response's body is read for.
const BODY_TIME_MAX: Duration = Duration::from_secs(30);

/// Calls the function and shows its response.
#[utoipa::path(post, path = "/functions/{name}/invoke", operation_id = "invoke_function", tag = "functions", params(FunctionPathParams),
    request_body = InvokeBody, responses((status = 200, body = InvokeResult), Failures))]
pub(super) async fn invoke(
    State(state): State<AdminState>,
    FunctionPath(name): FunctionPath,
    ApiJson(call): ApiJson<InvokeBody>,
) -> Result<Json<InvokeResult>, ApiError> {
    // An unknown function is the operator's mistake, and not the response of a function.
    state.endpoint(&name)?;
    let (request, body) = request(call)?;
    let began = Instant::now();
    let mut invocation = Invocation::of(InvocationOrigin::Operator, &request);
    let request_id = invocation.request_id().to_string();
    let trace_id = invocation.trace().write_trace_id(&mut [0; 32]).to_owned();
    let outcome = state.invoker.invoke(&mut invocation, Target::Name(name.as_str()), request, || body).await;
    let version = invocation.version().map(|version| version.id.clone());
    let stats = invocation.stats();
    let mut result = match outcome {
        Ok(response) => result(invocation.end_with(response)).await,
        Err(fault) => {
            let result = failed(&fault);
            invocation.failed(fault);
            invocation.end(&BodyEnd::Whole);
            result
        }
    };
    result.version = version;
    result.request_id = Some(request_id);
    result.trace_id = Some(trace_id);
    result.wall_ms = began.elapsed().as_secs_f64() * 1e3;
    result.cpu_ms = stats.map_or(0.0, |stats| stats.cpu_ns.load(Ordering::Relaxed) as f64 / 1e6);
    Ok(Json(result))
}

fn request(call: InvokeBody) -> Result<(Request, Body), ApiError> {
    let method: Method = call.method.parse().map_err(|_| ApiError::invalid(format!("{:?} is not a method", call.method)))?;
    if !call.path.starts_with('/') {
        return Err(ApiError::invalid("`path` begins with `/`"));
    }
    let path: PathAndQuery = call.path.parse().map_err(|error| ApiError::invalid(format!("`path`: {error}")))?;
    let mut headers = HeaderMap::new();
    for (name, value) in &call.headers {
        let name: HeaderName = name.parse().map_err(|_| ApiError::invalid(format!("{name:?} is not a name for a header")))?;
        let value: HeaderValue = value.parse().map_err(|_| ApiError::invalid(format!("the value of the header `{name}` is not valid")))?;
        headers.append(name, value);
    }
    if let Some(version) = call.version {
        let value = HeaderValue::from_str(version.as_str()).map_err(|error| ApiError::invalid(error.to_string()))?;
        headers.insert(KnownHeader::Version.name(), value);
    }
    let mut request = Request::made_here(method, path, "admin", CallShape::Http);
    request.headers = headers.into();
    Ok((request, call.body.map_or(Body::Empty, |text| Body::Full(Bytes::from(text)))))
}

async fn result(response: Response) -> InvokeResult {
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

/// The beginning of a body that streams, and whether there is more of it: it may be a body without an end.
async fn read(mut stream: Streamed) -> (Bytes, bool) {
    let mut read = BytesMut::new();
    let end = Instant::now() + BODY_TIME_MAX;
    loop {
        let Ok(frame) = tokio::time::timeout_at(end.into(), poll_fn(|cx| stream.as_mut().poll_frame(cx))).await else {
            return (read.freeze(), true);
        };
        let Some(frame) = frame else { return (read.freeze(), false) };
        let Some(chunk) = frame.ok().and_then(|frame| frame.into_data().ok()) else { return (read.freeze(), true) };
        let room = BODY_BYTES_MAX - read.len();
        read.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            return (read.freeze(), true);
        }
    }
}

type Streamed = Pin<Box<dyn http_body::Body<Data = Bytes, Error = BodyError> + Send>>;

fn failed(fault: &Fault) -> InvokeResult {
    let facts = fault.facts();
    InvokeResult {
        fault: Some(InvokeFault {
            kind: facts.kind.label().to_owned(),
            message: facts.message.clone(),
            detail: facts.detail.as_deref().map(str::to_owned),
        }),
        ..InvokeResult::default()
    }
}
