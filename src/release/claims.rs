//! What a version that is to become live claims of addresses, and the names of Parse that two of them would define.
//!
//! A release collects the claims of its functions, step by step; the catalog compares them with what is live before anything is published.
//!
//! Invariant: a name that two folders define already is no reason to refuse a release.

use std::sync::Arc;

use super::parse_names::Names;
use crate::function::FunctionName;
use crate::function::route::{CodeRoute, Route};
use crate::live::{Applications, NameClash};

/// What a version that is to become live claims.
#[derive(Clone)]
pub(super) struct Claims {
    pub(super) function: FunctionName,
    /// The routes of its manifest.
    pub(super) routes: Vec<Route>,
    /// The routes of its code, once it was loaded.
    pub(super) of_code: Arc<[CodeRoute]>,
    /// The mount and the names of the Parse application that it is, once it was loaded.
    pub(super) parse: Option<(String, Names)>,
}

impl Claims {
    /// The names of a kind that it defines below a mount.
    fn names(&self, mount: &str, kind: &str) -> &[String] {
        match &self.parse {
            Some((own, names)) if own == mount => {
                if kind == "job" {
                    &names.jobs
                } else {
                    &names.functions
                }
            }
            _ => &[],
        }
    }
}

/// The clashes that versions would bring: each with the folders that are known and are not among them, and with one another.
pub(super) fn clashes_of(claims: &[Claims], known: &Applications) -> Vec<NameClash> {
    let mut clashes = Vec::new();
    for (index, Claims { function, parse, .. }) in claims.iter().enumerate() {
        let Some((mount, names)) = parse else { continue };
        let application = known.mounts.get(mount);
        for (kind, list) in [("function", &names.functions), ("job", &names.jobs)] {
            for name in list {
                let staying = application.and_then(|application| application.holder(kind, name)).cloned();
                let staying = staying.filter(|holder| !claims.iter().any(|claims| claims.function == *holder));
                let beside = claims.iter().take(index).filter(|other| other.names(mount, kind).contains(name));
                for holder in staying.into_iter().chain(beside.map(|other| other.function.clone())) {
                    clashes.push(NameClash { kind, name: name.clone(), holder, refused: function.clone() });
                }
            }
        }
    }
    clashes.retain(|clash| !known.clashes().any(|known| known.is_between(clash)));
    clashes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Fault, Kind};
    use crate::live::{Application, Endpoint, Track};

    fn name(text: &str) -> FunctionName {
        FunctionName::parse(text).unwrap()
    }

    fn claims(function: &str, mount: &str, functions: &[&str]) -> Claims {
        let names = Names { functions: functions.iter().map(|name| (*name).to_owned()).collect(), ..Names::default() };
        Claims { function: name(function), routes: Vec::new(), of_code: Arc::default(), parse: Some((mount.to_owned(), names)) }
    }

    fn known(folder: &str, functions: &[&str]) -> Applications {
        let track = Track::new(Box::new(|| Err(Fault::new(Kind::BootFailed, "").into())));
        let endpoint = Endpoint::new(name(folder), track);
        let functions = functions.iter().map(|name| ((*name).to_owned(), endpoint.clone())).collect();
        let application = Application { functions, ..Application::default() };
        Applications { mounts: [("/parse".to_owned(), application)].into(), is_complete: true, ..Applications::default() }
    }

    #[test]
    fn a_name_clashes_with_other_folders_of_its_mount() {
        let of =
            |claims: &[Claims], known: &Applications| -> Vec<String> { clashes_of(claims, known).iter().map(NameClash::refusal).collect() };
        let known = known("old", &["one", "two"]);
        let both = |first: &str, second: &str| format!("functions `{first}` and `{second}` both define the Parse function \"one\"");
        assert_eq!(of(&[claims("new", "/parse", &["one", "three"])], &known), [both("old", "new")]);
        assert_eq!(of(&[claims("new", "/other", &["one"])], &known), Vec::<String>::new());
        assert_eq!(of(&[claims("old", "/parse", &["one", "two"])], &known), Vec::<String>::new(), "it replaces itself");
        let moved = [claims("new", "/parse", &["one"]), claims("old", "/parse", &["two"])];
        assert_eq!(of(&moved, &known), Vec::<String>::new(), "it moves from one to the other");
        assert_eq!(of(&[claims("a", "/x", &["one"]), claims("b", "/x", &["one"])], &known), [both("a", "b")]);
    }

    #[test]
    fn a_clash_that_is_there_already_is_no_reason() {
        let mut known = known("old", &["one"]);
        let clash = NameClash { kind: "function", name: "one".to_owned(), holder: name("old"), refused: name("new") };
        known.mounts.get_mut("/parse").unwrap().clashes.push(clash);
        assert_eq!(clashes_of(&[claims("new", "/parse", &["one"])], &known), Vec::new());
    }
}
