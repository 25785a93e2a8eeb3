//! The settings files of a function: `deno.json` and `tsconfig.json`, JSON with comments, and the files that a `tsconfig.json` extends.
//!
//! `resolve::mappings` reads names for imports from them, and `emit::tsconfig` how code is transpiled. They are looked for in the function's
//! folder, and then beside the functions.
//!
//! Invariant: only files that the function may read as settings are read, and a chain of `extends` ends.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde::de::DeserializeOwned;

use super::code_frame::Place;
use super::error::{CompileErrorKind, Diagnostic};
use super::paths::{is_relative, joined};
use crate::release::source::{Confinement, Disk};

/// Files of Deno, in order of preference.
pub(in crate::release::compile) const DENO_FILES: &[&str] = &["deno.json", "deno.jsonc"];

/// TypeScript's file.
pub(in crate::release::compile) const TS_FILE: &str = "tsconfig.json";

/// Largest such file, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// Most files that one `tsconfig.json` extends, in all.
const EXTENDED_FILES_MAX: usize = 32;

/// The start of a path that means the folder of the outermost `tsconfig.json`.
const CONFIG_FOLDER: &str = "${configDir}";

/// The folders with settings, the function's own first.
pub(in crate::release::compile) fn folders(confinement: &Confinement) -> impl Iterator<Item = &Path> {
    confinement.own_folder().into_iter().chain([confinement.root()])
}

/// The text of a settings file; `None` if the file does not exist.
pub(in crate::release::compile) fn text(confinement: &Confinement, disk: &Disk, path: &Path) -> Result<Option<String>, Box<Diagnostic>> {
    if !disk.is_file(path) {
        return Ok(None);
    }
    let text = disk.text(path, BYTES_MAX, &|canonical| confinement.allows_settings(canonical));
    text.map(Some).map_err(|error| wrong(confinement, path, &error.to_string()))
}

/// JSON with comments and trailing commas.
pub(in crate::release::compile) fn json<T: DeserializeOwned>(
    confinement: &Confinement,
    path: &Path,
    text: &str,
) -> Result<T, Box<Diagnostic>> {
    let mut stripped = text.as_bytes().to_vec();
    // What cannot be stripped is no JSON either, and its error has a position.
    let _ = json_strip_comments::strip_slice(&mut stripped);
    if stripped.iter().all(u8::is_ascii_whitespace) {
        stripped = b"{}".to_vec();
    }
    serde_json::from_slice(&stripped).map_err(|error| {
        let message = error.to_string();
        let message = message.split(" at line ").next().unwrap_or_default();
        let place = Place::at_line(confinement.label(path), text, error.line(), error.column());
        Box::new(Diagnostic::new(CompileErrorKind::Config, message).at(place))
    })
}

/// The error of a settings file without a position in it.
pub(in crate::release::compile) fn wrong(confinement: &Confinement, path: &Path, why: &str) -> Box<Diagnostic> {
    Box::new(Diagnostic::new(CompileErrorKind::Config, format!("{}: {why}", confinement.label(path))))
}

/// `compilerOptions` as a file has them, with those of the files that it extends.
#[derive(Clone, Debug, Default)]
pub(in crate::release::compile) struct TsOptions {
    /// `baseUrl`, absolute.
    pub(in crate::release::compile) base: Option<PathBuf>,
    /// `paths`, and the folder that they are relative to where there is no `baseUrl`.
    pub(in crate::release::compile) paths: Option<(PathBuf, BTreeMap<String, Vec<String>>)>,
    pub(in crate::release::compile) jsx: Option<String>,
    pub(in crate::release::compile) jsx_import_source: Option<String>,
    pub(in crate::release::compile) jsx_factory: Option<String>,
    pub(in crate::release::compile) jsx_fragment_factory: Option<String>,
    pub(in crate::release::compile) experimental_decorators: Option<bool>,
    pub(in crate::release::compile) emit_decorator_metadata: Option<bool>,
    /// The file that is extended and cannot be read, and which file extends it.
    pub(in crate::release::compile) unread: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct TsFile {
    extends: Option<Extends>,
    compiler_options: Option<WrittenOptions>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Extends {
    One(String),
    Several(Vec<String>),
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct WrittenOptions {
    base_url: Option<String>,
    paths: Option<BTreeMap<String, Vec<String>>>,
    jsx: Option<String>,
    jsx_import_source: Option<String>,
    jsx_factory: Option<String>,
    jsx_fragment_factory: Option<String>,
    experimental_decorators: Option<bool>,
    emit_decorator_metadata: Option<bool>,
}

/// The `compilerOptions` of a settings file; `None` if the file does not exist.
///
/// # Errors
/// If it, or a file that it extends, is not what it must be.
pub(in crate::release::compile) fn ts_options(
    confinement: &Confinement,
    disk: &Disk,
    path: &Path,
) -> Result<Option<TsOptions>, Box<Diagnostic>> {
    let Some(text) = text(confinement, disk, path)? else { return Ok(None) };
    let top = path.parent().unwrap_or(confinement.root());
    let mut reader = TsReader { confinement, disk, top, open: Vec::new(), files_left: EXTENDED_FILES_MAX };
    reader.read(path, &text).map(Some)
}

struct TsReader<'r> {
    confinement: &'r Confinement,
    disk: &'r Disk,
    /// The folder of the outermost file.
    top: &'r Path,
    /// The files that extend one another, down to the one that is read.
    open: Vec<PathBuf>,
    files_left: usize,
}

impl TsReader<'_> {
    fn read(&mut self, path: &Path, text: &str) -> Result<TsOptions, Box<Diagnostic>> {
        let folder = path.parent().unwrap_or(self.confinement.root());
        let file: TsFile = json(self.confinement, path, text)?;
        let extended = match file.extends {
            // Deno has no `extends`.
            _ if path.file_name().is_some_and(|name| DENO_FILES.iter().any(|deno| name == *deno)) => Vec::new(),
            None => Vec::new(),
            Some(Extends::One(one)) => vec![one],
            Some(Extends::Several(several)) => several,
        };
        self.open.push(path.to_owned());
        let mut options = TsOptions::default();
        for specifier in extended {
            let Some(extended) = self.extended(folder, &specifier) else {
                let unread =
                    format!("{} extends `{specifier}`, which is not a file that this function may read", self.confinement.label(path));
                options.unread.get_or_insert(unread);
                continue;
            };
            if self.open.contains(&extended) {
                return Err(wrong(self.confinement, path, &format!("`extends` leads from `{specifier}` back to this file")));
            }
            self.files_left = self
                .files_left
                .checked_sub(1)
                .ok_or_else(|| wrong(self.confinement, path, &format!("it extends more than {EXTENDED_FILES_MAX} files")))?;
            // It was there a moment ago.
            let Some(text) = self::text(self.confinement, self.disk, &extended)? else { continue };
            options.set(self.read(&extended, &text)?);
        }
        self.open.pop();
        options.set(self.absolute(folder, file.compiler_options.unwrap_or_default()));
        Ok(options)
    }

    /// The file that `extends` means, if the function may read it.
    fn extended(&self, folder: &Path, specifier: &str) -> Option<PathBuf> {
        let with_ending = |path: PathBuf| {
            let mut named = path.clone().into_os_string();
            named.push(".json");
            [path, PathBuf::from(named)]
        };
        let candidates: Vec<PathBuf> = match is_relative(specifier) {
            true => with_ending(joined(folder, specifier)?).into(),
            false if specifier.starts_with('/') => return None,
            false => {
                let folders = folder.ancestors().take_while(|folder| folder.starts_with(self.confinement.root()));
                let packages = folders.filter_map(|folder| joined(&folder.join("node_modules"), specifier));
                packages.flat_map(|path| with_ending(path.clone()).into_iter().chain([path.join(TS_FILE)])).collect()
            }
        };
        let mut allowed = candidates.into_iter().filter(|path| self.confinement.allows_settings(path));
        allowed.find(|path| {
            let canonical = self.disk.canonical(path);
            self.disk.is_file(path) && canonical.is_ok_and(|canonical| self.confinement.allows_settings(&canonical))
        })
    }

    fn absolute(&self, folder: &Path, written: WrittenOptions) -> TsOptions {
        TsOptions {
            base: written.base_url.and_then(|base| self.place(folder, &base)),
            paths: written.paths.map(|paths| (folder.to_owned(), self.filled(paths))),
            jsx: written.jsx,
            jsx_import_source: written.jsx_import_source,
            jsx_factory: written.jsx_factory,
            jsx_fragment_factory: written.jsx_fragment_factory,
            experimental_decorators: written.experimental_decorators,
            emit_decorator_metadata: written.emit_decorator_metadata,
            unread: None,
        }
    }

    fn place(&self, folder: &Path, written: &str) -> Option<PathBuf> {
        match written.strip_prefix(CONFIG_FOLDER) {
            Some(rest) => joined(self.top, rest.trim_start_matches('/')),
            None => joined(folder, written),
        }
    }

    /// Targets that begin with the folder of the outermost file become absolute.
    fn filled(&self, mut paths: BTreeMap<String, Vec<String>>) -> BTreeMap<String, Vec<String>> {
        for target in paths.values_mut().flatten() {
            if target.starts_with(CONFIG_FOLDER)
                && let Some(place) = self.place(self.top, target)
            {
                *target = place.to_string_lossy().into_owned();
            }
        }
        paths
    }
}

impl TsOptions {
    /// Takes what `over` sets.
    fn set(&mut self, over: Self) {
        fn take<T>(field: &mut Option<T>, over: Option<T>) {
            if over.is_some() {
                *field = over;
            }
        }
        take(&mut self.base, over.base);
        take(&mut self.paths, over.paths);
        take(&mut self.jsx, over.jsx);
        take(&mut self.jsx_import_source, over.jsx_import_source);
        take(&mut self.jsx_factory, over.jsx_factory);
        take(&mut self.jsx_fragment_factory, over.jsx_fragment_factory);
        take(&mut self.experimental_decorators, over.experimental_decorators);
        take(&mut self.emit_decorator_metadata, over.emit_decorator_metadata);
        if self.unread.is_none() {
            self.unread = over.unread;
        }
    }
}
