//! One function on its way through a release: the steps that traffic does not see.
//!
//! `transaction` calls the steps in their order, for all functions of the release at once; the step from source to version is in
//! `compile_step`.
//!
//! Invariant: until the release is published, only this value holds the results of its steps, so that dropping its pool undoes them.

use std::sync::Arc;

use parking_lot::Mutex;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;

use super::context::DeployContext;
use super::order::{Change, FunctionChange, StepError, TrafficWeight, Variables};
use super::staged::Staged;
use crate::function::manifest::MANIFEST_BYTES_MAX;
use crate::function::{FunctionName, Version, VersionId};
use crate::live::WEIGHT_WHOLE;
use crate::release::check;
use crate::release::claims::Claims;
use crate::release::store::{FunctionState, StoreError};
use crate::runtime::isolate::code_cache;
use crate::runtime::pool::Pool;

/// Most bytes of all variables and secrets of a function together: as many as a manifest may have.
const VARIABLES_BYTES_MAX: usize = MANIFEST_BYTES_MAX;

/// The outcome of a step.
pub(super) enum StepOutcome {
    /// Done, with a detail worth knowing.
    Done(Option<String>),
    /// There was nothing to do, and perhaps why.
    Skipped(Option<String>),
}

/// The parts of the release that the steps of one function need.
pub(super) struct ReleaseContext<'a> {
    pub(super) deploy: &'a Arc<DeployContext>,
    pub(super) staged: &'a Staged,
    /// What the versions that are to become live claim, as far as it is known.
    pub(super) claims: &'a Mutex<Vec<Claims>>,
    /// Permits to compile: each compile of a release has a thread, which waits for its turn.
    pub(super) compiles: &'a Semaphore,
    /// Who takes turns with others when functions are compiled: the token that ordered the release.
    pub(super) owner: &'a str,
}

/// One function of a release.
pub(super) struct FunctionRelease {
    pub(super) function: FunctionName,
    pub(super) what: FunctionChange,
    /// The live version when the release began.
    pub(super) before: Option<VersionId>,
    /// The version that it brings.
    pub(super) version: Option<Arc<Version>>,
    /// The pool of that version.
    pub(super) pool: Option<Arc<Pool>>,
    /// Whether nothing would change.
    pub(super) unchanged: bool,
    /// Size of the version's file.
    pub(super) bytes: u64,
    /// Whether this release put the version into the store.
    pub(super) stored: bool,
    /// The write of the version; it continues when the release is cancelled.
    pub(super) putting: Option<JoinHandle<Result<u64, StoreError>>>,
}

impl FunctionRelease {
    pub(super) fn new(change: Change) -> Self {
        let Change { function, what } = change;
        Self { function, what, before: None, version: None, pool: None, unchanged: false, bytes: 0, stored: false, putting: None }
    }

    /// Its weight, if it becomes a candidate.
    pub(super) fn weight(&self) -> Option<&TrafficWeight> {
        match &self.what {
            FunctionChange::Deploy(weight) => weight.as_ref(),
            _ => None,
        }
    }

    /// The pool that was made for this release.
    pub(super) fn fresh_pool(&self) -> Option<&Arc<Pool>> {
        self.pool.as_ref().filter(|_| !matches!(self.what, FunctionChange::Promote))
    }

    /// The version that this release has put into the store.
    pub(super) fn stored(&self) -> Option<(FunctionName, VersionId)> {
        let version = self.version.as_ref().filter(|_| self.stored)?;
        Some((self.function.clone(), version.id.clone()))
    }

    /// Waits until nothing is written for it any more.
    pub(super) async fn settle(&mut self) {
        if let Some(putting) = self.putting.take() {
            // Whatever the outcome, the version is removed next.
            let _ = putting.await;
        }
    }

    pub(super) fn function_state(&self, context: &ReleaseContext<'_>) -> FunctionState {
        context.deploy.function_state(&self.function).unwrap_or_default()
    }

    /// Checks that the upload has the function, and that the state still allows the change.
    pub(super) fn receive(&mut self, context: &ReleaseContext<'_>) -> Result<StepOutcome, StepError> {
        let function_state = self.function_state(context);
        self.before = function_state.live.clone();
        let name = &self.function;
        if context.deploy.catalog.is_of_folder(name) {
            return Err(StepError::new(format!("`{name}` belongs to the functions directory")));
        }
        let gone = |what: &str| StepError::new(format!("`{name}` has no {what} any more: a release before this one changed it"));
        match &self.what {
            FunctionChange::Deploy(_) if context.staged.sources.contains_key(name) => Ok(StepOutcome::Done(None)),
            FunctionChange::Deploy(_) => {
                let problem = context.staged.problems.iter().find(|problem| problem.function.as_ref() == Some(name));
                Err(StepError::new(problem.map_or_else(|| format!("the upload has no function `{name}`"), ToString::to_string)))
            }
            _ if function_state.live.is_none() => Err(gone("live version")),
            FunctionChange::Promote | FunctionChange::SetWeight(_) | FunctionChange::DropCandidate
                if function_state.candidate.is_none() =>
            {
                Err(gone("candidate"))
            }
            FunctionChange::RollbackFrom { from, .. } if function_state.live.as_ref() != Some(from) => {
                Err(StepError::new(format!("version {from} of `{name}` is not live any more: there is nothing to roll back from")))
            }
            FunctionChange::Configure(variables) => check_size(name, variables, function_state),
            _ => Ok(StepOutcome::Done(None)),
        }
    }

    /// Loads the version in an instance of its pool.
    pub(super) async fn boot(&mut self, context: &ReleaseContext<'_>) -> Result<StepOutcome, StepError> {
        let Some(version) = self.version.clone().filter(|_| !self.unchanged) else { return Ok(StepOutcome::Skipped(None)) };
        let pool = if matches!(self.what, FunctionChange::Promote) {
            let deployed = context.deploy.catalog.deployed(&self.function);
            let candidate = deployed.as_ref().and_then(|deployed| deployed.endpoint.candidate.as_ref());
            let Some(track) = candidate.map(|candidate| candidate.track.clone()) else {
                return Err(StepError::new("the candidate is gone"));
            };
            track.pool().await?
        } else {
            let mut function_state = self.function_state(context);
            if let FunctionChange::Configure(variables) = &self.what {
                variables.apply_to(&mut function_state);
            }
            context.deploy.factory.pool(&version, &function_state)?
        };
        let pool = self.pool.insert(pool);
        pool.boot_one().await?;
        if let Some(loaded) = pool.loaded()
            && let Some(claims) = context.claims.lock().iter_mut().find(|claims| claims.function == self.function)
        {
            context.deploy.catalog.note_loaded(&version, loaded, claims);
        }
        Ok(StepOutcome::Done(None))
    }

    /// Checks that no other function has its routes or its names of Parse, and asks it whether it works.
    pub(super) async fn check(&mut self, context: &ReleaseContext<'_>) -> Result<StepOutcome, StepError> {
        let Some(pool) = &self.pool else { return Ok(StepOutcome::Skipped(None)) };
        let claims = context.claims.lock().clone();
        let conflicts = context.deploy.catalog.would_conflict(&claims);
        if let Some(conflict) = conflicts.iter().find(|conflict| conflict.concerns(&self.function)) {
            return Err(StepError::new(conflict.to_string()));
        }
        let clashes = context.deploy.catalog.would_clash(&claims).await;
        match clashes.iter().find(|clash| clash.concerns(&self.function)) {
            Some(clash) => Err(StepError::new(clash.refusal())),
            None => Ok(StepOutcome::Done(check::ask(pool).await?)),
        }
    }

    /// Starts as many instances as the version before has.
    pub(super) async fn warm(&mut self, context: &ReleaseContext<'_>) -> Result<StepOutcome, StepError> {
        let Some(pool) = &self.pool else { return Ok(StepOutcome::Skipped(None)) };
        let deployed = context.deploy.catalog.deployed(&self.function);
        let before = deployed.as_ref().and_then(|deployed| deployed.endpoint.live.made()?.as_ref().ok().map(|pool| pool.status().ready));
        let wanted = match self.weight() {
            // A candidate gets only its part of the traffic.
            Some(weight) => (before.unwrap_or(1) * usize::from(weight.basis_points)).div_ceil(usize::from(WEIGHT_WHOLE)),
            None => before.unwrap_or(1),
        };
        let ready = pool.warm(wanted.max(1)).await?;
        Ok(StepOutcome::Done(Some(counted(ready, "instance"))))
    }

    /// Stores the code that V8 has compiled by now, so that the next process need not compile it.
    pub(super) async fn keep_compiled_code(&self, deploy: &Arc<DeployContext>) {
        let Some(version) = self.version.clone() else { return };
        let (deploy, function) = (deploy.clone(), self.function.clone());
        let put = move || {
            let code = code_cache::code_of(&version);
            // A version is removed under this lock: either it is still stored, or there is nothing to keep.
            let state = deploy.state();
            let is_kept = state.stored_version(&function, &version.id).is_some();
            if is_kept { deploy.factory.store.put_code(&function, &version.id, &code) } else { Ok(()) }
        };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(put).await {
            tracing::debug!(%error, "cannot store the compiled code");
        }
    }
}

/// Checks that the variables stay within their limit.
fn check_size(name: &FunctionName, variables: &Variables, mut after: FunctionState) -> Result<StepOutcome, StepError> {
    variables.apply_to(&mut after);
    let bytes: usize = after.env.iter().chain(&after.secrets).map(|(name, value)| name.len() + value.len()).sum();
    if bytes > VARIABLES_BYTES_MAX {
        let reason = format!("the variables of `{name}` would have {bytes} bytes, at most {VARIABLES_BYTES_MAX} are allowed");
        return Err(StepError::new(reason));
    }
    Ok(StepOutcome::Done(None))
}

pub(super) fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
