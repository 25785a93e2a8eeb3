//! Queries and bodies of the operations that release.
//!
//! Invariant: a key that no operation knows is refused, so that a misspelt one never passes for one that was left out.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::function::VersionId;

/// What may be said beside an upload.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct DeployQuery {
    /// Wait until the release has ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wait: bool,
    /// Make it a candidate with this part of the calls (0 to 100) in place of the live version.
    #[param(minimum = 0, maximum = 100)]
    pub canary: Option<f64>,
    /// `header:NAME` or `cookie:NAME`: equal values stay on one side.
    #[param(pattern = "^(header|cookie):[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    pub sticky: Option<String>,
    /// What to write beside the release.
    #[param(max_length = 1024)]
    pub note: Option<String>,
}

/// How to answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct WaitQuery {
    /// Wait until the release has ended.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub wait: bool,
}

/// Where a rollback leads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct RollbackBody {
    /// A kept version; left out, the one that was live before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// What to write beside the release.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(max_length = 1024)]
    pub note: Option<String>,
}

/// A candidate's part of the traffic.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct CanaryBody {
    /// Part of the calls.
    #[schema(minimum = 0, maximum = 100)]
    pub percent: f64,
    /// `header:NAME` or `cookie:NAME`; left out, it stays as it was.
    #[schema(pattern = "^(header|cookie):[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sticky: Option<String>,
}
