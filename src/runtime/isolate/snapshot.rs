//! The startup snapshot and the scripts it leaves out, as `src/build.rs` creates them.
//!
//! Invariant: one snapshot per process. V8 shares the read-only heap of the first isolate with all later ones, so a second, different
//! snapshot would be silent heap corruption.

mod residual {
    include!(concat!(env!("OUT_DIR"), "/residual.rs"));
}

/// V8's heap as the prelude left it.
pub(crate) static SNAPSHOT: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/snapshot.bin"));

/// Scripts loaded at first use: `(specifier, source)`, sorted. Those that are ES modules in their crate are rewritten.
pub(crate) static SCRIPTS: &[(&str, &str)] = residual::SCRIPTS;

/// Compiled code of the scripts of Node's built-in modules, as `src/recording/mod.rs` recorded it.
static CODE: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/code.bin"));

mod recorded {
    include!(concat!(env!("OUT_DIR"), "/code.rs"));
}

/// The recorded code of a script. V8 compiles a script anew whose code it does not accept.
pub(crate) fn recorded_code(specifier: &str) -> Option<&'static [u8]> {
    let index = recorded::CODE.binary_search_by(|(known, ..)| (*known).cmp(specifier)).ok()?;
    let (_, from, to) = recorded::CODE.get(index)?;
    CODE.get(*from..*to)
}
