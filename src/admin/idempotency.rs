//! Writes that are sent twice and happen once: `Idempotency-Key`.
//!
//! A layer around the operations. It keeps the first response under a key and gives it again for the same request, so that a client that lost the
//! response may send the request again. Responses are kept in the memory of this engine, for a day.
//!
//! Invariant: under one key at most one request is carried out; another request under the same key is refused. Keys and responses have a
//! bound; the oldest are forgotten, and a token has a quarter of both.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use bytes::Bytes;
use parking_lot::Mutex;
use sha2::{Digest as _, Sha256};

use super::auth::Caller;
use super::error::ApiError;
use super::extract::BODY_BYTES_MAX;
use super::tokens::TokenId;
use crate::api::error::ApiErrorKind;

/// The header; draft-ietf-httpapi-idempotency-key-header.
const HEADER: &str = "idempotency-key";

/// Longest key.
const KEY_BYTES_MAX: usize = 255;

/// Keys that are remembered.
const KEYS_MAX: usize = 1000;

/// How long they are remembered.
const REMEMBERED: Duration = Duration::from_secs(86_400);

/// Largest response: that of a call, each byte of which may be escaped.
const ANSWER_BYTES_MAX: usize = 16 << 20;

/// Largest response that is kept. Of a larger one the status and the content type are kept.
const KEPT_BYTES_MAX: usize = 1 << 20;

/// Bytes of all responses that are kept.
const KEPT_BYTES_ALL_MAX: usize = 64 << 20;

/// Part of the keys and of the bytes that one token may have.
const TOKEN_PART: usize = 4;

/// Responses below this path hold secrets and are never kept.
const SECRET: &str = "/api/v1/tokens";

/// A key of one caller: its token, and the key that it has sent.
type AnswerKey = (Option<TokenId>, String);

/// Responses by caller and key.
#[derive(Default)]
pub(super) struct Answers(Mutex<HashMap<AnswerKey, Remembered>>);

struct Remembered {
    request: [u8; 32],
    at: Instant,
    /// `None` while the request is being carried out.
    answer: Option<KeptAnswer>,
}

#[derive(Clone)]
struct KeptAnswer {
    status: StatusCode,
    content_type: Option<HeaderValue>,
    body: Bytes,
}

impl KeptAnswer {
    fn response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.status_mut() = self.status;
        if let Some(content_type) = self.content_type {
            response.headers_mut().insert(CONTENT_TYPE, content_type);
        }
        response
    }
}

/// The layer.
pub(super) async fn layer(State(answers): State<Arc<Answers>>, request: Request, next: Next) -> Result<Response, ApiError> {
    let Some(key) = request.headers().get(HEADER).filter(|_| !request.method().is_safe() && !request.uri().path().starts_with(SECRET))
    else {
        return Ok(next.run(request).await);
    };
    let key = key.to_str().ok().filter(|key| (1..=KEY_BYTES_MAX).contains(&key.len()));
    let key = key.ok_or_else(|| ApiError::invalid(format!("an idempotency key has 1 to {KEY_BYTES_MAX} printable characters")))?.to_owned();
    let caller = request.extensions().get::<Caller>().and_then(|caller| caller.id.clone());
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, BODY_BYTES_MAX).await.map_err(|error| ApiError::new(ApiErrorKind::TooLarge, error.to_string()))?;
    let mut hash = Sha256::new();
    for part in [parts.method.as_str().as_bytes(), parts.uri.to_string().as_bytes(), &body] {
        hash.update((part.len() as u64).to_le_bytes());
        hash.update(part);
    }
    let key = (caller, key);
    if let Some(kept_answer) = answers.begin(&key, hash.finalize().into(), Instant::now())? {
        return Ok(kept_answer.response());
    }
    // In a task of its own: a client that leaves before the end may come back for this response.
    let carried_out = tokio::spawn(async move {
        let running = RunningRequest { answers, key, finished: false };
        let response = next.run(Request::from_parts(parts, Body::from(body))).await;
        running.finish(response).await
    });
    carried_out.await.unwrap_or_else(|error| Err(ApiError::new(ApiErrorKind::Failed, error.to_string())))
}

/// A request that is being carried out. Dropped before its end, it frees its key.
struct RunningRequest {
    answers: Arc<Answers>,
    key: AnswerKey,
    finished: bool,
}

impl RunningRequest {
    async fn finish(mut self, response: Response) -> Result<Response, ApiError> {
        // An operation that the host failed to carry out may be tried again under the same key.
        if response.status().is_server_error() {
            return Ok(response);
        }
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, ANSWER_BYTES_MAX).await.map_err(|error| ApiError::new(ApiErrorKind::Failed, error.to_string()))?;
        let body_kept = if body.len() <= KEPT_BYTES_MAX { body.clone() } else { Bytes::new() };
        let kept_answer = KeptAnswer { status: parts.status, content_type: parts.headers.get(CONTENT_TYPE).cloned(), body: body_kept };
        self.answers.keep(&self.key, kept_answer);
        self.finished = true;
        Ok(Response::from_parts(parts, Body::from(body)))
    }
}

impl Drop for RunningRequest {
    fn drop(&mut self) {
        if !self.finished {
            self.answers.0.lock().remove(&self.key);
        }
    }
}

impl Answers {
    /// The response that was given, or `None`: the request may be carried out now.
    fn begin(&self, key: &AnswerKey, request: [u8; 32], now: Instant) -> Result<Option<KeptAnswer>, ApiError> {
        let mut known = self.0.lock();
        known.retain(|_, remembered| now.saturating_duration_since(remembered.at) < REMEMBERED);
        if let Some(remembered) = known.get(key) {
            return match &remembered.answer {
                _ if remembered.request != request => {
                    Err(ApiError::new(ApiErrorKind::Conflict, "this idempotency key was used for another request"))
                }
                None => {
                    let reason = "the request with this idempotency key is still being carried out";
                    Err(ApiError::new(ApiErrorKind::InProgress, reason).retry_after(1))
                }
                Some(kept_answer) => Ok(Some(kept_answer.clone())),
            };
        }
        let too_many = || ApiError::new(ApiErrorKind::Busy, "too many requests with an idempotency key at a time").retry_after(1);
        let is_own = |other: &AnswerKey| other.0 == key.0;
        if key.0.is_some() && known.keys().filter(|other| is_own(other)).count() >= KEYS_MAX / TOKEN_PART {
            forget_oldest(&mut known, is_own).ok_or_else(too_many)?;
        }
        if known.len() >= KEYS_MAX {
            forget_oldest(&mut known, |_| true).ok_or_else(too_many)?;
        }
        known.insert(key.clone(), Remembered { request, at: now, answer: None });
        Ok(None)
    }
}

impl Answers {
    /// Keeps the response of a request that was carried out. The oldest responses go, if they are too many bytes.
    fn keep(&self, key: &AnswerKey, answer: KeptAnswer) {
        let mut known = self.0.lock();
        if let Some(remembered) = known.get_mut(key) {
            remembered.answer = Some(answer);
        }
        let is_own = |other: &AnswerKey| other.0 == key.0;
        while key.0.is_some() && kept_bytes(&known, is_own) > KEPT_BYTES_ALL_MAX / TOKEN_PART && forget_oldest(&mut known, is_own).is_some()
        {
        }
        while kept_bytes(&known, |_| true) > KEPT_BYTES_ALL_MAX && forget_oldest(&mut known, |_| true).is_some() {}
    }
}

/// Bytes of the responses under the keys that `of` names.
fn kept_bytes(known: &HashMap<AnswerKey, Remembered>, of: impl Fn(&AnswerKey) -> bool) -> usize {
    known.iter().filter(|(key, _)| of(key)).filter_map(|(_, one)| Some(one.answer.as_ref()?.body.len())).sum()
}

/// Forgets the oldest request that was carried out, of those whose keys `of` names. `None`: there is none.
fn forget_oldest(known: &mut HashMap<AnswerKey, Remembered>, of: impl Fn(&AnswerKey) -> bool) -> Option<()> {
    let done = known.iter().filter(|(key, one)| one.answer.is_some() && of(key));
    let oldest = done.min_by_key(|(_, one)| one.at).map(|(key, _)| key.clone())?;
    known.remove(&oldest).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept_answer() -> KeptAnswer {
        KeptAnswer { status: StatusCode::ACCEPTED, content_type: None, body: Bytes::from_static(b"done") }
    }

    #[test]
    fn a_key_stands_for_one_request() {
        let answers = Answers::default();
        let key = (None, "k".to_owned());
        let now = Instant::now();
        assert!(answers.begin(&key, [1; 32], now).unwrap().is_none());
        let error = answers.begin(&key, [1; 32], now).err().unwrap();
        assert_eq!(error.kind(), ApiErrorKind::InProgress, "it is being carried out");
        answers.0.lock().get_mut(&key).unwrap().answer = Some(kept_answer());
        assert_eq!(answers.begin(&key, [1; 32], now).unwrap().unwrap().body, "done");
        assert_eq!(answers.begin(&key, [2; 32], now).err().unwrap().kind(), ApiErrorKind::Conflict, "another request");
        assert!(
            answers.begin(&(Some(TokenId::from("ci")), "k".into()), [2; 32], now).unwrap().is_none(),
            "another caller's key is another key"
        );
        assert!(answers.begin(&key, [2; 32], now + REMEMBERED).unwrap().is_none(), "forgotten");
    }

    #[test]
    fn the_oldest_answers_are_forgotten_first() {
        let answers = Answers::default();
        let now = Instant::now();
        for number in 0..=KEYS_MAX {
            let key = (None, number.to_string());
            answers.begin(&key, [0; 32], now + Duration::from_millis(number as u64)).unwrap();
            answers.0.lock().get_mut(&key).unwrap().answer = Some(kept_answer());
        }
        assert_eq!(answers.0.lock().len(), KEYS_MAX);
        assert!(!answers.0.lock().contains_key(&(None, "0".to_owned())));
    }

    /// Requests of a token that were carried out, one after another, each with a response of one megabyte.
    fn carry_out(answers: &Answers, token: &str, count: usize) {
        let now = Instant::now();
        for number in 0..count {
            let key = (Some(TokenId::from(token)), number.to_string());
            assert!(answers.begin(&key, [1; 32], now + Duration::from_millis(number as u64)).unwrap().is_none());
            answers.keep(&key, KeptAnswer { body: Bytes::from(vec![0; KEPT_BYTES_MAX]), ..kept_answer() });
        }
    }

    #[test]
    fn a_token_keeps_a_quarter_of_the_bytes_and_pushes_out_no_response_of_another() {
        let answers = Answers::default();
        carry_out(&answers, "one", 10);
        carry_out(&answers, "two", 300);
        let known = answers.0.lock();
        let of = |token: &str| known.keys().filter(|key| key.0 == Some(TokenId::from(token))).count();
        assert_eq!((of("one"), of("two")), (10, 16));
        assert!(known.contains_key(&(Some(TokenId::from("two")), "299".to_owned())), "the newest are kept");
    }
}
