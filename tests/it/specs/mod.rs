//! Behaviour cases as folders of data: `tests/specs/<area>/<case>/`, driven here and by nothing else.
//!
//! A case is `case.toml`, the functions it calls in `functions/`, and golden files. Each case gets a Skep of its own and sends its
//! steps over one connection, so that a badly framed answer spoils the next step. `tests/specs/README.md` tells the format.
//!
//! `SPEC=faults/threw cargo test --test it specs` runs one case; `UPDATE_EXPECT=1` rewrites golden files.
//!
//! Invariant: a case says what a client sees; it names no Rust item.

mod case;
mod judge;
mod pattern;
mod run;

use std::collections::BTreeSet;
use std::fs;
use std::panic;
use std::path::{Path, PathBuf};

/// One test per area, and the list of them.
macro_rules! areas {
    ($($test:ident: $area:literal),* $(,)?) => {
        const AREAS: &[&str] = &[$($area),*];
        $(#[test] fn $test() { every_case_of($area); })*
    };
}

areas! {
    dialects_are_found_by_what_a_module_exports: "dialects",
    env_and_manifest_reach_the_function: "env",
    faults_have_their_status_and_shape: "faults",
    globals_are_those_of_the_web: "globals",
    guards_refuse_what_would_hurt: "guards",
    http_is_carried_whole: "http",
    modules_come_from_the_version_alone: "modules",
    node_functions_find_what_node_has: "node",
    routing_picks_the_most_specific_route: "routing",
    trace_is_carried_through: "trace",
}

/// Fault kinds that no case can provoke, and what does.
const PROVOKED_ELSEWHERE: &[(&str, &str)] = &[
    ("draining", "tests/it/drain.rs: needs a signal"),
    ("quarantined", "needs a function that takes an engine down, and by design none is known"),
];

#[test]
fn every_area_has_a_test() {
    let folders: BTreeSet<String> = folders_of(&root()).iter().map(|path| name_of(path)).collect();
    assert_eq!(folders, AREAS.iter().map(|area| (*area).to_owned()).collect());
}

#[test]
fn every_fault_is_provoked_by_a_case() {
    let table = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/fault.rs")).expect("the fault table");
    let labels = table.lines().filter(|line| line.contains(", retry: ")).filter_map(|line| line.split('"').nth(1));
    let expected: String = AREAS
        .iter()
        .flat_map(|area| cases_below(&root().join(area)))
        .map(|case| fs::read_to_string(case.join("case.toml")).expect("a case"))
        .collect();
    let unprovoked: Vec<&str> = labels
        .filter(|label| !expected.contains(&format!("expect.fault = \"{label}\"")))
        .filter(|label| !PROVOKED_ELSEWHERE.iter().any(|(kind, _)| kind == label))
        .collect();
    assert!(unprovoked.is_empty(), "no case expects {unprovoked:?}");
}

fn every_case_of(area: &str) {
    let wanted = std::env::var("SPEC").unwrap_or_default();
    let name = |case: &Path| case.strip_prefix(root()).expect("a case").display().to_string();
    let failures: Vec<String> = cases_below(&root().join(area))
        .iter()
        .filter(|case| name(case).contains(&wanted))
        .filter_map(|case| outcome(case).err().map(|failure| format!("tests/specs/{}, {failure}", name(case))))
        .collect();
    assert!(failures.is_empty(), "{} failed:\n\n{}", failures.len(), failures.join("\n\n"));
}

/// A panic in one case, such as a connection that breaks off, must not hide the cases after it.
fn outcome(case: &Path) -> Result<(), String> {
    panic::catch_unwind(|| run::run(case)).unwrap_or_else(|payload| {
        let text = payload.downcast_ref::<String>().cloned();
        Err(text.or_else(|| Some(payload.downcast_ref::<&str>()?.to_string())).unwrap_or_default())
    })
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/specs")
}

/// The cases below a folder, at any depth.
fn cases_below(folder: &Path) -> Vec<PathBuf> {
    if folder.join("case.toml").is_file() {
        return vec![folder.to_owned()];
    }
    folders_of(folder).iter().flat_map(|folder| cases_below(folder)).collect()
}

fn folders_of(folder: &Path) -> Vec<PathBuf> {
    let mut folders: Vec<PathBuf> = fs::read_dir(folder)
        .unwrap_or_else(|error| panic!("{}: {error}", folder.display()))
        .map(|entry| entry.expect("a readable folder").path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    folders
}

fn name_of(path: &Path) -> String {
    path.file_name().expect("a name").to_string_lossy().into_owned()
}
