//! What is replaced in deno_node's files: their natives, and the files that act on a process.
//!
//! `polyfills` passes every file that is needed.
//!
//! Invariant: each text that is replaced must be there.

/// Where scripts find the functions that take their natives' place: `js-prelude/node/natives.js`.
const NATIVES: &str = "__bootstrap.internals.nodeOps";

/// Files of `js-prelude/node` that stand for files of the crate: the prelude lists them under these specifiers.
const OURS: &[&str] = &[
    "ext:deno_node/node:process",
    "ext:deno_node/_process/process.ts",
    "ext:deno_node/_fs/_fs_glob.ts",
    "ext:deno_node/node:v8",
    "ext:deno_node/os.ts",
];

/// Texts in files, and what takes their place.
const REPLACED: &[(&str, &str, &str)] = &[
    // Node's timers count as those of the web do.
    (
        "ext:deno_node/internal/timers.mjs",
        "  this[kTimerId] = this[createTimer]();",
        "  __bootstrap.internals.boundTimers(activeTimers);\n  this[kTimerId] = this[createTimer]();",
    ),
    (
        "ext:deno_node/internal_binding/async_wrap.ts",
        "const { AsyncWrap, op_node_new_async_id } = core.ops;",
        "const { AsyncWrap, op_node_new_async_id } = __bootstrap.core.loadExtScript(\"ext:skep/node/handles.js\");",
    ),
];

/// Whether a file of the prelude stands for this one.
pub(super) fn is_ours(specifier: &str) -> bool {
    OURS.contains(&specifier)
}

/// The script as this host runs it.
pub(super) fn cut(specifier: &str, source: String) -> Result<String, String> {
    let mut source = source;
    for (_, from, to) in REPLACED.iter().filter(|(of, _, _)| *of == specifier) {
        if !source.contains(from) {
            return Err(format!("it does not have `{from}`"));
        }
        source = source.replace(from, to);
    }
    source = source.replace("= core.ops;", &format!("= {NATIVES};"));
    if source.contains("core.ops.") {
        source = source.replace("core.ops.", &format!("{NATIVES}."));
    }
    // `Deno` is the namespace of Deno's command: what is left of it says that it is missing.
    if has_word(&source, "Deno") {
        source = source.replacen("(function", "(function (Deno) { return (function", 1);
        let end = source.rfind("})();").ok_or("it is no script")?;
        source.replace_range(end..end + "})();".len(), "})(); })(__bootstrap.internals.nodeDeno);");
    }
    Ok(source)
}

/// Whether a script uses a name.
fn has_word(source: &str, name: &str) -> bool {
    source.match_indices(name).any(|(at, _)| {
        let is_part = |character: Option<char>| {
            character.is_some_and(|character| character.is_alphanumeric() || matches!(character, '_' | '$' | '"' | '\''))
        };
        let before = source.get(..at).and_then(|before| before.chars().next_back());
        let after = source.get(at + name.len()..).and_then(|after| after.chars().next());
        !is_part(before) && before != Some('.') && after == Some('.')
    })
}
