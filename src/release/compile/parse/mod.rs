//! Parsing within bounds: hostile source must not use up the stack or the time of the host.
//!
//! `emit` parses inside `stack_guard`, which asks `preparse` whether the parser may see the source; `imports` reads the syntax tree.
//!
//! Invariant: no source reaches the parser unbounded.

pub(in crate::release::compile) mod stack_guard;
mod preparse;
pub(in crate::release::compile) mod requires;
pub(in crate::release::compile) mod node_globals;
pub(in crate::release::compile) mod common_js;
pub(in crate::release::compile) mod rewrite;
pub(in crate::release::compile) mod imports;
mod specifier;
