//! Variables of functions, and their limits.
//!
//! Invariant: values of secrets come in and never go out.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::{Extension, Json};

use super::submit::{Answer, OneChange};
use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiJson, ApiQuery, FunctionPath, FunctionPathParams};
use crate::admin::state::AdminState;
use crate::api::function::{VariablesBody, VariablesDetail};
use crate::api::order::WaitQuery;
use crate::api::release::{Purpose, Record};
use crate::release::deploy::order::{FunctionChange, Variables};

/// Changes in one request.
const CHANGES_MAX: usize = 1000;
/// Longest name.
const NAME_BYTES_MAX: usize = 256;
/// Longest value.
const VALUE_BYTES_MAX: usize = 64 << 10;

/// Variables that were set beside the manifest's, and the names of secrets.
#[utoipa::path(get, path = "/functions/{name}/variables", operation_id = "show_variables", tag = "functions", params(FunctionPathParams),
    responses((status = 200, body = VariablesDetail), Failures))]
pub(super) async fn show(State(state): State<AdminState>, FunctionPath(name): FunctionPath) -> Result<Json<VariablesDetail>, ApiError> {
    state.endpoint(&name)?;
    let function_state = state.deployments()?.function_state(&name).unwrap_or_default();
    Ok(Json(VariablesDetail { env: function_state.env, secrets: function_state.secrets.into_keys().collect() }))
}

/// Sets and takes away variables; new instances get them before the old ones go.
#[utoipa::path(patch, path = "/functions/{name}/variables", operation_id = "set_variables", tag = "functions", params(FunctionPathParams, WaitQuery),
    request_body = VariablesBody,
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn configure(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    FunctionPath(function): FunctionPath,
    ApiQuery(query): ApiQuery<WaitQuery>,
    ApiJson(body): ApiJson<VariablesBody>,
) -> Answer {
    let variables = checked(body.env, body.secrets)?;
    let change = OneChange { purpose: Purpose::Configure, function, what: FunctionChange::Configure(variables), note: None };
    change.submit(&state, caller, query.wait).await
}

type Changes = BTreeMap<String, Option<String>>;

/// Checks names and sizes.
fn checked(env: Changes, secrets: Changes) -> Result<Variables, ApiError> {
    if env.is_empty() && secrets.is_empty() {
        return Err(ApiError::invalid("nothing to set: give `env` or `secrets`"));
    }
    if env.len() + secrets.len() > CHANGES_MAX {
        return Err(ApiError::invalid(format!("at most {CHANGES_MAX} variables at a time")));
    }
    if let Some(name) = env.keys().find(|name| secrets.contains_key(*name)) {
        return Err(ApiError::invalid(format!("{name:?} is a variable and a secret at once")));
    }
    for (name, value) in env.iter().chain(&secrets) {
        if name.is_empty() || name.len() > NAME_BYTES_MAX || name.contains(['=', '\0']) {
            return Err(ApiError::invalid(format!(
                "{:?} is not a name for a variable: 1 to {NAME_BYTES_MAX} bytes without `=` and NUL",
                name.chars().take(64).collect::<String>()
            )));
        }
        let bytes = value.as_ref().map_or(0, String::len);
        if bytes > VALUE_BYTES_MAX {
            return Err(ApiError::invalid(format!("the value of {name:?} has {bytes} bytes, at most {VALUE_BYTES_MAX} are allowed")));
        }
    }
    Ok(Variables { env, secrets })
}
