//! Checks an order against the present state before it is queued, so that the client gets an error at once.
//!
//! `deployments` asks when an order is submitted; the steps of the release check again, because the state may change while it waits.
//!
//! Invariant: nothing changes here.

use super::context::DeployContext;
use super::order::{Change, FunctionChange, Order, SubmitError};
use crate::function::VersionId;
use crate::release::catalog::Catalog;
use crate::release::store::FunctionState;

/// Checks an order against the present state.
pub(super) fn precheck(context: &DeployContext, order: &Order) -> Result<(), SubmitError> {
    let functions = order.functions();
    if functions.is_empty() || functions.len() != order.changes.len() {
        return Err(SubmitError::Invalid("a release names at least one function, and each once".to_owned()));
    }
    let state = context.state();
    order.changes.iter().try_for_each(|change| {
        let deployed = state.functions.get(&change.function).filter(|function_state| function_state.live.is_some());
        check(&context.catalog, change, deployed)
    })
}

/// Checks one change; `deployed` is the state of a deployed function.
fn check(catalog: &Catalog, change: &Change, deployed: Option<&FunctionState>) -> Result<(), SubmitError> {
    let name = &change.function;
    match (&change.what, deployed) {
        (FunctionChange::Deploy(_), _) if catalog.is_of_folder(name) => Err(SubmitError::Conflict(format!(
            "`{name}` belongs to the functions directory: change it there, or remove it there before it is deployed"
        ))),
        (FunctionChange::Deploy(Some(_)), None) => {
            Err(SubmitError::Conflict(format!("`{name}` has no live version beside which there could be a candidate")))
        }
        (FunctionChange::Deploy(_), _) => Ok(()),
        (_, None) if catalog.is_of_folder(name) => {
            Err(SubmitError::Conflict(format!("`{name}` belongs to the functions directory: change it there")))
        }
        (_, None) => Err(SubmitError::NotFound(format!("there is no deployed function `{name}`"))),
        (FunctionChange::Rollback(version), Some(deployed)) => rollback(change, version.as_ref(), deployed),
        (FunctionChange::Promote | FunctionChange::SetWeight(_) | FunctionChange::DropCandidate, Some(deployed))
            if deployed.candidate.is_none() =>
        {
            Err(SubmitError::Conflict(format!("`{name}` has no candidate")))
        }
        _ => Ok(()),
    }
}

/// Checks that there is a version to roll back to.
fn rollback(Change { function: name, .. }: &Change, version: Option<&VersionId>, deployed: &FunctionState) -> Result<(), SubmitError> {
    match version {
        Some(version) if deployed.stored_version(version).is_none() => {
            Err(SubmitError::NotFound(format!("`{name}` has no version {version}; `skep versions {name}` lists the kept ones")))
        }
        Some(version) if deployed.live.as_ref() == Some(version) => {
            Err(SubmitError::Conflict(format!("version {version} of `{name}` is live already")))
        }
        None if deployed.predecessor().is_none() => Err(SubmitError::Conflict(format!("`{name}` has no version that was live before"))),
        _ => Ok(()),
    }
}
