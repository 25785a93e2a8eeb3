//! What outlives the process: the records of schedules, and which process calls for which moment.
//!
//! `scheduler` opens it, which takes as long as another engine of this host has the schedules, and writes every decision before it is carried
//! out. Below the state folder: `schedules.redb` has the records, `schedules.lock` is locked by the engine that has the schedules,
//! `schedules.running/<process>` is locked by a process as long as it lives, and says how its calls ended once another has the schedules.
//!
//! Invariant: of all processes on one state folder at most one has [`ScheduleStore`]; effects are on the disk, whole, when `commit` returns.
#![allow(clippy::disallowed_methods, reason = "the state folder")]

mod keeper;
mod records;
mod running;
mod files;
mod error;
#[cfg(test)]
mod tests;

pub(super) use keeper::ScheduleStore;
pub(super) use running::{EndNotes, OtherProcess};
