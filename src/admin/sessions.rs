//! Sessions of the dashboard: which cookie stands for which token.
//!
//! `auth` begins one for a token, and finds it by the cookie of later requests.
//!
//! Invariant: the value of a cookie is stored nowhere; what is kept is its SHA-256, in memory. A session never outlives its token, and there are
//! at most [`SESSIONS_MAX`].

use std::collections::HashMap;
use std::time::{Duration, Instant};

use axum::http::HeaderMap;
use parking_lot::Mutex;
use subtle::ConstantTimeEq as _;

use super::tokens::{self, TokenError, TokenId};
use crate::function::own_cookies;

/// Sessions of a host.
const SESSIONS_MAX: usize = 64;

/// How long a session lasts.
const LIFETIME: Duration = Duration::from_secs(43_200);

/// Cookies of one name that are looked at: pages of functions can add others to ours.
const VALUES_MAX: usize = 8;

/// The sessions.
pub(super) struct Sessions {
    /// The port of the admin address, which the name of the cookie carries.
    port: u16,
    /// The oldest first.
    held: Mutex<Vec<Session>>,
}

struct Session {
    /// SHA-256 of the cookie's value, in hexadecimal digits.
    hash: String,
    token: TokenId,
    until: Instant,
}

impl Sessions {
    pub(super) fn new(port: u16) -> Self {
        Self { port, held: Mutex::default() }
    }

    /// Begins a session; the value of `set-cookie`.
    ///
    /// # Errors
    /// If the system provides no random bytes.
    pub(super) fn begin(&self, token: TokenId, is_secure: bool, now: Instant) -> Result<String, TokenError> {
        let secret = tokens::random_digits()?;
        let mut held = self.held.lock();
        held.retain(|session| session.until > now);
        if held.len() >= SESSIONS_MAX {
            drop_one(&mut held);
        }
        held.push(Session { hash: tokens::digest(&secret), token, until: now + LIFETIME });
        Ok(self.cookie(&secret, LIFETIME, is_secure))
    }

    /// The token of the session that these cookies name.
    pub(super) fn find(&self, headers: &HeaderMap, is_secure: bool, now: Instant) -> Option<TokenId> {
        let hashes = self.hashes(headers, is_secure);
        let held = self.held.lock();
        let named = held.iter().find(|session| session.until > now && hashes.iter().any(|hash| is_same(hash, &session.hash)));
        named.map(|session| session.token.clone())
    }

    /// Ends the sessions that these cookies name; the value of `set-cookie` that takes the cookie away.
    pub(super) fn end(&self, headers: &HeaderMap, is_secure: bool) -> String {
        let hashes = self.hashes(headers, is_secure);
        self.held.lock().retain(|session| !hashes.iter().any(|hash| is_same(hash, &session.hash)));
        self.cookie("", Duration::ZERO, is_secure)
    }

    /// The cookie has another name where the client came by TLS: one that was set without it is worth nothing there.
    fn hashes(&self, headers: &HeaderMap, is_secure: bool) -> Vec<String> {
        let name = own_cookies::name(self.port, is_secure);
        let values = own_cookies::values(headers, &name).take(VALUES_MAX);
        values.filter_map(|value| std::str::from_utf8(value).ok().map(tokens::digest)).collect()
    }

    fn cookie(&self, value: &str, age: Duration, is_secure: bool) -> String {
        let name = own_cookies::name(self.port, is_secure);
        let secure = if is_secure { "; Secure" } else { "" };
        format!("{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={}{secure}", age.as_secs())
    }
}

fn is_same(one: &str, other: &str) -> bool {
    bool::from(one.as_bytes().ct_eq(other.as_bytes()))
}

/// Makes room: the token that has the most sessions loses its oldest, so that none takes those of another.
fn drop_one(held: &mut Vec<Session>) {
    let mut counts: HashMap<TokenId, usize> = HashMap::new();
    held.iter().for_each(|session| *counts.entry(session.token.clone()).or_default() += 1);
    let most = counts.values().copied().max().unwrap_or_default();
    if let Some(oldest) = held.iter().position(|session| counts.get(&session.token) == Some(&most)) {
        held.remove(oldest);
    }
}

#[cfg(test)]
mod tests {
    use axum::http::header::COOKIE;

    use super::*;

    fn headers(set_cookie: &str) -> HeaderMap {
        let pair = set_cookie.split(';').next().unwrap();
        HeaderMap::from_iter([(COOKIE, format!("other=1; {pair}").parse().unwrap())])
    }

    #[test]
    fn a_cookie_is_what_the_contract_says() {
        let sessions = Sessions::new(8001);
        let plain = sessions.begin("one".into(), false, Instant::now()).unwrap();
        let secure = sessions.begin("one".into(), true, Instant::now()).unwrap();
        let (name, rest) = plain.split_once('=').unwrap();
        let (value, rest) = rest.split_once(';').unwrap();
        assert_eq!((name, value.len(), rest), ("skep_8001", 64, " HttpOnly; SameSite=Strict; Path=/; Max-Age=43200"));
        assert!(secure.starts_with("__Host-skep_8001=") && secure.ends_with("; Path=/; Max-Age=43200; Secure"), "{secure}");
        assert!(sessions.held.lock().iter().all(|session| session.hash != value));
    }

    #[test]
    fn a_session_is_found_until_it_ends_or_is_too_old() {
        let (sessions, now) = (Sessions::new(8001), Instant::now());
        let cookie = sessions.begin("one".into(), false, now).unwrap();
        let sent = headers(&cookie);
        assert_eq!(sessions.find(&sent, false, now), Some("one".into()));
        assert_eq!(sessions.find(&sent, true, now), None, "it was set without TLS");
        assert_eq!(sessions.find(&headers("skep_8001=0"), false, now), None);
        assert_eq!(sessions.find(&headers(&cookie.replace("skep_8001", "skep_8002")), false, now), None);
        assert_eq!(sessions.find(&sent, false, now + LIFETIME), None);
        let shadowed =
            HeaderMap::from_iter([(COOKIE, format!("skep_8001=forged; {}", cookie.split(';').next().unwrap()).parse().unwrap())]);
        assert_eq!(sessions.find(&shadowed, false, now), Some("one".into()), "a forged cookie beside it locks nobody out");
        assert!(sessions.end(&sent, false).starts_with("skep_8001=; "));
        assert_eq!(sessions.find(&sent, false, now), None);
    }

    #[test]
    fn a_token_that_signs_in_all_the_time_ends_only_its_own_sessions() {
        let (sessions, now) = (Sessions::new(8001), Instant::now());
        let other = sessions.begin("other".into(), false, now).unwrap();
        let cookies: Vec<_> = (0..SESSIONS_MAX * 2).map(|_| sessions.begin("one".into(), false, now).unwrap()).collect();
        assert_eq!(sessions.held.lock().len(), SESSIONS_MAX);
        assert!(sessions.find(&headers(&other), false, now).is_some());
        assert!(sessions.find(&headers(&cookies[0]), false, now).is_none());
        assert!(sessions.find(&headers(cookies.last().unwrap()), false, now).is_some());
    }
}
