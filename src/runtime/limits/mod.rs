//! Decisions about CPU time and memory, without V8 and without a clock.
//!
//! `worker` passes its measurements in and carries the decisions out.
//!
//! Invariant: the same measurements always lead to the same decision.

pub mod cpu_account;
pub mod cpu_escalation;
pub mod headroom;
