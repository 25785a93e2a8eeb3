//! Decisions about CPU time and memory, without V8 and without a clock.
//!
//! `worker` reports what it measured and carries out what is decided here.
//!
//! Invariant: the same measurements always lead to the same decision.

pub mod cpu_account;
pub mod cpu_escalation;
pub mod headroom;
