//! Who may ask the admin API what.
//!
//! A layer before every operation of `/api/v1`: the page that asks, the name that was asked for, the token, its scope. Probes go without.
//!
//! Where no token was ever made, everybody on this machine may do everything, and nobody else anything. A web page
//! may not, though it runs on this machine: it is told by its `Origin`, and a name that was bent to this address (DNS rebinding) by its `Host`.
//!
//! Invariant: what is not allowed has no effect and learns nothing but that.

use std::collections::HashMap;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::Method;
use axum::http::header::{AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use axum::middleware::Next;
use axum::response::Response;
use parking_lot::Mutex;

use super::error::{ApiError, ErrorKind};
use super::listener::Peer;
use super::tokens::{Scope, TokenError, Tokens};

/// Wrong tokens from one address within [`FAILURES_WINDOW`] before it has to wait.
const FAILURES_MAX: u32 = 10;

/// How long failures are remembered.
const FAILURES_WINDOW: Duration = Duration::from_secs(60);

/// Addresses that are remembered.
const ADDRESSES_MAX: usize = 4096;

/// Decides who may.
pub(super) struct Doorkeeper {
    tokens: Tokens,
    /// Where the admin API listens.
    address: SocketAddr,
    failures: Mutex<HashMap<IpAddr, Failures>>,
}

#[derive(Clone, Copy)]
struct Failures {
    count: u32,
    since: Instant,
}

/// Who asks, for the operations.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The name of the token; `None`: there are no tokens.
    pub(super) token: Option<String>,
    scope: Scope,
}

impl Caller {
    /// Whether the caller may do what needs `scope`.
    pub(super) fn may(&self, scope: Scope) -> Result<(), ApiError> {
        if self.scope >= scope {
            return Ok(());
        }
        Err(ApiError::new(ErrorKind::Forbidden, format!("the token's scope is `{}`, this needs `{scope}`", self.scope)))
    }
}

impl Doorkeeper {
    pub(super) fn new(tokens: Tokens, address: SocketAddr) -> Arc<Self> {
        Arc::new(Self { tokens, address, failures: Mutex::default() })
    }

    pub(super) fn tokens(&self) -> &Tokens {
        &self.tokens
    }

    fn admit(&self, headers: &HeaderMap, authority: Option<&str>, peer: IpAddr, now: Instant) -> Result<Caller, ApiError> {
        let unreadable = |error: TokenError| ApiError::new(ErrorKind::Unavailable, error.to_string());
        if !self.tokens.were_made().map_err(unreadable)? {
            if !(self.address.ip().is_loopback() && peer.is_loopback()) {
                return Err(ApiError::new(
                    ErrorKind::Forbidden,
                    "there is no token: make one on the host, `skep token add NAME --scope admin`",
                ));
            }
            self.refuse_pages(headers, authority)?;
            return Ok(Caller { token: None, scope: Scope::Admin });
        }
        // A page that has the token may use it; what a browser sends by itself is no token.
        let secret = headers.get(AUTHORIZATION).and_then(|value| bearer(value.to_str().ok()?));
        let Some(secret) = secret else {
            return Err(ApiError::new(ErrorKind::Unauthorized, "a token is needed: `Authorization: Bearer skep_…`"));
        };
        // A right one is never held up by what others of the same address send: behind a proxy all have one.
        match self.tokens.find(secret).map_err(unreadable)? {
            Some(token) => Ok(Caller { token: Some(token.name), scope: token.scope }),
            None => {
                self.wait_after_failures(peer, now)?;
                self.note_failure(peer, now);
                Err(ApiError::new(ErrorKind::Unauthorized, "this token is not valid"))
            }
        }
    }

    fn refuse_pages(&self, headers: &HeaderMap, authority: Option<&str>) -> Result<(), ApiError> {
        let host = authority.or_else(|| headers.get(HOST)?.to_str().ok());
        if !host.is_some_and(|host| self.is_ours(host)) {
            return Err(ApiError::new(ErrorKind::Forbidden, "without tokens the admin API answers only to its address and to `localhost`"));
        }
        let Some(origin) = headers.get(ORIGIN) else { return Ok(()) };
        let same = origin.to_str().ok().and_then(|origin| origin.strip_prefix("http://")).is_some_and(|origin| self.is_ours(origin));
        if same { Ok(()) } else { Err(ApiError::new(ErrorKind::Forbidden, "a page of another origin may not use the admin API")) }
    }

    /// Whether a host and port name this listener: its address, or a name that cannot be anybody else's.
    fn is_ours(&self, host: &str) -> bool {
        let host = host.to_ascii_lowercase();
        let port = format!(":{}", self.address.port());
        let name = host.strip_suffix(&port).unwrap_or(&host);
        let known = [self.address.ip().to_string(), format!("[{}]", self.address.ip())];
        matches!(name, "localhost" | "127.0.0.1" | "[::1]") || known.iter().any(|known| known == name)
    }

    fn wait_after_failures(&self, peer: IpAddr, now: Instant) -> Result<(), ApiError> {
        let failures = self.failures.lock();
        let Some(known) = failures.get(&peer).filter(|known| known.count >= FAILURES_MAX) else { return Ok(()) };
        let left = FAILURES_WINDOW.saturating_sub(now.saturating_duration_since(known.since));
        if left.is_zero() {
            return Ok(());
        }
        Err(ApiError::new(ErrorKind::Busy, format!("{} wrong tokens from this address: wait", known.count)).retry_after(left.as_secs() + 1))
    }

    fn note_failure(&self, peer: IpAddr, now: Instant) {
        let mut failures = self.failures.lock();
        failures.retain(|_, known| now.saturating_duration_since(known.since) < FAILURES_WINDOW);
        // More addresses than that are one network, guessing: the table must not grow for it.
        if failures.len() < ADDRESSES_MAX || failures.contains_key(&peer) {
            failures.entry(peer).or_insert(Failures { count: 0, since: now }).count += 1;
        }
    }
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The layer.
pub(super) async fn layer(State(door): State<Arc<Doorkeeper>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let peer = parts.extensions.get::<ConnectInfo<Peer>>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.0.ip());
    let caller = door.admit(&parts.headers, parts.uri.authority().map(|authority| authority.as_str()), peer, Instant::now())?;
    let scope = needed(&parts.method, parts.uri.path());
    caller.may(scope)?;
    parts.extensions.insert(caller);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

/// What is asked for needs which scope: reading, releasing, or the rest.
pub(super) fn needed(method: &Method, path: &str) -> Scope {
    let is_of_host = ["/api/v1/tokens", "/api/v1/log-level", "/api/v1/upgrade"].iter().any(|prefix| path.starts_with(prefix));
    match (method.is_safe(), is_of_host) {
        (true, false) => Scope::Read,
        (true, true) if !path.starts_with("/api/v1/tokens") => Scope::Read,
        (false, false) => Scope::Deploy,
        (_, true) => Scope::Admin,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn door(folder: &std::path::Path) -> Arc<Doorkeeper> {
        Doorkeeper::new(Tokens::of(folder), SocketAddr::from(([127, 0, 0, 1], 8001)))
    }

    fn headers(pairs: &[(axum::http::HeaderName, &str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect()
    }

    fn status(admitted: Result<Caller, ApiError>) -> u16 {
        use axum::response::IntoResponse as _;
        admitted.map_or_else(|error| error.into_response().status().as_u16(), |_| 200)
    }

    const PEER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn without_tokens_only_pages_and_bent_names_are_refused() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path());
        let ask = |pairs: &[_]| status(door.admit(&headers(pairs), None, PEER, Instant::now()));
        assert_eq!(ask(&[(HOST, "127.0.0.1:8001")]), 200);
        assert_eq!(ask(&[(HOST, "localhost:8001")]), 200);
        assert_eq!(ask(&[(HOST, "evil.example:8001")]), 403);
        assert_eq!(ask(&[(HOST, "127.0.0.1.evil.example:8001")]), 403);
        assert_eq!(ask(&[]), 403);
        assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, "http://evil.example")]), 403);
        assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, "http://localhost:3000")]), 403, "another port is another origin");
        assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, "http://localhost:8001")]), 200);
    }

    #[test]
    fn guessing_is_slowed_down_and_a_right_token_never() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path());
        let secret = door.tokens().add("ci", Scope::Deploy).unwrap();
        let with = |secret: &str| headers(&[(AUTHORIZATION, &format!("Bearer {secret}"))]);
        let now = Instant::now();
        assert_eq!(status(door.admit(&HeaderMap::new(), None, PEER, now)), 401);
        for _ in 0..FAILURES_MAX {
            assert_eq!(status(door.admit(&with("skep_wrong"), None, PEER, now)), 401);
        }
        assert_eq!(status(door.admit(&with("skep_wrong"), None, PEER, now)), 429);
        assert_eq!(status(door.admit(&with("skep_wrong"), None, [10, 0, 0, 2].into(), now)), 401, "another address");
        assert_eq!(status(door.admit(&with(&secret), None, PEER, now)), 200, "behind a proxy all have one address");
        assert_eq!(status(door.admit(&with("skep_wrong"), None, PEER, now + FAILURES_WINDOW)), 401);
    }

    #[test]
    fn nobody_gets_in_from_elsewhere_or_after_the_last_token() {
        let folder = tempfile::tempdir().unwrap();
        let door = door(folder.path());
        let local = headers(&[(HOST, "localhost:8001")]);
        assert_eq!(status(door.admit(&local, None, [10, 0, 0, 1].into(), Instant::now())), 403);
        door.tokens().add("ci", Scope::Admin).unwrap();
        door.tokens().remove("ci").unwrap();
        assert_eq!(status(door.admit(&local, None, PEER, Instant::now())), 401, "removed tokens open nothing");
    }

    #[test]
    fn each_operation_needs_its_scope() {
        let needed = |method: &str, path: &str| needed(&method.parse().unwrap(), path);
        assert_eq!(needed("GET", "/api/v1/functions"), Scope::Read);
        assert_eq!(needed("PUT", "/api/v1/functions/a"), Scope::Deploy);
        assert_eq!(needed("GET", "/api/v1/log-level"), Scope::Read);
        assert_eq!(needed("PUT", "/api/v1/log-level"), Scope::Admin);
        assert_eq!(needed("GET", "/api/v1/tokens"), Scope::Admin);
        assert_eq!(needed("POST", "/api/v1/upgrade"), Scope::Admin);
    }
}
