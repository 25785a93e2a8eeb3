//! The guards of the prelude against the built-ins they stand for: whatever a function can observe must be the same.
//!
//! `compare.js` calls every guarded built-in with random receivers and arguments and writes down traps, getters, conversions, results and
//! errors. It runs as a function of the real binary, and in an engine that has never seen a prelude; the two texts are compared line by line.
//!
//! Invariant: both run the same text with the same seed on the same V8.

use deno_core::{JsRuntime, RuntimeOptions, v8};

use crate::support::{Project, Skep};

const PROGRAM: &str = include_str!("compare.js");

/// Enough for a few minutes of an engine that is not optimised.
const LIMITS: &str = "[limits]\ncpu_ms = 300000\nwall_ms = 300000\nmemory_mb = 1024\n";

const ROUNDS: u32 = 200;

/// What the program saw in an engine without a prelude.
fn bare(seed: u32) -> String {
    // deno_core posts V8's delayed tasks to the runtime it finds.
    let tokio = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _entered = tokio.enter();
    let mut js = JsRuntime::new(RuntimeOptions::default());
    let text = js.execute_script("compare.js", format!("{PROGRAM}\ncompare({seed}, {ROUNDS})")).expect("the program runs");
    deno_core::scope!(scope, &mut js);
    v8::Local::new(scope, text).to_rust_string_lossy(scope)
}

#[test]
fn guarded_built_ins_cannot_be_told_from_the_engines_own() {
    let project = Project::empty();
    project.write(
        "/compare/index.js",
        &format!("{PROGRAM}\nexport default (request) => compare(+new URL(request.url).search.slice(1), {ROUNDS});\n"),
    );
    project.write("/compare/function.toml", LIMITS);
    let skep = Skep::start(project);
    for seed in 1..=3 {
        let answer = skep.get(&format!("/compare?{seed}"));
        assert_eq!(answer.status, 200, "{}", answer.text());
        let (seen, expected) = (answer.text(), bare(seed));
        for (number, (seen, expected)) in seen.lines().zip(expected.lines()).enumerate() {
            assert_eq!(seen, expected, "seed {seed}, line {number}");
        }
        assert_eq!(seen.lines().count(), expected.lines().count());
        assert!(expected.lines().count() > 40 * ROUNDS as usize, "the program observed little");
    }
}
