//! Commands: what `skep` does besides serving.
//!
//! Each takes its arguments from `config` and gives back a value; `main` prints that and leaves with an exit code.
//!
//! Invariant: no command prints while it works out its result, so that every one of them can be tested.

pub mod check;
pub mod invoke;
pub mod new;
pub mod serve;
pub mod template;
