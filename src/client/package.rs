//! A function on this machine's disk: compiled as the server will compile it, and packed as an upload.
//!
//! `releases::deploy` calls it before anything is sent.
//!
//! Invariant: an upload holds the files that the compiler has read or searched, and nothing else: no other function, no file beside. They
//! are read through the confined reader.

#![allow(clippy::disallowed_methods, reason = "a deploy reads the functions of this machine")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::error::RemoteError;
use crate::function::FunctionName;
use crate::release::compile::graph::SOURCE_BYTES_MAX;
use crate::release::compiler::Compilers;
use crate::release::source::archive::Files;
use crate::release::source::{CODE_EXTENSIONS, Confinement, Disk, FunctionSource, ReadError, discover};

/// A function that compiles.
#[derive(Debug)]
pub(in crate::client) struct LocalFunction {
    pub(in crate::client) name: FunctionName,
    /// The folder that it lies in; the paths of its files are relative to it.
    pub(in crate::client) parent: PathBuf,
    files: BTreeMap<String, Vec<u8>>,
    /// Symbolic links among them, and the path that each leads to.
    links: BTreeMap<String, String>,
}

/// Links on the way to one file; more are a circle.
const LINKS_MAX: usize = 40;

impl LocalFunction {
    /// Finds the function at `path` and compiles it.
    pub(in crate::client) fn compile(path: &Path, compilers: &Compilers) -> Result<Self, RemoteError> {
        let source = find(path)?;
        let unreadable =
            |path: &Path, error: &dyn std::fmt::Display| RemoteError::Local(format!("cannot read {}: {error}", path.display()));
        let parent = source.path.parent().unwrap_or(Path::new("/")).to_owned();
        let compiled = compilers.compile(&parent, &source, source.name.as_str()).map_err(|error| RemoteError::Local(error.to_string()))?;
        if let Err(error) = compiled.outcome {
            return Err(RemoteError::Compile { function: source.name.to_string(), error });
        }
        let disk = Disk::open(&parent).map_err(|error| unreadable(&parent, &error))?;
        let confinement = Confinement::of(&parent, &source).map_err(|error| unreadable(&source.path, &error))?;
        let names = UploadNames { parent: &parent, own: confinement.own(), source: &source };
        let (mut files, mut links) = (BTreeMap::new(), BTreeMap::new());
        for path in compiled.watched.iter().filter(|path| path.is_file()) {
            let path = &names.follow(path, &mut links);
            let Some(name) = names.of(path) else { continue };
            // Settings lie beside the functions.
            let is_beside = path.parent() == Some(&parent);
            let allows = |canonical: &Path| confinement.allows_settings(canonical) || (is_beside && canonical.parent() == Some(&parent));
            match disk.bytes(path, SOURCE_BYTES_MAX, &allows) {
                Ok(bytes) => files.insert(name, bytes),
                Err(ReadError::NotAFile) => continue,
                Err(error) => return Err(unreadable(path, &error)),
            };
        }
        Ok(Self { name: source.name, parent, files, links })
    }
}

/// The files of functions of one folder, as an upload.
pub(in crate::client) fn pack(functions: &[LocalFunction]) -> Result<Vec<u8>, RemoteError> {
    let names = functions.iter().map(|local| local.name.as_str()).collect::<Vec<_>>().join("`, `");
    let all: BTreeMap<&String, &Vec<u8>> = functions.iter().flat_map(|local| &local.files).collect();
    let links: BTreeMap<String, String> = functions.iter().flat_map(|local| local.links.clone()).collect();
    let files = Files::gather(all.into_iter().map(|(path, bytes)| (path.clone(), bytes.clone())), links);
    let files = files.map_err(|error| RemoteError::Local(format!("cannot send `{names}`: {error}")))?;
    files.to_tar_gz().map_err(|error| RemoteError::Local(format!("cannot pack `{names}`: {error}")))
}

/// The names of files in an upload.
struct UploadNames<'a> {
    parent: &'a Path,
    /// The function's folder or file, without links.
    own: &'a Path,
    source: &'a FunctionSource,
}

impl UploadNames<'_> {
    /// The name of a file or link that belongs to the upload.
    fn of(&self, path: &Path) -> Option<String> {
        // A function's folder may be a link; the server gets a folder.
        let named = match path.strip_prefix(self.own) {
            Ok(rest) if rest == Path::new("") => self.source.path.clone(),
            Ok(rest) => self.source.path.join(rest),
            Err(_) => path.to_owned(),
        };
        named.strip_prefix(self.parent).ok().filter(|below| goes_along(below, self.source)).and_then(slashed)
    }

    /// The file that a path leads to. Links on the way, such as those of pnpm, become links of the upload.
    fn follow(&self, path: &Path, links: &mut BTreeMap<String, String>) -> PathBuf {
        let mut path = match path.strip_prefix(&self.source.path) {
            Ok(rest) if rest == Path::new("") => self.own.to_owned(),
            Ok(rest) => self.own.join(rest),
            Err(_) => path.to_owned(),
        };
        for _ in 0..LINKS_MAX {
            let below = path.ancestors().filter(|above| above.starts_with(self.parent) && *above != self.parent);
            let Some((link, target)) = below.filter_map(|above| Some((above.to_owned(), fs::read_link(above).ok()?))).last() else { break };
            // The folder of the outermost link has no link above it, so each `..` is the folder above.
            let Some(target) = link.parent().map(|folder| lexical(folder, &target)) else { break };
            if let (Some(name), Some(leads_to)) = (self.of(&link), self.of(&target)) {
                links.insert(name, leads_to);
            }
            path = match path.strip_prefix(&link) {
                Ok(rest) if rest != Path::new("") => target.join(rest),
                _ => target,
            };
        }
        path
    }
}

/// Joins a link's target to the folder of the link.
fn lexical(folder: &Path, target: &Path) -> PathBuf {
    let mut joined = folder.to_owned();
    for part in target.components() {
        match part {
            Component::ParentDir => drop(joined.pop()),
            Component::CurDir => {}
            part => joined.push(part),
        }
    }
    joined
}

/// The function at a path.
fn find(path: &Path) -> Result<FunctionSource, RemoteError> {
    let wrong = |why: String| RemoteError::Usage(format!("{}: {why}", path.display()));
    let resolved = match path.components().next_back() {
        // `.` and `..` have no name of their own.
        Some(Component::Normal(name)) => {
            let parent = path.parent().filter(|parent| *parent != Path::new("")).unwrap_or(Path::new("."));
            fs::canonicalize(parent).map(|parent| parent.join(name))
        }
        _ => fs::canonicalize(path),
    };
    let resolved = resolved.map_err(|error| wrong(error.to_string()))?;
    if let Err(error) = fs::metadata(&resolved) {
        return Err(wrong(error.to_string()));
    }
    let parent = resolved.parent().ok_or_else(|| wrong("this is not the folder of a function".to_owned()))?;
    let found = discover(parent).map_err(|error| wrong(error.error.to_string()))?;
    if let Some(source) = found.functions.into_iter().find(|source| source.path == resolved) {
        return Ok(source);
    }
    let entry = resolved.file_name().unwrap_or_default().to_string_lossy();
    match found.problems.into_iter().find(|problem| problem.entry == entry) {
        Some(problem) => Err(wrong(problem.kind.to_string())),
        None => Err(wrong(
            "this is not a function: a function is a folder, or a file of code, whose name begins with neither `_` nor `.`".to_owned(),
        )),
    }
}

/// Whether a file belongs to the upload: a file of the function's own, shared code, a package, or settings beside the functions.
fn goes_along(below: &Path, source: &FunctionSource) -> bool {
    let mut parts = below.components();
    let Some(Component::Normal(top)) = parts.next() else { return false };
    let is_settings = parts.next().is_none() && !below.extension().is_some_and(|end| CODE_EXTENSIONS.iter().any(|known| end == *known));
    Some(top) == source.path.file_name() || top.as_encoded_bytes().starts_with(b"_") || top == "node_modules" || is_settings
}

fn slashed(path: &Path) -> Option<String> {
    path.to_str().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write(folder: &Path, files: &[(&str, &str)]) {
        for (path, text) in files {
            let path = folder.join(path);
            fs::create_dir_all(path.parent().unwrap()).unwrap();
            fs::write(path, text).unwrap();
        }
    }

    fn names(local: &LocalFunction) -> Vec<&str> {
        local.files.keys().map(String::as_str).collect()
    }

    #[test]
    fn an_upload_holds_what_the_module_graph_takes_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[
                ("hello/index.ts", "import { a } from '../_shared/a.ts'; import b from 'b'; export default () => a + b;"),
                ("hello/function.toml", "[limits]\nmemory_mb = 64\n"),
                ("hello/secret.env", "PASSWORD=1"),
                ("_shared/a.ts", "export const a = 'a';"),
                ("_shared/unused.ts", "nonsense ("),
                ("node_modules/b/package.json", "{\"name\":\"b\",\"exports\":\"./b.js\"}"),
                ("node_modules/b/b.js", "export default 'b';"),
                ("node_modules/c/index.js", ""),
                ("other/index.ts", "export default () => 'other';"),
            ],
        );
        let local = LocalFunction::compile(&folder.path().join("hello"), &Compilers::in_process()).unwrap();
        let expected = ["_shared/a.ts", "hello/function.toml", "hello/index.ts", "node_modules/b/b.js", "node_modules/b/package.json"];
        assert_eq!(names(&local), expected);
        assert!(!pack(&[local]).unwrap().is_empty());
    }

    #[test]
    fn a_single_file_and_a_link_are_functions_too() {
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("one.ts", "export default () => 1;"), ("_real/index.ts", "export default () => 2;")]);
        std::os::unix::fs::symlink("_real", folder.path().join("two")).unwrap();
        assert_eq!(names(&LocalFunction::compile(&folder.path().join("one.ts"), &Compilers::in_process()).unwrap()), ["one.ts"]);
        let two = LocalFunction::compile(&folder.path().join("two/"), &Compilers::in_process()).unwrap();
        assert!(names(&two).contains(&"two/index.ts"), "{:?}", names(&two));
    }

    #[test]
    fn the_links_of_a_package_manager_go_along() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[
                ("f/index.ts", "import { word } from 'word'; export default () => word;"),
                ("f/node_modules/.pnpm/word@1/node_modules/word/package.json", r#"{"name":"word","type":"module","exports":"./i.js"}"#),
                ("f/node_modules/.pnpm/word@1/node_modules/word/i.js", "import { d } from 'dep'; export const word = d;"),
                ("f/node_modules/.pnpm/dep@2/node_modules/dep/package.json", r#"{"name":"dep","type":"module","main":"i.js"}"#),
                ("f/node_modules/.pnpm/dep@2/node_modules/dep/i.js", "export const d = 'd';"),
            ],
        );
        let modules = folder.path().join("f/node_modules");
        std::os::unix::fs::symlink(".pnpm/word@1/node_modules/word", modules.join("word")).unwrap();
        std::os::unix::fs::symlink("../../dep@2/node_modules/dep", modules.join(".pnpm/word@1/node_modules/dep")).unwrap();
        let local = LocalFunction::compile(&folder.path().join("f"), &Compilers::in_process()).unwrap();
        assert_eq!(local.links["f/node_modules/word"], "f/node_modules/.pnpm/word@1/node_modules/word");
        assert_eq!(local.links["f/node_modules/.pnpm/word@1/node_modules/dep"], "f/node_modules/.pnpm/dep@2/node_modules/dep");
        assert!(names(&local).iter().all(|name| !name.starts_with("f/node_modules/word/")), "{:?}", names(&local));

        // Unpacked elsewhere, it compiles to the same version.
        let packed = pack(std::slice::from_ref(&local)).unwrap();
        let unpacked = tempfile::tempdir().unwrap();
        Files::read(crate::release::source::ArchiveKind::TarGz, &packed).unwrap().write_below(unpacked.path()).unwrap();
        let id = |root: &Path| {
            let root = root.canonicalize().unwrap();
            let source = find(&root.join("f")).unwrap();
            Compilers::in_process().compile(&root, &source, "test").unwrap().outcome.unwrap().id
        };
        assert_eq!(id(unpacked.path()), id(folder.path()));
    }

    #[test]
    fn a_pipe_beside_the_functions_is_no_part_of_an_upload() {
        use rustix::fs::{CWD, Mode, mkfifoat};
        let folder = tempfile::tempdir().unwrap();
        write(folder.path(), &[("hello/index.ts", "import 'b';"), ("node_modules/b/index.js", "export {}")]);
        mkfifoat(CWD, folder.path().join("package.json"), Mode::RUSR | Mode::WUSR).unwrap();
        let local = LocalFunction::compile(&folder.path().join("hello"), &Compilers::in_process()).unwrap();
        assert_eq!(names(&local), ["hello/index.ts", "node_modules/b/index.js"]);
    }

    #[test]
    fn a_mistake_shows_with_its_frame_and_a_path_without_a_function_is_wrong_usage() {
        let folder = tempfile::tempdir().unwrap();
        write(
            folder.path(),
            &[("bad/index.ts", "export default () => {\n  const const = 1;\n};"), ("empty/readme.md", ""), ("_x/index.ts", "")],
        );
        let error = LocalFunction::compile(&folder.path().join("bad"), &Compilers::in_process()).unwrap_err();
        assert_eq!(error.exit_code(), crate::config::ExitCode::FunctionFault);
        assert!(error.detail().unwrap().contains("bad/index.ts:2"), "{:?}", error.detail());
        for wrong in ["empty", "_x", "nowhere"] {
            let error = LocalFunction::compile(&folder.path().join(wrong), &Compilers::in_process()).unwrap_err();
            assert_eq!(error.exit_code(), crate::config::ExitCode::Usage, "{wrong}: {error}");
        }
    }
}
