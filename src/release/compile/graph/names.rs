//! The names that ECMAScript modules can import from CommonJS modules: their own, and those of the modules that they export again.
//!
//! `graph` notes each CommonJS module while it walks, and asks when it knows them all.
//!
//! Invariant: ends for modules that export each other again, and gives every module each name once.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::release::compile::emit::ExportNames;

/// Most names of one module: V8 has a binding for each.
const NAMES_MAX: usize = 10_000;

/// The CommonJS modules of a version.
#[derive(Default)]
pub(super) struct CommonJsNames {
    modules: HashMap<String, NamedModule>,
}

struct NamedModule {
    names: Vec<String>,
    /// Urls of modules that are exported again.
    reexports: Vec<String>,
}

impl CommonJsNames {
    /// Notes a module; `requires` has the urls of its specifiers.
    pub(super) fn note(&mut self, url: &str, names: ExportNames, requires: &HashMap<String, String>) {
        let reexports = names.reexports.iter().filter_map(|specifier| requires.get(specifier).cloned()).collect();
        self.modules.insert(url.to_owned(), NamedModule { names: names.names, reexports });
    }

    /// Every name of a module but `default`, sorted.
    pub(super) fn of(&self, url: &str) -> Vec<String> {
        let (mut names, mut seen, mut next) = (BTreeSet::new(), HashSet::from([url]), vec![url]);
        while let Some(url) = next.pop() {
            // A built-in has no names here.
            let Some(module) = self.modules.get(url) else { continue };
            names.extend(module.names.iter().filter(|name| *name != "default").take(NAMES_MAX.saturating_sub(names.len())).cloned());
            next.extend(module.reexports.iter().map(String::as_str).filter(|url| seen.insert(url)));
        }
        names.into_iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_come_through_modules_that_export_each_other_again() {
        let mut all = CommonJsNames::default();
        let requires =
            |pairs: &[(&str, &str)]| pairs.iter().map(|(name, url)| ((*name).to_owned(), (*url).to_owned())).collect::<HashMap<_, _>>();
        let exports = |names: &[&str], reexports: &[&str]| ExportNames {
            names: names.iter().map(|name| (*name).to_owned()).collect(),
            reexports: reexports.iter().map(|name| (*name).to_owned()).collect(),
        };
        all.note("a", exports(&["one", "default"], &["./b", "fs"]), &requires(&[("./b", "b"), ("fs", "node:fs")]));
        all.note("b", exports(&["two"], &["./a"]), &requires(&[("./a", "a")]));
        assert_eq!(all.of("a"), ["one", "two"]);
        assert_eq!(all.of("b"), ["one", "two"]);
        assert!(all.of("c").is_empty());
    }
}
