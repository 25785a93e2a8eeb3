//! The shape of the sources: who may import whom, who may name what, how a file begins and how long it may get; and that the tables
//! of README.md say what the code says.
//!
//! Reads the text of README.md, and of `src/`, `js-prelude/` and `tests/it/` without comments, strings and unit tests, and fails with
//! file and line.
//!
//! Invariant: the tables of this file are the architecture of the design; a new part of the program gets a row here first.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use skep::config::flag_table;
use skep::fault::{Blame, Kind};

/// Which parts of the program each part may import. Arrows point down; leaves may be used by everybody above them.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("fault", &[]),
    ("function", &["fault"]),
    ("shutdown", &["fault"]),
    ("config", &["fault", "function"]),
    ("telemetry", &["config", "fault", "function"]),
    ("supervisor", &["config", "fault", "shutdown", "telemetry"]),
    // Worker threads write the crash note, and say that the process is tainted.
    ("runtime", &["config", "fault", "function", "shutdown", "supervisor", "telemetry"]),
    ("live", &["config", "fault", "function", "runtime", "shutdown", "telemetry"]),
    ("release", &["config", "fault", "function", "live", "runtime", "shutdown", "supervisor", "telemetry"]),
    ("ingress", &["config", "fault", "function", "live", "runtime", "shutdown", "supervisor", "telemetry"]),
    ("cluster", &["config", "fault", "function", "live", "release", "runtime", "shutdown", "telemetry"]),
    // The admin API asks for releases; it makes none. Its sockets are watched by ingress's gate.
    ("admin", &["cluster", "config", "fault", "function", "ingress", "live", "release", "runtime", "shutdown", "supervisor", "telemetry"]),
    (
        "app",
        &[
            "admin",
            "cluster",
            "config",
            "fault",
            "function",
            "ingress",
            "live",
            "release",
            "runtime",
            "shutdown",
            "supervisor",
            "telemetry",
        ],
    ),
    // A command is what `main` carries out; some of them run the app.
    ("command", &["app", "config", "fault", "function", "live", "release", "runtime", "shutdown", "supervisor", "telemetry"]),
];

/// Words that only some places may use, with those places. The build script makes the snapshot, so it knows the engine.
const RESERVED_WORDS: &[(&[&str], &[&str])] = &[
    (&["axum", "hyper", "StatusCode"], &["ingress/", "admin/"]),
    // A resolver of deno_fetch's is given its names in a type of hyper_util's.
    (&["hyper_util"], &["ingress/", "admin/", "runtime/isolate/egress/door.rs"]),
    (&["deno_core", "v8"], &["runtime/isolate/", "runtime/ops/", "build.rs"]),
];

/// Places that may touch the disk.
const DISK: &[&str] = &["release/", "config/", "command/", "build.rs", "main.rs"];

/// Most lines of a file, unit tests not counted.
const LINES_MAX: usize = 500;

#[test]
fn imports_point_down() {
    let sources = sources("src");
    let parts: BTreeSet<&str> = sources.iter().map(Source::part).collect();
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !source.is_root()) {
        let part = source.part();
        let Some((_, allowed)) = MAY_IMPORT.iter().find(|(name, _)| *name == part) else {
            wrong.push(format!("src/{}: `{part}` has no row in MAY_IMPORT", source.path));
            continue;
        };
        for (line, imported) in source.crate_imports() {
            if imported != part && parts.contains(imported.as_str()) && !allowed.contains(&imported.as_str()) {
                wrong.push(format!("src/{}:{line}: `{part}` must not import `{imported}`", source.path));
            }
        }
    }
    none(&wrong);
}

#[test]
fn engine_and_http_words_stay_where_they_belong() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for (words, places) in RESERVED_WORDS {
            if !places.iter().any(|place| source.path.starts_with(place)) {
                wrong.extend(source.lines_with(words).map(|(line, word)| format!("src/{}:{line}: `{word}`", source.path)));
            }
        }
    }
    none(&wrong);
}

#[test]
fn only_release_config_and_command_touch_the_disk() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        if DISK.iter().any(|place| source.path.starts_with(place)) {
            continue;
        }
        for root in ["std", "tokio"] {
            let found = paths_below(&source.code, root).into_iter().filter(|(_, name)| name == "fs");
            wrong.extend(found.map(|(at, _)| format!("src/{}:{}: `{root}::fs`", source.path, line_of(&source.code, at))));
        }
    }
    none(&wrong);
}

#[test]
fn every_file_says_what_it_is() {
    let mut wrong = Vec::new();
    for folder in ["src", "tests/it"] {
        let silent = sources(folder).into_iter().filter(|source| !source.text.starts_with("//! "));
        wrong.extend(silent.map(|source| format!("{folder}/{} does not begin with `//! `", source.path)));
    }
    none(&wrong);
}

#[test]
fn no_file_grows_beyond_500_lines() {
    let long = sources("src").into_iter().filter_map(|source| {
        let lines = source.text.lines().count() - source.test_lines();
        (lines > LINES_MAX && !source.is_test()).then(|| format!("src/{}: {lines} lines", source.path))
    });
    none(&long.collect::<Vec<_>>());
}

#[test]
fn tests_do_not_sleep() {
    let wrong = sources("tests/it").into_iter().flat_map(|source| {
        let found: Vec<_> = source.lines_with(&["sleep", "serial"]).map(|(line, _)| line).collect();
        found.into_iter().map(move |line| format!("tests/it/{}:{line} waits for time, not for a fact", source.path))
    });
    none(&wrong.collect::<Vec<_>>());
}

#[test]
fn prelude_files_are_numbered_and_one_of_them_writes_globals() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("js-prelude");
    let mut wrong = Vec::new();
    for entry in fs::read_dir(folder).expect("js-prelude") {
        let path = entry.expect("a readable folder").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if !name.ends_with(".js") {
            continue;
        }
        if !name.as_bytes().get(..3).is_some_and(|start| start[0].is_ascii_digit() && start[1].is_ascii_digit() && start[2] == b'_') {
            wrong.push(format!("js-prelude/{name}: its name does not begin with its place in the load order"));
        }
        let text = fs::read_to_string(&path).expect("readable");
        let writes = text.lines().enumerate().filter(|(_, line)| writes_global(line));
        if !name.starts_with("90_") {
            wrong.extend(writes.map(|(index, line)| format!("js-prelude/{name}:{}: {}", index + 1, line.trim())));
        }
    }
    none(&wrong);
}

#[test]
fn the_readme_has_the_flags_of_the_help() {
    let written = readme_block("flags");
    // One by one, so that the first flag that differs is named.
    for (written, true_line) in written.lines().zip(flag_table().lines()) {
        assert_eq!(written, true_line, "README.md, between the `flags` markers");
    }
    assert_eq!(written, flag_table(), "README.md, between the `flags` markers");
}

#[test]
fn the_readme_has_every_fault_as_it_is() {
    let table = readme_block("faults");
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
            wrong.push(format!("README.md: row {} of the faults is `{row}` and must begin with `{expected}`", index + 1));
        }
    }
    wrong.extend(rows.iter().skip(Kind::ALL.len()).map(|row| format!("README.md: no such fault: `{row}`")));
    none(&wrong);
}

#[test]
fn the_readme_has_every_operation_of_the_admin_api() {
    let written = readme_block("operations");
    let expected = operation_table();
    // One by one, so that the first operation that differs is named.
    for (written, true_line) in written.lines().zip(expected.lines()) {
        assert_eq!(written, true_line, "README.md, between the `operations` markers");
    }
    assert_eq!(written, expected, "README.md, between the `operations` markers");
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

/// What stands in README.md between `<!-- name -->` and `<!-- /name -->`.
fn readme_block(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let text = fs::read_to_string(path).expect("README.md");
    let begins = format!("<!-- {name} -->\n");
    let (_, after) = text.split_once(&begins).unwrap_or_else(|| panic!("README.md has no line `{}`", begins.trim()));
    let ends = format!("<!-- /{name} -->");
    let (block, _) = after.split_once(&ends).unwrap_or_else(|| panic!("README.md has no line `{ends}`"));
    block.to_owned()
}

fn writes_global(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("");
    let changes = ["assign(globalThis", "efineProperty(globalThis", "efineProperties(globalThis", "DeleteProperty(globalThis"];
    let assigned = code.split("globalThis").skip(1).any(|after| {
        let target = after.trim_start_matches(|c: char| c.is_alphanumeric() || "._$[]\"'".contains(c)).trim_start();
        after.starts_with(['.', '[']) && target.starts_with('=') && !target.starts_with("==")
    });
    assigned || changes.iter().any(|change| code.contains(change))
}

fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

/// One Rust file.
struct Source {
    /// Below the folder that was asked for.
    path: String,
    text: String,
    /// The text with comments, strings and inline unit tests blanked out, line for line.
    code: String,
}

/// Every Rust file below a folder of the repository.
fn sources(folder: &str) -> Vec<Source> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut sources = Vec::new();
    let mut folders = vec![root.clone()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.expect("a readable folder").path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                let path = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
                let code = without_tests(&without_comments_and_strings(&text));
                sources.push(Source { path, text, code });
            }
        }
    }
    sources.sort_by(|one, other| one.path.cmp(&other.path));
    sources
}

impl Source {
    /// `runtime` for `runtime/pool/mod.rs`, `app` for `app.rs`.
    fn part(&self) -> &str {
        let first = self.path.split('/').next().unwrap_or("");
        first.strip_suffix(".rs").unwrap_or(first)
    }

    /// Files above every part.
    fn is_root(&self) -> bool {
        matches!(self.path.as_str(), "lib.rs" | "main.rs" | "build.rs")
    }

    fn is_test(&self) -> bool {
        self.path.ends_with("tests.rs") || self.path.contains("/tests/")
    }

    fn test_lines(&self) -> usize {
        let plain = without_comments_and_strings(&self.text);
        plain.lines().zip(self.code.lines()).filter(|(before, after)| before != after).count()
    }

    /// The path of the module this file is.
    fn module(&self) -> Vec<&str> {
        let path = self.path.strip_suffix(".rs").unwrap_or(&self.path);
        path.strip_suffix("/mod").unwrap_or(path).split('/').collect()
    }

    /// Which part of the crate each `crate::…` and `super::…` leads to, with its line.
    fn crate_imports(&self) -> Vec<(usize, String)> {
        let depth = self.module().len();
        let climbs = climbs(&self.code).into_iter().filter(|(_, ups, _)| *ups == depth).map(|(at, _, name)| (at, name));
        let all = paths_below(&self.code, "crate").into_iter().chain(climbs);
        all.map(|(at, name)| (line_of(&self.code, at), name)).collect()
    }

    /// Lines of code that have one of the words in them.
    fn lines_with<'a>(&'a self, words: &'a [&'a str]) -> impl Iterator<Item = (usize, &'a str)> + 'a {
        self.code.lines().enumerate().flat_map(move |(index, line)| {
            words.iter().filter(move |word| !places_of(line, word).is_empty()).map(move |word| (index + 1, *word))
        })
    }
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Where a word stands that is not part of a longer one.
fn places_of(text: &str, word: &str) -> Vec<usize> {
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    text.match_indices(word)
        .map(|(at, _)| at)
        .filter(|at| !text[..*at].ends_with(is_part) && !text[at + word.len()..].starts_with(is_part))
        .collect()
}

/// What follows `root::` wherever it stands: one name, or every first name of a group in braces.
fn paths_below(code: &str, root: &str) -> Vec<(usize, String)> {
    places_of(code, root)
        .into_iter()
        .filter_map(|at| Some((at, code[at + root.len()..].trim_start().strip_prefix("::")?)))
        .flat_map(|(at, after)| first_names(after).into_iter().map(move |name| (at, name)))
        .collect()
}

/// What follows each chain of `super::`, with the length of the chain.
fn climbs(code: &str) -> Vec<(usize, usize, String)> {
    let mut climbs = Vec::new();
    for at in places_of(code, "super").into_iter().filter(|at| !code[..*at].trim_end().ends_with("super::")) {
        let mut ups = 0;
        let mut rest = &code[at..];
        while let Some(after) = rest.strip_prefix("super").and_then(|rest| rest.trim_start().strip_prefix("::")) {
            ups += 1;
            rest = after.trim_start();
        }
        if ups > 0 {
            climbs.extend(first_names(rest).into_iter().map(|name| (at, ups, name)));
        }
    }
    climbs
}

fn first_names(path: &str) -> Vec<String> {
    let name = |text: &str| -> String { text.trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect() };
    let Some(group) = path.trim_start().strip_prefix('{') else { return vec![name(path)] };
    let mut names = vec![name(group)];
    let mut depth = 0;
    for (at, c) in group.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => names.push(name(&group[at + 1..])),
            _ => {}
        }
    }
    names.retain(|name| !name.is_empty());
    names
}

/// Fleet out `#[cfg(test)] mod … { … }`.
fn without_tests(code: &str) -> String {
    let mut rest = code;
    let mut kept = String::with_capacity(code.len());
    while let Some((before, after)) = rest.split_once("#[cfg(test)]") {
        kept.push_str(before);
        let is_inline = after.trim_start().starts_with("mod ") && after.find('{') < after.find(';');
        let end = if is_inline { block_end(after) } else { 0 };
        kept.extend(after[..end].chars().filter(|c| *c == '\n'));
        rest = &after[end..];
    }
    kept.push_str(rest);
    kept
}

/// Where the first block in braces ends.
fn block_end(code: &str) -> usize {
    let mut depth = 0;
    for (at, c) in code.char_indices() {
        match c {
            '{' => depth += 1,
            '}' if depth == 1 => return at + 1,
            '}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Fleet out comments and the insides of strings and characters; line ends stay.
fn without_comments_and_strings(text: &str) -> String {
    let mut code = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        let skipped = match c {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            '/' if rest.starts_with("/*") => comment_end(rest),
            '"' => string_end(rest, 1),
            'r' | 'b' | 'c' if !code.ends_with(|c: char| c.is_alphanumeric() || c == '_') => raw_string_end(rest).unwrap_or(0),
            '\'' => character_end(rest).unwrap_or(0),
            _ => 0,
        };
        if skipped == 0 {
            code.push(c);
            rest = &rest[c.len_utf8()..];
        } else {
            code.extend(rest[..skipped].chars().filter(|c| *c == '\n'));
            rest = &rest[skipped..];
        }
    }
    code
}

fn comment_end(text: &str) -> usize {
    let mut depth = 0;
    let mut at = 0;
    while let Some(rest) = text.get(at..) {
        if rest.starts_with("/*") {
            depth += 1;
            at += 2;
        } else if rest.starts_with("*/") {
            depth -= 1;
            at += 2;
            if depth == 0 {
                return at;
            }
        } else {
            match rest.chars().next() {
                Some(c) => at += c.len_utf8(),
                None => break,
            }
        }
    }
    text.len()
}

/// Where a string ends whose inside begins at `from`.
fn string_end(text: &str, from: usize) -> usize {
    let mut escaped = false;
    for (at, c) in text[from..].char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' => escaped = true,
            '"' => return from + at + 1,
            _ => {}
        }
    }
    text.len()
}

/// `r"…"`, `r#"…"#`, `b"…"`, `br"…"`, `c"…"`.
fn raw_string_end(text: &str) -> Option<usize> {
    let prefix = text.len() - text.trim_start_matches(['b', 'c', 'r']).len();
    let hashes = text[prefix..].len() - text[prefix..].trim_start_matches('#').len();
    let inside = text[prefix + hashes..].strip_prefix('"')?;
    let from = text.len() - inside.len();
    if !text[..prefix].contains('r') {
        return (hashes == 0).then(|| string_end(text, from));
    }
    let end = format!("\"{}", "#".repeat(hashes));
    Some(inside.find(&end).map_or(text.len(), |at| from + at + end.len()))
}

/// A character literal; `None` for a lifetime.
fn character_end(text: &str) -> Option<usize> {
    let mut chars = text.char_indices().skip(1);
    let (_, first) = chars.next()?;
    if first == '\\' {
        let (at, _) = chars.skip(1).find(|(_, c)| *c == '\'')?;
        return Some(at + 1);
    }
    let (at, second) = chars.next()?;
    (second == '\'').then_some(at + 1)
}

#[test]
fn the_reader_of_sources_sees_code_and_nothing_else() {
    let text = r##"
        // crate::comment
        use crate::{one::{a, b}, two};
        /* crate::block /* nested */ crate::still */
        let text = "crate::string \" crate::same"; let raw = r#"crate::raw"#; let byte = b"crate::byte";
        let quote = '"'; let lifetime: &'static str = crate::three::X; let escaped = '\'';
        pub(crate) fn f() {}
        #[cfg(test)]
        mod tests { use crate::four; fn g() { { } } }
        use std::{fs, io};
    "##;
    let code = without_tests(&without_comments_and_strings(text));
    let names = |root| paths_below(&code, root).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(names("crate"), ["one", "two", "three"]);
    assert_eq!(names("std"), ["fs", "io"]);
    assert_eq!(text.lines().count(), code.lines().count());
}

#[test]
fn a_path_through_super_is_followed_to_the_top() {
    let source = |path: &str, code: &str| Source { path: path.into(), text: String::new(), code: code.into() };
    let imports = |path, code| source(path, code).crate_imports().into_iter().map(|(_, name)| name).collect::<Vec<_>>();
    assert_eq!(imports("live/mod.rs", "use super::app::App;"), ["app"]);
    assert_eq!(imports("runtime/pool/mod.rs", "use super::worker; use super::super::{app, live};"), ["app", "live"]);
    assert_eq!(imports("fault.rs", "use super::live;"), ["live"]);
}
