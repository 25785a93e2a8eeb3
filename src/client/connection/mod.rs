//! One server of the admin API: which one, how it is asked, and what it answers.
//!
//! Commands hold a [`session::Session`]; it asks through `http` and follows streams of events through `sse`.
//!
//! Invariant: every failure is an `error` that names its exit code.

pub mod error;
pub mod http;
pub mod session;
pub mod sse;
