//! The files of the crate `deno_node`, by the specifiers that its extension gives them.
//!
//! Found where cargo keeps the crate: `cargo metadata` downloads it like every crate of the lock file, though no target compiles it.
//!
//! Invariant: the version is that of the lock file, with its checksum.

use std::collections::BTreeMap;
use std::error::Error;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The prefix of the specifiers of all files, as deno_core's loader wants it.
pub(super) const PREFIX: &str = "ext:deno_node/";

/// The crate.
const NAME: &str = "deno_node";

/// The lists of its extension: the opening, and whether their files are scripts.
const LISTS: [(&str, bool); 2] = [("lazy_loaded_esm = [", false), ("lazy_loaded_js = [", true)];

/// Specifiers that stand for a script as an ES module.
const SYNTHETIC: &str = "synthetic_esm = [";

/// One file.
pub(super) struct CrateFile {
    /// Its specifier here: `ext:deno_node/…`, `ext:deno_node/node:…`.
    pub(super) specifier: String,
    path: PathBuf,
    /// Whether it is a script and no ES module.
    pub(super) is_script: bool,
}

impl CrateFile {
    pub(super) fn read(&self) -> Result<String, Box<dyn Error>> {
        println!("cargo:rerun-if-changed={}", self.path.display());
        Ok(std::fs::read_to_string(&self.path)?)
    }
}

/// The files, and the specifiers that stand for others.
pub(super) struct CrateFiles {
    files: BTreeMap<String, CrateFile>,
    synthetic: BTreeMap<String, String>,
}

impl CrateFiles {
    /// Finds the crate of the lock file beside `manifest`.
    pub(super) fn find(manifest: &Path) -> Result<Self, Box<dyn Error>> {
        let folder = folder(manifest)?;
        let library = std::fs::read_to_string(folder.join("lib.rs"))?;
        let mut files = BTreeMap::new();
        for (opening, is_script) in LISTS {
            for (name, file) in entries(&library, opening)? {
                let specifier = own(name);
                let path = folder.join("polyfills").join(file);
                files.insert(specifier.clone(), CrateFile { specifier, path, is_script });
            }
        }
        let synthetic = entries(&library, SYNTHETIC)?.into_iter().map(|(name, target)| (own(name), target.to_owned())).collect();
        Ok(Self { files, synthetic })
    }

    pub(super) fn get(&self, specifier: &str) -> Option<&CrateFile> {
        self.files.get(specifier)
    }

    /// The specifier of the file that a specifier of the crate means.
    pub(super) fn canonical(&self, specifier: &str) -> String {
        let own = own(specifier);
        self.synthetic.get(&own).cloned().unwrap_or(own)
    }
}

/// `node:x` and `x.ts` as specifiers of this host.
fn own(name: &str) -> String {
    if name.starts_with("ext:") { name.to_owned() } else { format!("{}{name}", PREFIX) }
}

/// The entries of a list: specifier and file, which may be the same.
fn entries<'l>(library: &'l str, opening: &str) -> Result<Vec<(&'l str, &'l str)>, Box<dyn Error>> {
    let missing = || format!("{NAME} has no `{opening}`");
    let (_, rest) = library.split_once(opening).ok_or_else(missing)?;
    let (list, _) = rest.split_once("\n  ],").ok_or_else(missing)?;
    let lines = list.lines().map(str::trim).filter(|line| line.starts_with('"'));
    Ok(lines
        .filter_map(|line| {
            let mut texts = line.split('"').skip(1).step_by(2);
            let first = texts.next()?;
            Some((first, texts.next().unwrap_or(first)))
        })
        .collect())
}

/// The folder of the crate. The first attempt asks nothing of the network.
fn folder(manifest: &Path) -> Result<PathBuf, Box<dyn Error>> {
    let cargo = std::env::var_os("CARGO").ok_or("cargo sets CARGO")?;
    let ask = |more: &[&str]| {
        Command::new(&cargo).args(["metadata", "--locked", "--format-version", "1", "--manifest-path"]).arg(manifest).args(more).output()
    };
    let mut answer = ask(&["--offline"])?;
    if !answer.status.success() {
        answer = ask(&[])?;
    }
    if !answer.status.success() {
        return Err(format!("cargo metadata: {}", String::from_utf8_lossy(&answer.stderr)).into());
    }
    let metadata: serde_json::Value = serde_json::from_slice(&answer.stdout)?;
    let packages = metadata["packages"].as_array().ok_or("cargo metadata names no packages")?;
    let package = packages.iter().find(|package| package["name"] == NAME).ok_or("the lock file has no deno_node")?;
    let manifest = package["manifest_path"].as_str().ok_or("cargo metadata names no path of deno_node")?;
    Ok(Path::new(manifest).parent().ok_or("the manifest of deno_node has no folder")?.to_owned())
}
