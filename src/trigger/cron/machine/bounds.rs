//! The bounds of the machine: what is still in time, and how long and how often something is tried.
//!
//! `entry` and `schedules` hold to them.
//!
//! Invariant: each bound stands in src/admin/README.md or functions/README.md too.

/// How late a moment may be looked at and still be in time: a busy machine, a hand-over, a restart.
pub(super) const GRACE_S: i64 = 10;

/// How long after its start a process may take until it knows a schedule, and what came due since then is in time.
pub(super) const START_MS: i64 = 600_000;

/// The longest time by which a clock that is set back is waited for; it is Vixie's. Beyond it the new time counts, and moments repeat.
pub(super) const SET_BACK_S: i64 = 3 * 3600;

/// A clock that goes back by more than this was set.
pub(super) const NOTICED_MS: i64 = 1000;

/// Calls of one moment that may end because their process or instance did.
pub(super) const INTERRUPTIONS_MAX: u32 = 5;

/// How long a moment for which there is no room is tried at least.
pub(super) const ROOM_WAIT_MS: i64 = 3_600_000;

/// The first pause of a call that found no room; it doubles up to the longest.
pub(super) const ROOM_PAUSE_MS: i64 = 1000;
pub(super) const ROOM_PAUSE_MS_MAX: i64 = 30_000;
