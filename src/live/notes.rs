//! What an operator wants to know of a function's addresses beside those of its name and its manifest.
//!
//! The catalog publishes the notes together with its table; the admin API shows them.
//!
//! Invariant: notes decide about no call.

use std::collections::BTreeMap;

use super::table::Conflict;
use crate::function::FunctionName;

/// Most conflicts that are noted for one function; the log has them all.
const CONFLICTS_MAX: usize = 64;

/// The notes about one function.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AddressNotes {
    /// The routes that its code claims.
    pub of_code: Vec<String>,
    /// The routes that it shares with others.
    pub conflicts: Vec<String>,
}

/// The notes about all functions that there are some about.
#[derive(Debug, Default)]
pub struct AllAddressNotes(BTreeMap<FunctionName, AddressNotes>);

impl AllAddressNotes {
    /// The notes of a table: its conflicts, and the routes that it has from code.
    pub fn of<'n>(conflicts: &[Conflict], of_code: impl Iterator<Item = (&'n FunctionName, Vec<String>)>) -> Self {
        let mut notes: BTreeMap<FunctionName, AddressNotes> = BTreeMap::new();
        for (function, of_code) in of_code {
            notes.entry(function.clone()).or_default().of_code = of_code;
        }
        for conflict in conflicts {
            for function in conflict.functions() {
                let noted = &mut notes.entry(function.clone()).or_default().conflicts;
                if noted.len() < CONFLICTS_MAX {
                    noted.push(conflict.to_string());
                }
            }
        }
        Self(notes)
    }

    /// Those about one function.
    pub fn get(&self, function: &FunctionName) -> AddressNotes {
        self.0.get(function).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::function::route::{PathPattern, Route};
    use crate::live::table::ConflictKind;

    #[test]
    fn both_functions_of_a_conflict_are_told() {
        let name = |text: &str| FunctionName::parse(text).unwrap();
        let conflict = |kind| Conflict { kind, refused: name("b"), route: Route::of_path(PathPattern::parse("/x").unwrap()) };
        let conflicts = [conflict(ConflictKind::SameRoute(name("a"))), conflict(ConflictKind::PortsOfFunction)];
        let notes = AllAddressNotes::of(&conflicts, [(&name("b"), vec!["/y".to_owned()])].into_iter());
        assert_eq!(notes.get(&name("a")).conflicts, ["functions `a` and `b` both claim the route `/x`"]);
        assert_eq!((notes.get(&name("b")).conflicts.len(), notes.get(&name("b")).of_code), (2, vec!["/y".to_owned()]));
        assert_eq!(notes.get(&name("c")), AddressNotes::default());
    }
}
