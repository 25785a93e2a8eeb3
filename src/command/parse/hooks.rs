//! The webhooks of a Parse Server: its REST operations below `/hooks/functions`.
//!
//! `adopt` asks for one function at a time. See the Parse Server's guide, "Cloud Code", "Webhooks".
//!
//! Invariant: the keys go to the server that the operator names, and never along a redirect.

use std::time::Duration;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};
use ureq::Agent;
use ureq::http::Request;

use crate::client::connection::http::agent;

/// Longest wait for an answer.
const ANSWER: Duration = Duration::from_secs(30);
/// Largest answer that is read.
const ANSWER_BYTES_MAX: u64 = 1 << 20;
/// The code of Parse Server for a hook that is there, or is not.
const HOOK_ERROR: i64 = 143;

/// A Parse Server, and the right to change its hooks.
pub(super) struct ParseServer {
    agent: Agent,
    url: String,
    app_id: String,
    master_key: String,
}

/// What a request has come to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Registered {
    /// It is new.
    Created,
    /// It was there, and has the new address.
    Changed,
    /// It is gone.
    Dropped,
    /// There was none.
    Absent,
}

impl ParseServer {
    pub(super) fn new(url: &str, app_id: &str, master_key: &str) -> Self {
        let url = url.trim_end_matches('/').to_owned();
        Self { agent: agent(&url), url, app_id: app_id.to_owned(), master_key: master_key.to_owned() }
    }

    /// Has the server call `url` for a function.
    ///
    /// # Errors
    /// The reason, in one line.
    pub(super) fn adopt(&self, name: &str, url: &str) -> Result<Registered, String> {
        match self.send("POST", "/hooks/functions", &json!({ "functionName": name, "url": url }))? {
            Ok(_) => Ok(Registered::Created),
            Err((HOOK_ERROR, _)) => match self.send("PUT", &path(name), &json!({ "url": url }))? {
                Ok(_) => Ok(Registered::Changed),
                Err((_, reason)) => Err(reason),
            },
            Err((_, reason)) => Err(reason),
        }
    }

    /// Has the server no longer call for a function.
    ///
    /// # Errors
    /// The reason, in one line.
    pub(super) fn drop(&self, name: &str) -> Result<Registered, String> {
        match self.send("PUT", &path(name), &json!({ "__op": "Delete" }))? {
            Ok(_) => Ok(Registered::Dropped),
            Err((HOOK_ERROR, _)) => Ok(Registered::Absent),
            Err((_, reason)) => Err(reason),
        }
    }

    /// Sends a request. The inner result is what the Parse Server answers: its JSON, or its error with the error's code.
    ///
    /// # Errors
    /// If no Parse Server answers.
    fn send(&self, method: &str, path: &str, body: &Value) -> Result<Result<Value, (i64, String)>, String> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.url))
            .header("content-type", "application/json")
            .header("x-parse-application-id", &self.app_id)
            .header("x-parse-master-key", &self.master_key)
            .body(body.to_string())
            .map_err(|error| error.to_string())?;
        let request = self.agent.configure_request(request).timeout_recv_response(Some(ANSWER)).timeout_recv_body(Some(ANSWER)).build();
        let mut response = self.agent.run(request).map_err(|error| format!("{} cannot be reached: {error}", self.url))?;
        let status = response.status();
        let text = response.body_mut().with_config().limit(ANSWER_BYTES_MAX).read_to_string();
        let value: Value = text.ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        if status.is_success() && value.is_object() {
            return Ok(Ok(value));
        }
        match value["error"].as_str() {
            Some(error) => {
                Ok(Err((value["code"].as_i64().unwrap_or_default(), format!("the Parse Server says: {error} (status {status})"))))
            }
            None => {
                Err(format!("{} answers with status {status} and no JSON of a Parse Server: does the address end in its mount?", self.url))
            }
        }
    }
}

fn path(name: &str) -> String {
    format!("/hooks/functions/{}", utf8_percent_encode(name, NON_ALPHANUMERIC))
}
