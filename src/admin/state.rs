//! The parts of the engine that the admin side operates: the live table, the pools, the deployments.
//!
//! Filled by `app`; every operation gets a copy.
//!
//! Invariant: shared parts only, so that a copy is cheap and sees what every other copy sees.

use std::sync::Arc;

use super::error::ApiError;
use super::tokens::Tokens;
use crate::api::error::ApiErrorKind;
use crate::function::FunctionName;
use crate::invoke::Invoker;
use crate::live::{Endpoint, Live};
use crate::process::engine::{EngineInfo, SupervisorClient};
use crate::release::Deployments;
use crate::runtime::fleet::Fleet;
use crate::shutdown::Drained;
use crate::telemetry::store::LogReader;
use crate::trigger::cron::CronClient;

/// The parts of the engine that the admin side operates.
#[derive(Clone)]
pub struct AdminState {
    /// The live table.
    pub live: Arc<Live>,
    /// Calls the functions of the table.
    pub invoker: Arc<Invoker>,
    /// Instances and prewarmed isolates.
    pub fleet: Arc<Fleet>,
    /// Deployed functions; none in dev.
    pub deployments: Option<Arc<Deployments>>,
    /// The tokens of the admin API.
    pub tokens: Tokens,
    /// The way down.
    pub drained: Drained,
    /// Which engine this is.
    pub engine_info: Arc<EngineInfo>,
    /// The line to the supervisor.
    pub supervisor_client: SupervisorClient,
    /// Asks the thread of the schedules.
    pub cron: CronClient,
    /// The log, if it is kept.
    pub logs: Option<LogReader>,
}

impl AdminState {
    /// The function of this name in the live table.
    pub(super) fn endpoint(&self, name: &FunctionName) -> Result<Arc<Endpoint>, ApiError> {
        let table = self.live.table();
        table.get(name.as_str()).cloned().ok_or_else(|| {
            let hint = table.nearest(name.as_str()).map(|near| format!("; did you mean `{near}`?")).unwrap_or_default();
            ApiError::not_found(format!("there is no function `{name}`{hint}"))
        })
    }

    /// The deployments, where this host has any.
    pub(super) fn deployments(&self) -> Result<&Arc<Deployments>, ApiError> {
        self.deployments.as_ref().ok_or_else(|| {
            ApiError::new(
                ApiErrorKind::Conflict,
                "nothing can be deployed here: `skep dev` follows the functions directory alone, and `skep serve` needs a --state directory that it can write",
            )
        })
    }
}
