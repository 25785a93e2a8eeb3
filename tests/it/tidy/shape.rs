//! The shape of the code inside a file: functions of at most a screen, no two public types of one name, and every process-wide static in a list.

use std::collections::{BTreeMap, BTreeSet};

use super::none;
use super::source::{line_of, places_of, sources};

/// Most lines of a function.
const FUNCTION_LINES_MAX: usize = 60;

/// What lives as long as the process, as `file: NAME`. A new one gets a line here first: what it is for, and why an instance or the app cannot own it.
const STATICS: &[&str] = &[
    // Counters and hooks that threads reach which belong to no part of the app: signal handlers, V8's callbacks, the allocator.
    "live/track.rs: MAKING",
    "process/crash_note.rs: SLOTS",
    "runtime/containment/frozen.rs: FROZEN",
    "runtime/containment/guard_hits.rs: THROTTLE",
    "runtime/containment/mod.rs: ON_TAINT",
    "runtime/containment/mod.rs: OWN",
    "runtime/containment/mod.rs: SHARED",
    "runtime/limits/headroom.rs: PERMITS",
    "sys/freeze.rs: LIBC_CODE",
    "sys/freeze.rs: ON_OFFENDER",
    "sys/freeze.rs: OUTLIVE_CHECKS",
    "sys/global_alloc.rs: ALLOCATOR",
    "sys/global_alloc.rs: ON_REFUSAL",
    "sys/malloc.rs: UNDER_WAY",
    "sys/map_bound.rs: MAY_MAP",
    // V8's: one platform, one snapshot, one table of callbacks.
    "runtime/isolate/heap.rs: ALLOCATOR",
    "runtime/isolate/snapshot.rs: CODE",
    "runtime/isolate/snapshot.rs: SCRIPTS",
    "runtime/isolate/snapshot.rs: SNAPSHOT",
    // Shared by all instances because it is the same for all.
    "runtime/egress/connector.rs: ROOTS",
    "runtime/isolate/built_ins.rs: EXPORTS",
    "runtime/isolate/code_cache.rs: CACHE",
    "runtime/isolate/extension.rs: WITHOUT_UNUSED",
    "runtime/ops/node/tls/config.rs: DEFAULT",
    "runtime/ops/node/tls/trust.rs: MOZILLA",
    "runtime/ops/node/tls/trust.rs: PROVIDER",
    // One thread of its kind, which outlives every instance.
    "runtime/worker/handle.rs: NEXT",
    "runtime/worker/probe.rs: ASKED_ALSO",
    "runtime/worker/watchdog.rs: WATCHDOG",
    // Read once from the kernel or the environment.
    "process/activation.rs: ADOPTED",
    "release/store/fault_point.rs: DIE_AT",
    "sys/scheduling.rs: MAY_RETURN",
    // Telemetry is reached from everywhere.
    "telemetry/emit.rs: LEVEL",
    "telemetry/emit.rs: SUBSCRIBERS",
    "telemetry/log/sink.rs: SINK",
    "telemetry/metrics/exact.rs: METHODS",
    "telemetry/metrics/host.rs: HOST",
    "telemetry/metrics/thread.rs: EXPECTED",
    "telemetry/metrics/thread.rs: TAKEN",
    "telemetry/traces/mod.rs: TRACES",
];

#[test]
fn functions_fit_on_a_screen() {
    let mut wrong = Vec::new();
    for source in sources("src") {
        for at in places_of(&source.code, "fn") {
            let Some(lines) = body_lines(&source.code[at..]) else { continue };
            if lines > FUNCTION_LINES_MAX {
                let name: String = source.code[at + 2..].trim_start().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                wrong.push(format!("src/{}:{}: `{name}` has {lines} lines", source.path, line_of(&source.code, at)));
            }
        }
    }
    none(&wrong);
}

/// Lines from `fn` to the end of its body; `None` if it has none.
fn body_lines(code: &str) -> Option<usize> {
    let opens = code.find('{')?;
    if code[..opens].contains(';') {
        return None;
    }
    let mut depth = 0;
    for (at, character) in code[opens..].char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 1 => return Some(code[..=opens + at].lines().count()),
            '}' => depth -= 1,
            _ => {}
        }
    }
    None
}

#[test]
fn no_two_public_types_have_one_name() {
    let mut homes: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for source in sources("src").into_iter().filter(|source| !source.is_test() && source.path != "build.rs") {
        for line in source.code.lines().map(str::trim_start).filter(|line| line.starts_with("pub")) {
            let mut words = line.split([' ', '<', '(', '{', ';', '=', ':']).filter(|word| !word.is_empty());
            let is_type = words.by_ref().any(|word| matches!(word, "struct" | "enum" | "trait" | "type" | "union"));
            let is_function = line.contains(" fn ") || line.contains(" use ") || line.contains(" mod ") || line.contains(" static ");
            if let (true, false, Some(name)) = (is_type, is_function, words.next()) {
                homes.entry(name.to_owned()).or_default().insert(source.path.clone());
            }
        }
    }
    let wrong = homes.into_iter().filter(|(_, homes)| homes.len() > 1);
    none(
        &wrong.map(|(name, homes)| format!("`{name}` stands in {}", homes.into_iter().collect::<Vec<_>>().join(", "))).collect::<Vec<_>>(),
    );
}

#[test]
fn every_process_wide_static_is_listed() {
    let mut found = BTreeSet::new();
    for source in sources("src").into_iter().filter(|source| !source.is_test() && source.path != "build.rs") {
        let lines: Vec<&str> = source.code.lines().collect();
        for (index, line) in lines.iter().enumerate() {
            let words: Vec<&str> = line.split_whitespace().collect();
            let declares = words
                .iter()
                .position(|word| *word == "static")
                .filter(|at| words[..*at].iter().all(|word| word.starts_with("pub") || word.starts_with("in") || word.contains("::")));
            let Some(name) = declares.and_then(|at| words.get(at + 1)).and_then(|word| word.strip_suffix(':')) else { continue };
            let above = &lines[index.saturating_sub(4)..index];
            let is_thread_local = above.iter().any(|line| line.contains("thread_local!"));
            let is_of_tests = source.text.lines().skip(index.saturating_sub(2)).take(2).any(|line| line.contains("cfg(test)"));
            if !is_thread_local && !is_of_tests {
                found.insert(format!("{}: {name}", source.path));
            }
        }
    }
    let listed: BTreeSet<String> = STATICS.iter().map(|entry| (*entry).to_owned()).collect();
    let unlisted = found.difference(&listed).map(|entry| format!("src/{entry} is not listed in tests/it/tidy/shape.rs"));
    let gone = listed.difference(&found).map(|entry| format!("src/{entry} is listed and not there"));
    none(&unlisted.chain(gone).collect::<Vec<_>>());
}
