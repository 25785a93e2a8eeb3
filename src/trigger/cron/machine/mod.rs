//! The decisions about schedules, without a clock and without a disk.
//!
//! `schedules` has all of them, and is told the time, the schedules that there are, and how calls ended. `entry` decides about one, `order`
//! carries out what operators ask for. `scheduler` writes the effects and makes the calls.
//!
//! Invariant: no clock is read, nothing waits and nothing is written here; the same reports give the same decisions.

mod order;
mod schedules;
mod entry;
mod catch_up;
mod bounds;
#[cfg(test)]
mod tests;

pub(super) use order::{OrderError, Shown};
pub(super) use schedules::ScheduleMachine;
