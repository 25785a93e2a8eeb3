//! A call of a function through the admin API, and its outcome.
//!
//! Invariant: the function's response is data here, fault included.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::function::VersionId;

/// The call to make.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct InvokeBody {
    /// The method of the request.
    #[schema(pattern = "^[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    pub method: String,
    /// Path and query as the function sees them.
    #[schema(pattern = "^/")]
    pub path: String,
    /// The headers of the request.
    pub headers: BTreeMap<String, String>,
    /// The body, as text.
    pub body: Option<String>,
    /// A version in place of the one that the weights choose: the live version or the candidate.
    pub version: Option<VersionId>,
}

impl Default for InvokeBody {
    fn default() -> Self {
        Self { method: "GET".to_owned(), path: "/".to_owned(), headers: BTreeMap::new(), body: None, version: None }
    }
}

/// The outcome of a call.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InvokeResult {
    /// The status of the response; left out if there was a fault.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The headers of the response, in their order.
    pub headers: Vec<(String, String)>,
    /// At most 1 MB of the body, as text.
    pub body: String,
    /// Whether there was more.
    pub cut: bool,
    /// The fault, if there is no response.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<InvokeFault>,
    /// The version that answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// The id of its request, by which its log lines are found.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The id of its trace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trace_id: Option<String>,
    /// Wall-clock time, in milliseconds.
    pub wall_ms: f64,
    /// CPU time of the instance, in milliseconds.
    pub cpu_ms: f64,
}

/// A fault, with what only an operator sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct InvokeFault {
    /// Its name in the table of faults.
    pub kind: String,
    /// The message for a client.
    pub message: String,
    /// The whole diagnostic.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}
