//! What both directions of zlib share: the flush values that they tell apart, and the counters of zlib-rs.
//!
//! `deflate` and `inflate` import it.
//!
//! Invariant: a counter never goes back.

/// Node's flush values.
pub(super) const Z_FINISH: u32 = 4;
pub(super) const Z_BLOCK: u32 = 5;

/// How far a counter of zlib-rs went.
pub(super) fn distance(from: u64, to: u64) -> usize {
    usize::try_from(to.saturating_sub(from)).unwrap_or(usize::MAX)
}
