//! Functions of Node that talk with servers outside of Skep.
//!
//! Each module brings its servers, in threads of this process; the function's manifest opens their port alone.
//!
//! Invariant: what a function is told about its peer is what the peer's test wanted it to be told.

mod http_client;
mod tls;
