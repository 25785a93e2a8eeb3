//! What commands print: results to standard output, everything else to standard error; tables, times and sizes for people.
//!
//! Invariant: with `--json` standard output holds JSON alone, and no text of a server or a function reaches a terminal with control characters.

pub(in crate::client) mod progress;
mod print;
mod table;
pub(in crate::client) mod terminal;
mod text;

pub(crate) use print::Output;
pub(crate) use table::table;
pub(crate) use text::{ago, clean, clean_lines, now_ms, size, span, word};
