//! Changes of one deployed function without new code: back to a kept version, another weight for the candidate, the end of both.
//!
//! Invariant: each is a release of its own, with the steps and the record of one.

use axum::Extension;
use axum::extract::State;

use super::submit::{self, Answer, OneChange};
use crate::admin::auth::Caller;
use crate::admin::error::Failures;
use crate::admin::extract::{ApiJson, ApiQuery, FunctionPath, FunctionPathParams};
use crate::admin::state::AdminState;
use crate::api::order::{CanaryBody, RollbackBody, WaitQuery};
use crate::api::release::{Purpose, Record};
use crate::release::deploy::order::FunctionChange;

/// Removes a deployed function and all its versions.
#[utoipa::path(delete, path = "/functions/{name}", operation_id = "remove_function", tag = "functions", params(FunctionPathParams, WaitQuery),
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn remove(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    FunctionPath(function): FunctionPath,
    ApiQuery(query): ApiQuery<WaitQuery>,
) -> Answer {
    let change = OneChange { purpose: Purpose::Remove, function, what: FunctionChange::Remove, note: None };
    change.submit(&state, caller, query.wait).await
}

/// Makes a kept version live again, with the same checks as a deploy.
#[utoipa::path(post, path = "/functions/{name}/rollback", operation_id = "roll_back", tag = "functions", params(FunctionPathParams, WaitQuery),
    request_body = RollbackBody,
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn rollback(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    FunctionPath(function): FunctionPath,
    ApiQuery(query): ApiQuery<WaitQuery>,
    ApiJson(body): ApiJson<RollbackBody>,
) -> Answer {
    let note = submit::note(body.note)?;
    let change = OneChange { purpose: Purpose::Rollback, function, what: FunctionChange::Rollback(body.version), note };
    change.submit(&state, caller, query.wait).await
}

/// Gives the candidate another part of the calls.
#[utoipa::path(put, path = "/functions/{name}/canary", operation_id = "set_canary", tag = "functions", params(FunctionPathParams, WaitQuery),
    request_body = CanaryBody,
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn canary(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    FunctionPath(function): FunctionPath,
    ApiQuery(query): ApiQuery<WaitQuery>,
    ApiJson(body): ApiJson<CanaryBody>,
) -> Answer {
    let weight = submit::weight(body.percent, body.sticky)?;
    let change = OneChange { purpose: Purpose::Canary, function, what: FunctionChange::SetWeight(weight), note: None };
    change.submit(&state, caller, query.wait).await
}

/// Drops the candidate; it finishes its requests.
#[utoipa::path(delete, path = "/functions/{name}/canary", operation_id = "drop_canary", tag = "functions", params(FunctionPathParams, WaitQuery),
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn drop_canary(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    FunctionPath(function): FunctionPath,
    ApiQuery(query): ApiQuery<WaitQuery>,
) -> Answer {
    let change = OneChange { purpose: Purpose::Canary, function, what: FunctionChange::DropCandidate, note: None };
    change.submit(&state, caller, query.wait).await
}

/// Makes the candidate the live version.
#[utoipa::path(post, path = "/functions/{name}/promote", operation_id = "promote_canary", tag = "functions", params(FunctionPathParams, WaitQuery),
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn promote(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    FunctionPath(function): FunctionPath,
    ApiQuery(query): ApiQuery<WaitQuery>,
) -> Answer {
    let change = OneChange { purpose: Purpose::Promote, function, what: FunctionChange::Promote, note: None };
    change.submit(&state, caller, query.wait).await
}
