//! `skep import`: the cases of `tests/import`, and what data cannot say: links, pipes, and a host that serves what was imported.
//!
//! A case is a folder `tests/import/FORMAT/NAME` with the files of another platform in `given/`, the command line in `args.txt`, and what
//! comes of it in `expected.txt`: the exit code, what is printed, and every file that is there afterwards and was not before.
//!
//! `IMPORT=kubeless/minimal cargo test --test it import` runs one case; `UPDATE_EXPECT=1` rewrites what is expected.
//!
//! Invariant: a case needs no Rust.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};

use skep::function::Manifest;

use crate::support::process::{Finished, binary, run};

/// A file that is expected to have more bytes is shown by its length.
const SHOWN_BYTES_MAX: usize = 4000;

fn corpus() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/import")
}

/// Folders of a folder, sorted.
fn folders(path: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let mut folders: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

/// Every file below a folder, by its path.
fn tree(root: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut open = vec![root.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).expect("a folder") {
            let path = entry.expect("an entry").path();
            let name = path.strip_prefix(root).expect("below").display().to_string();
            match fs::symlink_metadata(&path).expect("metadata") {
                metadata if metadata.is_dir() => open.push(path),
                metadata if metadata.is_symlink() => {
                    files.insert(name, format!("-> {}", fs::read_link(&path).expect("a link").display()).into_bytes());
                }
                _ => {
                    files.insert(name, fs::read(&path).expect("a file"));
                }
            }
        }
    }
    files
}

fn copy(from: &Path, to: &Path) {
    for (name, bytes) in tree(from) {
        let path = to.join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }
}

fn import(root: &Path, args: &str) -> Finished {
    let mut command = binary();
    command.current_dir(root).args(args.split_whitespace());
    run(command)
}

/// What came of a case, as text.
fn outcome(finished: &Finished, before: &BTreeMap<String, Vec<u8>>, after: &BTreeMap<String, Vec<u8>>) -> String {
    let mut text = format!("exit code {}\n{}{}", finished.code, finished.stdout, finished.stderr);
    for name in before.keys().filter(|name| !after.contains_key(*name)) {
        text.push_str(&format!("\n=== {name}\nis gone\n"));
    }
    for (name, bytes) in after.iter().filter(|(name, bytes)| before.get(*name) != Some(bytes)) {
        let shown = match str::from_utf8(bytes) {
            Ok(text) if bytes.len() <= SHOWN_BYTES_MAX => text.trim_end_matches('\n').to_owned(),
            _ => format!("({} bytes)", bytes.len()),
        };
        text.push_str(&format!("\n=== {name}\n{shown}\n"));
    }
    text
}

#[test]
fn every_case_comes_out_as_expected() {
    let wanted = std::env::var("IMPORT").unwrap_or_default();
    let mut wrong = Vec::new();
    let mut cases = 0;
    for format in folders(&corpus()) {
        for case in folders(&format).into_iter().filter(|case| case.display().to_string().contains(&wanted)) {
            cases += 1;
            let root = tempfile::tempdir().expect("a folder");
            copy(&case.join("given"), root.path());
            let before = tree(root.path());
            let args = fs::read_to_string(case.join("args.txt")).expect("args.txt");
            let finished = import(root.path(), &args);
            let after = tree(root.path());
            let found = outcome(&finished, &before, &after);
            check_manifests(&case, &after);
            assert!(!found.contains("hunter2"), "{}: a secret is written\n{found}", case.display());
            let file = case.join("expected.txt");
            if std::env::var_os("UPDATE_EXPECT").is_some() {
                fs::write(&file, &found).expect("expected.txt");
            }
            if fs::read_to_string(&file).unwrap_or_default() != found {
                wrong.push(format!("{}: found\n{found}", case.display()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}\n(UPDATE_EXPECT=1 takes them over)", wrong.join("\n\n"));
    assert!(cases >= 40 || !wanted.is_empty(), "{cases} cases");
}

/// Skep's own parser takes every manifest that was written. A parser that does not know `[[cron]]` yet may say so, and nothing else.
fn check_manifests(case: &Path, after: &BTreeMap<String, Vec<u8>>) {
    for (name, bytes) in after.iter().filter(|(name, _)| name.ends_with("function.toml")) {
        let text = str::from_utf8(bytes).expect("text");
        if !text.starts_with("# Made by `skep import`") {
            continue;
        }
        if let Err(error) = Manifest::parse(text) {
            let is_known = |message: &str| message.starts_with("unknown key `cron` at the top");
            assert!(error.problems.iter().all(|problem| is_known(&problem.message)), "{}: {name}: {error}", case.display());
        }
    }
}

const STACK: &str = "provider: {name: openfaas}\nfunctions:\n  hello: {lang: node20, handler: ./hello, image: x}\n";
const HANDLER: &str = "module.exports = async (event, context) => context.succeed(event.method);\n";

fn stack() -> tempfile::TempDir {
    let root = tempfile::tempdir().expect("a folder");
    fs::create_dir(root.path().join("hello")).expect("a folder");
    fs::write(root.path().join("stack.yml"), STACK).expect("a file");
    fs::write(root.path().join("hello/handler.js"), HANDLER).expect("a file");
    root
}

#[test]
fn links_out_of_the_project_are_not_followed() {
    let root = stack();
    let secret = tempfile::tempdir().expect("a folder");
    fs::write(secret.path().join("key"), "hunter2").expect("a file");
    symlink(secret.path().join("key"), root.path().join("hello/key.js")).expect("a link");
    symlink(secret.path(), root.path().join("hello/keys")).expect("a link");
    symlink(root.path(), root.path().join("hello/circle")).expect("a link");
    let finished = import(root.path(), "import stack.yml");
    assert_eq!(finished.code, 0, "{finished}");
    assert!(finished.stdout.contains("hello/key.js (a link)"), "{finished}");
    let written: Vec<String> = tree(&root.path().join("functions")).into_keys().collect();
    assert_eq!(written, ["hello/function.toml", "hello/handler.js"]);

    // A whole folder that is a link.
    let outside = stack();
    fs::remove_dir_all(root.path().join("hello")).expect("removed");
    symlink(outside.path().join("hello"), root.path().join("hello")).expect("a link");
    let finished = import(root.path(), "import stack.yml --out other");
    assert_eq!(finished.code, 1, "{finished}");
    assert!(!root.path().join("other").exists(), "{finished}");
}

#[test]
fn a_functions_directory_that_is_replaced_keeps_what_a_link_leads_to() {
    let root = stack();
    let elsewhere = tempfile::tempdir().expect("a folder");
    fs::write(elsewhere.path().join("mine.js"), "mine").expect("a file");
    fs::create_dir(root.path().join("functions")).expect("a folder");
    symlink(elsewhere.path(), root.path().join("functions/hello")).expect("a link");
    let refused = import(root.path(), "import stack.yml");
    assert_eq!(refused.code, 1, "{refused}");
    let forced = import(root.path(), "import stack.yml --force");
    assert_eq!(forced.code, 0, "{forced}");
    assert_eq!(fs::read_to_string(elsewhere.path().join("mine.js")).expect("still there"), "mine");
    assert!(!elsewhere.path().join("handler.js").exists());
    assert!(fs::symlink_metadata(root.path().join("functions/hello")).expect("there").is_dir());
    let names: Vec<_> =
        fs::read_dir(root.path().join("functions")).expect("a folder").map(|entry| entry.expect("one").file_name()).collect();
    assert_eq!(names, ["hello"], "drafts were left behind");
}

#[test]
fn a_pipe_in_place_of_a_file_is_an_error() {
    let root = stack();
    let pipe = root.path().join("hello/pipe.js");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
    let finished = import(root.path(), "import stack.yml hello/pipe.js");
    assert_eq!(finished.code, 1, "{finished}");
    assert!(finished.stdout.contains("not a regular file"), "{finished}");
}

#[test]
fn what_was_imported_is_checked_and_answers() {
    let root = tempfile::tempdir().expect("a folder");
    for (name, text) in [
        ("supabase/config.toml", "project_id = 'x'\n[functions.hello]\nverify_jwt = false\n"),
        ("supabase/functions/_shared/status.ts", "export const status: number = 201;\n"),
        (
            "supabase/functions/hello/index.ts",
            "import { status } from '../_shared/status.ts';\nDeno.serve((request: Request) => new Response(request.method, { status }));\n",
        ),
    ] {
        let path = root.path().join(name);
        fs::create_dir_all(path.parent().expect("a parent")).expect("a folder");
        fs::write(path, text).expect("a file");
    }
    let finished = import(root.path(), "import supabase/config.toml");
    assert_eq!(finished.code, 0, "{finished}");
    let checked = import(root.path(), "check --state state");
    assert_eq!(checked.code, 0, "{checked}");
    let called = import(root.path(), "invoke hello / --method PUT --json --state state");
    assert_eq!(called.code, 0, "{called}");
    let answer: serde_json::Value = serde_json::from_str(&called.stdout).expect("JSON");
    assert_eq!((&answer["status"], &answer["body"]), (&201.into(), &"PUT".into()), "{called}");
}
