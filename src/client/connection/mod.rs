//! One server of the admin API: its requests, its streams, and the session of a command with it.
//!
//! Commands hold a [`session::Session`]. It sends requests through `http` and follows streams of events through `sse`.
//!
//! Invariant: every failure is a `RemoteError`, which names its exit code.

pub(super) mod session;
pub(crate) mod http;
pub(super) mod sse;
pub(super) mod path;
