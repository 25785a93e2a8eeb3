//! Bytes to request, response to bytes: the HTTP side of calling functions.
//!
//! A request: `accept` → `connection` (through `wire`) → `dispatch` → `invoke`, and back through `respond`.
//!
//! Invariant: here, and in `admin`, is the only place that knows hyper or a status code; a fault has become a response when it leaves.

mod accept;
mod connection;
mod hyper_message;
mod dispatch;
mod request;
mod normal_target;
mod respond;
mod body;
mod activity;
pub mod wire;

pub use accept::Ingress;
pub use dispatch::Dispatch;
