//! One release, from its order to its end: step after step for all its functions, and back if one of them fails.
//!
//! Started by `deployments` when no other release of the same functions runs. `lane` does the steps of one function, `plan` says what the state and
//! the table become.
//!
//! Invariant: until the one swap of the table nothing that traffic sees has changed, and after it nothing can fail any more.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures::future::join_all;
use parking_lot::Mutex;

use super::auto_rollback;
use super::function::{Lane, Outcome, Staged};
use super::order::{Order, Trouble};
use super::plan;
use super::record::{Failure, Record, Status, Step, StepState};
use super::registry::{Entry, end, now_ms};
use super::rescale;
use super::{Deployments, KEEP};
use crate::function::FunctionName;
use crate::function::route::Route;
use crate::release::catalog::publish::{Swap, SwapError};
use crate::release::source;
use crate::release::source::archive::Files;
use crate::release::store::fault_point::{STEPS, fault_point};
use crate::release::store::{State, WriterLock};
use crate::runtime::pool::Pool;

/// A release that runs.
pub(in crate::release) struct Transaction<'a> {
    pub(in crate::release) deployments: &'a Arc<Deployments>,
    pub(in crate::release) entry: &'a Arc<Entry>,
    order: Order,
    files: Mutex<Option<Files>>,
    /// Routes of the versions that are to become live.
    pub(in crate::release) claims: Mutex<Vec<(FunctionName, Vec<Route>)>>,
    /// Whether stored versions may be named by what is on the disk, though the release was undone.
    versions_stay: AtomicBool,
}

/// How it ended before it was published.
enum Stopped {
    Failed(Failure),
    Cancelled,
}

impl<'a> Transaction<'a> {
    pub(in crate::release) fn new(deployments: &'a Arc<Deployments>, entry: &'a Arc<Entry>, mut order: Order) -> Self {
        let files = Mutex::new(order.files.take());
        Self { deployments, entry, order, files, claims: Mutex::default(), versions_stay: AtomicBool::new(false) }
    }

    /// Carries the order out. The record says how it ended.
    pub(in crate::release) async fn run(mut self) {
        let id = self.entry.record.borrow().id.clone();
        self.entry.update(|record| record.status = Status::Running);
        let mut lanes: Vec<Lane> = std::mem::take(&mut self.order.changes).into_iter().map(Lane::new).collect();
        let stopped = match self.prepare(&mut lanes).await {
            Ok(()) => self.publish(&mut lanes).map_err(Stopped::Failed),
            Err(stopped) => Err(stopped),
        };
        match stopped {
            Ok(old) => {
                passed(Step::Published);
                // The next release of these functions need not wait until the last stream of the old version has ended.
                self.deployments.finish(&id);
                // Neither may its first calls go unwatched until then.
                lanes.iter().filter(|lane| !lane.unchanged).for_each(|lane| auto_rollback::watch(self.deployments, lane));
                self.drain(&lanes, old).await;
                passed(Step::Drained);
                self.conclude(&lanes).await;
            }
            Err(stopped) => self.undo(&id, &mut lanes, stopped).await,
        }
    }

    /// Everything that traffic does not see.
    async fn prepare(&self, lanes: &mut [Lane]) -> Result<(), Stopped> {
        let mut cancelled = self.entry.cancelled.subscribe();
        tokio::select! {
            biased;
            _ = cancelled.wait_for(|cancelled| *cancelled) => Err(Stopped::Cancelled),
            prepared = self.steps(lanes) => prepared,
        }
    }

    async fn steps(&self, lanes: &mut [Lane]) -> Result<(), Stopped> {
        // Another engine of this host may still have a release to finish.
        if self.deployments.writer().await.is_none() {
            return Err(self.failure(Step::Received, lanes, Trouble::new("this engine may not write the state folder")));
        }
        let staged = self.stage().map_err(|trouble| self.failure(Step::Received, lanes, trouble))?;
        for step in [Step::Received, Step::Compiled, Step::Booted, Step::Checked, Step::Warmed] {
            let outcomes = join_all(lanes.iter_mut().map(|lane| self.step(step, lane, &staged))).await;
            if let Some((function, trouble)) = outcomes.into_iter().find_map(Result::err) {
                return Err(Stopped::Failed(self.fail(step, &function, trouble)));
            }
            passed(step);
        }
        Ok(())
    }

    async fn step(&self, step: Step, lane: &mut Lane, staged: &Staged) -> Result<(), (FunctionName, Trouble)> {
        self.mark(&lane.function, step, StepState::Running, None);
        let outcome = match step {
            Step::Received => lane.receive(self, staged),
            Step::Compiled => lane.compile(self, staged).await,
            Step::Booted => lane.boot(self).await,
            Step::Checked => lane.check(self).await,
            Step::Warmed => lane.warm(self).await,
            Step::Published | Step::Drained => Ok(Outcome::Skipped(None)),
        };
        self.entry.update(|record| {
            if let Some(function) = record.function_mut(lane.function.as_str()) {
                function.version = lane.version.as_ref().map(|version| version.id.to_string());
                function.before = lane.before.clone();
            }
        });
        let (state, detail) = match outcome {
            Ok(Outcome::Done(detail)) => (StepState::Done, detail),
            Ok(Outcome::Skipped(detail)) => (StepState::Skipped, detail),
            Err(trouble) => return Err((lane.function.clone(), trouble)),
        };
        self.mark(&lane.function, step, state, detail);
        Ok(())
    }

    /// Writes the upload below a folder of its own and looks what functions it holds.
    fn stage(&self) -> Result<Staged, Trouble> {
        // Written down, they need not be kept for as long as the old version drains.
        let Some(files) = self.files.lock().take() else { return Ok(Staged::default()) };
        let folder = self.deployments.maker.store.staging()?;
        let unwritable = |error: std::io::Error| Trouble::new(format!("the upload cannot be written to the state folder: {error}"));
        files.write_below(folder.path()).map_err(unwritable)?;
        let root = folder.path().canonicalize().map_err(unwritable)?;
        let discovery = source::discover(&root).map_err(|error| unwritable(error.error))?;
        let sources = discovery.functions.into_iter().map(|source| (source.name.clone(), source)).collect();
        Ok(Staged { folder: Some((root, folder)), sources, problems: discovery.problems })
    }

    /// The one swap. Returns the pools that have left the table.
    fn publish(&self, lanes: &mut [Lane]) -> Result<Vec<(FunctionName, Arc<Pool>)>, Failure> {
        let first = lanes.first().map(|lane| lane.function.clone());
        let failed = |trouble: Trouble| {
            let function = first.as_ref().map(FunctionName::as_str).unwrap_or_default();
            self.fail_text(Step::Published, function, trouble)
        };
        let deployments = self.deployments;
        let writer = deployments.writer_now().map_err(|refused| failed(Trouble::new(refused.to_string())))?;
        for lane in lanes.iter().filter(|lane| !lane.unchanged) {
            self.mark(&lane.function, Step::Published, StepState::Running, None);
        }
        let mut state = deployments.state();
        let mut next = state.clone();
        let now = now_ms();
        let mut swaps: Vec<Swap> = Vec::new();
        let mut old = Vec::new();
        for lane in lanes.iter_mut().filter(|lane| !lane.unchanged) {
            let before = deployments.releaser.deployed(lane.function.as_str());
            let next_held = plan::held(lane, next.functions.get(lane.function.as_str()), now, self.order.note.as_deref());
            let after = plan::deployed(lane, before.as_deref(), next_held.as_ref(), &deployments.maker).map_err(failed)?;
            old.extend(plan::leaving(before.as_deref(), after.as_deref()).into_iter().map(|pool| (lane.function.clone(), pool)));
            match next_held {
                Some(held) => drop(next.functions.insert(lane.function.to_string(), held)),
                None => drop(next.functions.remove(lane.function.as_str())),
            }
            swaps.push((lane.function.clone(), after));
        }
        let removed = plan::removed(&state, &next);
        next.serial += 1;
        let mut swept = next.sweep(KEEP, now);
        swept.extend(removed);
        let mut record = Record::clone(&self.entry.record.borrow());
        for function in &mut record.functions {
            function.set(Step::Published, StepState::Done, now, None);
        }
        plan::remember(&mut next, &record);
        let swapped = deployments.releaser.swap(&swaps, || deployments.maker.store.commit(&writer, &next));
        if let Err(error) = swapped {
            if matches!(error, SwapError::Store(_)) {
                self.take_back(&writer, &mut state, next.serial);
            }
            let trouble = match &error {
                SwapError::Store(why) => Trouble::new(format!("the state could not be written: {why}")),
                SwapError::Owned(_) | SwapError::Clash(_) => Trouble::new(error.to_string()),
            };
            return Err(failed(trouble));
        }
        *state = next;
        deployments.releaser.scales.replace(&state);
        rescale(&state, &swaps);
        if let Err(error) = deployments.maker.store.remove(&writer, &state, &swept) {
            tracing::warn!(%error, "a version that is not kept any more could not be removed");
        }
        drop(state);
        for lane in lanes.iter() {
            let step = if lane.unchanged { StepState::Skipped } else { StepState::Done };
            self.mark(&lane.function, Step::Published, step, None);
        }
        Ok(old)
    }

    /// After a commit that failed, the new state may be on the disk all the same, if only its last step failed. Then the old one is written again;
    /// where that fails too, the new versions stay in the store, because a restart may need them.
    fn take_back(&self, writer: &WriterLock, state: &mut State, serial: u64) {
        let store = &self.deployments.maker.store;
        if store.reload().is_ok_and(|found| found.serial != serial) {
            return;
        }
        let mut back = state.clone();
        back.serial = serial + 1;
        match store.commit(writer, &back) {
            Ok(()) => *state = back,
            Err(error) => {
                tracing::error!(%error, "the state folder may hold a release that was undone: repair it and restart");
                self.versions_stay.store(true, Ordering::Relaxed);
            }
        }
    }

    /// Lets the old versions finish, up to the deadline.
    async fn drain(&self, lanes: &[Lane], old: Vec<(FunctionName, Arc<Pool>)>) {
        let mut of: BTreeMap<FunctionName, Vec<Arc<Pool>>> = BTreeMap::new();
        for (function, pool) in old {
            of.entry(function).or_default().push(pool);
        }
        let draining = lanes.iter().map(|lane| {
            let pools = of.remove(&lane.function).unwrap_or_default();
            async move {
                if pools.is_empty() {
                    return self.mark(&lane.function, Step::Drained, StepState::Skipped, None);
                }
                self.mark(&lane.function, Step::Drained, StepState::Running, None);
                let drained = join_all(pools.iter().map(|pool| finish(pool, self.deployments))).await;
                let cut: usize = drained.iter().sum();
                let detail =
                    (cut > 0).then(|| format!("{cut} requests still ran after {} s and were cut", self.deployments.drain.as_secs()));
                self.mark(&lane.function, Step::Drained, StepState::Done, detail);
            }
        });
        let draining: Vec<_> = draining.collect();
        join_all(draining).await;
    }

    /// Everything is done: the store hears of the end, and of what V8 has compiled meanwhile.
    async fn conclude(&self, lanes: &[Lane]) {
        self.entry.update(|record| {
            record.unchanged = lanes.iter().all(|lane| lane.unchanged);
            end(record, Status::Done);
        });
        let record = self.entry.record.borrow().clone();
        let names: Vec<&str> = record.functions.iter().map(|function| function.function.as_str()).collect();
        tracing::info!(release = record.id, purpose = ?record.purpose, functions = names.join(","), unchanged = record.unchanged, "release done");
        self.remember_end();
        for lane in lanes.iter().filter(|lane| !lane.unchanged) {
            lane.keep_compiled_code(self).await;
        }
    }

    /// Ends what was made for the release. Traffic never saw it.
    async fn undo(&self, id: &str, lanes: &mut [Lane], stopped: Stopped) {
        for pool in lanes.iter().filter_map(Lane::fresh_pool) {
            pool.retire();
            pool.cut();
        }
        join_all(lanes.iter_mut().map(Lane::settle)).await;
        self.forget_versions(lanes);
        self.entry.update(|record| match stopped {
            Stopped::Cancelled => end(record, Status::Cancelled),
            Stopped::Failed(failure) => {
                record.failure = Some(failure);
                end(record, Status::Undone);
            }
        });
        let record = self.entry.record.borrow().clone();
        match &record.failure {
            Some(failure) => tracing::warn!(
                release = id,
                step = failure.step.label(),
                function = failure.function,
                reason = failure.reason,
                "release undone"
            ),
            None => tracing::info!(release = id, "release cancelled"),
        }
        self.remember_end();
    }

    /// Stored versions that nothing names.
    fn forget_versions(&self, lanes: &[Lane]) {
        let Ok(writer) = self.deployments.writer_now() else { return };
        if self.versions_stay.load(Ordering::Relaxed) {
            return;
        }
        let swept: Vec<_> = lanes.iter().filter_map(Lane::stored).collect();
        let state = self.deployments.state();
        if let Err(error) = self.deployments.maker.store.remove(&writer, &state, &swept) {
            tracing::warn!(%error, "a version of an undone release could not be removed");
        }
    }

    fn remember_end(&self) {
        let Ok(writer) = self.deployments.writer_now() else { return };
        let mut state = self.deployments.state();
        let mut next = state.clone();
        next.serial += 1;
        plan::remember(&mut next, &self.entry.record.borrow().clone());
        match self.deployments.maker.store.commit(&writer, &next) {
            Ok(()) => *state = next,
            Err(error) => tracing::warn!(%error, "the end of a release could not be written down"),
        }
    }

    pub(in crate::release) fn mark(&self, function: &FunctionName, step: Step, state: StepState, detail: Option<String>) {
        self.entry.update(|record| {
            if let Some(function) = record.function_mut(function.as_str()) {
                function.set(step, state, now_ms(), detail);
            }
        });
    }

    fn fail(&self, step: Step, function: &FunctionName, trouble: Trouble) -> Failure {
        self.fail_text(step, function.as_str(), trouble)
    }

    fn fail_text(&self, step: Step, function: &str, trouble: Trouble) -> Failure {
        self.entry.update(|record| {
            if let Some(function) = record.function_mut(function) {
                function.set(step, StepState::Failed, now_ms(), Some(trouble.reason.clone()));
            }
        });
        Failure { step, function: function.to_owned(), reason: trouble.reason, detail: trouble.detail }
    }

    fn failure(&self, step: Step, lanes: &[Lane], trouble: Trouble) -> Stopped {
        let function = lanes.first().map(|lane| lane.function.as_str()).unwrap_or_default();
        Stopped::Failed(self.fail_text(step, function, trouble))
    }
}

/// A test may kill the process here.
fn passed(step: Step) {
    if let Some(name) = Step::ALL.iter().position(|known| *known == step).and_then(|index| STEPS.get(index)) {
        fault_point(name);
    }
}

/// A scale may have been changed since the pools were made.
fn rescale(state: &State, swaps: &[Swap]) {
    for (function, after) in swaps {
        if let (Some(after), Some(held)) = (after, state.functions.get(function.as_str())) {
            rescale::apply(&after.endpoint, &held.scale);
        }
    }
}

/// Waits for a pool's end; returns how many calls had to be cut. A process on its way down has a drain of its own, and its successor waits for the
/// right to write.
async fn finish(pool: &Arc<Pool>, deployments: &Deployments) -> usize {
    tokio::select! {
        () = pool.drained() => 0,
        () = deployments.closing() => 0,
        () = tokio::time::sleep(deployments.drain) => pool.cut(),
    }
}
