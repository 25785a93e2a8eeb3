//! Variables of functions, and what they may be.
//!
//! Invariant: values of secrets come in and never go out.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{Named, OfFunction};
use crate::release::deploy::order::Variables;

/// Changes in one request.
const CHANGES_MAX: usize = 1000;
/// Longest name.
const NAME_BYTES_MAX: usize = 256;
/// Longest value.
const VALUE_BYTES_MAX: usize = 64 << 10;

/// What was set for a function beside its manifest.
#[derive(Serialize, ToSchema)]
#[schema(as = ShownVariables)]
pub(super) struct Shown {
    env: BTreeMap<String, String>,
    /// Names alone.
    secrets: Vec<String>,
}

/// Variables that were set beside the manifest's, and the names of secrets.
#[utoipa::path(get, path = "/functions/{name}/variables", operation_id = "show_variables", tag = "functions", params(OfFunction),
    responses((status = 200, body = Shown), Failures))]
pub(super) async fn show(State(admin): State<Admin>, Named(name): Named) -> Result<Json<Shown>, ApiError> {
    admin.endpoint(&name)?;
    let held = admin.deployments()?.held(name.as_str()).unwrap_or_default();
    Ok(Json(Shown { env: held.env, secrets: held.secrets.into_keys().collect() }))
}

type Changes = BTreeMap<String, Option<String>>;

/// Checks names and sizes.
pub(super) fn checked(env: Changes, secrets: Changes) -> Result<Variables, ApiError> {
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
                "{:?} is no name for a variable: 1 to {NAME_BYTES_MAX} bytes without `=` and NUL",
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
