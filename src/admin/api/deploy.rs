//! Deploys: an upload becomes a release.
//!
//! Invariant: the names of the functions come from the upload or from the path, and never from both.

use axum::Extension;
use axum::extract::State;
use axum::http::HeaderMap;

use super::submit::{self, Answer};
use super::upload;
use crate::admin::auth::Caller;
use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiBytes, ApiQuery, FunctionPath, FunctionPathParams};
use crate::admin::state::AdminState;
use crate::admin::upload_bytes::UploadPlace;
use crate::api::order::DeployQuery;
use crate::api::release::{Purpose, Record};
use crate::function::FunctionName;
use crate::release::deploy::order::{Change, FunctionChange, Order};
use crate::release::source::archive::Files;

/// Deploys every function of an upload, all of them or none: an archive or files as the functions directory would hold them.
#[utoipa::path(post, path = "/releases", operation_id = "deploy_functions", tag = "releases", params(DeployQuery),
    request_body(content((upload::FilesBody = "application/json"), (upload::ArchiveBody = "application/gzip"), (upload::ArchiveBody = "application/zip"))),
    responses((status = 200, body = Record, description = "It has ended, see `status`"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn deploy_group(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    Extension(place): Extension<UploadPlace>,
    ApiQuery(query): ApiQuery<DeployQuery>,
    headers: HeaderMap,
    ApiBytes(body): ApiBytes,
) -> Answer {
    let files = upload::read(&headers, body).await?;
    let functions = files.functions().map_err(|error| ApiError::invalid(error.to_string()))?;
    if functions.is_empty() {
        return Err(ApiError::invalid("the upload holds no function: each is a folder, or a file of code, at the top"));
    }
    deploy(&state, caller, place, query, Upload { files, functions }).await
}

/// Deploys one function: an archive or files as the function's folder holds them.
#[utoipa::path(put, path = "/functions/{name}", operation_id = "deploy_function", tag = "functions", params(FunctionPathParams, DeployQuery),
    request_body(content((upload::FilesBody = "application/json"), (upload::ArchiveBody = "application/gzip"), (upload::ArchiveBody = "application/zip"))),
    responses((status = 200, body = Record, description = "It has ended, see `status`"), (status = 202, body = Record, description = "It was taken in"), Failures))]
pub(super) async fn deploy_one(
    State(state): State<AdminState>,
    Extension(caller): Extension<Caller>,
    Extension(place): Extension<UploadPlace>,
    FunctionPath(name): FunctionPath,
    ApiQuery(query): ApiQuery<DeployQuery>,
    headers: HeaderMap,
    ApiBytes(body): ApiBytes,
) -> Answer {
    let files = upload::read(&headers, body).await?.nest(&name);
    deploy(&state, caller, place, query, Upload { files, functions: vec![name] }).await
}

/// The files of an upload, and the functions in them.
struct Upload {
    files: Files,
    functions: Vec<FunctionName>,
}

async fn deploy(state: &AdminState, caller: Caller, place: UploadPlace, query: DeployQuery, upload: Upload) -> Answer {
    let Upload { files, functions } = upload;
    let weight = match (query.canary, query.sticky) {
        (Some(percent), sticky) => Some(submit::weight(percent, sticky)?),
        (None, Some(_)) => return Err(ApiError::invalid("`sticky` goes with `canary`")),
        (None, None) => None,
    };
    let changes = functions.into_iter().map(|function| Change { function, what: FunctionChange::Deploy(weight.clone()) }).collect();
    let order = Order { purpose: Purpose::Deploy, changes, files: Some(files), note: submit::note(query.note)?, by: caller.token };
    // From here on the queue of the releases counts the files. The response may wait for the end of the release.
    place.give_back();
    submit::submit(state, order, query.wait).await
}
