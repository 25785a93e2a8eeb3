//! Everything that one run makes: functions, shared code, and the objects that became none.
//!
//! The formats fill it; `write` and `print` take it.
//!
//! Invariant: no two functions of a batch have one name.

use std::collections::BTreeMap;

use super::draft::Draft;
use super::names::function_name;
use super::project::FileMap;
use super::report::{Object, ObjectOutcome};
use crate::function::FunctionName;

/// Most bytes of the files of all functions together: a project that each of many functions copies is many projects on the disk.
const CONTENT_BYTES_MAX: usize = 1_000_000_000;

/// What the files became so far.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) drafts: Vec<Draft>,
    /// Folders beside the functions that functions import, such as `_shared`.
    pub(super) shared: Vec<(String, FileMap)>,
    /// Bytes of all functions' files.
    content_bytes: usize,
    /// Objects that are no function's own.
    pub(super) objects: Vec<Object>,
}

impl Batch {
    /// A free name for a function, or why there is none; a note about another spelling goes to the object.
    ///
    /// # Errors
    /// If it is no function name, or taken.
    pub(super) fn name(&self, original: &str, object: &mut Object) -> Result<FunctionName, String> {
        let (name, note) = function_name(original)?;
        if let Some(taken) = self.drafts.iter().find(|draft| draft.name == name) {
            return Err(format!("{} {} of {} is the function `{name}` already", taken.object.kind, taken.object.name, taken.object.file));
        }
        if let Some(note) = note {
            object.warn(note);
        }
        Ok(name)
    }

    /// Takes a function, or the object that became none.
    pub(super) fn made(&mut self, made: Result<Draft, Box<Object>>) {
        match made {
            Ok(draft) if self.content_bytes + draft.content_bytes() > CONTENT_BYTES_MAX => {
                let why =
                    format!("the functions so far have {} bytes, at most {CONTENT_BYTES_MAX} are imported at a time", self.content_bytes);
                self.objects.push(*failed(draft.object, why));
            }
            Ok(mut draft) => {
                self.content_bytes += draft.content_bytes();
                draft.object.outcome = ObjectOutcome::Imported { function: draft.name.to_string() };
                self.drafts.push(draft);
            }
            Err(object) => self.objects.push(*object),
        }
    }

    /// The function that another object names.
    ///
    /// # Errors
    /// If the files hold none, or it was not imported.
    pub(super) fn named(&mut self, original: &str) -> Result<&mut Draft, String> {
        let failed = self.objects.iter().any(|object| object.name == original && object.is_failed());
        self.drafts.iter_mut().find(|draft| draft.original == original).ok_or_else(|| match failed {
            true => format!("its function `{original}` was not imported"),
            false => format!("the files hold no function `{original}`"),
        })
    }

    /// Warns of routes that another function of the batch will keep from being answered.
    pub(super) fn warn_of_conflicts(&mut self) {
        let names: Vec<String> = self.drafts.iter().map(|draft| draft.name.to_string()).collect();
        let mut taken: BTreeMap<Vec<String>, String> = BTreeMap::new();
        for draft in &mut self.drafts {
            for route in draft.settings.routes() {
                let path = route.first().map(String::as_str).unwrap_or_default();
                let first = path.split('/').nth(1).unwrap_or_default();
                if first != draft.name.as_str() && names.iter().any(|name| name == first) {
                    let text =
                        format!("its route {path} lies below the address of the function `{first}`, which keeps it: rename one of the two");
                    draft.object.warn(text);
                }
                let other = taken.entry(route.clone()).or_insert_with(|| draft.name.to_string());
                if *other != draft.name.as_str() {
                    draft.object.warn(format!("its route {path} is one of `{other}` too: the first in alphabetical order keeps it"));
                }
            }
        }
    }

    /// Takes an object that adds to a function: the function, and what it adds.
    pub(super) fn joined(&mut self, mut object: Object, joined: Result<(String, String), String>) {
        match joined {
            Ok((function, what)) => object.outcome = ObjectOutcome::Joined { function, what },
            Err(why) => object.fail(&why),
        }
        self.objects.push(object);
    }

    /// Takes an object whose functions or users are objects of their own.
    pub(super) fn noted(&mut self, mut object: Object, what: &str) {
        object.outcome = ObjectOutcome::Noted { what: what.to_owned() };
        self.objects.push(object);
    }

    pub(super) fn left_out(&mut self, mut object: Object, why: &str) {
        object.outcome = ObjectOutcome::LeftOut { why: why.to_owned() };
        self.objects.push(object);
    }

    pub(super) fn failed(&mut self, object: Object, why: impl Into<String>) {
        self.objects.push(*failed(object, why));
    }
}

/// An object that could not be imported.
pub(super) fn failed(mut object: Object, why: impl Into<String>) -> Box<Object> {
    object.fail(&why.into());
    Box::new(object)
}
