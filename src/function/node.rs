//! Node's built-in modules: their names, as `import` and `require` know them.
//!
//! `release::compile` resolves a built-in by its name; `js-prelude/node` has a module for each.
//!
//! Invariant: a name here is loaded by that prelude, or refused there with a reason.

/// The scheme of a built-in's url.
pub const NODE_SCHEME: &str = "node:";

/// The built-ins that may be named without the scheme.
const PLAIN: &[&str] = &[
    "assert",
    "assert/strict",
    "async_hooks",
    "buffer",
    "child_process",
    "cluster",
    "console",
    "constants",
    "crypto",
    "dgram",
    "diagnostics_channel",
    "dns",
    "dns/promises",
    "domain",
    "events",
    "fs",
    "fs/promises",
    "http",
    "http2",
    "https",
    "inspector",
    "inspector/promises",
    "module",
    "net",
    "os",
    "path",
    "path/posix",
    "path/win32",
    "perf_hooks",
    "process",
    "punycode",
    "querystring",
    "readline",
    "readline/promises",
    "repl",
    "stream",
    "stream/consumers",
    "stream/promises",
    "stream/web",
    "string_decoder",
    "sys",
    "timers",
    "timers/promises",
    "tls",
    "trace_events",
    "tty",
    "url",
    "util",
    "util/types",
    "v8",
    "vm",
    "wasi",
    "worker_threads",
    "zlib",
];

/// The built-ins that have no name without the scheme.
const WITH_SCHEME_ONLY: &[&str] = &["sea", "sqlite", "test", "test/reporters"];

/// Modules of other hosts that Skep has itself, even where a package of this name is installed: the packages start servers, or look for their
/// host. `js-prelude/dialects/host_modules.js` has one for each.
pub const HOST_MODULES: &[&str] = &[
    "@azure/functions",
    "@google-cloud/functions-framework",
    "@netlify/functions",
    "@vercel/functions",
    "cloudflare:workers",
    "firebase-functions",
    "firebase-functions/https",
    "firebase-functions/logger",
    "firebase-functions/options",
    "firebase-functions/params",
    "firebase-functions/scheduler",
    "firebase-functions/v1",
    "firebase-functions/v2",
    "firebase-functions/v2/https",
    "firebase-functions/v2/options",
    "firebase-functions/v2/params",
    "firebase-functions/v2/scheduler",
    "parse",
    "parse/node",
    // What ES modules had to say while the package had no map of its exports.
    "parse/node.js",
    "skep",
];

/// The module of [`HOST_MODULES`] that has the name of a package which many functions use for itself: it is Skep's in a Parse folder only.
pub const PARSE_PACKAGE: &str = "parse";

/// The name of every built-in, without the scheme.
pub fn built_ins() -> impl Iterator<Item = &'static str> {
    PLAIN.iter().chain(WITH_SCHEME_ONLY).copied()
}

/// The built-in that a specifier means, without the scheme. Node asks this before it looks for a package.
pub fn built_in(specifier: &str) -> Option<&str> {
    match specifier.strip_prefix(NODE_SCHEME) {
        Some(name) => built_ins().chain(HOST_MODULES.iter().copied()).any(|known| known == name).then_some(name),
        None => (PLAIN.contains(&specifier) || HOST_MODULES.contains(&specifier)).then_some(specifier),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_built_in_is_found_with_and_without_its_scheme() {
        for (specifier, name) in [
            ("node:fs", Some("fs")),
            ("fs", Some("fs")),
            ("fs/promises", Some("fs/promises")),
            ("node:test", Some("test")),
            ("test", None),
            ("node:nothing", None),
            ("./fs", None),
        ] {
            assert_eq!(built_in(specifier), name, "{specifier}");
        }
    }

    #[test]
    fn the_prelude_has_a_module_for_each_name_and_no_other() {
        let text = include_str!("../../js-prelude/node/built_ins.js");
        let loaders = text.split("const LOADERS = {").nth(1).and_then(|rest| rest.split("\n  };").next()).unwrap();
        let entries = loaders.lines().filter_map(|line| line.strip_prefix("    ")).filter(|line| !line.starts_with([' ', '}', '/', '_']));
        let names = entries.filter_map(|entry| Some(entry.split_once(": ")?.0.trim_matches('"')));
        let mut names: Vec<&str> = names.collect();
        let mut known: Vec<&str> = built_ins().collect();
        names.sort_unstable();
        known.sort_unstable();
        assert_eq!(names, known);
    }

    #[test]
    fn the_prelude_has_a_loader_for_each_module_of_another_host() {
        let text = include_str!("../../js-prelude/dialects/host_modules.js");
        let loaders = text.split("const LOADERS = {").nth(1).and_then(|rest| rest.split("\n  };").next()).unwrap();
        let names: Vec<&str> = loaders
            .lines()
            .filter_map(|line| Some(line.trim().split_once(": ")?.0.trim_matches('"')))
            .filter(|name| *name != "__proto__")
            .collect();
        assert_eq!(names, HOST_MODULES);
    }
}
