//! The last step of a release: the old versions finish their calls.
//!
//! A transaction drains the pools that its publication has taken out of the table.
//!
//! Invariant: a drain ends after `--drain-s`, or at once when the process is about to exit.

use std::collections::BTreeMap;
use std::sync::Arc;

use futures::future::join_all;

use super::context::DeployContext;
use super::registry::RegistryEntry;
use crate::api::release::{Step, StepState};
use crate::function::FunctionName;
use crate::runtime::pool::Pool;
use crate::telemetry::metrics::HOST;

/// Lets the old pools of these functions finish, up to the deadline, and marks the step of each function.
pub(super) async fn drain(
    context: &DeployContext,
    entry: &RegistryEntry,
    functions: Vec<FunctionName>,
    old: Vec<(FunctionName, Arc<Pool>)>,
) {
    let mut of: BTreeMap<FunctionName, Vec<Arc<Pool>>> = BTreeMap::new();
    for (function, pool) in old {
        of.entry(function).or_default().push(pool);
    }
    let draining = functions.into_iter().map(|function| {
        let pools = of.remove(&function).unwrap_or_default();
        async move {
            if pools.is_empty() {
                return entry.mark(&function, Step::Drained, StepState::Skipped, None);
            }
            entry.mark(&function, Step::Drained, StepState::Running, None);
            let cut: usize = join_all(pools.iter().map(|pool| finish(pool, context))).await.into_iter().sum();
            HOST.release_cut(cut);
            let detail = (cut > 0).then(|| format!("{cut} requests still ran after {} s and were cut", context.drain.as_secs()));
            entry.mark(&function, Step::Drained, StepState::Done, detail);
        }
    });
    let draining: Vec<_> = draining.collect();
    join_all(draining).await;
}

/// Waits until a pool has finished; returns how many calls were cut. A process that is about to exit has a drain of its own, and its
/// successor waits for the writer lock.
async fn finish(pool: &Arc<Pool>, context: &DeployContext) -> usize {
    tokio::select! {
        () = pool.drained() => 0,
        () = context.closing() => 0,
        () = tokio::time::sleep(context.drain) => pool.cut(),
    }
}
