//! One server of the admin API: requests out, JSON or a stream of events back.
//!
//! Made from `config::servers`; every command asks through it. Blocking, with a time for everything.
//!
//! Invariant: an answer is either what was asked for or an error that says who is to blame; the token goes to the server it is for, and never
//! after a redirect.

use std::io::{BufReader, ErrorKind};
use std::sync::Arc;
use std::time::Duration;

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::http::{Method, Request, Response};
use ureq::tls::{RootCerts, TlsConfig};
use ureq::{Agent, AsSendBody, Body};

use super::error::RemoteError;
use super::sse::Events;
use crate::config::client::servers::{Server, is_local};

/// For a connection to come about.
const CONNECT: Duration = Duration::from_secs(10);
/// For an answer to begin, if nothing else is said.
const ANSWER: Duration = Duration::from_secs(60);
/// For an upload to go up.
const UPLOAD: Duration = Duration::from_secs(300);
/// The longest life of a stream; whoever follows connects anew.
const STREAM: Duration = Duration::from_secs(600);
/// Largest answer that is read: as many functions as a host may have.
const ANSWER_BYTES_MAX: u64 = 64 << 20;

/// Asks one server.
pub(in crate::client) struct Client {
    agent: Agent,
    server: Server,
}

/// What goes up with a request.
pub(in crate::client) enum Upload {
    None,
    Json(Value),
    Gzip(Arc<Vec<u8>>),
}

/// A request; its path is below `/api/v1`.
pub(in crate::client) struct Ask<'a> {
    pub(in crate::client) method: Method,
    pub(in crate::client) path: &'a str,
    pub(in crate::client) upload: Upload,
    pub(in crate::client) key: Option<&'a str>,
    pub(in crate::client) patience: Duration,
}

impl<'a> Ask<'a> {
    pub(in crate::client) fn new(method: Method, path: &'a str) -> Self {
        Self { method, path, upload: Upload::None, key: None, patience: ANSWER }
    }

    pub(in crate::client) fn json(self, body: Value) -> Self {
        Self { upload: Upload::Json(body), ..self }
    }
}

impl Client {
    pub(in crate::client) fn new(server: Server) -> Self {
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
        if is_local(&server.url) {
            // A proxy of the environment would look for its own machine.
            config = config.proxy(None);
        }
        Self { agent: config.build().into(), server }
    }

    /// The server's address, for messages.
    pub(in crate::client) fn url(&self) -> &str {
        &self.server.url
    }

    /// A JSON answer to GET.
    pub(in crate::client) fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, RemoteError> {
        self.ask(&Ask::new(Method::GET, path))
    }

    /// A JSON answer.
    pub(in crate::client) fn ask<T: DeserializeOwned>(&self, ask: &Ask<'_>) -> Result<T, RemoteError> {
        let text = self.text(ask)?;
        serde_json::from_str(&text)
            .map_err(|error| self.not_skep(format!("its answer is not understood ({error}); is it of another release?")))
    }

    /// The text of a successful answer.
    pub(in crate::client) fn text(&self, ask: &Ask<'_>) -> Result<String, RemoteError> {
        let mut response = self.send(ask, None)?;
        let body = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        body.map_err(|error| self.trouble(error))
    }

    /// The events of a stream.
    pub(in crate::client) fn events(&self, path: &str) -> Result<Events<BufReader<ureq::BodyReader<'static>>>, RemoteError> {
        let response = self.send(&Ask::new(Method::GET, path), Some(STREAM))?;
        let kind = content_type(&response);
        if !kind.starts_with("text/event-stream") {
            return Err(self.not_skep(format!("a stream of events was asked for, and {kind:?} came")));
        }
        Ok(Events::new(BufReader::new(response.into_body().into_reader())))
    }

    /// Sends a request; an answer that is no success is an error.
    fn send(&self, ask: &Ask<'_>, stream: Option<Duration>) -> Result<Response<Body>, RemoteError> {
        let response = match &ask.upload {
            Upload::None => self.run(ask, stream, None, ()),
            Upload::Json(body) => self.run(ask, stream, Some("application/json"), body.to_string()),
            Upload::Gzip(bytes) => self.run(ask, stream, Some("application/gzip"), bytes.as_slice()),
        };
        let mut response = response.map_err(|error| self.trouble(error))?;
        if response.status().is_success() {
            return Ok(response);
        }
        Err(self.refusal(&mut response))
    }

    fn run(
        &self,
        ask: &Ask<'_>,
        stream: Option<Duration>,
        kind: Option<&str>,
        body: impl AsSendBody,
    ) -> Result<Response<Body>, ureq::Error> {
        let uri = format!("{}/api/v1{}", self.server.url, ask.path);
        let mut request = Request::builder().method(ask.method.clone()).uri(uri);
        let bearer = self.server.token.as_ref().map(|token| format!("Bearer {token}"));
        for (name, value) in [("content-type", kind), ("authorization", bearer.as_deref()), ("idempotency-key", ask.key)] {
            if let Some(value) = value {
                request = request.header(name, value);
            }
        }
        let request = request.body(body)?;
        let request = self.agent.configure_request(request).timeout_recv_response(Some(ask.patience));
        let request = request.timeout_recv_body(Some(stream.unwrap_or(ask.patience))).build();
        self.agent.run(request)
    }

    /// What an answer that is no success says.
    fn refusal(&self, response: &mut Response<Body>) -> RemoteError {
        #[derive(serde::Deserialize)]
        struct Answer {
            error: Error,
        }
        #[derive(serde::Deserialize)]
        struct Error {
            kind: String,
            message: String,
        }
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
        match serde_json::from_str::<Answer>(&body) {
            Ok(Answer { error: Error { kind, mut message } }) => {
                if status == 401 && self.server.token.is_none() {
                    message.push_str(" (give one by --token, SKEP_TOKEN or a profile; `skep token add` makes one)");
                }
                RemoteError::Refused { status, kind, message }
            }
            Err(_) => self.not_skep(format!("status {status}, {kind:?}")),
        }
    }

    fn not_skep(&self, why: String) -> RemoteError {
        RemoteError::NotSkep { url: self.server.url.clone(), why }
    }

    /// Why there is no answer.
    fn trouble(&self, error: ureq::Error) -> RemoteError {
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
            ureq::Error::HostNotFound => "there is no machine of this name".to_owned(),
            ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
                format!("no connection within {} s", CONNECT.as_secs())
            }
            ureq::Error::Timeout(what) => return RemoteError::Broken { url, why: format!("no answer in time ({what})") },
            ureq::Error::Rustls(error) => format!("TLS: {error}"),
            ureq::Error::Tls(error) => format!("TLS: {error}"),
            ureq::Error::Protocol(error) => return self.not_skep(format!("{error}. Does it speak TLS (https://), or something else?")),
            other => other.to_string(),
        };
        RemoteError::Unreachable { url, why }
    }
}

fn content_type(response: &Response<Body>) -> String {
    let kind = response.headers().get("content-type").map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    kind.unwrap_or_default()
}
