//! The commands of `skep` that run on this machine.
//!
//! Each takes its arguments from `config`, prints its result to standard output and its errors to standard error, and returns the exit code
//! to `main`.
//!
//! Invariant: standard output carries results alone, so that it can be piped.
#![allow(clippy::disallowed_methods, reason = "commands write functions and read what the caller names")]

pub mod check;
pub mod import;
pub mod invoke;
pub mod new;
pub mod parse;
pub mod serve;
pub mod systemd;
pub mod token;
