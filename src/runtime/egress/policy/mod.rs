//! The decision whether a function may connect to an address: pure, without a socket.
//!
//! The manifest's `[net]` and the address go in; a permission or the reason of the denial comes out.
//!
//! Invariant: an address that no rule opens is reachable only if it is public.

pub(super) mod rules;
pub(super) mod ip_ranges;
