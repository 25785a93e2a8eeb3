//! A project on disk: a temporary folder with `functions/` and `state/`, written from a text fixture.
//!
//! The fixture lists files under `functions/`, each opened by a header, as in rust-analyzer:
//!
//! ```text
//! //- /hello/index.js
//! export default () => "hello";
//! //- /hello/function.toml
//! [scale]
//! max = 1
//! ```

use std::fs;
use std::path::{Path, PathBuf};

use tempfile::TempDir;

/// The folder lives as long as this value.
pub struct Project {
    root: TempDir,
}

impl Project {
    /// Writes every file of the fixture.
    pub fn new(fixture: &str) -> Self {
        let project = Self::empty();
        for (path, text) in files(fixture) {
            project.write(&path, &text);
        }
        project
    }

    /// No function yet.
    pub fn empty() -> Self {
        let root = tempfile::Builder::new().prefix("skep-it-").tempdir().expect("a temporary folder");
        let project = Self { root };
        fs::create_dir(project.functions()).expect("functions/ is new");
        fs::create_dir(project.state()).expect("state/ is new");
        project
    }

    /// Every example of the repository, copied.
    pub fn examples() -> Self {
        let project = Self::empty();
        copy_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("functions"), &project.functions());
        project
    }

    /// Copies a folder of files over the project: `functions/…` and whatever lies beside it.
    pub fn copied_from(folder: &Path) -> Self {
        let project = Self::empty();
        copy_tree(folder, project.root.path());
        project
    }

    /// The folder that holds everything.
    pub fn root(&self) -> &Path {
        self.root.path()
    }

    /// The functions directory, for `--functions`.
    pub fn functions(&self) -> PathBuf {
        self.root.path().join("functions")
    }

    /// The state directory, for `--state`.
    pub fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    /// Writes a file below `functions/` in place, as a simple editor does.
    pub fn write(&self, path: &str, text: &str) {
        let file = self.file(path);
        fs::create_dir_all(file.parent().expect("a file has a folder")).expect("a folder for the file");
        fs::write(&file, text).unwrap_or_else(|error| panic!("{}: {error}", file.display()));
    }

    /// Writes a new file beside the old one and renames it over, as careful editors do.
    pub fn replace(&self, path: &str, text: &str) {
        let file = self.file(path);
        let beside = file.with_extension("swap");
        fs::write(&beside, text).expect("a new file beside the old one");
        fs::rename(&beside, &file).expect("renamed over the old one");
    }

    /// Removes a file or a whole folder below `functions/`.
    pub fn remove(&self, path: &str) {
        let file = self.file(path);
        if file.is_dir() { fs::remove_dir_all(&file) } else { fs::remove_file(&file) }.expect("removed");
    }

    /// Puts a symbolic link at `at` that leads to `to`, both below the project's root.
    pub fn link(&self, at: &str, to: &str) {
        let at = self.root.path().join(at);
        std::os::unix::fs::symlink(self.root.path().join(to), &at).unwrap_or_else(|error| panic!("{}: {error}", at.display()));
    }

    fn file(&self, path: &str) -> PathBuf {
        self.functions().join(path.trim_start_matches('/'))
    }
}

/// Splits a fixture into paths and texts; the indentation that all lines share is taken off.
fn files(fixture: &str) -> Vec<(String, String)> {
    let indentation =
        fixture.lines().filter(|line| !line.trim().is_empty()).map(|line| line.len() - line.trim_start().len()).min().unwrap_or(0);
    let mut files: Vec<(String, String)> = Vec::new();
    for line in fixture.lines() {
        let line = line.get(indentation..).unwrap_or("");
        if let Some(path) = line.strip_prefix("//- /") {
            files.push((path.trim().to_owned(), String::new()));
        } else if let Some((_, text)) = files.last_mut() {
            text.push_str(line);
            text.push('\n');
        } else {
            assert!(line.trim().is_empty(), "a fixture begins with a `//- /path` header, not with {line:?}");
        }
    }
    files
}

/// Copies a folder with all that is in it.
pub fn copy_tree(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder to copy to");
    for entry in fs::read_dir(from).unwrap_or_else(|error| panic!("{}: {error}", from.display())) {
        let entry = entry.expect("a readable folder");
        let target = to.join(entry.file_name());
        if entry.file_type().expect("a file type").is_dir() {
            copy_tree(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), &target).expect("a copied file");
        }
    }
}

#[test]
fn a_fixture_becomes_files_without_the_shared_indentation() {
    let fixture = "
        //- /a/index.js
        export default {
          fetch() {},
        };
        //- /b.ts
        one
    ";
    let expected =
        vec![("a/index.js".to_owned(), "export default {\n  fetch() {},\n};\n".to_owned()), ("b.ts".to_owned(), "one\n\n".to_owned())];
    assert_eq!(files(fixture), expected);
}
