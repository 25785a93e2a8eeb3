//! Bytes to request, response to bytes: the HTTP side of calling functions.
//!
//! A request: `listener` → `connection` (through `wire`) → `dispatch` → *live* → pool, and back through `respond`.
//!
//! Invariant: here, and in `admin`, is the only place that knows hyper or a status code; a fault has become a response when it leaves.

mod addresses;
mod body;
mod connection;
mod dispatch;
mod identity;
mod in_process;
mod listener;
mod page;
pub mod respond;
mod strict;
mod underway;
pub mod wire;

pub use dispatch::Dispatch;
pub use in_process::call_in_process;
pub use listener::Ingress;
