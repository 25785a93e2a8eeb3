//! The step of a release that brings a function's version into the store: compiled from the upload, or read from the store.
//!
//! `transaction` calls it after the upload was received; the later steps find the version in the `FunctionRelease`.
//!
//! Invariant: a version that was compiled is on the disk before the step is done.

use std::path::PathBuf;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::context::DeployContext;
use super::function::{FunctionRelease, ReleaseContext, StepOutcome, counted};
use super::order::{FunctionChange, StepError};
use crate::function::{Version, VersionId};
use crate::release::claims::Claims;
use crate::release::source::FunctionSource;
use crate::release::store::FunctionState;

impl FunctionRelease {
    /// From source, or from the store, to a version that is in the store.
    pub(super) async fn compile(&mut self, context: &ReleaseContext<'_>) -> Result<StepOutcome, StepError> {
        let function_state = self.function_state(context);
        let stored_id = match &self.what {
            FunctionChange::Deploy(_) => return self.compile_source(context, &function_state).await,
            FunctionChange::Rollback(Some(version)) | FunctionChange::RollbackFrom { to: version, .. } => Some(version.clone()),
            FunctionChange::Rollback(None) => function_state.predecessor().map(|stored| stored.version.clone()),
            FunctionChange::Promote => function_state.candidate.as_ref().map(|candidate| candidate.version.clone()),
            FunctionChange::Configure(_) => function_state.live.clone(),
            FunctionChange::SetWeight(_) | FunctionChange::DropCandidate | FunctionChange::Remove => return Ok(StepOutcome::Skipped(None)),
        };
        let Some(id) = stored_id else {
            return Err(StepError::new(format!("`{}` has no version that was live before", self.function)));
        };
        let is_rollback = matches!(self.what, FunctionChange::Rollback(_) | FunctionChange::RollbackFrom { .. });
        if is_rollback && function_state.live.as_ref() == Some(&id) {
            return Err(StepError::new(format!("version {id} is live already")));
        }
        self.version = Some(Arc::new(context.deploy.factory.read(&self.function, &id)?));
        self.claim(context);
        Ok(StepOutcome::Skipped(Some("the version is in the store".to_owned())))
    }

    async fn compile_source(&mut self, context: &ReleaseContext<'_>, function_state: &FunctionState) -> Result<StepOutcome, StepError> {
        let (Some((root, _)), Some(source)) = (&context.staged.folder, context.staged.sources.get(&self.function)) else {
            return Err(StepError::new("the upload is gone"));
        };
        let version = compiled(context, root.clone(), source.clone()).await?;
        self.version = Some(version.clone());
        if self.is_unchanged(&version.id, function_state, context.deploy)? {
            self.unchanged = true;
            return Ok(StepOutcome::Skipped(Some("this version is live already".to_owned())));
        }
        self.stored = function_state.stored_version(&version.id).is_none();
        let (store, put) = (context.deploy.factory.store.clone(), version.clone());
        let put = self.putting.insert(tokio::task::spawn_blocking(move || store.put_version(&put))).await;
        self.putting = None;
        self.bytes = put.map_err(|error| StepError::new(error.to_string()))??;
        self.claim(context);
        Ok(StepOutcome::Done(Some(format!("{}, {} KB", counted(version.modules.len(), "module"), self.bytes.div_ceil(1024)))))
    }

    /// Whether the compiled version is live already, and intact on the disk: one that was damaged there is written again.
    fn is_unchanged(&self, id: &VersionId, function_state: &FunctionState, deploy: &DeployContext) -> Result<bool, StepError> {
        let is_live = function_state.live.as_ref() == Some(id);
        let candidate = function_state.candidate.as_ref();
        match self.weight() {
            None => Ok(is_live && candidate.is_none() && deploy.factory.store.version(&self.function, id).is_ok()),
            Some(_) if is_live => Err(StepError::new("this version is live already: it cannot be its own candidate")),
            Some(_) if candidate.is_some_and(|candidate| candidate.version == *id) => {
                Err(StepError::new("this version is the candidate already: give it another weight instead"))
            }
            Some(_) => Ok(false),
        }
    }

    /// Announces the routes that it will have. A candidate has none of its own: it answers on the routes of the live version.
    fn claim(&self, context: &ReleaseContext<'_>) {
        if let (Some(version), None) = (&self.version, self.weight()) {
            let (function, routes) = (self.function.clone(), version.manifest.routes.clone());
            context.claims.lock().push(Claims { function, routes, of_code: Arc::default(), parse: None });
        }
    }
}

/// Compiles a source on a thread of its own: it may wait for seconds until its turn comes, and the threads that write versions must not.
async fn compiled(context: &ReleaseContext<'_>, root: PathBuf, source: FunctionSource) -> Result<Arc<Version>, StepError> {
    // The semaphore is never closed.
    let _permit = context.compiles.acquire().await;
    let (compilers, owner) = (context.deploy.factory.pools.compilers.clone(), context.owner.to_owned());
    let (outcome_tx, outcome_rx) = oneshot::channel();
    let compile = move || {
        let outcome = compilers.compile(&root, &source, &owner).map(|compiled| compiled.outcome);
        // The release was cancelled if nothing waits.
        let _ = outcome_tx.send(outcome);
    };
    let thread = std::thread::Builder::new().name("skep release compile".to_owned()).spawn(compile);
    thread.map_err(|error| StepError::new(format!("cannot spawn a thread: {error}")))?;
    match outcome_rx.await {
        Ok(Ok(Ok(version))) => Ok(Arc::new(version)),
        Ok(Ok(Err(error))) => Err(StepError { reason: error.to_string(), detail: Some(error.diagnostic()) }),
        Ok(Err(error)) => Err(StepError::new(error.to_string())),
        Err(_) => Err(StepError::new("the compiler failed")),
    }
}
