//! Which entries are functions, which are problems, which are skipped, and which files may be read.

use std::fs;
use std::os::fd::AsFd as _;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use rustix::fs::{CWD, Mode, OFlags, mkfifoat};
use rustix::io::Errno;
use tempfile::TempDir;

use super::beneath::{beneath, open_folder, step_by_step};
use super::disk::whole;
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

/// Creates a pipe.
pub(in crate::release) fn pipe(path: &Path) {
    mkfifoat(CWD, path, Mode::RUSR | Mode::WUSR).unwrap();
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
    let read = confinement.text(&Disk::open(root.path()).unwrap(), &confinement.own().join("function.toml"), 1000);
    assert!(matches!(read, Err(ReadError::LeadsOut)));
}

#[test]
fn the_entry_is_looked_for_in_order() {
    let locate = |files: &[(&str, &str)], named: Option<&str>| {
        let root = functions(files);
        let confinement = confined(&root, "f");
        let wanted = entry::WantedEntry { entry: named, ..entry::WantedEntry::default() };
        entry::locate(&Disk::open(root.path()).unwrap(), &confinement, wanted)
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
fn cloud_code_is_the_entry_of_a_parse_folder_whatever_starts_the_server_beside_it() {
    let locate = |files: &[(&str, &str)], is_parse: bool| {
        let root = functions(files);
        let confinement = confined(&root, "f");
        let wanted = entry::WantedEntry { is_parse, ..entry::WantedEntry::default() };
        let found = entry::locate(&Disk::open(root.path()).unwrap(), &confinement, wanted).unwrap();
        found.strip_prefix(confinement.own()).unwrap().to_str().unwrap().to_owned()
    };
    let beside = [("f/index.js", "express()"), ("f/cloud/main.js", "")];
    assert_eq!(locate(&beside, true), "cloud/main.js");
    assert_eq!(locate(&beside, false), "index.js");
    assert_eq!(locate(&[("f/index.js", "import { ParseServer } from 'parse-server'"), ("f/cloud/main.ts", "")], false), "cloud/main.ts");
    assert_eq!(locate(&[("f/index.js", ""), ("f/cloud/x.js", "")], true), "index.js");
}

#[test]
fn every_look_is_remembered_found_or_not() {
    let root = functions(&[("f/index.js", "")]);
    let (disk, confinement) = (Disk::open(root.path()).unwrap(), confined(&root, "f"));
    entry::locate(&disk, &confinement, entry::WantedEntry::default()).unwrap();
    let asked = disk.recorded();
    assert!(asked.contains(&confinement.own().join("index.ts")), "a better entry may appear");
    assert!(asked.contains(&confinement.own().join("index.js")));
}

#[test]
fn only_text_of_bounded_size_is_read() {
    let root = functions(&[("bom.ts", "\u{feff}x"), ("large.ts", "12345")]);
    std::fs::write(root.path().join("binary.ts"), [0xff, 0xfe]).unwrap();
    let read = |file: &str, bytes_max| Disk::open(root.path()).unwrap().text(&root.path().join(file), bytes_max, &|_| true);
    assert_eq!(read("bom.ts", 10).unwrap(), "x");
    assert_eq!(read("large.ts", 5).unwrap(), "12345");
    assert!(matches!(read("large.ts", 4), Err(ReadError::TooLarge(4))));
    assert!(matches!(read("binary.ts", 10), Err(ReadError::NotUtf8)));
    assert!(matches!(read(".", 10), Err(ReadError::NotAFile)));
    assert!(matches!(read("gone.ts", 10), Err(ReadError::Io(_))));
}

#[test]
fn a_pipe_a_device_a_socket_and_a_folder_are_no_text() {
    let root = functions(&[("f/folder/x.ts", "")]);
    let own = root.path().join("f");
    pipe(&own.join("pipe"));
    symlink("pipe", own.join("link")).unwrap();
    symlink("/dev/zero", own.join("device")).unwrap();
    let _socket = std::os::unix::net::UnixListener::bind(own.join("socket")).unwrap();
    for opener in [beneath, step_by_step] {
        let disk = Disk::with_opener(root.path(), opener).unwrap();
        let read = |file: &str| disk.text(&own.join(file), 1000, &|_| true);
        for file in ["pipe", "link", "socket", "folder"] {
            assert!(matches!(read(file), Err(ReadError::NotAFile)), "{file}: {:?}", read(file));
        }
        assert!(matches!(read("device"), Err(ReadError::LeadsOut)), "{:?}", read("device"));
    }
    // As a device in the folder itself would be: only root may create one.
    assert!(matches!(whole(fs::File::open("/dev/zero").unwrap(), 1000), Err(ReadError::NotAFile)));
}

#[test]
fn a_sparse_file_is_refused_before_it_is_read() {
    let root = functions(&[]);
    let path = root.path().join("large.ts");
    fs::File::create(&path).unwrap().set_len(8 << 30).unwrap();
    let read = Disk::open(root.path()).unwrap().text(&path, 20 << 20, &|_| true);
    assert!(matches!(read, Err(ReadError::TooLarge(_))), "{read:?}");
}

#[test]
fn a_file_that_is_longer_than_its_metadata_says_is_refused() {
    let file = fs::File::open("/proc/self/status").unwrap();
    assert_eq!(file.metadata().unwrap().len(), 0, "it is read as a file that grew since its length was checked");
    assert!(matches!(whole(file, 16), Err(ReadError::TooLarge(16))));
}

#[test]
fn a_link_within_the_allowed_places_is_followed() {
    let root = functions(&[("f/index.ts", ""), ("_shared/x.ts", "shared"), ("f/lib/y.ts", "own"), ("g/z.ts", "other")]);
    let own = root.path().join("f");
    symlink("../_shared/x.ts", own.join("x.ts")).unwrap();
    symlink(own.join("lib"), own.join("deeper")).unwrap();
    symlink("../g/z.ts", own.join("z.ts")).unwrap();
    let confinement = confined(&root, "f");
    for opener in [beneath, step_by_step] {
        let disk = Disk::with_opener(root.path(), opener).unwrap();
        let read = |file: &str| confinement.text(&disk, &own.join(file), 1000);
        assert_eq!(read("x.ts").unwrap(), "shared");
        assert_eq!(read("deeper/y.ts").unwrap(), "own");
        assert!(matches!(read("z.ts"), Err(ReadError::LeadsOut)), "{:?}", read("z.ts"));
    }
}

#[test]
fn no_link_is_followed_while_a_file_is_opened() {
    let root = functions(&[("victim/secret", "secret"), ("evil/own", "own")]);
    symlink("../victim/secret", root.path().join("evil/x")).unwrap();
    symlink("../victim", root.path().join("evil/d")).unwrap();
    let folder = open_folder(&root.path().canonicalize().unwrap()).unwrap();
    for opener in [beneath, step_by_step] {
        let open = |below: &str| opener(folder.as_fd(), Path::new(below), OFlags::empty());
        open("evil/own").unwrap();
        open("").unwrap();
        for below in ["evil/x", "evil/d", "evil/d/secret", "evil/own/x", "evil/gone"] {
            let error = open(below).expect_err(below);
            assert!(matches!(error, Errno::LOOP | Errno::NOTDIR | Errno::NOENT), "{below}: {error}");
        }
        assert_eq!(open("../x").unwrap_err(), Errno::XDEV);
    }
}

#[test]
fn a_link_that_is_swapped_never_shows_another_functions_file() {
    let root = functions(&[("victim/secret", "secret"), ("evil/own", "own"), ("evil/folder/secret", "own")]);
    let evil = root.path().canonicalize().unwrap().join("evil");
    let confinement = confined(&root, "evil");
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let (evil, confinement, is_done) = (&evil, &confinement, &is_done);
        let swaps = scope.spawn(move || {
            fs::hard_link(evil.join("own"), evil.join("x")).unwrap();
            while !is_done.load(Ordering::Relaxed) {
                symlink("../victim/secret", evil.join("next")).unwrap();
                fs::rename(evil.join("next"), evil.join("x")).unwrap();
                fs::rename(evil.join("folder"), evil.join("aside")).unwrap();
                symlink("../victim", evil.join("folder")).unwrap();
                fs::hard_link(evil.join("own"), evil.join("next")).unwrap();
                fs::rename(evil.join("next"), evil.join("x")).unwrap();
                fs::remove_file(evil.join("folder")).unwrap();
                fs::rename(evil.join("aside"), evil.join("folder")).unwrap();
            }
        });
        let mut texts = Vec::new();
        for opener in [beneath, step_by_step] {
            let disk = Disk::with_opener(confinement.root(), opener).unwrap();
            for path in (0..10_000).flat_map(|_| ["x", "folder/secret"]) {
                texts.extend(confinement.text(&disk, &evil.join(path), 1000));
            }
        }
        is_done.store(true, Ordering::Relaxed);
        swaps.join().unwrap();
        assert!(texts.iter().all(|text| text == "own"), "another function's file was read");
    });
    let disk = Disk::open(root.path()).unwrap();
    assert_eq!(confinement.text(&disk, &evil.join("x"), 1000).unwrap(), "own", "the last swap is undone");
}

#[test]
fn a_folder_is_listed_up_to_a_bound_and_only_where_it_is_allowed() {
    let root = functions(&[("f/a", ""), ("f/b", ""), ("f/c", ""), ("g/secret", "")]);
    symlink("../g", root.path().join("f/link")).unwrap();
    let confinement = confined(&root, "f");
    let disk = Disk::open(root.path()).unwrap();
    let names = |path: &str, entries_max| disk.names(&root.path().join(path), entries_max, &|canonical| confinement.allows(canonical));
    let mut all = names("f", 100).unwrap();
    all.sort();
    assert_eq!(all, ["a", "b", "c", "link"]);
    assert_eq!(names("f", 2).unwrap().len(), 2);
    assert!(matches!(names("f/link", 100), Err(ReadError::LeadsOut)));
    assert!(names("f/a", 100).is_err(), "a file has no names");
}
