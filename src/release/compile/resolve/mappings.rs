//! Names that a function's own settings map to files and packages: `imports` and `scopes` of `deno.json`, and `paths` and `baseUrl` of
//! `tsconfig.json`.
//!
//! `resolve` asks for each import of the function's own code and of shared code; packages know no mappings.
//!
//! The files are looked for in the function's folder, and then beside the functions; of each kind the first one with mappings counts. Of two
//! keys that fit, the longer one counts, as in import maps and in TypeScript. `rootDirs` is not read.
//!
//! Invariant: only the settings of these two folders are read; where a mapping leads is judged like any other import.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::release::compile::error::Diagnostic;
use crate::release::compile::paths::{is_relative, joined};
use crate::release::compile::settings::{self, DENO_FILES, TS_FILE, TsOptions};
use crate::release::source::{Confinement, Disk};

/// A specifier that a mapping gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(in crate::release::compile) enum Mapped {
    /// One of these files, the first that exists. The second part is the name of the setting, for messages.
    Files(Vec<PathBuf>, &'static str),
    /// Another specifier: a package, or a URL that is then refused.
    Specifier(String),
}

/// Names and their addresses.
type Addresses = BTreeMap<String, String>;

/// An import map.
#[derive(Debug, Default)]
struct ImportMap {
    /// The folder that its addresses are relative to.
    folder: PathBuf,
    imports: Addresses,
    /// The addresses that modules below a path have before `imports`, the longest path first.
    scopes: Vec<(PathBuf, Addresses)>,
}

/// The mappings of one function.
#[derive(Debug, Default)]
pub(in crate::release::compile) struct Mappings {
    imports: Option<ImportMap>,
    /// Patterns with at most one `*`, in the order of the file, and their targets.
    paths: Vec<(String, Vec<PathBuf>)>,
    /// Where a name that is no path may be a file.
    base: Option<PathBuf>,
    /// A file that might have mappings, and cannot be read.
    pub(in crate::release::compile) unread: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct DenoFile {
    imports: Option<Addresses>,
    scopes: Option<BTreeMap<String, Addresses>>,
    import_map: Option<String>,
}

impl Mappings {
    /// Reads the settings.
    ///
    /// # Errors
    /// If one of the files is not what it must be.
    pub(in crate::release::compile) fn of(confinement: &Confinement, disk: &Disk) -> Result<Self, Box<Diagnostic>> {
        let mut mappings = Self::default();
        for folder in settings::folders(confinement) {
            for file in DENO_FILES {
                if mappings.imports.is_none()
                    && let Some(text) = settings::text(confinement, disk, &folder.join(file))?
                {
                    mappings.imports = import_map(confinement, disk, &folder.join(file), &text)?;
                }
            }
            if mappings.paths.is_empty()
                && mappings.base.is_none()
                && let Some(options) = settings::ts_options(confinement, disk, &folder.join(TS_FILE))?
            {
                mappings.take(options);
            }
        }
        Ok(mappings)
    }

    fn take(&mut self, options: TsOptions) {
        if let Some((folder, paths)) = options.paths {
            let from = options.base.as_ref().unwrap_or(&folder);
            let targets = |targets: Vec<String>| targets.iter().filter_map(|target| joined_or_absolute(from, target)).collect();
            self.paths = paths.into_iter().map(|(pattern, written)| (pattern, targets(written))).collect();
        }
        self.base = options.base;
        self.unread = self.unread.take().or(options.unread);
    }

    /// What the settings make of a specifier in the module `importer`; `None`: nothing.
    pub(in crate::release::compile) fn lookup(&self, importer: &Path, specifier: &str) -> Option<Mapped> {
        if is_relative(specifier) {
            return None;
        }
        self.imports.as_ref().and_then(|map| map.lookup(importer, specifier)).or_else(|| self.by_paths(specifier))
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

impl ImportMap {
    fn lookup(&self, importer: &Path, specifier: &str) -> Option<Mapped> {
        let scopes = self.scopes.iter().filter(|(scope, _)| importer.starts_with(scope)).map(|(_, addresses)| addresses);
        let (key, address) = scopes.chain([&self.imports]).find_map(|addresses| best(addresses, specifier))?;
        let address = format!("{address}{}", specifier.strip_prefix(key).unwrap_or_default());
        match is_relative(&address) {
            true => Some(Mapped::Files(vec![joined(&self.folder, &address)?], "`imports` of deno.json")),
            false => Some(Mapped::Specifier(address)),
        }
    }
}

/// The longest key that is the specifier, or that ends in `/` and begins it.
fn best<'m>(addresses: &'m Addresses, specifier: &str) -> Option<(&'m str, &'m str)> {
    let fits = |key: &str| key == specifier || (key.ends_with('/') && specifier.starts_with(key));
    let found = addresses.iter().filter(|(key, _)| fits(key)).max_by_key(|(key, _)| key.len());
    found.map(|(key, address)| (key.as_str(), address.as_str()))
}

/// A target of `paths`; `${configDir}` has made some of them absolute.
fn joined_or_absolute(from: &Path, target: &str) -> Option<PathBuf> {
    if target.starts_with('/') { joined(Path::new("/"), target) } else { joined(from, target) }
}

/// The import map of a `deno.json`: its own, or the file that it names.
fn import_map(confinement: &Confinement, disk: &Disk, path: &Path, text: &str) -> Result<Option<ImportMap>, Box<Diagnostic>> {
    let folder = path.parent().unwrap_or(confinement.root());
    let file: DenoFile = settings::json(confinement, path, text)?;
    if file.imports.is_some() || file.scopes.is_some() {
        return Ok(map_of(folder, file));
    }
    let Some(named) = file.import_map else { return Ok(None) };
    let missing = || settings::wrong(confinement, path, &format!("`importMap` names `{named}`, which is not a file of the function"));
    let named_path = joined(folder, &named).ok_or_else(missing)?;
    let text = settings::text(confinement, disk, &named_path)?.ok_or_else(missing)?;
    let file = settings::json(confinement, &named_path, &text)?;
    Ok(map_of(named_path.parent().unwrap_or(folder), file))
}

fn map_of(folder: &Path, file: DenoFile) -> Option<ImportMap> {
    if file.imports.is_none() && file.scopes.is_none() {
        return None;
    }
    // A scope that is a URL has no modules here.
    let scopes = file.scopes.unwrap_or_default().into_iter().filter_map(|(scope, addresses)| {
        let is_path = is_relative(&scope);
        joined(folder, &scope).filter(|_| is_path).map(|scope| (scope, addresses))
    });
    let mut scopes: Vec<_> = scopes.collect();
    scopes.sort_by_key(|(scope, _)| std::cmp::Reverse(scope.as_os_str().len()));
    Some(ImportMap { folder: folder.to_owned(), imports: file.imports.unwrap_or_default(), scopes })
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
        let map = |pairs: &[(&str, &str)]| pairs.iter().map(|(key, address)| ((*key).to_owned(), (*address).to_owned())).collect();
        let scopes =
            vec![("/f/a/old/deep".into(), map(&[("zod", "./deep.ts")])), ("/f/a/old".into(), map(&[("zod", "npm:zod@2"), ("x/", "./x/")]))];
        let map = ImportMap { folder: "/f/a".into(), imports, scopes };
        let mappings = Mappings { imports: Some(map), ..Mappings::default() };
        let from = Path::new("/f/a/index.ts");
        for (specifier, expected) in [
            ("@/x.ts", "/f/a/x.ts"),
            ("@/lib/x.ts", "/f/a/other/x.ts"),
            ("zod", "npm:zod@3"),
            ("zod/v4", "npm:/zod@3/v4"),
            ("up", "/f/_shared/x.ts"),
        ] {
            assert_eq!(files(mappings.lookup(from, specifier)), [expected], "{specifier}");
        }
        for specifier in ["./zod", "zodiac", "up/x", "@"] {
            assert_eq!(mappings.lookup(from, specifier), None, "{specifier}");
        }
        for (importer, specifier, expected) in [
            ("/f/a/old/index.ts", "zod", "npm:zod@2"),
            ("/f/a/old/deep/index.ts", "zod", "/f/a/deep.ts"),
            ("/f/a/old/deep/index.ts", "x/y", "/f/a/x/y"),
            ("/f/a/old/index.ts", "@/x.ts", "/f/a/x.ts"),
            ("/f/a/older/index.ts", "zod", "npm:zod@3"),
        ] {
            assert_eq!(files(mappings.lookup(Path::new(importer), specifier)), [expected], "{importer} {specifier}");
        }
    }

    #[test]
    fn paths_are_matched_as_typescript_does() {
        let from = Path::new("/f/a/index.ts");
        let path = |pattern: &str, targets: &[&str]| (pattern.to_owned(), targets.iter().map(PathBuf::from).collect());
        let paths = vec![
            path("@/*", &["/f/a/src/*", "/f/a/gen/*"]),
            path("@/deep/*", &["/f/a/d/*"]),
            path("exact", &["/f/a/e.ts"]),
            path("*.css", &["/f/a/css/*"]),
        ];
        let mappings = Mappings { paths, ..Mappings::default() };
        assert_eq!(files(mappings.lookup(from, "@/math")), ["/f/a/src/math", "/f/a/gen/math"]);
        assert_eq!(files(mappings.lookup(from, "@/deep/x")), ["/f/a/d/x"]);
        assert_eq!(files(mappings.lookup(from, "exact")), ["/f/a/e.ts"]);
        assert_eq!(files(mappings.lookup(from, "a.css")), ["/f/a/css/a"]);
        assert_eq!(files(mappings.lookup(from, "@/../../b/secret")), ["/f/b/secret", "/f/b/secret"], "they are judged later");
        assert_eq!(mappings.lookup(from, "react"), None);
        let based = Mappings { base: Some("/f/a/src".into()), ..Mappings::default() };
        assert_eq!(files(based.lookup(from, "lib/x")), ["/f/a/src/lib/x"]);
    }
}
