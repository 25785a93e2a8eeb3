//! The process as an operator sees it: which engine serves, and how often misbehaving functions were contained.
//!
//! Reads the counters of `runtime::containment`, and the list that the supervisor sent this engine at its start.
//!
//! Invariant: reading holds up no call.

use axum::Json;
use axum::extract::State;

use crate::admin::error::{ApiError, Failures};
use crate::admin::state::AdminState;
use crate::api::error::ApiErrorKind;
use crate::api::host::{BudgetUse, HostDetail, KernelDetail, QuarantinedVersion, UpgradeResult, VerifyResult};
use crate::function::{FunctionName, VersionId};
use crate::process::quarantine::Quarantined;
use crate::process::upgrade::UpgradeError;
use crate::runtime::containment::{self, ContainmentLevel};
use crate::sys::kernel::{self, KernelLimits};

/// The process that answers: which engine it is, what it uses, what was contained, which versions are quarantined.
#[utoipa::path(get, path = "/host", operation_id = "show_host", tag = "host", responses((status = 200, body = HostDetail), Failures))]
pub(super) async fn show(State(state): State<AdminState>) -> Json<HostDetail> {
    let engine_info = &state.engine_info;
    Json(HostDetail {
        pid: std::process::id(),
        generation: engine_info.generation,
        uptime_s: engine_info.started.elapsed().as_secs(),
        supervised: engine_info.supervised,
        containment: ContainmentLevel::ALL.into_iter().map(|level| (level.label().to_owned(), containment::count(level))).collect(),
        budget: BudgetUse {
            instances: state.fleet.workers(),
            instances_max: state.fleet.config().max_instances,
            resident_bytes: kernel::resident_bytes(),
            memory_bytes: state.fleet.config().memory_bytes,
        },
        kernel: kernel_detail(),
        quarantined: engine_info.quarantine.list().iter().filter_map(quarantined).collect(),
    })
}

fn kernel_detail() -> KernelDetail {
    let limits = KernelLimits::read();
    KernelDetail {
        instances: limits.instances().map(|(instances, _)| instances),
        max_map_count: limits.maps,
        threads: limits.threads,
        files: limits.files,
        memory_bytes: limits.memory_bytes,
    }
}

fn quarantined(one: &Quarantined) -> Option<QuarantinedVersion> {
    let Quarantined { function, version, reason } = one;
    Some(QuarantinedVersion { function: FunctionName::parse(function).ok()?, version: VersionId::parse(version)?, reason: reason.clone() })
}

/// Starts a fresh engine from the program's file and hands over to it, without losing a request. Answers when the fresh one serves.
#[utoipa::path(post, path = "/upgrade", operation_id = "upgrade_host", tag = "host", responses((status = 200, body = UpgradeResult), Failures))]
pub(super) async fn upgrade(State(state): State<AdminState>) -> Result<Json<UpgradeResult>, ApiError> {
    match state.supervisor_client.upgrade().await {
        Ok(()) => Ok(Json(UpgradeResult { replaced_generation: state.engine_info.generation })),
        Err(error @ (UpgradeError::NoSupervisor | UpgradeError::HandedOver)) => {
            Err(ApiError::new(ApiErrorKind::Conflict, error.to_string()))
        }
        Err(error) => Err(ApiError::new(ApiErrorKind::Unavailable, error.to_string())),
    }
}

/// Reads every version that is kept and checks it against its checksum. One check runs at a time, for everyone who asks meanwhile.
#[utoipa::path(get, path = "/store", operation_id = "verify_store", tag = "host", responses((status = 200, body = VerifyResult), Failures))]
pub(super) async fn verify(State(state): State<AdminState>) -> Result<Json<VerifyResult>, ApiError> {
    let problems = state.deployments()?.verify().await?;
    Ok(Json(VerifyResult { problems: problems.iter().map(ToString::to_string).collect() }))
}
