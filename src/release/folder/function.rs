//! A function of the functions directory: its source, its entry for the catalog, and the fingerprint of its files.
//!
//! `scan` creates it from the source that it found. Its endpoint compiles the source when the function is first needed.
//!
//! Invariant: compiled at most once; a change of its source gives a new function.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

use super::fingerprint::Fingerprint;
use crate::fault::{Fault, Kind};
use crate::function::manifest::MANIFEST_BYTES_MAX;
use crate::function::version::code_may_claim_routes;
use crate::function::{Dialect, FunctionName, Manifest, Version};
use crate::live::{Endpoint, MakeError, Track};
use crate::release::catalog::{Entry, EntryOrigin, PoolDeps};
use crate::release::compile::Compiled;
use crate::release::compiler::{Compilers, NoCompiler};
use crate::release::source::entry::PACKAGE_JSON_BYTES_MAX;
use crate::release::source::{Confinement, Disk, FunctionSource, MANIFEST_FILE, SourceKind, entry};

/// File systems stamp changes with the kernel's clock tick, which may be this far behind.
const CLOCK_GRAIN: Duration = Duration::from_millis(4);

/// Longest text of an entry in which a Parse application, or routes, are looked for.
const ENTRY_BYTES_MAX: u64 = 1 << 20;

/// Packages whose users may claim routes.
const CLAIMING_PACKAGES: &[&str] = &["@azure/functions", "@netlify/functions"];

/// Attempts at compiling a source that changes while it is read.
const COMPILES_MAX: u32 = 3;

/// Seconds after which a call is worth another try.
const RETRY_AFTER_S: u32 = 1;

/// The outcome of a rescan.
pub(super) enum Rescan {
    /// The same version: the old one stays.
    Unchanged,
    /// Another version.
    Changed(FolderFunction),
}

/// A function of the functions directory.
pub(super) struct FolderFunction {
    source: FunctionSource,
    entry: Arc<Entry>,
    fingerprint: Arc<Mutex<Fingerprint>>,
    broken: Option<String>,
}

impl FolderFunction {
    /// A function that is not compiled yet: only its manifest is read, for the routes. `disk` is the functions directory.
    pub(super) fn new(disk: &Disk, source: FunctionSource, pools: &PoolDeps) -> Self {
        let manifest = manifest_path(&source);
        let fingerprint = Arc::new(Mutex::new(Fingerprint::of(manifest.iter().cloned().chain([source.path.clone()]))));
        let manifest = manifest.and_then(|path| read_manifest(disk, &source, &path)).unwrap_or_default();
        let may_name_addresses = may_name_addresses(disk, &source, &manifest);
        let routes = manifest.routes;
        let track = Track::new({
            let (root, source, fingerprint, pools) = (disk.root().to_owned(), source.clone(), fingerprint.clone(), pools.clone());
            Box::new(move || {
                let version = compile_settled(&pools.compilers, &root, &source, &fingerprint)?;
                Ok(pools.pool(Arc::new(version))?)
            })
        });
        let endpoint = Endpoint::new(source.name.clone(), track);
        Self {
            source,
            entry: Arc::new(Entry { endpoint, routes, may_name_addresses, version: None, origin: EntryOrigin::Folder }),
            fingerprint,
            broken: None,
        }
    }

    /// An entry that cannot become the function that its name says; every call is answered with the reason.
    pub(super) fn broken(source: FunctionSource, why: String) -> Self {
        let broken = Some(why.clone());
        let endpoint = Endpoint::new(source.name.clone(), Track::new(Box::new(move || Err(does_not_load(why.clone()).into()))));
        let fingerprint = Arc::new(Mutex::new(Fingerprint::of([source.path.clone()])));
        Self {
            source,
            entry: Arc::new(Entry { endpoint, routes: Vec::new(), may_name_addresses: false, version: None, origin: EntryOrigin::Folder }),
            fingerprint,
            broken,
        }
    }

    pub(super) fn name(&self) -> &FunctionName {
        &self.source.name
    }

    pub(super) fn source(&self) -> &FunctionSource {
        &self.source
    }

    pub(super) fn entry(&self) -> &Arc<Entry> {
        &self.entry
    }

    /// Whether any file that was read for it has changed.
    pub(super) fn is_stale(&self) -> bool {
        self.fingerprint.lock().is_stale()
    }

    /// Why it cannot be a function at all, if it cannot.
    pub(super) fn broken_because(&self) -> Option<&str> {
        self.broken.as_deref()
    }

    /// Reads a stale function again. A function that was compiled is compiled at once: if the version is the same, the save changed nothing
    /// that matters, and only the fingerprint is new.
    pub(super) fn rescan(&self, disk: &Disk, pools: &PoolDeps) -> Rescan {
        let again = Self::new(disk, self.source.clone(), pools);
        if let Some(Ok(pool)) = self.entry.endpoint.live.made()
            && again.entry.endpoint.live.make().is_ok_and(|made| made.version().id == pool.version().id)
        {
            *self.fingerprint.lock() = again.fingerprint.lock().clone();
            return Rescan::Unchanged;
        }
        Rescan::Changed(again)
    }
}

fn manifest_path(source: &FunctionSource) -> Option<PathBuf> {
    (source.kind == SourceKind::Folder).then(|| source.path.join(MANIFEST_FILE))
}

/// The manifest; of one that cannot be read the compiler reports the errors.
fn read_manifest(disk: &Disk, source: &FunctionSource, path: &Path) -> Option<Manifest> {
    let confinement = Confinement::of(disk.root(), source).ok()?;
    let text = confinement.text(disk, path, MANIFEST_BYTES_MAX as u64).ok()?;
    Manifest::parse(&text).ok()
}

/// Whether the function may be a Parse application, or claim routes, as far as its manifest and the texts of its entry and its `package.json`
/// tell without a compiler.
fn may_name_addresses(disk: &Disk, source: &FunctionSource, manifest: &Manifest) -> bool {
    let dialects = &manifest.dialects;
    if dialects.parse.is_some() || dialects.dialect.is_some() {
        return dialects.dialect.is_none_or(|dialect| dialect == Dialect::Parse || dialect.claims_routes());
    }
    let Ok(confinement) = Confinement::of(disk.root(), source) else { return false };
    let Ok(path) = entry::locate(disk, &confinement, entry::WantedEntry::of(manifest)) else { return false };
    // Parse's `main.js` may do nothing but require the files that define.
    let is_main = path.file_stem().is_some_and(|stem| stem == "main");
    let says_so = |text: &str| text.contains("Parse.Cloud") || code_may_claim_routes(text);
    // Azure's functions may be in files that the entry imports.
    let package =
        || confinement.own_folder().and_then(|folder| confinement.text(disk, &folder.join("package.json"), PACKAGE_JSON_BYTES_MAX).ok());
    is_main
        || confinement.text(disk, &path, ENTRY_BYTES_MAX).is_ok_and(|text| says_so(&text))
        || package().is_some_and(|text| CLAIMING_PACKAGES.iter().any(|name| text.contains(name)))
}

fn compile_settled(
    compilers: &Compilers,
    root: &Path,
    source: &FunctionSource,
    fingerprint: &Mutex<Fingerprint>,
) -> Result<Version, MakeError> {
    let before = fingerprint.lock().clone();
    let mut compiled: Compiled;
    let mut tries = 0;
    loop {
        let began = SystemTime::now();
        compiled = compilers.compile(root, source, source.name.as_str()).map_err(|error| not_now(&error))?;
        let taken = Fingerprint::of(std::mem::take(&mut compiled.watched));
        tries += 1;
        // A file that was written while it was read may have been read half. The number of tries is bounded for editors that never stop
        // writing.
        let settled = !taken.is_newer_than(began - CLOCK_GRAIN);
        if settled || tries == COMPILES_MAX {
            // A manifest that has changed since its routes were read stays stale: the next scan creates the function anew.
            if !before.is_stale() {
                *fingerprint.lock() = taken;
            }
            break;
        }
    }
    Ok(compiled.outcome.map_err(|error| does_not_load(error.diagnostic()))?)
}

fn does_not_load(diagnostic: String) -> Fault {
    Fault::new(Kind::BootFailed, "the function does not load").with_detail(diagnostic)
}

/// The source was not looked at: the next call tries again.
fn not_now(error: &NoCompiler) -> MakeError {
    let fault = Fault::new(Kind::Overloaded, "the function cannot be compiled now").with_detail(error.to_string());
    MakeError::Passing(fault.with_retry_after(RETRY_AFTER_S))
}
