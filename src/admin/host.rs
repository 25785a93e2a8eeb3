//! The process as an operator sees it: which engine serves, and what was done about functions that misbehaved.
//!
//! Reads the counts of `runtime::containment`, and what the supervisor told this engine at its start.
//!
//! Invariant: reading it stops nobody.

use std::collections::BTreeMap;

use axum::Json;
use axum::extract::State;
use serde::Serialize;

use super::Admin;
use crate::config::kernel::{self, KernelLimits};
use crate::runtime::containment::{self, Rung};
use crate::supervisor::quarantine::Quarantined;

/// `GET /api/v1/host`
#[derive(Serialize)]
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
#[derive(Serialize)]
struct BudgetUse {
    instances: usize,
    instances_max: usize,
    resident_bytes: u64,
    memory_bytes: u64,
}

/// Limits that Skep reads and never runs into; null where there is none.
#[derive(Serialize)]
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

/// `GET /api/v1/host`
pub(super) async fn show(State(admin): State<Admin>) -> Json<Host> {
    let standing = &admin.standing;
    Json(Host {
        pid: std::process::id(),
        generation: standing.generation,
        uptime_s: standing.started.elapsed().as_secs(),
        supervised: standing.supervised,
        containment: Rung::ALL.into_iter().map(|rung| (rung.label(), containment::count(rung))).collect(),
        budget: BudgetUse {
            instances: admin.blanks.workers(),
            instances_max: admin.blanks.config().max_instances,
            resident_bytes: kernel::resident_bytes(),
            memory_bytes: admin.blanks.config().memory_bytes,
        },
        kernel: Kernel::read(),
        quarantined: standing.quarantine.list().to_vec(),
    })
}
