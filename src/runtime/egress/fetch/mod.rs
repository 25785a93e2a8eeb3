//! `fetch` and `EventSource`: the request, the head of the answer, and its body.
//!
//! The ops replace those of deno_fetch; connections come from the connector, and bytes are counted by the quota.
//!
//! Invariant: no body is decompressed beyond the requested output, and no head is larger than the quota allows.

pub(super) mod request;
mod count;
pub(super) mod body;
pub(super) mod gunzip;
pub(super) mod response;
