//! Schedules: the live version of a function is called when one of its schedules is due.
//!
//! `roster` reads from the live table which schedules there are. `machine` decides, from the time that it is given, which moments are due,
//! made up for, left out, repeated. `store` keeps its decisions in the state folder before `call` carries them out. `scheduler` is the one
//! thread that moves them; `handle` is how others ask it.
//!
//! One engine has the schedules at a time: the role goes with the lock of the store from the old engine of a hand-over to the fresh one. Calls
//! that run then end where they run, and the fresh engine reads there how.
//!
//! Invariant: a moment is on the disk before its call begins, and a call is made at least once for each that was accepted.

mod scheduler;
mod handle;
mod roster;
mod call;
mod machine;
mod store;
mod record;
mod clock;

pub use handle::{CronClient, CronError, ScheduleView};
pub use record::{LastRun, RunOutcome, ScheduleKey};
pub use scheduler::{CronDeps, start};
