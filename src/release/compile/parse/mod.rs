//! Parsing within bounds: hostile source must not take the stack or the time of the host.
//!
//! `emit` and `graph` ask for the imports of a module; `stack_guard` and `preparse` decide beforehand whether the parser may see it.
//!
//! Invariant: no source reaches the parser unbounded.

pub(in crate::release::compile) mod imports;
pub(in crate::release::compile) mod preparse;
pub(in crate::release::compile) mod stack_guard;
