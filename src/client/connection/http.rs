//! Requests to one server of the admin API; JSON or a stream of events comes back.
//!
//! Made from `config::servers`; every command sends its requests through it. Blocking, with a timeout for every wait.
//!
//! Invariant: the result is either the type that the caller expects or an error that names the one to blame; the token goes to its own server alone,
//! and never along a redirect.

use std::io::{BufReader, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use serde::Serialize;
use serde::de::DeserializeOwned;
use ureq::http::{Method, Request, Response};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Body};

use super::sse::SseReader;
use crate::api::BASE_PATH;
use crate::api::error::{ApiErrorKind, ErrorBody, ErrorDetail};
use crate::client::error::RemoteError;
use crate::config::servers::{Server, is_local};

/// Longest wait for a connection.
const CONNECT: Duration = Duration::from_secs(10);
/// Longest wait for a response, unless the request has another.
const ANSWER: Duration = Duration::from_secs(60);
/// Longest time for an upload.
const UPLOAD: Duration = Duration::from_secs(300);
/// The longest life of a stream; the follower connects anew.
const STREAM: Duration = Duration::from_secs(600);
/// Largest response that is read: as many functions as a host may have.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// A stream of events.
pub(in crate::client) type EventStream = SseReader<BufReader<ureq::BodyReader<'static>>>;

/// Sends requests to one server.
pub(in crate::client) struct Client {
    agent: Agent,
    server: Server,
}

/// The body of a request.
pub(in crate::client) enum RequestBody {
    None,
    Json(String),
    Gzip(Arc<Vec<u8>>),
}

/// A request; its path is below `/api/v1`.
pub(in crate::client) struct ApiRequest<'a> {
    pub(in crate::client) method: Method,
    pub(in crate::client) path: &'a str,
    pub(in crate::client) body: RequestBody,
    /// Under which it happens once, however often it is sent.
    pub(in crate::client) idempotency_key: Option<&'a str>,
    /// The event after which a stream goes on.
    pub(in crate::client) last_event: Option<&'a str>,
    /// Longest wait for the response.
    pub(in crate::client) timeout: Duration,
}

impl<'a> ApiRequest<'a> {
    pub(in crate::client) fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, body: RequestBody::None, idempotency_key: None, last_event: None, timeout: ANSWER }
    }

    pub(in crate::client) fn json(self, body: &impl Serialize) -> Result<Self, RemoteError> {
        let unwritable = |error: serde_json::Error| RemoteError::Local(format!("cannot write the request: {error}"));
        Ok(Self { body: RequestBody::Json(serde_json::to_string(body).map_err(unwritable)?), ..self })
    }
}

/// Sends requests to the server at `url`, along no redirect; any status is a response.
pub(crate) fn agent(url: &str) -> Agent {
    // The provider of deno_tls, named: there may be no process-wide one in a process without an engine.
    let provider = Arc::new(rustls::crypto::aws_lc_rs::default_provider());
    let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider).root_certs(RootCerts::WebPki).build();
    let mut config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT))
        .timeout_send_body(Some(UPLOAD))
        .user_agent(concat!("skep/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls);
    if is_local(url) {
        // A proxy from the environment would connect to its own machine.
        config = config.proxy(None);
    }
    config.build().into()
}

impl Client {
    pub(in crate::client) fn new(server: Server) -> Self {
        Self { agent: agent(&server.url), server }
    }

    /// The server's address, for messages.
    pub(in crate::client) fn url(&self) -> &str {
        &self.server.url
    }

    /// The response to GET.
    pub(in crate::client) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        self.send(&ApiRequest::new(Method::GET, path))
    }

    /// The response to a request.
    pub(in crate::client) fn send<T: DeserializeOwned>(&self, api_request: &ApiRequest<'_>) -> Result<T, RemoteError> {
        let text = self.text(api_request)?;
        serde_json::from_str(&text)
            .map_err(|error| self.not_skep(format!("its response is not understood ({error}); is it another release of Skep?")))
    }

    /// The text of a successful response.
    pub(in crate::client) fn text(&self, api_request: &ApiRequest<'_>) -> Result<String, RemoteError> {
        let mut response = self.exchange(api_request, None)?;
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        body.map_err(|error| self.failure(error))
    }

    /// The events of a stream.
    pub(in crate::client) fn events(&self, path: &str) -> Result<EventStream, RemoteError> {
        self.events_after(path, None)
    }

    /// The events of a stream after the one of this id.
    pub(in crate::client) fn events_after(&self, path: &str, last: Option<&str>) -> Result<EventStream, RemoteError> {
        let response = self.exchange(&ApiRequest { last_event: last, ..ApiRequest::new(Method::GET, path) }, Some(STREAM))?;
        let kind = content_type(&response);
        if !kind.starts_with("text/event-stream") {
            return Err(self.not_skep(format!("a stream of events was requested, and {kind:?} came")));
        }
        Ok(SseReader::new(BufReader::new(response.into_body().into_reader())))
    }

    /// Sends a request; a response that is no success is an error.
    fn exchange(&self, api_request: &ApiRequest<'_>, stream: Option<Duration>) -> Result<Response<Body>, RemoteError> {
        let response = match &api_request.body {
            RequestBody::None => self.run(api_request, stream, None, ()),
            RequestBody::Json(body) => self.run(api_request, stream, Some("application/json"), body.as_str()),
            RequestBody::Gzip(bytes) => self.run(api_request, stream, Some("application/gzip"), bytes.as_slice()),
        };
        let mut response = response.map_err(|error| self.failure(error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(self.rejection(&mut response))
    }

    fn run(
        &self,
        api_request: &ApiRequest<'_>,
        stream: Option<Duration>,
        kind: Option<&str>,
        body: impl AsSendBody,
    ) -> Result<Response<Body>, ureq::Error> {
        let uri = format!("{}{BASE_PATH}{}", self.server.url, api_request.path);
        let mut request = Request::builder().method(api_request.method.clone()).uri(uri);
        let bearer = self.server.token.as_ref().map(|token| format!("Bearer {token}"));
        let headers = [
            ("content-type", kind),
            ("authorization", bearer.as_deref()),
            ("idempotency-key", api_request.idempotency_key),
            ("last-event-id", api_request.last_event),
        ];
        for (name, value) in headers {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let request = request.body(body)?;
        let request = self.agent.configure_request(request).timeout_recv_response(Some(api_request.timeout));
        let request = request.timeout_recv_body(Some(stream.unwrap_or(api_request.timeout))).build();
        self.agent.run(request)
    }

    /// The error in a response that is no success.
    fn rejection(&self, response: &mut Response<Body>) -> RemoteError {
        let status = response.status().as_u16();
        let kind = content_type(response);
        if response.headers().contains_key("x-skep-fault") {
            return self.not_skep(
                "functions are called there; the admin address is another one (`--admin`, 127.0.0.1:8001 by default)".to_owned(),
            );
        }
        if (300..400).contains(&status) {
            let to = response.headers().get("location").map(|to| String::from_utf8_lossy(to.as_bytes()).into_owned());
            return self.not_skep(format!("it redirects to {}", to.unwrap_or_default()));
        }
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string().unwrap_or_default();
        match serde_json::from_str(&body) {
            Ok(ErrorBody { error: ErrorDetail { kind, mut message } }) => {
                if kind == ApiErrorKind::Unauthorized && self.server.token.is_none() {
                    message.push_str(" (give one by --token, SKEP_TOKEN or a profile; `skep token add` creates one)");
                }
                RemoteError::Rejected { status, kind, message }
            }
            Err(_) => self.not_skep(format!("status {status}, {kind:?}")),
        }
    }

    fn not_skep(&self, why: String) -> RemoteError {
        RemoteError::NotSkep { url: self.server.url.clone(), why }
    }

    /// Why there is no response.
    fn failure(&self, error: ureq::Error) -> RemoteError {
        let url = self.server.url.clone();
        let why = match &error {
            ureq::Error::Io(io) => match io.kind() {
                ErrorKind::ConnectionRefused if is_local(&url) => {
                    "nothing listens there. Start one with `skep serve`, or name another by --to".to_owned()
                }
                ErrorKind::ConnectionRefused => "nothing listens there. Is it the admin address, and may this machine reach it?".to_owned(),
                ErrorKind::ConnectionReset | ErrorKind::ConnectionAborted | ErrorKind::BrokenPipe | ErrorKind::UnexpectedEof => {
                    return RemoteError::Broken { url, why: io.to_string() };
                }
                ErrorKind::InvalidData if url.starts_with("https:") => format!("TLS: {io}. Or is it http:// there?"),
                _ => io.to_string(),
            },
            ureq::Error::HostNotFound => "no machine has this name".to_owned(),
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                format!("no connection within {} s", CONNECT.as_secs())
            }
            ureq::Error::Timeout(what) => return RemoteError::Broken { url, why: format!("no response in time ({what})") },
            ureq::Error::Rustls(error) => format!("TLS: {error}"),
            ureq::Error::Tls(error) => format!("TLS: {error}"),
            ureq::Error::Protocol(error) => return self.not_skep(format!("{error}. Does it speak TLS (https://) or another protocol?")),
            other => other.to_string(),
        };
        RemoteError::Unreachable { url, why }
    }
}

fn content_type(response: &Response<Body>) -> String {
    let kind = response.headers().get("content-type").map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    kind.unwrap_or_default()
}
