//! One function on its way through a release: the steps that traffic does not see.
//!
//! `transaction` calls the steps in their order, for all functions of the release at once.
//!
//! Invariant: what a step makes is kept here alone until the release is published, so that dropping the lane's pool undoes it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;

use tokio::task::JoinHandle;

use super::order::{Change, Share, Trouble, What};
use super::transaction::Transaction;
use crate::function::manifest::MANIFEST_BYTES_MAX;
use crate::function::route::Route;
use crate::function::{FunctionName, Version};
use crate::release::check;
use crate::release::compile;
use crate::release::source::{FunctionSource, Problem};
use crate::release::store::{Held, Staging, StoreError};
use crate::runtime::isolate::code_cache;
use crate::runtime::pool::Pool;

/// Most of all variables and secrets of a function together: as much as a manifest may have.
const VARIABLES_BYTES_MAX: usize = MANIFEST_BYTES_MAX;

/// What a step came to.
pub(in crate::release) enum Outcome {
    /// Done, with what is worth knowing about it.
    Done(Option<String>),
    /// There was nothing to do, and perhaps why.
    Skipped(Option<String>),
}

/// The upload, written down.
#[derive(Default)]
pub(in crate::release) struct Staged {
    /// Its canonical path; removed with the folder.
    pub(in crate::release) folder: Option<(PathBuf, Staging)>,
    pub(in crate::release) sources: BTreeMap<FunctionName, FunctionSource>,
    pub(in crate::release) problems: Vec<Problem>,
}

/// One function of a release.
pub(in crate::release) struct Lane {
    pub(in crate::release) function: FunctionName,
    pub(in crate::release) what: What,
    /// The live version's id when the release began.
    pub(in crate::release) before: Option<String>,
    /// What it brings.
    pub(in crate::release) version: Option<Arc<Version>>,
    /// What is to run it.
    pub(in crate::release) pool: Option<Arc<Pool>>,
    /// Whether nothing would change.
    pub(in crate::release) unchanged: bool,
    /// Size of the version's file.
    pub(in crate::release) bytes: u64,
    /// Whether this release put the version into the store.
    stored: bool,
    /// The version on its way there; it goes on when the release is cancelled.
    putting: Option<JoinHandle<Result<u64, StoreError>>>,
}

impl Lane {
    pub(in crate::release) fn new(change: Change) -> Self {
        let Change { function, what } = change;
        Self { function, what, before: None, version: None, pool: None, unchanged: false, bytes: 0, stored: false, putting: None }
    }

    /// The share it gets as a candidate.
    pub(in crate::release) fn share(&self) -> Option<&Share> {
        match &self.what {
            What::Deploy(share) => share.as_ref(),
            _ => None,
        }
    }

    /// The pool that was made for this release.
    pub(in crate::release) fn fresh_pool(&self) -> Option<&Arc<Pool>> {
        self.pool.as_ref().filter(|_| !matches!(self.what, What::Promote))
    }

    /// The version that this release has put into the store.
    pub(in crate::release) fn stored(&self) -> Option<(FunctionName, String)> {
        let version = self.version.as_ref().filter(|_| self.stored)?;
        Some((self.function.clone(), version.id.to_string()))
    }

    /// Waits until nothing is written for it any more.
    pub(in crate::release) async fn settle(&mut self) {
        if let Some(putting) = self.putting.take() {
            // Whatever came of it, the version is removed next.
            let _ = putting.await;
        }
    }

    fn held(&self, transaction: &Transaction<'_>) -> Held {
        transaction.deployments.held(self.function.as_str()).unwrap_or_default()
    }

    /// Is the upload what it should be, and the name free?
    pub(in crate::release) fn receive(&mut self, transaction: &Transaction<'_>, staged: &Staged) -> Result<Outcome, Trouble> {
        let held = self.held(transaction);
        self.before = held.live.clone();
        let name = self.function.as_str();
        if transaction.deployments.releaser.is_of_folder(name) {
            return Err(Trouble::new(format!("`{name}` belongs to the functions folder")));
        }
        let gone = |what: &str| Trouble::new(format!("`{name}` has no {what} any more: a release before this one changed it"));
        match &self.what {
            What::Deploy(_) if staged.sources.contains_key(&self.function) => Ok(Outcome::Done(None)),
            What::Deploy(_) => {
                let problem = staged.problems.iter().find(|problem| problem.function.as_ref() == Some(&self.function));
                Err(Trouble::new(problem.map_or_else(|| format!("the upload has no function `{name}`"), ToString::to_string)))
            }
            _ if held.live.is_none() => Err(gone("live version")),
            What::Promote | What::Weigh(_) | What::DropCandidate if held.candidate.is_none() => Err(gone("candidate")),
            What::ReturnFrom { from, .. } if held.live.as_deref() != Some(from.as_str()) => {
                Err(Trouble::new(format!("version {from} of `{name}` is not live any more: there is nothing to return from")))
            }
            What::Configure(variables) => {
                let mut after = held;
                super::plan::configure(&mut after, variables);
                let bytes: usize = after.env.iter().chain(&after.secrets).map(|(name, value)| name.len() + value.len()).sum();
                if bytes > VARIABLES_BYTES_MAX {
                    let what = format!("the variables of `{name}` would have {bytes} bytes, at most {VARIABLES_BYTES_MAX} are allowed");
                    return Err(Trouble::new(what));
                }
                Ok(Outcome::Done(None))
            }
            _ => Ok(Outcome::Done(None)),
        }
    }

    /// From source, or from the store, to a version that is in the store.
    pub(in crate::release) async fn compile(&mut self, transaction: &Transaction<'_>, staged: &Staged) -> Result<Outcome, Trouble> {
        let held = self.held(transaction);
        let maker = &transaction.deployments.maker;
        let stored_id = match &self.what {
            What::Deploy(_) => return self.compile_source(transaction, staged, &held).await,
            What::Return(Some(version)) | What::ReturnFrom { to: version, .. } => Some(version.to_string()),
            What::Return(None) => held.predecessor().map(|kept| kept.version.clone()),
            What::Promote => held.candidate.as_ref().map(|candidate| candidate.version.clone()),
            What::Configure(_) => held.live.clone(),
            What::Weigh(_) | What::DropCandidate | What::Remove => return Ok(Outcome::Skipped(None)),
        };
        let Some(id) = stored_id else {
            return Err(Trouble::new(format!("`{}` has no version that was live before", self.function)));
        };
        if matches!(self.what, What::Return(_) | What::ReturnFrom { .. }) && held.live.as_deref() == Some(&*id) {
            return Err(Trouble::new(format!("version {id} is live already")));
        }
        self.version = Some(Arc::new(maker.read(&self.function, &id)?));
        self.claim(transaction);
        Ok(Outcome::Skipped(Some("the version is in the store".to_owned())))
    }

    async fn compile_source(&mut self, transaction: &Transaction<'_>, staged: &Staged, held: &Held) -> Result<Outcome, Trouble> {
        let (Some((root, _)), Some(source)) = (&staged.folder, staged.sources.get(&self.function)) else {
            return Err(Trouble::new("the upload is gone"));
        };
        let (root, source) = (root.clone(), source.clone());
        let compiled = tokio::task::spawn_blocking(move || compile::compile(&root, &source).outcome).await;
        let version = match compiled {
            Ok(Ok(version)) => Arc::new(version),
            Ok(Err(error)) => return Err(Trouble { reason: error.to_string(), detail: Some(error.diagnostic()) }),
            Err(error) => return Err(Trouble::new(format!("the compiler failed: {error}"))),
        };
        self.version = Some(version.clone());
        let id = version.id.as_str();
        let is_live = held.live.as_deref() == Some(id);
        let is_candidate = held.candidate.as_ref().is_some_and(|candidate| candidate.version == id);
        match self.share() {
            // One that was damaged on the disk is made again.
            None if is_live && held.candidate.is_none() && transaction.deployments.maker.store.version(&self.function, id).is_ok() => {
                self.unchanged = true;
                return Ok(Outcome::Skipped(Some("this version is live already".to_owned())));
            }
            Some(_) if is_live => return Err(Trouble::new("this version is live already: it cannot be its own candidate")),
            Some(_) if is_candidate => return Err(Trouble::new("this version is the candidate already: give it another share instead")),
            _ => {}
        }
        self.stored = held.kept(id).is_none();
        let (store, put) = (transaction.deployments.maker.store.clone(), version.clone());
        let put = self.putting.insert(tokio::task::spawn_blocking(move || store.put_version(&put))).await;
        self.putting = None;
        self.bytes = put.map_err(|error| Trouble::new(error.to_string()))??;
        self.claim(transaction);
        Ok(Outcome::Done(Some(format!("{}, {} KB", counted(version.modules.len(), "module"), self.bytes.div_ceil(1024)))))
    }

    /// Says which routes it will have. A candidate has none of its own: it answers what the live version claims.
    fn claim(&self, transaction: &Transaction<'_>) {
        if let (Some(version), None) = (&self.version, self.share()) {
            let routes: Vec<Route> = version.manifest.routes.clone();
            transaction.claims.lock().push((self.function.clone(), routes));
        }
    }

    /// A spare instance loads it.
    pub(in crate::release) async fn boot(&mut self, transaction: &Transaction<'_>) -> Result<Outcome, Trouble> {
        let Some(version) = self.version.clone().filter(|_| !self.unchanged) else { return Ok(Outcome::Skipped(None)) };
        if matches!(self.what, What::Promote) {
            let deployed = transaction.deployments.releaser.deployed(self.function.as_str());
            let track =
                deployed.as_ref().and_then(|deployed| deployed.endpoint.candidate.as_ref()).map(|candidate| candidate.track.clone());
            let Some(track) = track else { return Err(Trouble::new("the candidate is gone")) };
            self.pool = Some(track.pool().await?);
        } else {
            let mut held = self.held(transaction);
            if let What::Configure(variables) = &self.what {
                super::plan::configure(&mut held, variables);
            }
            self.pool = Some(transaction.deployments.maker.pool(&version, &held)?);
        }
        if let Some(pool) = &self.pool {
            pool.boot_one().await?;
        }
        Ok(Outcome::Done(None))
    }

    /// Nobody else has its routes, and it says that it works.
    pub(in crate::release) async fn check(&mut self, transaction: &Transaction<'_>) -> Result<Outcome, Trouble> {
        let Some(pool) = &self.pool else { return Ok(Outcome::Skipped(None)) };
        let claims = transaction.claims.lock().clone();
        let name = self.function.as_str();
        let clashes = transaction.deployments.releaser.would_clash(&claims);
        if let Some(clash) = clashes.into_iter().find(|clash| clash.contains(&format!("`{name}`"))) {
            return Err(Trouble::new(clash));
        }
        check::ask(pool).await.map(Outcome::Done)
    }

    /// As many instances as the version before has.
    pub(in crate::release) async fn warm(&mut self, transaction: &Transaction<'_>) -> Result<Outcome, Trouble> {
        let Some(pool) = &self.pool else { return Ok(Outcome::Skipped(None)) };
        let deployed = transaction.deployments.releaser.deployed(self.function.as_str());
        let before = deployed.as_ref().and_then(|deployed| deployed.endpoint.live.made()?.as_ref().ok().map(|pool| pool.status().ready));
        let wanted = match self.share() {
            // A candidate is made for its share of the traffic.
            Some(share) => (before.unwrap_or(1) * usize::from(share.parts)).div_ceil(usize::from(crate::live::SHARE_WHOLE)),
            None => before.unwrap_or(1),
        };
        let ready = pool.warm(wanted.max(1)).await?;
        Ok(Outcome::Done(Some(counted(ready, "instance"))))
    }

    /// V8 has compiled the version by now: the next process need not.
    pub(in crate::release) async fn keep_compiled_code(&self, transaction: &Transaction<'_>) {
        let Some(version) = self.version.clone() else { return };
        let (deployments, function) = (transaction.deployments.clone(), self.function.clone());
        let put = move || {
            let (id, code) = (version.id.as_str(), code_cache::code_of(&version));
            // Whoever removes the version does so under this lock: it has not gone yet, or there is nothing to keep.
            let state = deployments.state();
            let is_kept = state.functions.get(function.as_str()).is_some_and(|held| held.kept(id).is_some());
            if is_kept { deployments.maker.store.put_code(&function, id, &code) } else { Ok(()) }
        };
        if let Ok(Err(error)) = tokio::task::spawn_blocking(put).await {
            tracing::debug!(%error, "compiled code could not be kept");
        }
    }
}

fn counted(count: usize, what: &str) -> String {
    format!("{count} {what}{}", if count == 1 { "" } else { "s" })
}
