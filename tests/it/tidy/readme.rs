//! The tables of the READMEs say what the code says, and the visible top level of the repository stays small.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use skep::config::flag_table;
use skep::fault::{Blame, Kind};

use super::none;

#[test]
fn the_readme_has_the_flags_of_the_help() {
    let written = block("src/admin/README.md", "flags");
    // One by one, so that the first flag that differs is named.
    for (written, true_line) in written.lines().zip(flag_table().lines()) {
        assert_eq!(written, true_line, "src/admin/README.md, between the `flags` markers");
    }
    assert_eq!(written, flag_table(), "src/admin/README.md, between the `flags` markers");
}

#[test]
fn the_readme_has_every_fault_as_it_is() {
    let table = block("functions/README.md", "faults");
    // Two lines of heading.
    let rows: Vec<&str> = table.lines().skip(2).collect();
    let mut wrong = Vec::new();
    for (index, kind) in Kind::ALL.iter().enumerate() {
        let blame = match kind.blame() {
            Blame::Client => "client",
            Blame::Function => "function",
            Blame::Host => "host",
        };
        let retry = if kind.retry_is_safe() { "yes" } else { "no" };
        let expected = format!("| `{kind}` | {} | {blame} | {retry} | ", kind.status());
        let row = rows.get(index).copied().unwrap_or_default();
        if !row.starts_with(&expected) {
            wrong.push(format!("functions/README.md: row {} of the faults is `{row}` and must begin with `{expected}`", index + 1));
        }
    }
    wrong.extend(rows.iter().skip(Kind::ALL.len()).map(|row| format!("functions/README.md: no such fault: `{row}`")));
    none(&wrong);
}

#[test]
fn the_readme_has_every_operation_of_the_admin_api() {
    let written = block("src/admin/README.md", "operations");
    let expected = operation_table();
    // One by one, so that the first operation that differs is named.
    for (written, true_line) in written.lines().zip(expected.lines()) {
        assert_eq!(written, true_line, "src/admin/README.md, between the `operations` markers");
    }
    assert_eq!(written, expected, "src/admin/README.md, between the `operations` markers");
}

/// The operations as the OpenAPI document has them.
fn operation_table() -> String {
    let document = serde_json::to_value(skep::admin::document()).expect("a document is JSON");
    let mut table = "| method | path | scope | what |\n|---|---|---|---|\n".to_owned();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("operations") {
            let scope = operation["security"][1]["bearer"][0].as_str().expect("a scope");
            let what = operation["summary"].as_str().expect("a summary").trim_end_matches('.');
            table.push_str(&format!("| {} | `{path}` | {scope} | {what} |\n", method.to_uppercase()));
        }
    }
    table
}

/// The text of a file between `<!-- name -->` and `<!-- /name -->`.
fn block(file: &str, name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(file);
    let text = fs::read_to_string(path).unwrap_or_else(|error| panic!("{file}: {error}"));
    let begins = format!("<!-- {name} -->\n");
    let (_, after) = text.split_once(&begins).unwrap_or_else(|| panic!("{file} has no line `{}`", begins.trim()));
    let ends = format!("<!-- /{name} -->");
    let (block, _) = after.split_once(&ends).unwrap_or_else(|| panic!("{file} has no line `{ends}`"));
    block.to_owned()
}

#[test]
fn the_readme_is_short() {
    let text = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md")).expect("README.md");
    assert!(text.lines().count() <= 250, "README.md has {} lines, at most 250 are allowed", text.lines().count());
}

#[test]
fn the_top_level_is_what_a_newcomer_expects() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let output = std::process::Command::new("git").args(["ls-files"]).current_dir(root).output().expect("git");
    let listed = String::from_utf8(output.stdout).expect("UTF-8");
    let visible: BTreeSet<&str> = listed.lines().filter_map(|path| path.split('/').next()).filter(|name| !name.starts_with('.')).collect();
    let expected = ["Cargo.lock", "Cargo.toml", "README.md", "benches", "functions", "js-prelude", "src", "tests"];
    assert_eq!(visible.into_iter().collect::<Vec<_>>(), expected);
}
