//! `skep cron`: schedules listed, run, paused and resumed.
//!
//! Invariant: times are shown on the wall clock of the schedule's zone.

use chrono::{DateTime, SecondsFormat};
use chrono_tz::Tz;
use ureq::http::Method;

use super::connection::http::ApiRequest;
use super::connection::path::{function_name, query};
use super::connection::session::Session;
use super::error::RemoteError;
use super::output::{ago, now_ms, table, word};
use crate::api::cron::{CronQuery, RunStarted, ScheduleBody, ScheduleRun, ScheduleRunBody, ScheduleSummary};
use crate::config::ExitCode;
use crate::config::client_args::{CronCommand, CronLsArgs, CronRunArgs, NamedScheduleArgs};

const HEADS: [&str; 8] = ["FUNCTION", "SCHEDULE", "WHEN", "ZONE", "NEXT", "STATE", "LAST", "SKIPPED"];

/// Lists, runs, pauses or resumes.
pub(in crate::client) fn run(session: &Session, command: &CronCommand) -> Result<ExitCode, RemoteError> {
    match command {
        CronCommand::Ls(args) => list(session, args),
        CronCommand::Run(args) => begin(session, args),
        CronCommand::Pause(args) => set_paused(session, args, "/cron/pause"),
        CronCommand::Resume(args) => set_paused(session, args, "/cron/resume"),
    }
}

fn list(session: &Session, args: &CronLsArgs) -> Result<ExitCode, RemoteError> {
    let function = args.name.as_deref().map(function_name).transpose()?;
    let schedules: Vec<ScheduleSummary> = session.client.get(&format!("/cron{}", query(&CronQuery { function })?))?;
    session.output.result(&schedules, || match (schedules.is_empty(), &args.name) {
        (true, Some(name)) => format!("`{name}` has no schedule"),
        (true, None) => "no function has a schedule: `[[cron]]` in function.toml makes one".to_owned(),
        (false, _) => table(&HEADS, &schedules.iter().map(row).collect::<Vec<_>>()),
    })
}

fn begin(session: &Session, args: &CronRunArgs) -> Result<ExitCode, RemoteError> {
    let body = ScheduleRunBody {
        function: function_name(&args.schedule.name)?,
        schedule: args.schedule.schedule.clone(),
        at_ms: args.at.as_ref().map(|at| at.0),
    };
    let started: RunStarted = session.client.send(&ApiRequest::new(Method::POST, "/cron/run").json(&body)?)?;
    session.output.result(&started, || format!("the call begins; its request id is {}", started.occurrence))
}

fn set_paused(session: &Session, args: &NamedScheduleArgs, path: &str) -> Result<ExitCode, RemoteError> {
    let body = ScheduleBody { function: function_name(&args.name)?, schedule: args.schedule.clone() };
    let now: ScheduleSummary = session.client.send(&ApiRequest::new(Method::POST, path).json(&body)?)?;
    session.output.result(&now, || table(&HEADS, &[row(&now)]))
}

fn row(schedule: &ScheduleSummary) -> Vec<String> {
    let state = match (schedule.paused, schedule.running, schedule.waiting) {
        (true, ..) => "paused".to_owned(),
        (false, 0, 0) => String::new(),
        (false, running, 0) => format!("{running} running"),
        (false, 0, waiting) => format!("{waiting} waiting"),
        (false, running, waiting) => format!("{running} running, {waiting} waiting"),
    };
    vec![
        schedule.function.to_string(),
        schedule.name.clone(),
        schedule.schedule.clone(),
        schedule.zone.clone(),
        schedule.next_ms.first().map(|next| on_the_wall(*next, &schedule.zone)).unwrap_or_default(),
        state,
        schedule.last.as_ref().map(last).unwrap_or_default(),
        if schedule.skipped == 0 { String::new() } else { schedule.skipped.to_string() },
    ]
}

fn last(run: &ScheduleRun) -> String {
    let ended = ago(u64::try_from(run.ended_ms).unwrap_or(0), now_ms());
    let why = run.fault.clone().or_else(|| run.status.map(|status| status.to_string())).unwrap_or_default();
    let attempts = if run.attempts > 1 { format!(", {} calls", run.attempts) } else { String::new() };
    format!("{} ({why}) {ended}{attempts}", word(run.outcome)).replace(" ()", "")
}

/// A moment on the wall clock of a zone; one that this program does not know is shown in UTC.
fn on_the_wall(at_ms: i64, zone: &str) -> String {
    let Some(at) = DateTime::from_timestamp_millis(at_ms) else { return String::new() };
    let zone = zone.parse().unwrap_or(Tz::UTC);
    at.with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::api::cron::RunVerdict;

    #[test]
    fn moments_are_those_of_the_zone() {
        assert_eq!(on_the_wall(0, "Europe/Berlin"), "1970-01-01T01:00:00+01:00");
        assert_eq!(on_the_wall(0, "Mars/Olympus"), "1970-01-01T00:00:00Z");
    }

    #[test]
    fn the_last_call_is_told_in_a_few_words() {
        let run = |outcome, status, fault: Option<&str>, attempts| {
            let fault = fault.map(str::to_owned);
            last(&ScheduleRun { occurrence: String::new(), due_ms: 0, ended_ms: i64::MAX, attempts, outcome, status, fault })
        };
        assert_eq!(run(RunVerdict::Succeeded, Some(200), None, 1), "succeeded (200) 0 ms ago");
        assert_eq!(run(RunVerdict::Failed, Some(500), Some("threw"), 3), "failed (threw) 0 ms ago, 3 calls");
        assert_eq!(run(RunVerdict::Dropped, None, None, 0), "dropped 0 ms ago");
    }
}
