//! Releases: asked for, looked at, followed and cancelled.
//!
//! Invariant: an answer is the record as it is at that moment; `?wait=true` waits until the release has ended.

use std::convert::Infallible;
use std::sync::Arc;

use axum::Extension;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::sse::{Event, KeepAlive, Sse};
use futures::Stream;
use serde::Deserialize;
use tokio::sync::watch;
use utoipa::{IntoParams, ToSchema};

use super::Admin;
use super::logs::StreamedEvent;
use super::upload;
use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{InBody, InBytes, InPath, InQuery, Named, OfFunction};
use crate::function::{FunctionName, VersionId};
use crate::live::{SHARE_WHOLE, Sticky};
use crate::release::Deployments;
use crate::release::deploy::order::{Change, Order, Share, What};
use crate::release::deploy::record::{Purpose, Record};
use crate::release::source::archive::Files;

/// Longest note.
const NOTE_BYTES_MAX: usize = 1024;

/// What may be said beside an upload.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct DeployQuery {
    /// Wait until the release has ended.
    wait: bool,
    /// Make it a candidate with this part of the calls (0 to 100) in place of the live version.
    #[param(minimum = 0, maximum = 100)]
    canary: Option<f64>,
    /// `header:NAME` or `cookie:NAME`: equal values stay on one side.
    #[param(pattern = "^(header|cookie):[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    sticky: Option<String>,
    /// What to write beside the release.
    #[param(max_length = 1024)]
    note: Option<String>,
}

/// How to answer.
#[derive(Debug, Default, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub(super) struct WaitQuery {
    /// Wait until the release has ended.
    wait: bool,
}

/// Where a rollback leads.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RollbackBody {
    /// A kept version; left out, the one that was live before.
    #[schema(pattern = "^v[0-9a-f]{12}$")]
    version: Option<String>,
    /// What to write beside the release.
    #[schema(max_length = 1024)]
    note: Option<String>,
}

/// A candidate's part of the traffic.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct CanaryBody {
    /// Part of the calls.
    #[schema(minimum = 0, maximum = 100)]
    percent: f64,
    /// `header:NAME` or `cookie:NAME`; left out, it stays as it was.
    #[schema(pattern = "^(header|cookie):[!#$%&'*+.^_`|~0-9A-Za-z-]+$")]
    #[serde(default)]
    sticky: Option<String>,
}

/// Variables to set and to take away.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub(super) struct VariablesBody {
    /// Values that may be read; `null` takes a variable away.
    env: std::collections::BTreeMap<String, Option<String>>,
    /// Values that nobody reads but the function.
    secrets: std::collections::BTreeMap<String, Option<String>>,
}

/// A release that was taken in, or has ended.
type Answer = Result<(StatusCode, Json<Arc<Record>>), ApiError>;

/// Deploys every function of an upload, all of them or none: an archive or files as the functions folder would hold them.
#[utoipa::path(post, path = "/releases", operation_id = "deploy_functions", tag = "releases", params(DeployQuery),
    request_body(content((upload::FilesBody = "application/json"), (upload::ArchiveBody = "application/gzip"), (upload::ArchiveBody = "application/zip"))),
    responses((status = 200, body = Record, description = "It has ended, see `status`"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn deploy_group(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    InQuery(query): InQuery<DeployQuery>,
    headers: HeaderMap,
    InBytes(body): InBytes,
) -> Answer {
    let files = upload::read(&headers, body).await?;
    let functions = files.functions().map_err(|error| ApiError::invalid(error.to_string()))?;
    if functions.is_empty() {
        return Err(ApiError::invalid("the upload holds no function: each is a folder, or a file of code, at the top"));
    }
    deploy(&admin, caller, query, files, functions).await
}

/// Deploys one function: an archive or files as the function's folder holds them.
#[utoipa::path(put, path = "/functions/{name}", operation_id = "deploy_function", tag = "functions", params(OfFunction, DeployQuery),
    request_body(content((upload::FilesBody = "application/json"), (upload::ArchiveBody = "application/gzip"), (upload::ArchiveBody = "application/zip"))),
    responses((status = 200, body = Record, description = "It has ended, see `status`"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn deploy_one(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named,
    InQuery(query): InQuery<DeployQuery>,
    headers: HeaderMap,
    InBytes(body): InBytes,
) -> Answer {
    let files = upload::read(&headers, body).await?.nest(&name);
    deploy(&admin, caller, query, files, vec![name]).await
}

async fn deploy(admin: &Admin, caller: Caller, query: DeployQuery, files: Files, functions: Vec<FunctionName>) -> Answer {
    let share = match (query.canary, query.sticky) {
        (Some(percent), sticky) => Some(share(percent, sticky)?),
        (None, Some(_)) => return Err(ApiError::invalid("`sticky` goes with `canary`")),
        (None, None) => None,
    };
    let changes = functions.into_iter().map(|function| Change { function, what: What::Deploy(share.clone()) }).collect();
    let order = Order { purpose: Purpose::Deploy, changes, files: Some(files), note: note(query.note)?, by: caller.token };
    submit(admin, order, query.wait).await
}

/// Removes a deployed function and all its versions.
#[utoipa::path(delete, path = "/functions/{name}", operation_id = "remove_function", tag = "functions", params(OfFunction, WaitQuery),
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn remove(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named,
    InQuery(query): InQuery<WaitQuery>,
) -> Answer {
    one(&admin, caller, Purpose::Remove, name, What::Remove, None, query.wait).await
}

/// Makes a kept version live again, with the same checks as a deploy.
#[utoipa::path(post, path = "/functions/{name}/rollback", operation_id = "roll_back", tag = "functions", params(OfFunction, WaitQuery),
    request_body = RollbackBody,
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn rollback(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named,
    InQuery(query): InQuery<WaitQuery>,
    InBody(body): InBody<RollbackBody>,
) -> Answer {
    let parse = |version: String| VersionId::parse(&version).ok_or_else(|| ApiError::invalid(format!("{version:?} is no version id")));
    let version = body.version.map(parse).transpose()?;
    one(&admin, caller, Purpose::Rollback, name, What::Return(version), note(body.note)?, query.wait).await
}

/// Gives the candidate another part of the calls.
#[utoipa::path(put, path = "/functions/{name}/canary", operation_id = "set_canary", tag = "functions", params(OfFunction, WaitQuery),
    request_body = CanaryBody,
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn canary(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named,
    InQuery(query): InQuery<WaitQuery>,
    InBody(body): InBody<CanaryBody>,
) -> Answer {
    let share = share(body.percent, body.sticky)?;
    one(&admin, caller, Purpose::Canary, name, What::Weigh(share), None, query.wait).await
}

/// Drops the candidate; what it has in flight is finished.
#[utoipa::path(delete, path = "/functions/{name}/canary", operation_id = "drop_canary", tag = "functions", params(OfFunction, WaitQuery),
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn drop_canary(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named,
    InQuery(query): InQuery<WaitQuery>,
) -> Answer {
    one(&admin, caller, Purpose::Canary, name, What::DropCandidate, None, query.wait).await
}

/// Makes the candidate the live version.
#[utoipa::path(post, path = "/functions/{name}/promote", operation_id = "promote_canary", tag = "functions", params(OfFunction, WaitQuery),
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn promote(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named,
    InQuery(query): InQuery<WaitQuery>,
) -> Answer {
    one(&admin, caller, Purpose::Promote, name, What::Promote, None, query.wait).await
}

/// Sets and takes away variables; new instances get them before the old ones go.
#[utoipa::path(patch, path = "/functions/{name}/variables", operation_id = "set_variables", tag = "functions", params(OfFunction, WaitQuery),
    request_body = VariablesBody,
    responses((status = 200, body = Record, description = "It has ended"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn configure(
    State(admin): State<Admin>,
    Extension(caller): Extension<Caller>,
    Named(name): Named,
    InQuery(query): InQuery<WaitQuery>,
    InBody(body): InBody<VariablesBody>,
) -> Answer {
    let variables = super::variables::checked(body.env, body.secrets)?;
    one(&admin, caller, Purpose::Configure, name, What::Configure(variables), None, query.wait).await
}

/// Releases, newest first.
#[utoipa::path(get, path = "/releases", operation_id = "list_releases", tag = "releases", responses((status = 200, body = Vec<Record>), Failures))]
pub(super) async fn list(State(admin): State<Admin>) -> Json<Vec<Arc<Record>>> {
    Json(admin.deployments.as_ref().map(|deployments| deployments.records()).unwrap_or_default())
}

/// One release.
#[utoipa::path(get, path = "/releases/{id}", operation_id = "show_release", tag = "releases", params(("id" = String, Path, description = "The release")),
    responses((status = 200, body = Record), Failures))]
pub(super) async fn show(State(admin): State<Admin>, InPath(id): InPath<String>) -> Result<Json<Arc<Record>>, ApiError> {
    Ok(Json(admin.deployments()?.watch(&id)?.borrow().clone()))
}

/// Cancels a release that is not published yet.
#[utoipa::path(post, path = "/releases/{id}/cancel", operation_id = "cancel_release", tag = "releases", params(("id" = String, Path, description = "The release")),
    responses((status = 202, body = Record, description = "It will end, unless it was published just now"), Failures))]
pub(super) async fn cancel(State(admin): State<Admin>, InPath(id): InPath<String>) -> Answer {
    Ok((StatusCode::ACCEPTED, Json(admin.deployments()?.cancel(&id)?)))
}

/// The release as it goes on: an event `release` with the whole record for each change, the last one when it has ended.
#[utoipa::path(get, path = "/releases/{id}/events", operation_id = "follow_release", tag = "releases", params(("id" = String, Path, description = "The release")),
    responses((status = 200, body = StreamedEvent, content_type = "text/event-stream"), Failures))]
pub(super) async fn events(
    State(admin): State<Admin>,
    InPath(id): InPath<String>,
) -> Result<Sse<impl Stream<Item = Result<Event, Infallible>>>, ApiError> {
    let watched = admin.deployments()?.watch(&id)?;
    Ok(Sse::new(changes(watched)).keep_alive(KeepAlive::default()))
}

fn changes(watched: watch::Receiver<Arc<Record>>) -> impl Stream<Item = Result<Event, Infallible>> {
    // Each step looks at the newest record: whoever is slow misses what lay between, and never the end.
    futures::stream::unfold(Some((watched, true)), |state| async move {
        let (mut watched, is_first) = state?;
        if !is_first && watched.changed().await.is_err() {
            return None;
        }
        let record = watched.borrow_and_update().clone();
        let event = Event::default().event("release").json_data(&*record).unwrap_or_default();
        Some((Ok(event), (!record.status.is_end()).then_some((watched, false))))
    })
}

async fn one(
    admin: &Admin,
    caller: Caller,
    purpose: Purpose,
    function: FunctionName,
    what: What,
    note: Option<String>,
    wait: bool,
) -> Answer {
    submit(admin, Order { purpose, changes: vec![Change { function, what }], files: None, note, by: caller.token }, wait).await
}

async fn submit(admin: &Admin, order: Order, wait: bool) -> Answer {
    let deployments: &Arc<Deployments> = admin.deployments()?;
    let record = deployments.submit(order)?;
    if !wait {
        return Ok((StatusCode::ACCEPTED, Json(record)));
    }
    let mut watched = deployments.watch(&record.id)?;
    // The sender is kept as long as the record: it does not go before the end.
    let ended = watched.wait_for(|record| record.status.is_end()).await;
    Ok((StatusCode::OK, Json(ended.map(|record| record.clone()).unwrap_or(record))))
}

fn share(percent: f64, sticky: Option<String>) -> Result<Share, ApiError> {
    if !(0.0..=100.0).contains(&percent) {
        return Err(ApiError::invalid(format!("{percent} is no part of the calls: 0 to 100 percent")));
    }
    let sticky = sticky.map(|text| Sticky::parse(&text).map(|sticky| sticky.to_string())).transpose().map_err(ApiError::invalid)?;
    // In range by the check above.
    Ok(Share { parts: (percent * f64::from(SHARE_WHOLE) / 100.0).round() as u16, sticky })
}

fn note(note: Option<String>) -> Result<Option<String>, ApiError> {
    match note {
        Some(note) if note.len() > NOTE_BYTES_MAX => Err(ApiError::invalid(format!("a note has at most {NOTE_BYTES_MAX} bytes"))),
        note => Ok(note.filter(|note| !note.is_empty())),
    }
}
