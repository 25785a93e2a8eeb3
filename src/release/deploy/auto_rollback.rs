//! The automatic rollback: a version whose calls fail too often soon after it has become live gives way to the one before.
//!
//! `deployments` starts one when a version with `[rollback]` has become live; the rollback that it orders is a release like any other.
//!
//! Invariant: a version that is not live any more is never rolled back, and a rollback never starts another automatic rollback.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::context::DeployContext;
use super::function::FunctionRelease;
use super::order::{Change, FunctionChange, Order, SubmitError};
use crate::api::release::Purpose;
use crate::function::manifest::RollbackRule;
use crate::function::{FunctionName, VersionId};
use crate::runtime::pool::{CallCounts, Pool};

/// How often the calls are counted.
const SAMPLE_EVERY: Duration = Duration::from_millis(200);

/// The observation of one version that has just become live.
pub(super) struct AutoRollback {
    context: Weak<DeployContext>,
    function: FunctionName,
    version: VersionId,
    before: VersionId,
    pool: Weak<Pool>,
    from: CallCounts,
    rule: RollbackRule,
}

impl AutoRollback {
    /// Observes the version of a release, if its manifest asks for it and there is a version to roll back to.
    pub(super) fn of(context: &Arc<DeployContext>, release: &FunctionRelease) -> Option<Self> {
        let (version, pool) = (release.version.as_ref()?, release.pool.as_ref()?);
        let before = release.before.clone().filter(|before| *before != version.id)?;
        let is_new = matches!(release.what, FunctionChange::Deploy(None) | FunctionChange::Promote);
        let rule = version.manifest.rollback.clone().filter(|_| is_new)?;
        Some(Self {
            context: Arc::downgrade(context),
            function: release.function.clone(),
            version: version.id.clone(),
            before,
            pool: Arc::downgrade(pool),
            // A candidate has earlier calls, which the operator has seen before promoting it.
            from: pool.counts(),
            rule,
        })
    }

    /// Counts the calls until the rule's time is over; `submit` takes the order of the rollback.
    pub(super) async fn run(self, submit: impl FnOnce(Order) -> Result<(), SubmitError>) {
        let until = Instant::now() + self.rule.watch;
        while Instant::now() < until {
            tokio::time::sleep(SAMPLE_EVERY).await;
            let (Some(context), Some(pool)) = (self.context.upgrade(), self.pool.upgrade()) else { return };
            let is_live = context.function_state(&self.function).is_some_and(|state| state.live.as_ref() == Some(&self.version));
            if !is_live {
                return;
            }
            if let Some(why) = reason_to_roll_back(&self.rule, self.from, pool.counts()) {
                tracing::warn!(function = %self.function, version = %self.version, to = %self.before, why, "automatic rollback");
                if let Err(error) = submit(self.order(&why)) {
                    tracing::error!(function = %self.function, %error, "the automatic rollback cannot begin");
                }
                return;
            }
        }
    }

    fn order(&self, why: &str) -> Order {
        let what = FunctionChange::RollbackFrom { from: self.version.clone(), to: self.before.clone() };
        Order {
            purpose: Purpose::AutomaticRollback,
            changes: vec![Change { function: self.function.clone(), what }],
            files: None,
            note: Some(format!("version {} failed too often: {why}", self.version)),
            by: None,
        }
    }
}

/// Why the version must be rolled back, if it must.
fn reason_to_roll_back(rule: &RollbackRule, from: CallCounts, now: CallCounts) -> Option<String> {
    let (calls, faults) = (now.answered.saturating_sub(from.answered), now.function_faults.saturating_sub(from.function_faults));
    let is_too_much = calls >= rule.calls && faults * 100 > calls * u64::from(rule.faults_percent);
    is_too_much.then(|| format!("{faults} of its first {calls} calls were faults, more than {} %", rule.faults_percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rolls_back(calls: u64, faults: u64) -> bool {
        let rule = RollbackRule { faults_percent: 20, calls: 50, watch: Duration::from_secs(60) };
        let from = CallCounts { answered: 1000, function_faults: 900 };
        reason_to_roll_back(&rule, from, CallCounts { answered: 1000 + calls, function_faults: 900 + faults }).is_some()
    }

    #[test]
    fn only_enough_calls_with_too_many_faults_are_a_reason() {
        assert!(!rolls_back(0, 0) && !rolls_back(49, 49), "too few to tell");
        assert!(!rolls_back(50, 10), "exactly as many as the rule allows");
        assert!(rolls_back(50, 11) && rolls_back(500, 101));
    }
}
