//! Where JavaScript runs: which instance takes a call, its thread, its isolate, and what it may ask of the host.
//!
//! Calls come from `live` (through `ingress`), answers go back the way they came; versions come from `release`.
//!
//! Invariant: only `isolate` and `ops` name deno_core or V8.

pub mod call;
pub mod containment;
pub mod egress;
pub mod fleet;
pub mod isolate;
pub mod limits;
pub mod ops;
pub mod pool;
pub mod worker;
