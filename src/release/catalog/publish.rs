//! The one writer of the live table.
//!
//! Takes every function of the functions folder and every deployed one, builds the table, swaps it in, and lets the pools that left it finish.
//!
//! Invariant: a table is swapped whole; a call that found the old pool is answered by it; a name belongs to the folder or to a deployed
//! function, never to both.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::function::FunctionName;
use crate::function::route::Route;
use crate::live::table::{Clash, Entry, Table};
use crate::live::{Endpoint, LiveTable};
use crate::release::Releaser;
use crate::release::deploy::stored::Deployed;
use crate::release::folder::fingerprint::Stamps;
use crate::release::folder::function::{Means, Registered, Renewed};
use crate::release::source;
use crate::release::source::{FunctionSource, Problem, ProblemKind, SourceError, SourceKind};
use crate::release::store::StoreError;

/// What is in the table, and what is not and why.
#[derive(Default)]
pub(in crate::release) struct Published {
    pub(in crate::release) functions: BTreeMap<FunctionName, Arc<Registered>>,
    pub(in crate::release) deployed: BTreeMap<FunctionName, Arc<Deployed>>,
    pub(in crate::release) problems: Vec<Problem>,
    pub(in crate::release) clashes: Vec<String>,
    /// The functions directory itself: entries come and go.
    pub(in crate::release) directory: Stamps,
}

/// What becomes of a deployed function: its new form, or none.
pub(in crate::release) type Swap = (FunctionName, Option<Arc<Deployed>>);

/// Why the table stays as it is.
#[derive(Debug, thiserror::Error)]
pub(in crate::release) enum SwapError {
    /// The functions folder has a function of this name.
    #[error("`{0}` belongs to the functions folder: change it there, or remove it there first")]
    Owned(FunctionName),
    /// Routes that others have.
    #[error("{}", .0.join("; "))]
    Clash(Vec<String>),
    /// It could not be written down.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl Published {
    fn entries(&self) -> impl Iterator<Item = Entry<'_, Arc<Endpoint>>> {
        let of_folder = self.functions.values().map(|registered| (registered.endpoint(), registered.routes()));
        let deployed = self.deployed.values().map(|deployed| (&deployed.endpoint, &deployed.routes[..]));
        of_folder.chain(deployed).map(|(endpoint, routes)| Entry { function: endpoint.name.clone(), routes, target: endpoint.clone() })
    }

    fn table(&self, main_port: u16) -> (LiveTable, Vec<Clash>) {
        Table::build(main_port, self.entries())
    }

    fn with(&self, swaps: &[Swap]) -> Result<BTreeMap<FunctionName, Arc<Deployed>>, SwapError> {
        let mut deployed = self.deployed.clone();
        for (name, new) in swaps {
            match new {
                Some(new) if !self.functions.contains_key(name) => drop(deployed.insert(name.clone(), new.clone())),
                Some(_) => return Err(SwapError::Owned(name.clone())),
                None => drop(deployed.remove(name)),
            }
        }
        Ok(deployed)
    }
}

impl Releaser {
    /// Lists the directory again, registers what is new or changed, and publishes. Returns the functions that are new or changed.
    ///
    /// # Errors
    /// If the directory cannot be read; then the table stays as it is.
    pub(in crate::release) fn rescan(&self) -> Result<Vec<Arc<Registered>>, SourceError> {
        let mut published = self.published.lock();
        let directory = Stamps::of([self.root.clone()]);
        let discovery = source::discover(&self.root)?;
        let means = Means { fleet: &self.fleet, quarantine: &self.quarantine, scales: &self.scales };
        let mut changed = Vec::new();
        let mut functions = BTreeMap::new();
        let mut problems = Vec::new();
        for source in discovery.functions {
            if published.deployed.contains_key(&source.name) {
                problems.push(owned(&source));
                continue;
            }
            let known = published.functions.get(&source.name).filter(|known| *known.source() == source && !known.is_broken());
            let registered = match known {
                Some(known) if !known.is_stale() => known.clone(),
                Some(known) => match known.renew(&self.root, &means) {
                    Renewed::Unchanged => known.clone(),
                    Renewed::Changed(registered) => {
                        changed.push(registered.clone());
                        registered
                    }
                },
                None => {
                    let registered = Arc::new(Registered::new(&self.root, source, &means));
                    changed.push(registered.clone());
                    registered
                }
            };
            functions.insert(registered.name().clone(), registered);
        }
        for problem in discovery.problems {
            // An entry that has a function's name answers calls with what is wrong; any other only shows in the report.
            match &problem.function {
                Some(name) if !functions.contains_key(name) && !published.deployed.contains_key(name) => {
                    let source = FunctionSource { name: name.clone(), path: self.root.join(&problem.entry), kind: SourceKind::Folder };
                    let why = problem.to_string();
                    let known = published.functions.get(name).filter(|known| known.broken_because() == Some(&why)).cloned();
                    functions.insert(name.clone(), known.unwrap_or_else(|| Arc::new(Registered::broken(source, why))));
                }
                Some(_) => {}
                None => problems.push(problem),
            }
        }
        let same = functions.len() == published.functions.len()
            && functions.iter().all(|(name, now)| published.functions.get(name).is_some_and(|before| Arc::ptr_eq(now, before)));
        published.problems = problems;
        published.directory = directory;
        if !same || published.functions.is_empty() {
            let old = std::mem::replace(&mut published.functions, functions);
            self.publish(&mut published);
            for (name, before) in old {
                let stays = published.functions.get(&name).is_some_and(|now| Arc::ptr_eq(now, &before));
                if !stays {
                    before.endpoint().live.supersede();
                }
            }
        }
        Ok(changed)
    }

    /// Routes of these functions that would clash, were they deployed now.
    pub(in crate::release) fn would_clash(&self, claims: &[(FunctionName, Vec<Route>)]) -> Vec<String> {
        let published = self.published.lock();
        let known = &published.clashes;
        let others = published.entries().filter(|entry| !claims.iter().any(|(name, _)| *name == entry.function));
        let others = others.map(|Entry { function, routes, .. }| Entry { function, routes, target: () });
        let new = claims.iter().map(|(name, routes)| Entry { function: name.clone(), routes, target: () });
        let (_, clashes) = Table::build(self.main_port, others.chain(new));
        clashes.iter().map(ToString::to_string).filter(|clash| !known.contains(clash)).collect()
    }

    /// Changes deployed functions, all at once: `commit` writes it down, and only then does the table change.
    ///
    /// # Errors
    /// If a name or a route belongs to somebody else, or `commit` fails; then nothing has changed.
    pub(in crate::release) fn swap(&self, swaps: &[Swap], commit: impl FnOnce() -> Result<(), StoreError>) -> Result<(), SwapError> {
        let mut published = self.published.lock();
        let deployed = published.with(swaps)?;
        let old = std::mem::replace(&mut published.deployed, deployed);
        let (table, clashes) = published.table(self.main_port);
        let new: Vec<String> = clashes.iter().map(ToString::to_string).filter(|clash| !published.clashes.contains(clash)).collect();
        let outcome = if new.is_empty() { commit().map_err(SwapError::from) } else { Err(SwapError::Clash(new)) };
        if outcome.is_err() {
            published.deployed = old;
            return outcome;
        }
        self.install(&mut published, table, &clashes);
        for (name, _) in swaps {
            let now: Vec<_> = published.deployed.get(name).iter().flat_map(|now| now.endpoint.tracks()).cloned().collect();
            for track in old.get(name).iter().flat_map(|before| before.endpoint.tracks()) {
                if !now.iter().any(|now| Arc::ptr_eq(now, track)) {
                    track.supersede();
                }
            }
        }
        Ok(())
    }

    fn publish(&self, published: &mut Published) {
        let (table, clashes) = published.table(self.main_port);
        self.install(published, table, &clashes);
    }

    fn install(&self, published: &mut Published, table: LiveTable, clashes: &[Clash]) {
        published.clashes = clashes.iter().map(ToString::to_string).collect();
        (self.on_ports)(table.ports().into_iter().collect());
        self.live.publish(table);
    }
}

fn owned(source: &FunctionSource) -> Problem {
    let entry = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Problem { entry, function: None, kind: ProblemKind::Deployed(source.name.clone()) }
}
