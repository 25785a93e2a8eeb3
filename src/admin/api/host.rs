//! The process as an operator sees it: which engine serves, and what was done about functions that misbehaved.
//!
//! Reads the counts of `runtime::containment`, and what the supervisor told this engine at its start.
//!
//! Invariant: reading it stops nobody.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;
use utoipa::ToSchema;

use super::Admin;
use crate::admin::error::{ApiError, ErrorKind, Failures};
use crate::process::quarantine::Quarantined;
use crate::process::upgrade::UpgradeError;
use crate::runtime::containment::{self, Rung};
use crate::sys::kernel;
use crate::sys::kernel::KernelLimits;

/// The process that answers.
#[derive(Serialize, ToSchema)]
pub(super) struct Host {
    /// Process id of the engine that answers.
    pid: u32,
    /// How many engines there were, with this one.
    generation: u64,
    /// Seconds since this engine began.
    uptime_s: u64,
    /// Whether a supervisor would replace it.
    supervised: bool,
    /// How often each rung of the containment ladder acted.
    containment: BTreeMap<&'static str, u64>,
    /// Memory and instances, used and allowed.
    budget: BudgetUse,
    /// What the kernel allows.
    kernel: Kernel,
    /// Versions that took engines down and must not run.
    quarantined: Vec<Quarantined>,
}

/// What all functions together use of what they may.
#[derive(Serialize, ToSchema)]
struct BudgetUse {
    instances: usize,
    instances_max: usize,
    resident_bytes: u64,
    memory_bytes: u64,
}

/// Limits that Skep reads and never runs into; null where there is none.
#[derive(Serialize, ToSchema)]
struct Kernel {
    max_map_count: Option<u64>,
    threads: Option<u64>,
    files: Option<u64>,
    memory_bytes: Option<u64>,
    /// The most instances that fit into them.
    instances: Option<u64>,
}

impl Kernel {
    fn read() -> Self {
        let limits = KernelLimits::read();
        Self {
            instances: limits.instances().map(|(instances, _)| instances),
            max_map_count: limits.maps,
            threads: limits.threads,
            files: limits.files,
            memory_bytes: limits.memory_bytes,
        }
    }
}

/// The process that answers: which engine it is, what it uses, what was contained, who is quarantined.
#[utoipa::path(get, path = "/host", operation_id = "show_host", tag = "host", responses((status = 200, body = Host), Failures))]
pub(super) async fn show(State(admin): State<Admin>) -> Json<Host> {
    let standing = &admin.standing;
    Json(Host {
        pid: std::process::id(),
        generation: standing.generation,
        uptime_s: standing.started.elapsed().as_secs(),
        supervised: standing.supervised,
        containment: Rung::ALL.into_iter().map(|rung| (rung.label(), containment::count(rung))).collect(),
        budget: BudgetUse {
            instances: admin.fleet.workers(),
            instances_max: admin.fleet.config().max_instances,
            resident_bytes: kernel::resident_bytes(),
            memory_bytes: admin.fleet.config().memory_bytes,
        },
        kernel: Kernel::read(),
        quarantined: standing.quarantine.list().to_vec(),
    })
}

/// An engine of the program's file as it is now serves.
#[derive(Serialize, ToSchema)]
pub(super) struct Upgraded {
    /// The engine that was replaced.
    replaced_generation: u64,
}

/// Starts a fresh engine from the program's file and hands over to it, without losing a request. Answers when the fresh one serves.
#[utoipa::path(post, path = "/upgrade", operation_id = "upgrade_host", tag = "host", responses((status = 200, body = Upgraded), Failures))]
pub(super) async fn upgrade(State(admin): State<Admin>) -> Result<Json<Upgraded>, ApiError> {
    match admin.control.upgrade().await {
        Ok(()) => Ok(Json(Upgraded { replaced_generation: admin.standing.generation })),
        Err(error @ (UpgradeError::NoSupervisor | UpgradeError::HandedOver)) => Err(ApiError::new(ErrorKind::Conflict, error.to_string())),
        Err(error) => Err(ApiError::new(ErrorKind::Unavailable, error.to_string())),
    }
}

/// Whether what is stored is what was stored.
#[derive(Serialize, ToSchema)]
pub(super) struct Verified {
    /// What is wrong; nothing if all is well.
    problems: Vec<String>,
}

/// Reads every version that is kept and checks it against its checksum.
#[utoipa::path(get, path = "/store", operation_id = "verify_store", tag = "host", responses((status = 200, body = Verified), Failures))]
pub(super) async fn verify(State(admin): State<Admin>) -> Result<Json<Verified>, ApiError> {
    let deployments = admin.deployments()?.clone();
    let verified = tokio::task::spawn_blocking(move || deployments.verify()).await;
    let problems = verified.map_err(|error| ApiError::new(ErrorKind::Failed, error.to_string()))?;
    Ok(Json(Verified { problems: problems.iter().map(ToString::to_string).collect() }))
}
