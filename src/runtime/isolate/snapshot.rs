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
