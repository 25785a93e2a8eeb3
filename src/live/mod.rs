//! The meeting point of both flows: which function answers a request right now.
//!
//! `release` builds a [`table::Table`] and swaps it in whole; `ingress` reads it for every request.
//!
//! Invariant: readers never wait for a writer, and a table never changes after it was built.

pub mod table;
