//! Names that a function's own settings map to files and packages: `imports` of `deno.json`, and `paths` and `baseUrl` of `tsconfig.json`.
//!
//! `resolve` asks for each import of the function's own code and of shared code; packages know no mappings.
//!
//! The files are looked for in the function's folder, and then beside the functions; of each kind the first one with mappings counts. Of two
//! keys that fit, the longer one counts, as in import maps and in TypeScript. `extends`, `scopes` and `rootDirs` are not read.
//!
//! Invariant: only the settings of these two folders are read; where a mapping leads is judged like any other import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use oxc_resolver::TsConfig;
use serde::Deserialize;

use super::paths::{is_relative, joined};
use crate::release::compile::code_frame::Place;
use crate::release::compile::error::{CompileErrorKind, Diagnostic};
use crate::release::source::{Confinement, Disk};

/// Largest such file, in bytes.
const BYTES_MAX: u64 = 1 << 20;

/// Files with an import map, in order of preference.
const DENO_FILES: &[&str] = &["deno.json", "deno.jsonc"];

/// The file with TypeScript's mappings.
const TS_FILE: &str = "tsconfig.json";

/// A specifier that a mapping gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum Mapped {
    /// One of these files, the first that exists. The second part is the name of the setting, for messages.
    Files(Vec<PathBuf>, &'static str),
    /// Another specifier: a package, or a URL that is then refused.
    Specifier(String),
}

/// The folder that the addresses of an import map are relative to, and its entries.
type ImportMap = (PathBuf, BTreeMap<String, String>);

/// The mappings of one function.
#[derive(Debug, Default)]
pub(in crate::release::compile) struct Mappings {
    imports: Option<ImportMap>,
    /// Patterns with at most one `*`, in the order of the file, and their targets.
    paths: Vec<(String, Vec<PathBuf>)>,
    /// Where a name that is no path may be a file.
    base: Option<PathBuf>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DenoFile {
    imports: Option<BTreeMap<String, String>>,
    import_map: Option<String>,
}

impl Mappings {
    /// Reads the settings.
    ///
    /// # Errors
    /// If one of the files is not what it must be.
    pub(in crate::release::compile) fn of(confinement: &Confinement, disk: &Disk) -> Result<Self, Box<Diagnostic>> {
        let folders: Vec<&Path> = confinement.own_folder().into_iter().chain([confinement.root()]).collect();
        let mut mappings = Self::default();
        for folder in &folders {
            for file in DENO_FILES {
                if mappings.imports.is_none()
                    && let Some(text) = settings(confinement, disk, &folder.join(file))?
                {
                    mappings.imports = imports(confinement, disk, &folder.join(file), text)?;
                }
            }
            if mappings.paths.is_empty()
                && mappings.base.is_none()
                && let Some(text) = settings(confinement, disk, &folder.join(TS_FILE))?
            {
                mappings.read_tsconfig(confinement, &folder.join(TS_FILE), &text)?;
            }
        }
        Ok(mappings)
    }

    fn read_tsconfig(&mut self, confinement: &Confinement, path: &Path, text: &str) -> Result<(), Box<Diagnostic>> {
        let config = TsConfig::parse(true, path, path, text.to_owned()).map_err(|error| not_json(confinement, path, text, &error))?;
        let folder = path.parent().unwrap_or(confinement.root());
        let options = config.compiler_options;
        let base = options.base_url.and_then(|base| joined(folder, base.to_str()?));
        let from = base.as_deref().unwrap_or(folder);
        for (pattern, targets) in options.paths.unwrap_or_default() {
            let targets = targets.iter().filter_map(|target| joined(from, target.to_str()?)).collect();
            self.paths.push((pattern, targets));
        }
        self.base = base;
        Ok(())
    }

    /// What the settings make of a specifier; `None`: nothing.
    pub(in crate::release::compile) fn lookup(&self, specifier: &str) -> Option<Mapped> {
        if is_relative(specifier) {
            return None;
        }
        self.by_import_map(specifier).or_else(|| self.by_paths(specifier))
    }

    fn by_import_map(&self, specifier: &str) -> Option<Mapped> {
        let (folder, imports) = self.imports.as_ref()?;
        let fits = |key: &str| key == specifier || (key.ends_with('/') && specifier.starts_with(key));
        let (key, address) = imports.iter().filter(|(key, _)| fits(key)).max_by_key(|(key, _)| key.len())?;
        let address = format!("{address}{}", specifier.strip_prefix(key.as_str()).unwrap_or_default());
        match is_relative(&address) {
            true => Some(Mapped::Files(vec![joined(folder, &address)?], "`imports` of deno.json")),
            false => Some(Mapped::Specifier(address)),
        }
    }

    fn by_paths(&self, specifier: &str) -> Option<Mapped> {
        let fits = |pattern: &str| -> Option<(usize, String)> {
            match pattern.split_once('*') {
                None => (pattern == specifier).then(|| (usize::MAX, String::new())),
                Some((before, after)) => {
                    let matched = specifier.strip_prefix(before)?.strip_suffix(after)?;
                    Some((before.len(), matched.to_owned()))
                }
            }
        };
        let best =
            self.paths.iter().filter_map(|(pattern, targets)| Some((fits(pattern)?, targets))).max_by_key(|((length, _), _)| *length);
        let mut files: Vec<PathBuf> = match &best {
            Some(((_, matched), targets)) => {
                let filled = targets.iter().filter_map(|target| Some(target.to_str()?.replacen('*', matched, 1)));
                // What stands for the `*` may hold `..`.
                filled.filter_map(|target| joined(Path::new("/"), target.trim_start_matches('/'))).collect()
            }
            None => Vec::new(),
        };
        files.extend(self.base.as_ref().and_then(|base| joined(base, specifier)));
        (!files.is_empty()).then_some(Mapped::Files(files, "`paths` of tsconfig.json"))
    }
}

/// The text of a settings file; `None` if the file does not exist.
fn settings(confinement: &Confinement, disk: &Disk, path: &Path) -> Result<Option<String>, Box<Diagnostic>> {
    if !disk.is_file(path) {
        return Ok(None);
    }
    let text = disk.text(path, BYTES_MAX, &|canonical| confinement.allows_settings(canonical));
    text.map(Some).map_err(|error| Box::new(Diagnostic::new(CompileErrorKind::Config, format!("{}: {error}", confinement.label(path)))))
}

/// The import map of a `deno.json`: its own, or the file that it names.
fn imports(confinement: &Confinement, disk: &Disk, path: &Path, text: String) -> Result<Option<ImportMap>, Box<Diagnostic>> {
    let folder = path.parent().unwrap_or(confinement.root());
    let file: DenoFile = json(confinement, path, text)?;
    if let Some(imports) = file.imports {
        return Ok(Some((folder.to_owned(), imports)));
    }
    let Some(named) = file.import_map else { return Ok(None) };
    let missing = || {
        let message = format!("{}: `importMap` names `{named}`, which is not a file of the function", confinement.label(path));
        Box::new(Diagnostic::new(CompileErrorKind::Config, message))
    };
    let named_path = joined(folder, &named).ok_or_else(missing)?;
    let text = settings(confinement, disk, &named_path)?.ok_or_else(missing)?;
    let map: DenoFile = json(confinement, &named_path, text)?;
    Ok(map.imports.map(|imports| (named_path.parent().unwrap_or(folder).to_owned(), imports)))
}

/// JSON with comments and trailing commas.
fn json<T: for<'de> Deserialize<'de>>(confinement: &Confinement, path: &Path, text: String) -> Result<T, Box<Diagnostic>> {
    let mut stripped = text.clone().into_bytes();
    // What cannot be stripped is no JSON either, and its error has a position.
    let _ = json_strip_comments::strip_slice(&mut stripped);
    serde_json::from_slice(&stripped).map_err(|error| not_json(confinement, path, &text, &error))
}

fn not_json(confinement: &Confinement, path: &Path, text: &str, error: &serde_json::Error) -> Box<Diagnostic> {
    let message = error.to_string();
    let message = message.split(" at line ").next().unwrap_or_default();
    Box::new(Diagnostic::new(CompileErrorKind::Config, message).at(Place::at_line(
        confinement.label(path),
        text,
        error.line(),
        error.column(),
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(mapped: Option<Mapped>) -> Vec<String> {
        match mapped {
            Some(Mapped::Files(files, _)) => files.iter().map(|file| file.display().to_string()).collect(),
            Some(Mapped::Specifier(specifier)) => vec![specifier],
            None => Vec::new(),
        }
    }

    #[test]
    fn the_longest_key_of_an_import_map_counts() {
        let imports = [("@/", "./"), ("@/lib/", "./other/"), ("zod", "npm:zod@3"), ("zod/", "npm:/zod@3/"), ("up", "../_shared/x.ts")];
        let imports = imports.map(|(key, address)| (key.to_owned(), address.to_owned())).into();
        let mappings = Mappings { imports: Some(("/f/a".into(), imports)), ..Mappings::default() };
        for (specifier, expected) in [
            ("@/x.ts", "/f/a/x.ts"),
            ("@/lib/x.ts", "/f/a/other/x.ts"),
            ("zod", "npm:zod@3"),
            ("zod/v4", "npm:/zod@3/v4"),
            ("up", "/f/_shared/x.ts"),
        ] {
            assert_eq!(files(mappings.lookup(specifier)), [expected], "{specifier}");
        }
        for specifier in ["./zod", "zodiac", "up/x", "@"] {
            assert_eq!(mappings.lookup(specifier), None, "{specifier}");
        }
    }

    #[test]
    fn paths_are_matched_as_typescript_does() {
        let path = |pattern: &str, targets: &[&str]| (pattern.to_owned(), targets.iter().map(PathBuf::from).collect());
        let paths = vec![
            path("@/*", &["/f/a/src/*", "/f/a/gen/*"]),
            path("@/deep/*", &["/f/a/d/*"]),
            path("exact", &["/f/a/e.ts"]),
            path("*.css", &["/f/a/css/*"]),
        ];
        let mappings = Mappings { paths, ..Mappings::default() };
        assert_eq!(files(mappings.lookup("@/math")), ["/f/a/src/math", "/f/a/gen/math"]);
        assert_eq!(files(mappings.lookup("@/deep/x")), ["/f/a/d/x"]);
        assert_eq!(files(mappings.lookup("exact")), ["/f/a/e.ts"]);
        assert_eq!(files(mappings.lookup("a.css")), ["/f/a/css/a"]);
        assert_eq!(files(mappings.lookup("@/../../b/secret")), ["/f/b/secret", "/f/b/secret"], "they are judged later");
        assert_eq!(mappings.lookup("react"), None);
        let based = Mappings { base: Some("/f/a/src".into()), ..Mappings::default() };
        assert_eq!(files(based.lookup("lib/x")), ["/f/a/src/lib/x"]);
    }
}
