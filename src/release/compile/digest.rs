//! The content hash that names a version.
//!
//! `compile` passes the manifest and every module; the id names the version everywhere.
//!
//! Invariant: equal ids mean equal manifest and modules; neither the order of files on the disk nor that of keys in a manifest matters.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use sha2::{Digest, Sha256};

use crate::function::{Dialect, Manifest, Module, ModuleKind, VersionId};

/// Changes when the same source gets another meaning, e.g. with another transpiler.
const FORMAT: &[u8] = b"skep version 1";

/// The id of a version with this manifest, these modules and these files; `node`: one for Node; `hint`: the
/// dialect that its folder points to.
pub(in crate::release) fn version_id(
    manifest: &Manifest,
    entry: &str,
    modules: &HashMap<String, Arc<Module>>,
    node: bool,
    hint: Option<Dialect>,
    files: &BTreeMap<String, Bytes>,
) -> VersionId {
    let mut hash = Sha256::new();
    feed(&mut hash, FORMAT);
    feed(&mut hash, manifest.to_string().as_bytes());
    feed(&mut hash, entry.as_bytes());
    let mut modules: Vec<_> = modules.values().collect();
    modules.sort_by(|one, other| one.url.cmp(&other.url));
    for module in modules {
        feed(&mut hash, module.url.as_bytes());
        feed(
            &mut hash,
            match module.kind {
                ModuleKind::JavaScript => b"js".as_slice(),
                ModuleKind::CommonJs => b"cjs",
                ModuleKind::Json => b"json",
            },
        );
        feed(&mut hash, module.code.as_bytes());
        // The same code from another text (a type moved by a line) has other stack traces.
        feed(&mut hash, module.source_map.as_deref().unwrap_or_default());
        let mut imports: Vec<_> = module.imports.iter().collect();
        imports.sort();
        for (specifier, url) in imports {
            feed(&mut hash, specifier.as_bytes());
            feed(&mut hash, url.as_bytes());
        }
        feed_more(&mut hash, module);
    }
    if node {
        feed(&mut hash, b"node");
    }
    if let Some(hint) = hint {
        feed(&mut hash, b"hint");
        feed(&mut hash, hint.label().as_bytes());
    }
    for (path, bytes) in files {
        feed(&mut hash, path.as_bytes());
        feed(&mut hash, bytes);
    }
    VersionId::from_digest(&hash.finalize().into())
}

/// What few modules have. Modules without it have the ids that they had before there was any.
fn feed_more(hash: &mut Sha256, module: &Module) {
    for (what, pairs) in [("requires", &module.requires), ("missing", &module.missing)] {
        let mut pairs: Vec<_> = pairs.iter().collect();
        pairs.sort();
        for (specifier, lead) in pairs {
            [what, specifier, lead].iter().for_each(|part| feed(hash, part.as_bytes()));
        }
    }
    for name in &module.names {
        feed(hash, b"name");
        feed(hash, name.as_bytes());
    }
}

/// With its length, so that no two lists of parts are the same bytes.
fn feed(hash: &mut Sha256, part: &[u8]) {
    hash.update((part.len() as u64).to_le_bytes());
    hash.update(part);
}
