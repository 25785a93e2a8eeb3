//! Which entries are functions, which are problems, which are skipped, and which files may be read.

use std::os::unix::fs::symlink;

use tempfile::TempDir;

use super::*;
use crate::function::FunctionName;

/// A functions directory with the given files, each `path` with or without text; folders come by themselves.
pub(in crate::release) fn functions(files: &[(&str, &str)]) -> TempDir {
    let root = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = root.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }
    root
}

fn names(discovery: &Discovery) -> Vec<&str> {
    discovery.functions.iter().map(|source| source.name.as_str()).collect()
}

fn problems(discovery: &Discovery) -> Vec<String> {
    discovery.problems.iter().map(ToString::to_string).collect()
}

fn confined(root: &TempDir, name: &str) -> Confinement {
    let canonical = root.path().canonicalize().unwrap();
    let path = canonical.join(name);
    let kind = if path.is_dir() { SourceKind::Folder } else { SourceKind::File };
    Confinement::of(&canonical, &FunctionSource { name: FunctionName::parse("x").unwrap(), path, kind }).unwrap()
}

#[test]
fn folders_and_single_files_are_functions() {
    let root = functions(&[
        ("hello/index.ts", ""),
        ("plain/index.js", ""),
        ("view/index.jsx", ""),
        ("named/src/main.ts", ""),
        ("named/function.toml", "entry = 'src/main.ts'"),
        ("packed/package.json", r#"{ "main": "lib/main" }"#),
        ("packed/lib/main.js", ""),
        ("single.ts", ""),
        ("other.mjs", ""),
    ]);
    let discovery = discover(root.path()).unwrap();
    assert_eq!(problems(&discovery), [""; 0]);
    assert_eq!(names(&discovery), ["hello", "named", "other", "packed", "plain", "single", "view"]);
    assert_eq!(discovery.functions[0].kind, SourceKind::Folder);
    assert_eq!(discovery.functions[5].kind, SourceKind::File);
}

#[test]
fn shared_code_packages_and_stray_files_are_no_functions() {
    let root = functions(&[
        ("_shared/db.ts", ""),
        ("_types.ts", ""),
        (".git/config", ""),
        ("node_modules/zod/index.js", ""),
        ("package.json", "{}"),
        ("README.md", ""),
        ("env.d.ts", ""),
        ("LICENSE", ""),
    ]);
    let discovery = discover(root.path()).unwrap();
    assert_eq!(problems(&discovery), [""; 0]);
    assert_eq!(names(&discovery), [""; 0]);
}

#[test]
fn a_problem_is_named_and_hides_no_other_entry() {
    let root = functions(&[
        ("good/index.ts", ""),
        ("Bad/index.ts", ""),
        ("with.dot.ts", ""),
        ("empty/readme.md", ""),
        ("twice/index.ts", ""),
        ("twice.ts", ""),
        ("thrice.ts", ""),
        ("thrice.js", ""),
    ]);
    let discovery = discover(root.path()).unwrap();
    assert_eq!(names(&discovery), ["good"]);
    let problems = problems(&discovery);
    for (problem, text) in problems.iter().zip([
        "Bad: `Bad` is not a function name: 'B' at position 1",
        "empty: there is no entry module: add an `index.ts`",
        "thrice.js: `thrice.ts` is the same function",
        "thrice.ts: `thrice.js` is the same function",
        "twice: `twice.ts` is the same function",
        "twice.ts: `twice` is the same function",
        "with.dot.ts: `with.dot` is not a function name: '.' at position 5",
    ]) {
        assert!(problem.starts_with(text), "{problem}");
    }
    assert_eq!(problems.len(), 7, "{problems:?}");
    let function = discovery.problems[1].function.as_ref();
    assert_eq!(function.map(FunctionName::as_str), Some("empty"));
}

#[test]
fn a_broken_manifest_is_left_for_the_compiler() {
    let root = functions(&[("a/function.toml", "entry = 1"), ("b/function.toml", "entry = 'gone.ts'")]);
    assert_eq!(names(&discover(root.path()).unwrap()), ["a", "b"]);
}

#[test]
fn links_are_followed_inside_the_functions_directory_only() {
    let outside = functions(&[("index.ts", ""), ("single.ts", "")]);
    let root = functions(&[("_all/impl/index.ts", ""), ("_one.ts", "")]);
    symlink(root.path().join("_all/impl"), root.path().join("inside")).unwrap();
    symlink("_one.ts", root.path().join("one.ts")).unwrap();
    symlink(outside.path(), root.path().join("outside")).unwrap();
    symlink(outside.path().join("single.ts"), root.path().join("single.ts")).unwrap();
    symlink(".", root.path().join("whole")).unwrap();
    symlink("nowhere", root.path().join("broken")).unwrap();
    symlink("nowhere", root.path().join("notes.md")).unwrap();
    let discovery = discover(root.path()).unwrap();
    assert_eq!(names(&discovery), ["inside", "one"]);
    assert_eq!(
        problems(&discovery),
        [
            "broken: it does not exist",
            "outside: it is a link that leads out of the functions directory",
            "single.ts: it is a link that leads out of the functions directory",
            "whole: it is a link that leads out of the functions directory",
        ]
    );
}

#[test]
fn a_missing_directory_is_an_error_of_its_own() {
    let error = discover(std::path::Path::new("/nonexistent/functions")).unwrap_err();
    assert!(error.to_string().contains("/nonexistent/functions"), "{error}");
}

#[test]
fn a_folder_function_reads_its_own_folder_and_what_is_shared() {
    let root = functions(&[("hello/index.ts", ""), ("other/index.ts", ""), ("hello2/x.ts", ""), ("_shared/x.ts", "")]);
    let confinement = confined(&root, "hello");
    let allows = |path: &str| confinement.allows(&confinement.root().join(path));
    for path in
        ["hello/index.ts", "hello/lib/x.ts", "hello/node_modules/zod/index.js", "_shared/x.ts", "_x.ts", "node_modules/zod/index.js"]
    {
        assert!(allows(path), "{path}");
    }
    for path in ["other/index.ts", "hello2/x.ts", "hello.ts", "package.json", "", "other/_x/y.ts", "other/node_modules/z/z.js"] {
        assert!(!allows(path), "{path}");
    }
    assert!(!confinement.allows(std::path::Path::new("/etc/passwd")));
}

#[test]
fn a_single_file_function_reads_itself_and_what_is_shared() {
    let root = functions(&[("hello.ts", ""), ("other.ts", "")]);
    let confinement = confined(&root, "hello.ts");
    let allows = |path: &str| confinement.allows(&confinement.root().join(path));
    assert!(allows("hello.ts") && allows("_shared/x.ts") && allows("node_modules/z/z.js"));
    assert!(!allows("other.ts") && !allows("hello/x.ts"));
}

#[test]
fn settings_are_confined_like_code() {
    let outside = functions(&[("secret.toml", "secret")]);
    let root = functions(&[("hello/index.ts", "")]);
    symlink(outside.path().join("secret.toml"), root.path().join("hello/function.toml")).unwrap();
    let confinement = confined(&root, "hello");
    let read = confinement.text(&Disk::default(), &confinement.own().join("function.toml"), 1000);
    assert!(matches!(read, Err(ReadError::LeadsOut)));
}

#[test]
fn the_entry_is_looked_for_in_order() {
    let locate = |files: &[(&str, &str)], named: Option<&str>| {
        let root = functions(files);
        let confinement = confined(&root, "f");
        entry::locate(&Disk::default(), &confinement, named)
            .map(|found| found.strip_prefix(confinement.own()).unwrap().to_str().unwrap().to_owned())
            .map_err(|error| error.to_string())
    };
    let all = [("f/index.ts", ""), ("f/index.js", ""), ("f/main.ts", ""), ("f/package.json", r#"{"main":"main.ts"}"#)];
    assert_eq!(locate(&all, Some("main.ts")).unwrap(), "main.ts");
    assert_eq!(locate(&all, None).unwrap(), "index.ts");
    assert_eq!(locate(&all[1..], None).unwrap(), "index.js");
    assert_eq!(locate(&all[2..], None).unwrap(), "main.ts");
    assert!(locate(&all, Some("gone.ts")).unwrap_err().contains("`entry = \"gone.ts\"`"));
    let package = |json: &str| locate(&[("f/package.json", json), ("f/a.js", ""), ("f/b.js", ""), ("f/c.mjs", "")], None);
    assert_eq!(package(r#"{"exports": "./a.js"}"#).unwrap(), "a.js");
    assert_eq!(package(r#"{"exports": {".": "./b.js", "./x": "./a.js"}, "main": "a.js"}"#).unwrap(), "b.js");
    assert_eq!(package(r#"{"exports": {"node": "./a.js", "worker": {"import": "./b.js"}, "default": "./c.mjs"}}"#).unwrap(), "b.js");
    assert_eq!(
        package(r#"{"exports": {"import": "./c.mjs", "default": "./a.js", "worker": "./b.js"}}"#).unwrap(),
        "c.mjs",
        "key order counts"
    );
    assert_eq!(package(r#"{"main": "c"}"#).unwrap(), "c.mjs");
    assert!(package(r#"{"main": "gone.js"}"#).unwrap_err().contains("`gone.js`"));
    assert!(package(r#"{"main": "../../x.js"}"#).unwrap_err().contains("not a path inside"));
    assert!(package("{").unwrap_err().contains("not valid JSON"));
    assert!(package("{}").unwrap_err().contains("no entry module"));
}

#[test]
fn every_look_is_remembered_found_or_not() {
    let root = functions(&[("f/index.js", "")]);
    let (disk, confinement) = (Disk::default(), confined(&root, "f"));
    entry::locate(&disk, &confinement, None).unwrap();
    let asked = disk.recorded();
    assert!(asked.contains(&confinement.own().join("index.ts")), "a better entry may appear");
    assert!(asked.contains(&confinement.own().join("index.js")));
}

#[test]
fn only_text_of_bounded_size_is_read() {
    let root = functions(&[("bom.ts", "\u{feff}x"), ("large.ts", "12345")]);
    std::fs::write(root.path().join("binary.ts"), [0xff, 0xfe]).unwrap();
    let read = |file: &str, bytes_max| Disk::default().text(&root.path().join(file), bytes_max);
    assert_eq!(read("bom.ts", 10).unwrap(), "x");
    assert_eq!(read("large.ts", 5).unwrap(), "12345");
    assert!(matches!(read("large.ts", 4), Err(ReadError::TooLarge(4))));
    assert!(matches!(read("binary.ts", 10), Err(ReadError::NotUtf8)));
    assert!(matches!(read(".", 10), Err(ReadError::NotAFile)));
    assert!(matches!(read("gone.ts", 10), Err(ReadError::Io(_))));
}
