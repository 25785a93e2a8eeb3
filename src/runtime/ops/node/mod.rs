//! What Node's built-in modules ask of Rust.
//!
//! The files of `js-prelude/node` call these ops with numbers, strings and bytes; a stream of any kind is a number that `streams` of the
//! state of the instance knows.
//!
//! Invariant: no op acts on the process, and a number that is not known is an error, not a panic.

mod crypto;
pub(super) mod http_head;
pub(super) mod sockets;
pub(super) mod text;
pub(super) mod tls;
pub(super) mod usage;
pub(super) mod zip;

pub use crypto::CRYPTO_OPS;
pub use sockets::{Connected, NodeNet, SocketError, SocketTarget, code_of};
