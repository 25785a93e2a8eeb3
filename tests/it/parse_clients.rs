//! The clients of Parse Server, unmodified: what they do in Node and on a page, and requests whose answers a Parse Server gave.
//!
//! `tests/parse` holds the suites as scripts of Node, which ask a running Skep; each suite is a test with a Skep of its own. What is not
//! installed skips them, by name; where `CI` is set it fails them. `tests/parse/README.md` tells more.
//!
//! Invariant: a suite that fails says which of its checks did, and what it saw.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use crate::support::npm::{self, Room};
use crate::support::process::{self, program};
use crate::support::project::copy_tree;
use crate::support::{Project, Skep};

/// One test per suite, named in `tests/parse/main.mjs`, and the list of them.
macro_rules! suites {
    ($($test:ident $suite:literal;)*) => {
        const SUITES: &[&str] = &[$($suite),*];
        $(#[test] fn $test() { passes($suite); })*
    };
}

suites! {
    requests_are_answered_as_parse_server_does "requests";
    what_ends_a_parse_server_is_one_answer "endings";
    parse_8 "parse8";
    parse_6 "parse6";
    parse_3 "parse3";
    parse_8_in_a_browser "parse8-browser";
    parse_6_in_a_browser "parse6-browser";
    parse_3_in_a_browser "parse3-browser";
}

#[test]
fn every_suite_has_a_test() {
    let Some(folder) = installed("every_suite_has_a_test") else { return };
    let listed = process::run(main_script(folder));
    let listed: BTreeSet<&str> = listed.stdout.lines().collect();
    assert_eq!(listed, SUITES.iter().copied().collect());
}

fn passes(suite: &str) {
    let Some(folder) = installed(suite) else { return };
    let mut node = main_script(folder);
    if suite.ends_with("-browser") {
        let Some(browser) = browser() else { return npm::skip(suite, &["no Chromium"]) };
        node.env("BROWSER", browser);
    }
    let project = Project::empty();
    copy_tree(&data().join("functions"), &project.functions());
    let skep = Skep::start(project);
    node.arg(format!("http://{}/parse", skep.listen)).arg(suite);
    let finished = process::run(node);
    assert_eq!(finished.code, 0, "{suite}: {finished}");
}

/// `main.mjs`, which runs suites.
fn main_script(folder: &Path) -> std::process::Command {
    let mut node = program("node");
    node.current_dir(folder).arg("main.mjs");
    node
}

/// The folder of the scripts and their packages, or `None` if the test is to be skipped because of what is not installed.
fn installed(test: &str) -> Option<&'static Path> {
    static ROOM: OnceLock<Result<Room, String>> = OnceLock::new();
    match ROOM.get_or_init(fill) {
        Ok(room) => Some(&room.folder),
        Err(why) => {
            npm::skip(test, &[why.as_str()]);
            None
        }
    }
}

/// Installs the packages, and copies the scripts beside them.
fn fill() -> Result<Room, String> {
    let room = Room::take("parse");
    npm::install(&data(), &room.folder, &[])?;
    let entries = fs::read_dir(data()).expect("the scripts").map(|entry| entry.expect("a readable folder").path());
    for script in entries.filter(|path| path.extension().is_some_and(|ending| ending == "mjs" || ending == "json")) {
        let name = script.file_name().expect("a name");
        fs::copy(&script, room.folder.join(name)).map_err(|error| format!("{}: {error}", script.display()))?;
    }
    Ok(room)
}

/// A Chromium on the path.
fn browser() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    let places = ["chromium-headless-shell", "chromium", "google-chrome"].into_iter();
    places.flat_map(|name| folders.iter().map(move |folder| folder.join(name))).find(|file| file.is_file())
}

/// `tests/parse`.
fn data() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/parse")
}
