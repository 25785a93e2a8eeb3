//! The shape of the sources: who may import whom, who may name what, how a file begins and how long it may get.
//!
//! Reads the text of `src/`, `js-prelude/` and `tests/it/` without comments, strings and unit tests, and fails with file and line. `rings` looks inside
//! the folders, `shape` at functions, types and statics, `readme` at the tables of the READMEs.
//!
//! Invariant: the tables of this file are the architecture of the design; a new part of the program gets a row here first.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use self::source::{Source, files_below, line_of, paths_below, sources};

mod readme;
mod rings;
mod shape;
mod source;

/// Leaves that every room above them may import.
const LEAVES: &[&str] = &["config", "fault", "function", "shutdown", "sys", "telemetry"];

/// Which rooms each room may import beside the leaves. Arrows point down.
const MAY_IMPORT: &[(&str, &[&str])] = &[
    ("api", &[]),
    // Parts of the build script: they are not compiled into the program.
    ("recording", &["runtime"]),
    ("polyfills", &[]),
    // Both ends of the channel between the processes.
    ("process", &[]),
    ("supervisor", &["process"]),
    // Worker threads write the crash note, and count in memory that the supervisor shares.
    ("runtime", &["process"]),
    ("live", &["runtime"]),
    ("invoke", &["live", "runtime"]),
    ("release", &["api", "invoke", "live", "process", "runtime"]),
    // Its calls go through `invoke`; which versions are live it reads from the table.
    ("trigger", &["invoke", "live", "runtime"]),
    ("ingress", &["invoke", "process", "runtime"]),
    // The admin API asks for releases; it makes none. Its sockets are read through ingress's stream.
    ("admin", &["api", "ingress", "invoke", "live", "process", "release", "runtime", "trigger"]),
    // The operator's side of the admin API. It compiles what it uploads.
    ("client", &["api", "release"]),
    ("app", &["admin", "ingress", "invoke", "live", "process", "release", "runtime", "trigger"]),
    // A command is what `main` carries out; some of them run the app. `skep token` writes the tokens of `admin` and prints as `client` does.
    ("command", &["admin", "api", "app", "client", "invoke", "live", "process", "release", "runtime", "supervisor"]),
];

/// What the leaves may import: nothing above them.
const LEAVES_MAY_IMPORT: &[(&str, &[&str])] = &[
    ("fault", &[]),
    ("sys", &[]),
    ("function", &["fault"]),
    ("shutdown", &["fault"]),
    ("config", &["fault", "function", "sys"]),
    ("telemetry", &["config", "fault", "function", "sys"]),
];

/// What some rooms must not import although their row allows the room.
const NEVER: &[(&str, &str)] = &[
    // HTTP knows no pool, release or table: every call goes through `invoke`.
    ("ingress/", "crate::runtime::pool"),
    ("ingress/", "crate::runtime::fleet"),
    ("ingress/", "crate::live"),
    ("admin/", "crate::supervisor"),
    ("client/", "crate::release::deploy"),
    ("client/", "crate::release::catalog"),
    ("client/", "crate::release::store"),
];

/// Words that only some places may use, with those places. The build script makes the snapshot, so it knows V8.
const RESERVED_WORDS: &[(&[&str], &[&str])] = &[
    (&["axum", "hyper", "StatusCode"], &["ingress/", "admin/"]),
    // A resolver of deno_fetch's is given its names in a type of hyper_util's.
    (&["hyper_util"], &["ingress/", "admin/", "runtime/egress/connector.rs"]),
    (&["deno_core", "v8"], &["runtime/isolate/", "runtime/ops/", "runtime/egress/", "build.rs", "recording/"]),
    // The one way to call a function.
    (&["CallOutcome"], &["runtime/pool/", "invoke/"]),
];

/// Places that may touch the disk.
const DISK: &[&str] = &[
    "admin/tokens.rs",
    "build.rs",
    "client/package.rs",
    "command/",
    "config/",
    "polyfills/",
    "recording/",
    "release/",
    "sys/kernel.rs",
    "sys/mapped_file.rs",
    "sys/process_facts.rs",
    "sys/process_memory.rs",
    "telemetry/store/",
    "trigger/cron/store/",
    "trigger/jobs/store.rs",
];

/// Files that open files or list folders, and which. A functions directory is read by one of them.
const OPENS: &[(&str, &str)] = &[
    ("admin/tokens.rs", "the state directory"),
    ("build.rs", "the prelude and the snapshot"),
    ("recording/mod.rs", "the snapshot, and the code that it records"),
    ("polyfills/crate_files.rs", "the JavaScript of a crate, in cargo's registry"),
    ("command/parse/adopt.rs", "the master key, in a file that the operator names"),
    ("command/invoke.rs", "a body that the operator names with `@`"),
    ("command/new/mod.rs", "writes the files of a new function"),
    ("config/file.rs", "the operator's configuration"),
    ("config/servers.rs", "the operator's servers"),
    ("release/source/archive/files.rs", "writes an upload into a new folder"),
    ("release/source/beneath.rs", "the functions directory"),
    ("release/store/files.rs", "the state directory"),
    ("release/store/held.rs", "the lock of the state directory"),
    ("sys/kernel.rs", "the kernel's own files"),
    ("trigger/cron/store/files.rs", "the state directory"),
    ("trigger/cron/store/running.rs", "the state directory"),
    ("trigger/jobs/store.rs", "the state directory"),
    ("sys/process_facts.rs", "the kernel's own files"),
    ("sys/process_memory.rs", "the kernel's own files"),
    ("telemetry/store/files.rs", "the log folder"),
];

/// Functions that open, by their modules.
const OPENERS: &[(&str, &[&str])] = &[
    ("fs", &["copy", "open", "openat", "openat2", "read", "read_dir", "read_to_string", "write", "OpenOptions"]),
    ("File", &["create", "create_new", "open", "options"]),
    ("OpenOptions", &["new"]),
    ("libc", &["fopen", "open", "openat"]),
];

/// Most lines of a file, unit tests not counted.
const LINES_MAX: usize = 500;

#[test]
fn imports_point_down() {
    let sources = sources("src");
    let parts: BTreeSet<&str> = sources.iter().map(Source::part).collect();
    let mut wrong = Vec::new();
    for source in sources.iter().filter(|source| !source.is_root()) {
        let part = source.part();
        let row = |table: &[(&str, &'static [&'static str])]| table.iter().find(|(name, _)| *name == part).map(|(_, allowed)| *allowed);
        let (allowed, leaves) = match (row(LEAVES_MAY_IMPORT), row(MAY_IMPORT)) {
            (Some(allowed), _) => (allowed, &[][..]),
            (None, Some(allowed)) => (allowed, LEAVES),
            (None, None) => {
                wrong.push(format!("src/{}: `{part}` has no row in MAY_IMPORT", source.path));
                continue;
            }
        };
        for (line, imported) in source.crate_imports() {
            let may = |imported: &str| allowed.contains(&imported) || leaves.contains(&imported);
            if imported != part && parts.contains(imported.as_str()) && !may(&imported) {
                wrong.push(format!("src/{}:{line}: `{part}` must not import `{imported}`", source.path));
            }
        }
    }
    none(&wrong);
}

#[test]
fn some_rooms_are_never_imported() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for (room, never) in NEVER.iter().filter(|(room, _)| source.path.starts_with(room)) {
            let found =
                source.code.match_indices(never).map(|(at, _)| format!("src/{}:{}: `{never}`", source.path, line_of(&source.code, at)));
            wrong.extend(found.map(|found| format!("{found} is not for `{room}`")));
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
fn one_file_opens_files_of_a_functions_directory() {
    let mut wrong = Vec::new();
    for source in sources("src").into_iter().filter(|source| !source.is_test()) {
        let mut found = Vec::new();
        for (module, names) in OPENERS {
            let below = paths_below(&source.code, module).into_iter().filter(|(_, name)| names.contains(&name.as_str()));
            found.extend(below.map(|(at, name)| format!("src/{}:{}: `{module}::{name}`", source.path, line_of(&source.code, at))));
        }
        match OPENS.iter().any(|(place, _)| *place == source.path) {
            true if found.is_empty() => wrong.push(format!("src/{} has a row in OPENS and opens no file", source.path)),
            true => {}
            false => wrong.extend(found),
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
fn every_prelude_file_is_listed_once_and_one_of_them_writes_globals() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("js-prelude");
    let list = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/runtime/ops/mod.rs")).expect("the list of prelude files");
    let mut wrong = Vec::new();
    for path in files_below(&root).into_iter().filter(|path| path.extension().is_some_and(|extension| extension == "js")) {
        let name = path.strip_prefix(&root).expect("below the root").to_string_lossy().into_owned();
        let listed = list.matches(&format!("\"{name}\"")).count();
        if listed != 1 {
            wrong.push(format!("js-prelude/{name} is listed {listed} times in src/runtime/ops/mod.rs"));
        }
        let text = fs::read_to_string(&path).expect("readable");
        // Made by build.mjs from packages.
        let is_bundle = name.ends_with("/bundle.js") || name.ends_with("/sdk.js");
        if !is_bundle && text.lines().count() > PRELUDE_LINES_MAX {
            wrong.push(format!("js-prelude/{name} has {} lines", text.lines().count()));
        }
        let writes = text.lines().enumerate().filter(|(_, line)| writes_global(line));
        if !is_bundle && name != "api/globals.js" {
            wrong.extend(writes.map(|(index, line)| format!("js-prelude/{name}:{}: {}", index + 1, line.trim())));
        }
    }
    none(&wrong);
}

#[test]
fn the_program_of_lazy_globals_has_every_one() {
    let text = |path: &str| fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("readable");
    let quoted = |text: &str| -> BTreeSet<String> { text.split('"').skip(1).step_by(2).map(str::to_owned).collect() };
    let between = |text: &str, from: &str, to: &str| -> String {
        let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("no {from:?}"));
        rest.split_once(to).unwrap_or_else(|| panic!("no {to:?} after {from:?}")).0.to_owned()
    };
    let globals = text("js-prelude/api/globals.js");
    let baked = between(&globals, "const baked = new Set([", "])");
    let baked: BTreeSet<&str> = baked.split(", ").collect();
    // One entry is `[load, [names]],`.
    let interfaces = between(&globals, "const INTERFACES = [", "\n];");
    let late = interfaces.split("]],").filter(|entry| {
        let load = entry.trim_start_matches(|character: char| !character.is_alphabetic()).split(',').next().unwrap_or_default();
        !baked.contains(load)
    });
    let mut lazy: BTreeSet<String> = late.flat_map(quoted).collect();
    lazy.extend(globals.split("defineLazily(\"").skip(1).filter_map(|rest| rest.split('"').next()).map(str::to_owned));
    let program = text("tests/evil/corpus/129-limit-in-lazy-global/index.js");
    let listed = quoted(&between(&program, "const LAZY = [", "];"));
    let missing = lazy.difference(&listed).map(|name| format!("{name} loads late, and 129-limit-in-lazy-global does not name it"));
    let baked = listed.difference(&lazy).map(|name| format!("{name} does not load late, and 129-limit-in-lazy-global names it"));
    none(&missing.chain(baked).collect::<Vec<_>>());
}

/// Most lines of a prelude file.
const PRELUDE_LINES_MAX: usize = 250;

fn writes_global(line: &str) -> bool {
    let code = line.split("//").next().unwrap_or("");
    let changes = ["assign(globalThis", "efineProperty(globalThis", "efineProperties(globalThis", "DeleteProperty(globalThis"];
    let assigned = code.split("globalThis").skip(1).any(|after| {
        let target = after.trim_start_matches(|c: char| c.is_alphanumeric() || "._$[]\"'".contains(c)).trim_start();
        after.starts_with(['.', '[']) && target.starts_with('=') && !target.starts_with("==")
    });
    assigned || changes.iter().any(|change| code.contains(change))
}

pub(super) fn none(wrong: &[String]) {
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}
