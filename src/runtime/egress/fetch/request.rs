//! `op_fetch`: `fetch` and `EventSource` call it for every request, redirects included. It takes the place of deno_fetch's own op.
//!
//! The request comes from `26_fetch.js` of deno_fetch, and goes through the quota and the connector to the network. The answer waits in the
//! same kind of resource that deno_fetch's op creates, for its `op_fetch_send`.
//!
//! Invariant: no input of a function makes it panic: headers are counted before they are put into a map that can be full.

use std::rc::Rc;

use bytes::Bytes;
use deno_core::convert::{ByteString, Uint8Array};
use deno_core::url::Url;
use deno_core::{CancelFuture, CancelHandle, OpState, Resource, ResourceId, op2, v8};
use deno_error::JsErrorBox;
use deno_fetch::data_url::DataUrl;
use deno_fetch::{
    CancelableResponseFuture, Client, FetchCancelHandle, FetchError, FetchRequestResource, FetchReturn, ReqBody, ResBody,
    ResourceToBodyAdapter, basic_auth, extract_authority,
};
use http::header::{ACCEPT_ENCODING, AUTHORIZATION, CONTENT_LENGTH, CONTENT_TYPE, HOST, RANGE};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, Uri};
use http_body_util::{BodyExt as _, Full};

use super::body;
use super::count::FetchCount;
use crate::runtime::egress::instance::InstanceEgress;
use crate::runtime::egress::quota::{HEAD_MAX, HEADERS_MAX, PendingRequest, check_size};
use crate::runtime::ops::{HOPS_HEADER, RequiredModules, call_in_context, catch_panic};

/// Begins a request.
#[op2]
#[allow(clippy::too_many_arguments, reason = "deno_fetch's JavaScript calls it so")]
pub(in crate::runtime::egress) fn op_fetch<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    state: &mut OpState,
    #[scoped] method: ByteString,
    #[string] url: String,
    #[scoped] headers: Vec<(ByteString, ByteString)>,
    #[smi] _client: Option<u32>,
    has_body: bool,
    data: Option<Uint8Array>,
    #[smi] resource: Option<ResourceId>,
) -> Result<FetchReturn, FetchError> {
    let call = call_in_context(scope);
    let begin = || {
        let method = Method::from_bytes(&method)?;
        let url = Url::parse(&url)?;
        match url.scheme() {
            "http" | "https" => {
                // Taken in any case, so that the stream behind a denied request ends.
                let streamed = resource.map(|id| state.resource_table.take_any(id)).transpose()?;
                let body = if has_body { Some((data.map(|data| Bytes::from(data.0)), streamed)) } else { None };
                send(state, call, method, url, &headers, body)
            }
            "data" => Ok(inline(state, url)?),
            "file" if method == Method::GET => file(state, url),
            "file" => Err(FetchError::FsNotGet(method)),
            // The JavaScript side has those that exist.
            "blob" => Err(FetchError::BlobNotFound),
            scheme => Err(FetchError::SchemeNotSupported(scheme.to_owned())),
        }
    };
    catch_panic("op_fetch", call.unwrap_or(0), begin).map_err(FetchError::Other).flatten()
}

type Content = (Option<Bytes>, Option<Rc<dyn Resource>>);

fn send(
    state: &mut OpState,
    call: Option<u32>,
    method: Method,
    mut url: Url,
    headers: &[(ByteString, ByteString)],
    content: Option<Content>,
) -> Result<FetchReturn, FetchError> {
    let credentials = extract_authority(&mut url);
    let uri: Uri = url.as_str().parse().map_err(|_| FetchError::InvalidUrl(url.clone()))?;
    let mut map = HeaderMap::new();
    copy(headers, &mut map)?;
    let (client, pending, hops, count) = admit(state, call, &uri)?;

    let (body, length) = match content {
        Some((Some(data), _)) => (ReqBody::full(data.clone()), Some(data.len() as u64)),
        Some((None, Some(resource))) => {
            let length = match resource.size_hint() {
                (least, Some(most)) if least == most && most > 0 => Some(most),
                _ => declared_length(headers),
            };
            (ReqBody::streaming(ResourceToBodyAdapter::new(resource)), length)
        }
        // https://fetch.spec.whatwg.org/#http-network-or-cache-fetch: these two say that they have none.
        _ => (ReqBody::empty(), matches!(method, Method::POST | Method::PUT).then_some(0)),
    };
    let mut request = Request::new(body);
    *request.method_mut() = method;
    *request.uri_mut() = uri;
    if let Some((user, password)) = credentials
        && !map.contains_key(AUTHORIZATION)
    {
        map.insert(AUTHORIZATION, basic_auth(&user, password.as_deref()));
    }
    if let Some(length) = length {
        map.insert(CONTENT_LENGTH, length.into());
    }
    map.insert(HOPS_HEADER, u16::from(hops).into());
    let decode = ask_for_encoding(&mut map);
    *request.headers_mut() = map;

    let cancel = CancelHandle::new_rc();
    let answer = answer(client, request, (pending, decode), count);
    let future = Box::pin(answer.or_cancel(cancel.clone()));
    Ok(begin(state, future, url, Some(cancel)))
}

/// Lets a request out, as far as the host decides it before there is a connection.
fn admit(state: &OpState, call: Option<u32>, uri: &Uri) -> Result<(Client, PendingRequest, u8, FetchCount), FetchError> {
    let egress = InstanceEgress::of(state)?;
    let count = FetchCount::begin(state);
    match egress.enter(state, call).and_then(|(pending, hops)| Ok((egress.client(uri)?, pending, hops))) {
        Ok((client, pending, hops)) => Ok((client, pending, hops, count)),
        Err(error) => {
            count.refused();
            Err(error)
        }
    }
}

/// Sends a request in its turn, and waits for the head of its answer.
async fn answer(
    client: Client,
    request: Request<ReqBody>,
    (pending, decode): (PendingRequest, bool),
    count: FetchCount,
) -> Result<Response<ResBody>, FetchError> {
    let permit = pending.acquire().await;
    let head = tokio::time::timeout(HEAD_MAX, client.send_no_decompress(request)).await;
    drop(permit);
    match head {
        Ok(Ok(response)) => {
            count.answered();
            Ok(body::receive(response, decode, pending.body()))
        }
        Ok(Err(error)) => {
            let error = error.into();
            count.failed(Some(&error));
            Err(error)
        }
        Err(_) => {
            count.failed(None);
            Err(failed(format!("no answer began within {} s", HEAD_MAX.as_secs())))
        }
    }
}

fn begin(state: &mut OpState, future: CancelableResponseFuture, url: Url, cancel: Option<Rc<CancelHandle>>) -> FetchReturn {
    let request_rid = state.resource_table.add(FetchRequestResource { future, url });
    let cancel_handle_rid = cancel.map(|cancel| state.resource_table.add(FetchCancelHandle(cancel)));
    FetchReturn { request_rid, cancel_handle_rid }
}

fn failed(why: String) -> FetchError {
    FetchError::Other(JsErrorBox::type_error(why))
}

/// The length that the function says its stream has: an upload that it passes on keeps its own. hyper ends the connection where the stream is
/// shorter, and sends nothing of what is more.
fn declared_length(headers: &[(ByteString, ByteString)]) -> Option<u64> {
    let mut lengths = headers.iter().filter(|(name, _)| name.eq_ignore_ascii_case(b"content-length")).map(|(_, value)| value);
    let length = lengths.next().filter(|value| !value.is_empty() && value.iter().all(u8::is_ascii_digit))?;
    if lengths.next().is_some() {
        return None;
    }
    std::str::from_utf8(length).ok()?.parse().ok()
}

/// The function's own headers, without those that only the host writes.
fn copy(headers: &[(ByteString, ByteString)], map: &mut HeaderMap) -> Result<(), FetchError> {
    check_size(headers.iter().map(|(name, value)| name.len() + value.len())).map_err(FetchError::Other)?;
    for (name, value) in headers {
        let (name, value) = (HeaderName::from_bytes(name)?, HeaderValue::from_bytes(value)?);
        if name != HOST && name != CONTENT_LENGTH && name != HOPS_HEADER {
            map.try_append(name, value).map_err(|_| failed(format!("more than {HEADERS_MAX} request headers")))?;
        }
    }
    Ok(())
}

/// Requests an encoding that `body` can read, whatever the function wrote. A part of a compressed body cannot be decompressed, so a range
/// is requested uncompressed. Returns whether a compressed body has to be decompressed.
fn ask_for_encoding(map: &mut HeaderMap) -> bool {
    let as_it_is =
        map.contains_key(RANGE) || map.get(ACCEPT_ENCODING).is_some_and(|asked| asked.as_bytes().eq_ignore_ascii_case(b"identity"));
    map.insert(ACCEPT_ENCODING, HeaderValue::from_static(if as_it_is { "identity" } else { "gzip" }));
    !as_it_is
}

/// `data:` URLs: the answer is in the address.
fn inline(state: &mut OpState, url: Url) -> Result<FetchReturn, FetchError> {
    let parsed = DataUrl::process(url.as_str()).map_err(FetchError::DataUrl)?;
    let (content, _) = parsed.decode_to_vec().map_err(FetchError::Base64)?;
    let body = Full::new(Bytes::from(content)).map_err(|never| match never {}).boxed();
    let response = http::Response::builder().header(CONTENT_TYPE, parsed.mime_type().to_string()).body(body)?;
    Ok(begin(state, Box::pin(async move { Ok(Ok(response)) }), url, None))
}

/// `file:` URLs: a file of the version, such as `new URL("./x.wasm", import.meta.url)` names.
fn file(state: &mut OpState, url: Url) -> Result<FetchReturn, FetchError> {
    let modules = state.try_borrow::<RequiredModules>().and_then(|modules| modules.0.clone());
    let path = url.to_file_path().map_err(|()| FetchError::NetworkError)?;
    let content = path.to_str().zip(modules).and_then(|(path, modules)| modules.file(path)).ok_or(FetchError::NetworkError)?;
    let body = Full::new(content).map_err(|never| match never {}).boxed();
    let mut response = http::Response::builder();
    if let Some((_, kind)) = CONTENT_TYPES.iter().find(|(ending, _)| path.extension().is_some_and(|found| found == *ending)) {
        response = response.header(CONTENT_TYPE, *kind);
    }
    let response = response.body(body)?;
    Ok(begin(state, Box::pin(async move { Ok(Ok(response)) }), url, None))
}

/// What `fetch` says of files by their endings.
const CONTENT_TYPES: &[(&str, &str)] = &[
    ("wasm", "application/wasm"),
    ("json", "application/json"),
    ("html", "text/html; charset=utf-8"),
    ("css", "text/css; charset=utf-8"),
    ("js", "text/javascript; charset=utf-8"),
    ("txt", "text/plain; charset=utf-8"),
    ("svg", "image/svg+xml"),
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime::egress::quota::HEADER_BYTES_MAX;

    fn pairs(headers: &[(&str, &str)]) -> Vec<(ByteString, ByteString)> {
        headers.iter().map(|(name, value)| (ByteString::from(*name), ByteString::from(*value))).collect()
    }

    #[test]
    fn headers_are_counted_before_they_are_put_in() {
        let mut map = HeaderMap::new();
        let many: Vec<String> = (0..=HEADERS_MAX).map(|n| format!("x-{n}")).collect();
        let many: Vec<(&str, &str)> = many.iter().map(|name| (name.as_str(), "1")).collect();
        assert!(copy(&pairs(&many), &mut map).is_err());
        assert!(copy(&pairs(&many[1..]), &mut map).is_ok());
        assert_eq!(map.len(), HEADERS_MAX);
        let large = "v".repeat(HEADER_BYTES_MAX);
        assert!(copy(&pairs(&[("x", &large)]), &mut HeaderMap::new()).is_err());
    }

    #[test]
    fn the_hosts_headers_are_not_the_functions_to_write() {
        let mut map = HeaderMap::new();
        copy(&pairs(&[("Host", "a"), ("X-Skep-Hops", "0"), ("content-length", "7"), ("x-own", "1")]), &mut map).expect("fits");
        assert_eq!(map.keys().map(HeaderName::as_str).collect::<Vec<_>>(), ["x-own"]);
    }

    #[test]
    fn a_server_is_asked_for_what_can_be_decompressed() {
        let asked = |headers: &[(&str, &str)]| {
            let mut map = HeaderMap::new();
            copy(&pairs(headers), &mut map).expect("fits");
            let decode = ask_for_encoding(&mut map);
            (map[ACCEPT_ENCODING].to_str().expect("text").to_owned(), decode)
        };
        assert_eq!(asked(&[]), ("gzip".into(), true));
        assert_eq!(asked(&[("accept-encoding", "br, gzip")]), ("gzip".into(), true));
        assert_eq!(asked(&[("accept-encoding", "identity")]), ("identity".into(), false));
        assert_eq!(asked(&[("range", "bytes=0-1")]), ("identity".into(), false));
    }
}
