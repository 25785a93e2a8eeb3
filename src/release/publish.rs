//! The one writer of the live table.
//!
//! Takes every registered function, builds the table, swaps it in, and lets the pools that left it finish.
//!
//! Invariant: a table is swapped whole; a call that found the old pool is answered by it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::Releaser;
use super::registered::{Registered, Renewed};
use super::source::{self, FunctionSource, Problem, SourceError, SourceKind};
use super::stamp::Stamps;
use crate::function::FunctionName;
use crate::live::table::{Entry, Table};

/// What is in the table, and what is not and why.
#[derive(Default)]
pub(super) struct Published {
    pub(super) functions: BTreeMap<FunctionName, Arc<Registered>>,
    pub(super) problems: Vec<Problem>,
    pub(super) clashes: Vec<String>,
    /// The functions directory itself: entries come and go.
    pub(super) directory: Stamps,
}

impl Releaser {
    /// Lists the directory again, registers what is new or changed, and publishes. Returns the functions that are new or changed.
    ///
    /// # Errors
    /// If the directory cannot be read; then the table stays as it is.
    pub(super) fn rescan(&self) -> Result<Vec<Arc<Registered>>, SourceError> {
        let mut published = self.published.lock();
        let directory = Stamps::of([self.root.clone()]);
        let discovery = source::discover(&self.root)?;
        let mut changed = Vec::new();
        let mut functions = BTreeMap::new();
        for source in discovery.functions {
            let known = published.functions.get(&source.name).filter(|known| *known.source() == source && !known.is_broken());
            let registered = match known {
                Some(known) if !known.is_stale() => known.clone(),
                Some(known) => match known.renew(&self.root, &self.blanks, &self.quarantine) {
                    Renewed::Unchanged => known.clone(),
                    Renewed::Changed(registered) => {
                        changed.push(registered.clone());
                        registered
                    }
                },
                None => {
                    let registered = Arc::new(Registered::new(&self.root, source, &self.blanks, &self.quarantine));
                    changed.push(registered.clone());
                    registered
                }
            };
            functions.insert(registered.name().clone(), registered);
        }
        let mut problems = Vec::new();
        for problem in discovery.problems {
            // An entry that has a function's name answers calls with what is wrong; any other only shows in the report.
            match &problem.function {
                Some(name) if !functions.contains_key(name) => {
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
            self.publish(&mut published, &old);
        }
        Ok(changed)
    }

    fn publish(&self, published: &mut Published, old: &BTreeMap<FunctionName, Arc<Registered>>) {
        let entries = published.functions.values().map(|registered| Entry {
            function: registered.name().clone(),
            routes: registered.routes(),
            target: registered.endpoint().clone(),
        });
        let (table, clashes) = Table::build(self.main_port, entries);
        published.clashes = clashes.iter().map(ToString::to_string).collect();
        (self.on_ports)(table.ports().into_iter().collect());
        self.live.publish(table);
        for (name, before) in old {
            let stays = published.functions.get(name).is_some_and(|now| Arc::ptr_eq(now, before));
            if !stays {
                before.endpoint().supersede();
            }
        }
    }
}
