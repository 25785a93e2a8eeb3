//! Who calls the admin API: the client on this machine, the holder of a token, or a browser that has signed in to the dashboard with one.
//!
//! A layer before every operation of `/api/v1`. It checks the page that sends the request, the name that the request was sent to, and the token. It
//! tells `scopes` who the caller is. Probes pass without it.
//!
//! As long as no token was ever created, every client on this machine may do everything, and no client on another machine may do anything. A web
//! page may not, though its browser runs on this machine: its `Origin` or `Sec-Fetch-Site` gives it away, and a name that was rebound to this
//! address (DNS rebinding) shows in `Host`.
//!
//! Invariant: a request that is refused has no effect and learns nothing but the refusal.

use std::collections::{HashMap, HashSet};
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::extract::{ConnectInfo, Request, State};
use axum::http::header::{AUTHORIZATION, HOST, HeaderMap, ORIGIN};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::Response;
use parking_lot::Mutex;

use super::connection_places::AdminPlaces;
use super::error::ApiError;
use super::listener::AdminPeer;
use super::own_page::{self, OWN_SITES, SEC_FETCH_SITE};
use super::sessions::Sessions;
use super::tokens::{Token, TokenError, TokenId, Tokens};
use crate::api::BASE_PATH;
use crate::api::error::ApiErrorKind;
use crate::api::token::Scope;

/// Where sessions are begun, shown and ended.
pub(super) const SESSION_PATH: &str = "/ui/session";

/// The port of an origin that names none.
const HTTP_PORT: u16 = 80;

/// Wrong tokens from one address within [`FAILURES_WINDOW`] before it has to wait.
const FAILURES_MAX: u32 = 10;

/// How long failures are remembered.
const FAILURES_WINDOW: Duration = Duration::from_secs(60);

/// How soon a connection ends whose token was revoked.
const REVOKED_WITHIN: Duration = Duration::from_secs(1);

/// Addresses that are remembered.
const ADDRESSES_MAX: usize = 4096;

/// Decides who the caller is.
pub(super) struct Authenticator {
    tokens: Tokens,
    /// The admin address.
    address: SocketAddr,
    failures: Mutex<HashMap<IpAddr, FailedAttempts>>,
    sessions: Sessions,
    /// Whether `x-forwarded-…` are believed.
    trust_proxy: bool,
}

#[derive(Clone, Copy)]
struct FailedAttempts {
    count: u32,
    since: Instant,
}

/// The caller of an operation.
#[derive(Clone, Debug)]
pub(super) struct Caller {
    /// The name of its token; `None`: no token exists.
    pub(super) token: Option<String>,
    /// Which token that is.
    pub(super) id: Option<TokenId>,
    /// How far it reaches.
    pub(super) scope: Scope,
}

impl From<Token> for Caller {
    fn from(token: Token) -> Self {
        Self { id: Some(token.id()), token: Some(token.name), scope: token.scope }
    }
}

impl Authenticator {
    pub(super) fn new(tokens: Tokens, address: SocketAddr, trust_proxy: bool) -> Arc<Self> {
        Arc::new(Self { tokens, address, failures: Mutex::default(), sessions: Sessions::new(address.port()), trust_proxy })
    }

    /// Who sends this request.
    ///
    /// # Errors
    /// If the client has neither a token nor a session, and may not do without.
    pub(super) fn caller(&self, parts: &Parts, now: Instant) -> Result<Caller, ApiError> {
        if let Some(caller) = self.by_session(parts, now)? {
            return Ok(caller);
        }
        let authority = parts.uri.authority().map(|authority| authority.as_str());
        self.admit(&parts.headers, authority, peer_ip(parts), now)
    }

    /// The caller whose session a cookie names. A cookie opens the API and the session itself; whatever else is behind this layer wants a token.
    fn by_session(&self, parts: &Parts, now: Instant) -> Result<Option<Caller>, ApiError> {
        let path = parts.uri.path();
        let is_open = path == SESSION_PATH || path.strip_prefix(BASE_PATH).is_some_and(|rest| rest.starts_with('/'));
        if !is_open || parts.headers.contains_key(AUTHORIZATION) {
            return Ok(None);
        }
        let Some(id) = self.sessions.find(&parts.headers, self.is_secure(parts), now) else { return Ok(None) };
        own_page::check(parts, self.trust_proxy)?;
        Ok(self.tokens.by_id(&id).map_err(unreadable)?.map(Caller::from))
    }

    /// Begins a session for the holder of a token; the value of `set-cookie`.
    ///
    /// # Errors
    /// If the dashboard does not ask, no token exists, or the secret is that of none.
    pub(super) fn sign_in(&self, parts: &Parts, secret: &str, now: Instant) -> Result<(Caller, String), ApiError> {
        own_page::check(parts, self.trust_proxy)?;
        if !self.tokens.were_made().map_err(unreadable)? {
            return Err(ApiError::new(
                ApiErrorKind::Conflict,
                "no token exists: create one on the host, `skep token add NAME --scope admin`",
            ));
        }
        let token = self.holder(secret, peer_ip(parts), now)?;
        let cookie = self.sessions.begin(token.id(), self.is_secure(parts), now).map_err(unreadable)?;
        Ok((token.into(), cookie))
    }

    /// Ends the session that the request's cookie names; the value of `set-cookie`.
    ///
    /// # Errors
    /// If the dashboard does not ask.
    pub(super) fn sign_out(&self, parts: &Parts) -> Result<String, ApiError> {
        own_page::check(parts, self.trust_proxy)?;
        Ok(self.sessions.end(&parts.headers, self.is_secure(parts)))
    }

    fn is_secure(&self, parts: &Parts) -> bool {
        own_page::is_secure(&parts.headers, self.trust_proxy)
    }

    fn admit(&self, headers: &HeaderMap, authority: Option<&str>, peer: IpAddr, now: Instant) -> Result<Caller, ApiError> {
        if !self.tokens.were_made().map_err(unreadable)? {
            if !(self.address.ip().is_loopback() && peer.is_loopback()) {
                return Err(ApiError::new(
                    ApiErrorKind::Forbidden,
                    "no token exists: create one on the host, `skep token add NAME --scope admin`",
                ));
            }
            self.refuse_pages(headers, authority)?;
            return Ok(Caller { token: None, id: None, scope: Scope::Admin });
        }
        // A page that has the token may use it; a browser sends no token by itself.
        let secret = headers.get(AUTHORIZATION).and_then(|value| bearer(value.to_str().ok()?));
        let Some(secret) = secret else {
            return Err(ApiError::new(ApiErrorKind::Unauthorized, "a token is needed: `Authorization: Bearer skep_…`"));
        };
        self.holder(secret, peer, now).map(Caller::from)
    }

    /// The token of a secret.
    fn holder(&self, secret: &str, peer: IpAddr, now: Instant) -> Result<Token, ApiError> {
        // Wrong tokens of others never delay a right one: behind a proxy all clients have one address.
        match self.tokens.find(secret).map_err(unreadable)? {
            Some(token) => Ok(token),
            None => {
                self.wait_after_failures(peer, now)?;
                self.note_failure(peer, now);
                Err(ApiError::new(ApiErrorKind::Unauthorized, "this token is not valid"))
            }
        }
    }

    /// Closes the connections of callers that would not be admitted any more, as long as it is polled. What they have ordered goes on.
    pub(super) async fn close_revoked(self: Arc<Self>, places: AdminPlaces) {
        loop {
            tokio::time::sleep(REVOKED_WITHIN).await;
            let owners = places.owners();
            if owners.is_empty() {
                continue;
            }
            // If the file cannot be read, no new request is admitted, and those that run may be of valid tokens.
            let (Ok(made), Ok(tokens)) = (self.tokens.were_made(), self.tokens.list()) else { continue };
            let valid: HashSet<_> = tokens.iter().map(|token| Some(token.id())).chain((!made).then_some(None)).collect();
            owners.iter().filter(|owner| !valid.contains(*owner)).for_each(|owner| places.close_those_of(owner));
        }
    }

    fn refuse_pages(&self, headers: &HeaderMap, authority: Option<&str>) -> Result<(), ApiError> {
        let host = authority.or_else(|| headers.get(HOST)?.to_str().ok());
        if !host.is_some_and(|host| self.is_ours(host)) {
            return Err(ApiError::new(
                ApiErrorKind::Forbidden,
                "without tokens the admin API answers only to its address and to `localhost`",
            ));
        }
        // Each value of each header: a second one is a second claim.
        let origins = headers.get_all(ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(|origin| self.is_our_origin(origin)));
        let sites = headers.get_all(SEC_FETCH_SITE).iter().all(|site| OWN_SITES.iter().any(|own| site.as_bytes() == own.as_bytes()));
        if origins && sites {
            return Ok(());
        }
        Err(ApiError::new(ApiErrorKind::Forbidden, "a page of another origin may not use the admin API"))
    }

    /// Whether a page of this listener sends this `Origin`. Scheme, name and port are one origin: without a port it is that of port 80.
    fn is_our_origin(&self, origin: &str) -> bool {
        let Some(authority) = origin.strip_prefix("http://") else { return false };
        let port = format!(":{}", self.address.port());
        match authority.strip_suffix(&port) {
            Some(name) => self.is_our_name(name),
            None => self.address.port() == HTTP_PORT && self.is_our_name(authority),
        }
    }

    /// Whether a host with or without its port names this listener.
    fn is_ours(&self, host: &str) -> bool {
        let port = format!(":{}", self.address.port());
        self.is_our_name(host.strip_suffix(&port).unwrap_or(host))
    }

    /// Whether a name is that of this listener: its address, or a name that always means this machine.
    fn is_our_name(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        let name = name.as_str();
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
        let reason = format!("{} wrong tokens came from this address: wait", known.count);
        Err(ApiError::new(ApiErrorKind::Busy, reason).retry_after(left.as_secs() + 1))
    }

    fn note_failure(&self, peer: IpAddr, now: Instant) {
        let mut failures = self.failures.lock();
        failures.retain(|_, known| now.saturating_duration_since(known.since) < FAILURES_WINDOW);
        // More addresses than that are one network that guesses: the table must not grow for it.
        if failures.len() < ADDRESSES_MAX || failures.contains_key(&peer) {
            failures.entry(peer).or_insert(FailedAttempts { count: 0, since: now }).count += 1;
        }
    }
}

fn unreadable(error: TokenError) -> ApiError {
    ApiError::new(ApiErrorKind::Unavailable, error.to_string())
}

fn peer_ip(parts: &Parts) -> IpAddr {
    parts.extensions.get::<ConnectInfo<AdminPeer>>().map_or(IpAddr::from([0, 0, 0, 0]), |peer| peer.0.0.ip())
}

fn bearer(value: &str) -> Option<&str> {
    let (scheme, secret) = value.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// The layer.
pub(super) async fn layer(State(authenticator): State<Arc<Authenticator>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let (mut parts, body) = request.into_parts();
    let caller = authenticator.caller(&parts, Instant::now())?;
    if let Some(peer) = parts.extensions.get::<ConnectInfo<AdminPeer>>() {
        peer.0.1.belongs_to(&caller.id)?;
    }
    parts.extensions.insert(caller);
    Ok(next.run(Request::from_parts(parts, body)).await)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn authenticator(folder: &std::path::Path) -> Arc<Authenticator> {
        Authenticator::new(Tokens::of(folder), SocketAddr::from(([127, 0, 0, 1], 8001)), false)
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
    fn without_tokens_web_pages_and_rebound_names_are_refused_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let authenticator = authenticator(folder.path());
        let ask = |pairs: &[_]| status(authenticator.admit(&headers(pairs), None, PEER, Instant::now()));
        assert_eq!(ask(&[(HOST, "127.0.0.1:8001")]), 200);
        assert_eq!(ask(&[(HOST, "localhost:8001")]), 200);
        assert_eq!(ask(&[(HOST, "evil.example:8001")]), 403);
        assert_eq!(ask(&[(HOST, "127.0.0.1.evil.example:8001")]), 403);
        assert_eq!(ask(&[]), 403);
        assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, "http://evil.example")]), 403);
        assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, "http://localhost:3000")]), 403, "another port is another origin");
        assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, "http://localhost:8001")]), 200);
        for origin in ["http://localhost", "http://127.0.0.1", "http://[::1]", "https://localhost:8001", "http://localhost:80", "null", ""]
        {
            assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, origin)]), 403, "{origin:?}: without a port it is that of port 80");
        }
        for (site, answer) in [("same-origin", 200), ("none", 200), ("same-site", 403), ("cross-site", 403), ("", 403)] {
            assert_eq!(ask(&[(HOST, "localhost:8001"), (SEC_FETCH_SITE, site)]), answer, "{site}");
            assert_eq!(ask(&[(HOST, "localhost:8001"), (ORIGIN, "http://evil.example"), (SEC_FETCH_SITE, site)]), 403, "{site}");
        }
    }

    #[test]
    fn an_origin_without_port_is_ours_on_port_80_alone() {
        let folder = tempfile::tempdir().unwrap();
        let authenticator = Authenticator::new(Tokens::of(folder.path()), SocketAddr::from(([127, 0, 0, 1], 80)), false);
        for (origin, ours) in [("http://localhost", true), ("http://127.0.0.1:80", true), ("http://localhost:8080", false)] {
            assert_eq!(authenticator.is_our_origin(origin), ours, "{origin}");
        }
    }

    #[test]
    fn guessing_is_slowed_down_and_a_right_token_never() {
        let folder = tempfile::tempdir().unwrap();
        let authenticator = authenticator(folder.path());
        let secret = authenticator.tokens.add("ci", Scope::Deploy).unwrap();
        let with = |secret: &str| headers(&[(AUTHORIZATION, &format!("Bearer {secret}"))]);
        let now = Instant::now();
        assert_eq!(status(authenticator.admit(&HeaderMap::new(), None, PEER, now)), 401);
        for _ in 0..FAILURES_MAX {
            assert_eq!(status(authenticator.admit(&with("skep_wrong"), None, PEER, now)), 401);
        }
        assert_eq!(status(authenticator.admit(&with("skep_wrong"), None, PEER, now)), 429);
        assert_eq!(status(authenticator.admit(&with("skep_wrong"), None, [10, 0, 0, 2].into(), now)), 401, "another address");
        assert_eq!(status(authenticator.admit(&with(&secret), None, PEER, now)), 200, "behind a proxy all have one address");
        assert_eq!(status(authenticator.admit(&with("skep_wrong"), None, PEER, now + FAILURES_WINDOW)), 401);
    }

    #[test]
    fn no_client_gets_in_from_elsewhere_or_after_the_last_token() {
        let folder = tempfile::tempdir().unwrap();
        let authenticator = authenticator(folder.path());
        let local = headers(&[(HOST, "localhost:8001")]);
        assert_eq!(status(authenticator.admit(&local, None, [10, 0, 0, 1].into(), Instant::now())), 403);
        authenticator.tokens.add("ci", Scope::Admin).unwrap();
        authenticator.tokens.remove("ci").unwrap();
        assert_eq!(status(authenticator.admit(&local, None, PEER, Instant::now())), 401, "removed tokens open nothing");
    }
}
