//! Commands: what the arguments of `skep` ask for.
//!
//! Each takes its arguments from `config`, prints its result to standard output and what is wrong to standard error, and gives `main` the exit
//! code.
//!
//! Invariant: standard output carries results alone, so that it can be piped.

pub mod check;
pub mod invoke;
pub mod new;
pub mod serve;
pub mod systemd;
pub mod token;
