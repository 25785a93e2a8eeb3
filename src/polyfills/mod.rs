//! Node's built-in modules in JavaScript: the files of the crate `deno_node`, cut to what this host has, as scripts that load late.
//!
//! `src/build.rs` writes them beside the other residual scripts. The files come from the crate in cargo's registry, whose Rust is not compiled;
//! `cut` names what is replaced in them, and `js-prelude/node` has what takes their natives' place.
//!
//! Invariant: only files that a built-in of `js-prelude/node/built_ins.js` reaches are written, and a text that is cut must be there: an
//! update of the crate that changes one fails the build.

mod cut;
mod crate_files;
mod script;

use std::collections::{BTreeMap, BTreeSet};
use std::error::Error;
use std::path::Path;

use crate_files::{CrateFile, CrateFiles, PREFIX};
pub use cut::with_own_loader;

/// The scripts that the files of `roots` reach, by specifier.
///
/// # Errors
/// If the crate is not as this program expects it.
pub fn scripts(manifest: &Path, roots: &[String]) -> Result<BTreeMap<String, String>, Box<dyn Error>> {
    let files = CrateFiles::find(manifest)?;
    let mut scripts = BTreeMap::new();
    let mut next: BTreeSet<String> = roots.iter().flat_map(|root| loaded_by(root)).collect();
    while let Some(specifier) = next.pop_first() {
        if scripts.contains_key(&specifier) || cut::is_ours(&specifier) {
            continue;
        }
        let file = files.get(&specifier).ok_or_else(|| format!("the crate deno_node has no {specifier}"))?;
        let script = script_of(&files, file).map_err(|error| format!("{specifier}: {error}"))?;
        next.extend(loaded_by(&script));
        scripts.insert(specifier, script);
    }
    Ok(scripts)
}

fn script_of(files: &CrateFiles, file: &CrateFile) -> Result<String, Box<dyn Error>> {
    let source = script::without_types(&file.specifier, file.read()?)?;
    let source = if file.is_script { source } else { script::of_module(&file.specifier, &source, |from| files.canonical(from))? };
    let source = script::with_lazy_loaders(&source, |from| files.canonical(from));
    Ok(with_own_loader(&cut::cut(&file.specifier, source)?))
}

/// The specifiers of this crate's files that a script loads.
fn loaded_by(script: &str) -> Vec<String> {
    let mut found = Vec::new();
    for (at, _) in script.match_indices(PREFIX) {
        // Only whole string literals name files; comments do not.
        let opening = script.get(..at).and_then(|before| before.chars().next_back());
        let name = script.get(at..).and_then(|rest| rest.split(['"', '\'', '`', '\n']).next()).unwrap_or_default();
        let closing = script.get(at + name.len()..).and_then(|rest| rest.chars().next());
        if opening == closing && matches!(opening, Some('"' | '\'' | '`')) {
            found.push(name.to_owned());
        }
    }
    found
}
