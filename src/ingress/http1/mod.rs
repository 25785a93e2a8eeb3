//! HTTP/1.0 and HTTP/1.1 on a stream, from its first byte to its close.
//!
//! `connection` gives it a stream and a function that answers requests. [`serve`] takes one request after the other: `next_head` waits for
//! a head, `request` makes a request of it, `incoming` passes its body on while the call runs, `send` writes the answer with `encode`, `close`
//! ends the connection. The stream, its two buffers and its waits are those of `socket`.
//!
//! Invariant: one request of a connection is under way at a time; a connection keeps one buffer for each direction, and of a body that is
//! not whole one piece.

mod serve;
mod close;
mod send;
mod encode;
mod incoming;
mod body_reader;
mod next_head;
mod request;
mod socket;
mod output;
mod input;
mod waits;

pub use serve::{Served, serve};

#[cfg(test)]
mod tests;
