//! The import graph: from the entry to every module it can reach.
//!
//! `compile` passes the entry. `walk` reads each file, transpiles it and searches it for imports, and `follow` resolves each import, until no
//! module is new. A function that shows a sign of Node is walked again for Node, where packages may have other files. `assets` reads what is no
//! code, `report` has the diagnostics.
//!
//! Invariant: bounded in modules, bytes and depth; an error never stops the walk, so that one walk finds them all.

mod assets;
mod follow;
mod walk;
mod wasm;
mod names;
mod report;
mod limits;
mod module_url;

use std::path::PathBuf;

use super::error::{CompileErrorKind, Diagnostic};
use super::own_modules::OwnModules;
use super::platform::Platform;
use crate::function::{Dialect, Manifest};
use crate::release::source::{Confinement, Disk};
use walk::{Pending, Walk};

pub use limits::{DEPTH_MAX, MODULES_MAX, SOURCE_BYTES_MAX};
pub(super) use module_url::module_url;
pub(super) use walk::Graph;

/// What stands for `process.env.NODE_ENV` in a function for the web that does not set it.
const NODE_ENV: &str = "production";

/// Lists the files of code that a computed `require` or `import` may name: those of `[code] files`, and with `true` those of the function's
/// folder.
pub(super) type CodeFiles<'l> = &'l dyn Fn(bool) -> Vec<PathBuf>;

/// Walks from `entry`, which must be canonical and allowed.
pub(super) fn walk(
    entry: PathBuf,
    manifest: &Manifest,
    own_modules: &OwnModules,
    confinement: &Confinement,
    disk: &Disk,
    code_files: CodeFiles<'_>,
) -> Result<Graph, Vec<Diagnostic>> {
    let Some(url) = module_url(confinement.root(), &entry) else {
        return Err(vec![Diagnostic::new(CompileErrorKind::Entry, "the path of the entry is not UTF-8 text")]);
    };
    let node_env = manifest.env.get("NODE_ENV").map_or(NODE_ENV, String::as_str);
    let entry = Pending::code(entry, url, false);
    let mut walk = Walk::new(Platform::Web, node_env, own_modules, confinement, disk);
    if manifest.code.node != Some(true) && !is_of_node(manifest) {
        walk.refuses_node = manifest.code.node == Some(false);
        walk.from(entry.clone());
        if !walk.needs_node {
            return walk.graph(&entry);
        }
    }
    let mut walk = Walk::new(Platform::Node, node_env, own_modules, confinement, disk);
    walk.from(entry.clone());
    if walk.has_computed || !manifest.code.files.is_empty() {
        walk.attempt(&code_files(walk.has_computed));
    }
    walk.graph(&entry)
}

/// Dialects whose handlers get requests and answers of Node, or whose code expects Node's globals.
fn is_of_node(manifest: &Manifest) -> bool {
    use Dialect::{Azure, Deno, Plain, Vercel, Workers};
    // Azure's and Vercel's handlers may have requests of the web; their code shows whether they are for Node.
    manifest.code.node.is_none()
        && manifest.dialects.dialect.is_some_and(|dialect| !matches!(dialect, Azure | Deno | Plain | Vercel | Workers))
}
