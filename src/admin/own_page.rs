//! Whether a request comes from the dashboard itself: by which scheme and name it was sent, and what its browser says about the page.
//!
//! `auth` asks for every request that a cookie would open: a browser sends cookies by itself, whichever page asks.
//!
//! Invariant: what no browser lets a page of another origin send is demanded of every request that changes something.

use axum::http::HeaderMap;
use axum::http::header::{HOST, HeaderName, ORIGIN};
use axum::http::request::Parts;

use super::error::ApiError;
use crate::api::error::ApiErrorKind;

/// By which a browser tells how the page that asks is related to the address that it asks.
pub(super) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// The values of `Sec-Fetch-Site` for a page of this address, and for an address that the person typed.
pub(super) const OWN_SITES: [&str; 2] = ["same-origin", "none"];

/// No form can send it, and a page of another origin may not.
const OWN_HEADER: HeaderName = HeaderName::from_static("x-skep-ui");

const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");

/// Whether the client came by TLS: a proxy says so, if proxies are believed.
pub(super) fn is_secure(headers: &HeaderMap, trust_proxy: bool) -> bool {
    trust_proxy && first(headers, &FORWARDED_PROTO).is_some_and(|proto| proto.eq_ignore_ascii_case("https"))
}

/// Refuses what the dashboard would not send.
///
/// # Errors
/// For a request that changes something: unless `Origin` is the page's own with its port, `Sec-Fetch-Site` is `same-origin` and `x-skep-ui` is `1`.
/// For any other: if a browser says that another page asks.
pub(super) fn check(parts: &Parts, trust_proxy: bool) -> Result<(), ApiError> {
    let headers = &parts.headers;
    let own = own_origin(parts, trust_proxy);
    let is_own = |origin: &str| own.as_deref().is_some_and(|own| own.eq_ignore_ascii_case(origin));
    if parts.method.is_safe() {
        let origins = headers.get_all(ORIGIN).iter().all(|origin| origin.to_str().is_ok_and(is_own));
        let sites = headers.get_all(SEC_FETCH_SITE).iter().all(|site| OWN_SITES.iter().any(|known| site.as_bytes() == known.as_bytes()));
        return if origins && sites { Ok(()) } else { Err(refused("a page of another origin may not use the session of the dashboard")) };
    }
    if !only(headers, &ORIGIN).is_some_and(is_own) {
        return Err(refused("`Origin` is not the origin of the dashboard; behind a proxy with TLS, Skep needs --trust-proxy to know it"));
    }
    if only(headers, &SEC_FETCH_SITE) != Some("same-origin") || only(headers, &OWN_HEADER) != Some("1") {
        return Err(refused("the dashboard alone may change something with its session: `sec-fetch-site: same-origin` and `x-skep-ui: 1`"));
    }
    Ok(())
}

fn refused(reason: &str) -> ApiError {
    ApiError::new(ApiErrorKind::Forbidden, reason)
}

/// The origin of the page at this address, as its browser writes it.
fn own_origin(parts: &Parts, trust_proxy: bool) -> Option<String> {
    let headers = &parts.headers;
    let forwarded = if trust_proxy { first(headers, &FORWARDED_HOST) } else { None };
    let host = forwarded.or_else(|| parts.uri.authority().map(|authority| authority.as_str())).or_else(|| only(headers, &HOST))?;
    let scheme = if is_secure(headers, trust_proxy) { "https" } else { "http" };
    Some(format!("{scheme}://{host}"))
}

/// The value of a header that came once.
fn only<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    let mut values = headers.get_all(name).iter();
    let value = values.next()?.to_str().ok()?;
    values.next().is_none().then_some(value)
}

/// The first of the values that proxies have put together.
fn first<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers.get(name)?.to_str().ok()?.split(',').next().map(str::trim)
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    const OWN: [(&str, &str); 4] =
        [("host", "localhost:8001"), ("origin", "http://localhost:8001"), ("sec-fetch-site", "same-origin"), ("x-skep-ui", "1")];

    fn parts(method: &str, headers: &[(&str, &str)]) -> Parts {
        let request =
            headers.iter().fold(Request::builder().method(method).uri("/api/v1/x"), |request, (name, value)| request.header(*name, *value));
        request.body(()).unwrap().into_parts().0
    }

    /// The headers of the dashboard, one of them as another page would have it.
    fn with(name: &str, value: Option<&'static str>) -> Vec<(&'static str, &'static str)> {
        let others = OWN.into_iter().filter(|(known, _)| *known != name);
        others.chain(value.map(|value| (OWN.iter().find(|(known, _)| *known == name).unwrap().0, value))).collect()
    }

    #[test]
    fn the_dashboard_alone_changes_something() {
        assert!(check(&parts("POST", &OWN), false).is_ok());
        let wrong = [
            ("origin", None),
            ("origin", Some("null")),
            ("origin", Some("http://localhost:8000")),
            ("origin", Some("http://localhost")),
            ("origin", Some("https://localhost:8001")),
            ("origin", Some("http://evil.example:8001")),
            ("sec-fetch-site", None),
            ("sec-fetch-site", Some("same-site")),
            ("sec-fetch-site", Some("none")),
            ("sec-fetch-site", Some("cross-site")),
            ("x-skep-ui", None),
            ("x-skep-ui", Some("0")),
            ("host", None),
        ];
        for (name, value) in wrong {
            assert!(check(&parts("DELETE", &with(name, value)), false).is_err(), "{name}: {value:?}");
        }
        let twice: Vec<_> = OWN.into_iter().chain([("origin", "http://evil.example")]).collect();
        assert!(check(&parts("POST", &twice), false).is_err(), "a second origin is a second claim");
    }

    #[test]
    fn reading_is_for_no_other_page() {
        for (headers, is_read) in [
            (&[("host", "localhost:8001")][..], true),
            (&OWN, true),
            (&[("host", "localhost:8001"), ("sec-fetch-site", "none")], true),
            (&[("host", "localhost:8001"), ("sec-fetch-site", "same-site")], false),
            (&[("host", "localhost:8001"), ("origin", "http://localhost:8000")], false),
        ] {
            assert_eq!(check(&parts("GET", headers), false).is_ok(), is_read, "{headers:?}");
        }
    }

    #[test]
    fn a_proxy_is_believed_where_it_is_to_be() {
        let by_tls = [
            ("host", "127.0.0.1:8001"),
            ("x-forwarded-host", "skep.example"),
            ("x-forwarded-proto", "https"),
            ("origin", "https://skep.example"),
            ("sec-fetch-site", "same-origin"),
            ("x-skep-ui", "1"),
        ];
        let parts = parts("POST", &by_tls);
        assert!(check(&parts, true).is_ok() && is_secure(&parts.headers, true));
        assert!(check(&parts, false).is_err() && !is_secure(&parts.headers, false));
    }
}
