//! One release, from its order to its end: step after step for all its functions, and back if one of them fails.
//!
//! `deployments` starts it when no other release of the same functions runs. `function` does the steps of one function, `publish` the swap,
//! `drain` the last step.
//!
//! Invariant: until `publish` succeeds nothing that traffic sees has changed, and after it nothing can fail any more.

use std::sync::Arc;

use futures::future::join_all;
use parking_lot::Mutex;
use tokio::sync::Semaphore;

use super::context::DeployContext;
use super::drain::drain;
use super::function::{FunctionRelease, ReleaseContext, StepOutcome};
use super::order::{Order, StepError};
use super::plan;
use super::publish::{PublishError, publish};
use super::registry::RegistryEntry;
use super::staged::Staged;
use crate::api::release::{Failure, ReleaseStatus, Step, StepState};
use crate::function::FunctionName;
use crate::release::claims::Claims;
use crate::release::source::Files;
use crate::release::store::fault_point::{STEPS, fault_point};
use crate::runtime::pool::Pool;

/// Functions of a release that are compiled at a time.
const COMPILES_MAX: usize = 4;

/// A release that runs.
pub(super) struct Transaction<'a> {
    pub(super) context: &'a Arc<DeployContext>,
    pub(super) entry: &'a RegistryEntry,
    pub(super) order: Order,
    /// The function that a failure of the whole release is reported for.
    pub(super) first: FunctionName,
    /// Called as soon as the release is published, with its functions.
    pub(super) on_published: &'a (dyn Fn(&[FunctionRelease]) + Send + Sync),
}

/// Why a release ended before it was published.
enum Stopped {
    Cancelled,
    Failed(Failure),
    /// It failed, and its versions must stay in the store.
    InDoubt(Failure),
}

impl Transaction<'_> {
    /// Carries the order out. The record says how it ended.
    pub(super) async fn run(mut self) {
        self.entry.update(|record| record.status = ReleaseStatus::Running);
        let (changes, files) = (std::mem::take(&mut self.order.changes), self.order.files.take());
        let mut releases: Vec<FunctionRelease> = changes.into_iter().map(FunctionRelease::new).collect();
        let published = match self.prepare(&mut releases, files).await {
            Ok(()) => self.publish(&releases),
            Err(stopped) => Err(stopped),
        };
        let old = match published {
            Ok(old) => old,
            Err(stopped) => return self.undo(&mut releases, stopped).await,
        };
        passed(Step::Published);
        (self.on_published)(&releases);
        let functions = releases.iter().map(|release| release.function.clone()).collect();
        drain(self.context, self.entry, functions, old).await;
        passed(Step::Drained);
        self.conclude(&releases).await;
    }

    /// Everything that traffic does not see.
    async fn prepare(&self, releases: &mut [FunctionRelease], files: Option<Files>) -> Result<(), Stopped> {
        let mut cancelled_rx = self.entry.cancelled_tx.subscribe();
        tokio::select! {
            biased;
            _ = cancelled_rx.wait_for(|cancelled| *cancelled) => Err(Stopped::Cancelled),
            prepared = self.steps(releases, files) => prepared.map_err(Stopped::Failed),
        }
    }

    async fn steps(&self, releases: &mut [FunctionRelease], files: Option<Files>) -> Result<(), Failure> {
        let failed = |step_error| self.entry.fail(&self.first, Step::Received, step_error);
        // Another engine of this host may still have a release to finish.
        if self.context.writer().await.is_none() {
            return Err(failed(StepError::new("this engine may not write the state folder")));
        }
        let staged = Staged::write(files, &self.context.factory.store).map_err(failed)?;
        let claims: Mutex<Vec<Claims>> = Mutex::default();
        let compiles = Semaphore::new(COMPILES_MAX);
        // No function has the name of a token with this mark.
        let owner = format!("@{}", self.order.by.as_deref().unwrap_or_default());
        let context = ReleaseContext { deploy: self.context, staged: &staged, claims: &claims, compiles: &compiles, owner: &owner };
        for step in [Step::Received, Step::Compiled, Step::Booted, Step::Checked, Step::Warmed] {
            let outcomes = join_all(releases.iter_mut().map(|release| self.step(step, release, &context))).await;
            if let Some((function, step_error)) = outcomes.into_iter().find_map(Result::err) {
                return Err(self.entry.fail(&function, step, step_error));
            }
            passed(step);
        }
        Ok(())
    }

    async fn step(&self, step: Step, release: &mut FunctionRelease, context: &ReleaseContext<'_>) -> Result<(), (FunctionName, StepError)> {
        self.entry.mark(&release.function, step, StepState::Running, None);
        let outcome = match step {
            Step::Received => release.receive(context),
            Step::Compiled => release.compile(context).await,
            Step::Booted => release.boot(context).await,
            Step::Checked => release.check(context).await,
            Step::Warmed => release.warm(context).await,
            Step::Published | Step::Drained => Ok(StepOutcome::Skipped(None)),
        };
        self.entry.update(|record| {
            if let Some(function) = record.function_mut(&release.function) {
                function.version = release.version.as_ref().map(|version| version.id.clone());
                function.before = release.before.clone();
            }
        });
        let (state, detail) = match outcome {
            Ok(StepOutcome::Done(detail)) => (StepState::Done, detail),
            Ok(StepOutcome::Skipped(detail)) => (StepState::Skipped, detail),
            Err(step_error) => return Err((release.function.clone(), step_error)),
        };
        self.entry.mark(&release.function, step, state, detail);
        Ok(())
    }

    fn publish(&self, releases: &[FunctionRelease]) -> Result<Vec<(FunctionName, Arc<Pool>)>, Stopped> {
        let failure = |step_error| self.entry.fail(&self.first, Step::Published, step_error);
        publish(self.context, self.entry, releases, self.order.note.as_deref()).map_err(|error| match error {
            PublishError::Refused(step_error) => Stopped::Failed(failure(step_error)),
            PublishError::InDoubt(step_error) => Stopped::InDoubt(failure(step_error)),
        })
    }

    /// Ends a release that is done: writes its record down, and stores the code that V8 has compiled meanwhile.
    async fn conclude(&self, releases: &[FunctionRelease]) {
        self.entry.update(|record| record.unchanged = releases.iter().all(|release| release.unchanged));
        self.entry.end(ReleaseStatus::Done);
        let record = self.entry.record();
        let names: Vec<&str> = record.functions.iter().map(|function| function.function.as_str()).collect();
        tracing::info!(release = record.id, purpose = ?record.purpose, functions = names.join(","), unchanged = record.unchanged, "release done");
        self.remember_end();
        for release in releases.iter().filter(|release| !release.unchanged) {
            release.keep_compiled_code(self.context).await;
        }
    }

    /// Ends a release that was stopped: removes its pools and versions, which traffic never saw.
    async fn undo(&self, releases: &mut [FunctionRelease], stopped: Stopped) {
        for pool in releases.iter().filter_map(FunctionRelease::fresh_pool) {
            pool.retire();
            pool.cut();
        }
        join_all(releases.iter_mut().map(FunctionRelease::settle)).await;
        if !matches!(stopped, Stopped::InDoubt(_)) {
            self.remove_versions(releases);
        }
        let record = self.entry.record();
        let id = &record.id;
        match stopped {
            Stopped::Cancelled => {
                self.entry.end(ReleaseStatus::Cancelled);
                tracing::info!(release = id, "release cancelled");
            }
            Stopped::Failed(failure) | Stopped::InDoubt(failure) => {
                let Failure { step, function, reason, .. } = &failure;
                tracing::warn!(release = id, step = step.label(), %function, reason, "release undone");
                self.entry.update(|record| record.failure = Some(failure));
                self.entry.end(ReleaseStatus::Undone);
            }
        }
        self.remember_end();
    }

    /// Removes the versions that this release has stored and that the state does not name.
    fn remove_versions(&self, releases: &[FunctionRelease]) {
        let Ok(writer) = self.context.writer_now() else { return };
        let stored: Vec<_> = releases.iter().filter_map(FunctionRelease::stored).collect();
        let state = self.context.state();
        if let Err(error) = self.context.factory.store.remove(&writer, &state, &stored) {
            tracing::warn!(%error, "cannot remove a version of an undone release");
        }
    }

    fn remember_end(&self) {
        let Ok(writer) = self.context.writer_now() else { return };
        let mut state = self.context.state();
        let record = self.entry.record();
        if let Err(error) = self.context.commit(&writer, &mut state, |next| plan::remember(next, &record)) {
            tracing::warn!(%error, "cannot write down the end of a release");
        }
    }
}

/// A test may kill the process here.
fn passed(step: Step) {
    if let Some(name) = Step::ALL.iter().position(|known| *known == step).and_then(|index| STEPS.get(index)) {
        fault_point(name);
    }
}
