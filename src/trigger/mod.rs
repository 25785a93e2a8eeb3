//! Calls that no client makes: a schedule is due, a job of a Parse application runs.
//!
//! `app` starts the triggers; each call goes through `invoke`, like any other. The admin API lists schedules and runs them.
//!
//! Invariant: a trigger calls the live version and no other, under the same limits and with the same record as every call.

pub mod cron;
pub mod jobs;
