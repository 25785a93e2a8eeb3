//! HTTP/2 on a stream, from its preface to its close: hyper's.
//!
//! `connection` passes a stream whose client began with the preface; each request goes to `dispatch`.
//!
//! Invariant: every wait for the client has a bound; a drain announces the close and lets the running requests finish. A head that HTTP/1
//! rejects is rejected here too.

use std::convert::Infallible;
use std::io;
use std::pin::pin;
use std::sync::Arc;

use http::Method;
use http::header::{HOST, HeaderName, HeaderValue};
use http::request::Parts;
use http::uri::{Authority, PathAndQuery};
use hyper::body::{Body as _, Incoming};
use hyper::server::conn::http2::Builder;
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::net::TcpStream;

use super::activity::{Activity, RequestGuard};
use super::arriving_body::ArrivingBody;
use super::body::ResponseBody;
use super::dispatch::Dispatch;
use super::request::{Peer, RequestHead};
use super::respond::HttpAnswer;
use super::wire::{HEADERS_MAX, HttpStream, Rejection, TARGET_BYTES_MAX, Timeouts, is_host};
use crate::config::IngressConfig;
use crate::shutdown::{Drained, ShutdownPhase};

/// Streams of one HTTP/2 connection at a time.
const HTTP2_STREAMS: u32 = 100;

/// Bytes of one HTTP/2 answer that hyper keeps while the client has no window for them. Its default is 400 KB: with the streams of a
/// connection these would be 40 MB of answers that no client reads.
const HTTP2_SEND_BYTES: usize = 64 << 10;

/// The state that the requests of a connection share.
pub(super) struct Http2Context {
    pub(super) dispatch: Arc<Dispatch>,
    pub(super) drained: Drained,
    pub(super) peer: Peer,
    pub(super) config: IngressConfig,
}

/// Serves a connection of which these bytes were read already, until it closes.
pub(super) async fn serve(stream: TcpStream, read: Vec<u8>, timeouts: Timeouts, context: Http2Context) -> Result<(), io::Error> {
    let context = Arc::new(context);
    let (config, activity) = (&context.config, Activity::new());
    let stream = HttpStream::new(stream, timeouts, activity.active_requests()).resume(read)?;
    let service = {
        let (context, activity) = (context.clone(), activity.clone());
        service_fn(move |request| answer(request, context.clone(), activity.clone(), activity.begin()))
    };
    let mut connection = pin!(builder(config).serve_connection(TokioIo::new(stream), service));
    let mut drained = context.drained.clone();
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        () = drained.reached(ShutdownPhase::HandingOver) => None,
        () = activity.idle_or_stalled(config.keep_alive, config.body_timeout) => None,
        // A client that sends no request must not hold its slot for as long as a client that has sent one.
        () = no_first_request(config, &activity) => return Ok(()),
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection => ended,
                () = activity.drained_or_stalled(config.body_timeout) => return Ok(()),
            }
        }
    };
    ended.map_err(io::Error::other)
}

async fn answer(
    request: hyper::Request<Incoming>,
    context: Arc<Http2Context>,
    activity: Arc<Activity>,
    guard: RequestGuard,
) -> Result<hyper::Response<ResponseBody>, Infallible> {
    activity.room().await;
    let (head, body) = request_head(request);
    let mut response = response(context.dispatch.answer(head, body, context.peer, &context.drained).await);
    response.body_mut().hold(guard);
    Ok(response)
}

/// Resolves when a client has sent no request for twice the time that a request's head may take.
async fn no_first_request(config: &IngressConfig, activity: &Activity) {
    tokio::time::sleep(config.header_timeout * 2).await;
    if activity.has_begun() {
        std::future::pending::<()>().await;
    }
}

fn builder(config: &IngressConfig) -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder
        .timer(TokioTimer::new())
        .max_concurrent_streams(HTTP2_STREAMS)
        .max_send_buf_size(HTTP2_SEND_BYTES)
        .max_header_list_size(u32::try_from(config.max_header_bytes).unwrap_or(u32::MAX))
        .keep_alive_interval(config.keep_alive)
        .keep_alive_timeout(config.header_timeout);
    builder
}

/// A request as hyper read it.
fn request_head(request: hyper::Request<Incoming>) -> (RequestHead, ArrivingBody) {
    let (parts, incoming) = request.into_parts();
    let rejection = rejection(&parts);
    let uri = parts.uri.into_parts();
    let head = RequestHead {
        method: parts.method,
        authority: uri.authority,
        target: uri.path_and_query.unwrap_or_else(|| PathAndQuery::from_static("/")),
        headers: parts.headers.into(),
        rejection,
    };
    let body = if incoming.is_end_stream() { ArrivingBody::Empty } else { ArrivingBody::Hyper(incoming) };
    (head, body)
}

/// An answer for hyper to write. That it is the last one of its connection is said by the connection.
fn response(answer: HttpAnswer) -> hyper::Response<ResponseBody> {
    let mut headers = answer.headers;
    if let Ok(id) = HeaderValue::from_str(&answer.request_id) {
        headers.insert(HeaderName::from_static("x-request-id"), id);
    }
    if let Ok(id) = HeaderValue::from_str(answer.trace.write_trace_id(&mut [0; 32])) {
        headers.insert(HeaderName::from_static("x-trace-id"), id);
    }
    let mut response = hyper::Response::new(answer.body);
    *response.status_mut() = answer.status;
    *response.headers_mut() = headers;
    response
}

/// Why a request that hyper has parsed reaches no function.
fn rejection(parts: &Parts) -> Option<Rejection> {
    if parts.method == Method::CONNECT {
        return Some(Rejection::Connect);
    }
    let target = parts.uri.path_and_query().map_or("", PathAndQuery::as_str);
    if !target.starts_with('/') && (target, &parts.method) != ("*", &Method::OPTIONS) {
        return Some(Rejection::Target);
    }
    if target.len() > TARGET_BYTES_MAX {
        return Some(Rejection::LongTarget);
    }
    if parts.headers.len() > HEADERS_MAX {
        return Some(Rejection::Many);
    }
    let authority = parts.uri.authority().map(Authority::as_str);
    let mut hosts = parts.headers.get_all(HOST).iter();
    match (authority, hosts.next(), hosts.next()) {
        (_, Some(_), Some(_)) | (None, None, None) => Some(Rejection::Hosts),
        (Some(authority), host, _) if !is_host(authority.as_bytes()) || host.is_some_and(|host| !is_host(host.as_bytes())) => {
            Some(Rejection::Host)
        }
        (Some(authority), Some(host), _) if !host.as_bytes().eq_ignore_ascii_case(authority.as_bytes()) => Some(Rejection::HostMismatch),
        (None, Some(host), _) if !is_host(host.as_bytes()) => Some(Rejection::Host),
        _ => None,
    }
}
