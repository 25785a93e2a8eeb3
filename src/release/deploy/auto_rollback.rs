//! The automatic return: a version whose calls fail too often soon after it has become live gives way to the one before.
//!
//! `transaction` starts a watch when a version with `[return]` has become live; what it orders is a release like any other.
//!
//! Invariant: a version that is not live any more is never returned from, and a return is never returned from by itself.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::Instant;

use super::Deployments;
use super::function::Lane;
use super::order::{Change, Order, What};
use super::record::Purpose;
use crate::function::manifest::Return;
use crate::function::{FunctionName, VersionId};
use crate::runtime::pool::{Counts, Pool};

/// How often it looks.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// Watches what the lane has brought, if its manifest asks for it and there is a version to return to.
pub(in crate::release) fn watch(deployments: &Arc<Deployments>, lane: &Lane) {
    let (Some(version), Some(pool), Some(before)) = (&lane.version, &lane.pool, &lane.before) else { return };
    let Some(rule) = version.manifest.returns.clone().filter(|_| matches!(lane.what, What::Deploy(None) | What::Promote)) else { return };
    let Some(before) = VersionId::parse(before).filter(|before| *before != version.id) else { return };
    let watch = Watch {
        deployments: Arc::downgrade(deployments),
        function: lane.function.clone(),
        version: version.id.clone(),
        before,
        pool: Arc::downgrade(pool),
        // A candidate has a past, which was looked at when it was promoted.
        from: pool.counts(),
        rule,
    };
    deployments.spawn(watch.run());
}

struct Watch {
    deployments: Weak<Deployments>,
    function: FunctionName,
    version: VersionId,
    before: VersionId,
    pool: Weak<Pool>,
    from: Counts,
    rule: Return,
}

impl Watch {
    async fn run(self) {
        let until = Instant::now() + self.rule.watch;
        while Instant::now() < until {
            tokio::time::sleep(LOOK_EVERY).await;
            let (Some(deployments), Some(pool)) = (self.deployments.upgrade(), self.pool.upgrade()) else { return };
            let is_live = deployments.held(self.function.as_str()).is_some_and(|held| held.live.as_deref() == Some(self.version.as_str()));
            if !is_live {
                return;
            }
            if let Some(why) = verdict(&self.rule, self.from, pool.counts()) {
                tracing::warn!(function = %self.function, version = %self.version, to = %self.before, why, "automatic return");
                let changes = vec![Change {
                    function: self.function.clone(),
                    what: What::ReturnFrom { from: self.version.clone(), to: self.before.clone() },
                }];
                let note = Some(format!("version {} failed too often: {why}", self.version));
                let order = Order { purpose: Purpose::AutomaticReturn, changes, files: None, note, by: None };
                if let Err(error) = deployments.submit(order) {
                    tracing::error!(function = %self.function, %error, "the automatic return could not begin");
                }
                return;
            }
        }
    }
}

/// Why the version has to go, if it has.
fn verdict(rule: &Return, from: Counts, now: Counts) -> Option<String> {
    let (calls, faults) = (now.answered.saturating_sub(from.answered), now.function_faults.saturating_sub(from.function_faults));
    let is_too_much = calls >= rule.calls && faults * 100 > calls * u64::from(rule.faults_percent);
    is_too_much.then(|| format!("{faults} of its first {calls} calls were faults, more than {} %", rule.faults_percent))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(calls: u64, faults: u64) -> bool {
        let rule = Return { faults_percent: 20, calls: 50, watch: Duration::from_secs(60) };
        let from = Counts { answered: 1000, function_faults: 900 };
        verdict(&rule, from, Counts { answered: 1000 + calls, function_faults: 900 + faults }).is_some()
    }

    #[test]
    fn only_enough_calls_with_too_many_faults_are_a_reason() {
        assert!(!judge(0, 0) && !judge(49, 49), "too few to tell");
        assert!(!judge(50, 10), "just as many as may be");
        assert!(judge(50, 11) && judge(500, 101));
    }
}
