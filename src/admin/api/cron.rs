//! Schedules: what is due when, and calls and pauses that an operator orders.
//!
//! Asks the thread of the schedules, which answers between two moments.
//!
//! Invariant: a call that is ordered is answered when it is on the disk, and never waited for.

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;

use crate::admin::error::{ApiError, Failures};
use crate::admin::extract::{ApiJson, ApiQuery};
use crate::admin::state::AdminState;
use crate::api::cron::{AT_MS_MAX, CronQuery, RunStarted, RunVerdict, ScheduleBody, ScheduleRun, ScheduleRunBody, ScheduleSummary};
use crate::api::error::ApiErrorKind;
use crate::trigger::cron::{CronError, LastRun, RunOutcome, ScheduleKey, ScheduleView};

/// Moments that are listed of a schedule.
const NEXT_MAX: usize = 3;

/// Seconds after which asking again is worth it while a hand-over is under way.
const RETRY_AFTER_S: u64 = 1;

/// The schedules of all live versions, or of one function's.
#[utoipa::path(get, path = "/cron", operation_id = "list_schedules", tag = "functions", params(CronQuery),
    responses((status = 200, body = Vec<ScheduleSummary>), Failures))]
pub(super) async fn list(
    State(state): State<AdminState>,
    ApiQuery(query): ApiQuery<CronQuery>,
) -> Result<Json<Vec<ScheduleSummary>>, ApiError> {
    if let Some(function) = &query.function {
        state.endpoint(function)?;
    }
    Ok(Json(summaries(&state, query).await?))
}

/// Calls for a schedule now, whether it is paused or not.
#[utoipa::path(post, path = "/cron/run", operation_id = "run_schedule", tag = "functions", request_body = ScheduleRunBody,
    responses((status = 202, body = RunStarted, description = "The call begins"), Failures))]
pub(super) async fn run(
    State(state): State<AdminState>,
    ApiJson(body): ApiJson<ScheduleRunBody>,
) -> Result<(StatusCode, Json<RunStarted>), ApiError> {
    let ScheduleRunBody { function, schedule, at_ms } = body;
    if at_ms.is_some_and(|at_ms| !(0..=AT_MS_MAX).contains(&at_ms)) {
        return Err(ApiError::invalid(format!("`at_ms` must be a time from 0 to {AT_MS_MAX}")));
    }
    state.endpoint(&function)?;
    let key = ScheduleKey { function, name: schedule.into() };
    let occurrence = state.cron.run(key.clone(), at_ms).await.map_err(|error| refused(&key, error))?;
    Ok((StatusCode::ACCEPTED, Json(RunStarted { occurrence: occurrence.to_string() })))
}

/// Pauses a schedule: moments that come due are left out. It lasts over restarts and releases.
#[utoipa::path(post, path = "/cron/pause", operation_id = "pause_schedule", tag = "functions", request_body = ScheduleBody,
    responses((status = 200, body = ScheduleSummary), Failures))]
pub(super) async fn pause(
    State(state): State<AdminState>,
    ApiJson(body): ApiJson<ScheduleBody>,
) -> Result<Json<ScheduleSummary>, ApiError> {
    set_paused(&state, body, true).await
}

/// Ends the pause of a schedule; nothing is made up for.
#[utoipa::path(post, path = "/cron/resume", operation_id = "resume_schedule", tag = "functions", request_body = ScheduleBody,
    responses((status = 200, body = ScheduleSummary), Failures))]
pub(super) async fn resume(
    State(state): State<AdminState>,
    ApiJson(body): ApiJson<ScheduleBody>,
) -> Result<Json<ScheduleSummary>, ApiError> {
    set_paused(&state, body, false).await
}

async fn set_paused(state: &AdminState, body: ScheduleBody, paused: bool) -> Result<Json<ScheduleSummary>, ApiError> {
    let ScheduleBody { function, schedule } = body;
    state.endpoint(&function)?;
    let key = ScheduleKey { function: function.clone(), name: schedule.into() };
    state.cron.pause(key.clone(), paused).await.map_err(|error| refused(&key, error))?;
    let listed = summaries(state, CronQuery { function: Some(function) }).await?;
    let found = listed.into_iter().find(|summary| *summary.name == *key.name);
    found.map(Json).ok_or_else(|| refused(&key, CronError::NoSchedule))
}

async fn summaries(state: &AdminState, query: CronQuery) -> Result<Vec<ScheduleSummary>, ApiError> {
    let views = state.cron.list(query.function).await.map_err(not_now)?;
    // Thousands of expressions are evaluated: not on the threads that answer probes.
    let listed = tokio::task::spawn_blocking(move || views.into_iter().map(summary_of).collect()).await;
    listed.map_err(|error| ApiError::new(ApiErrorKind::Failed, error.to_string()))
}

fn summary_of(view: ScheduleView) -> ScheduleSummary {
    let ScheduleView { key, rule, watermark_s, paused, running, waiting, skipped, last } = view;
    let evaluator = rule.schedule.evaluator().filter(|_| !paused);
    let next = evaluator.map(|evaluator| evaluator.between(watermark_s, i64::MAX, NEXT_MAX)).unwrap_or_default();
    ScheduleSummary {
        function: key.function,
        schedule: rule.schedule.expression().to_owned(),
        zone: rule.schedule.zone().to_owned(),
        overlap: rule.overlap.label().to_owned(),
        missed: rule.missed.label().to_owned(),
        name: rule.name,
        path: rule.path,
        paused,
        next_ms: next.into_iter().map(|second| second * 1000).collect(),
        running,
        waiting,
        skipped,
        last: last.map(run_of),
    }
}

fn run_of(last: LastRun) -> ScheduleRun {
    let LastRun { occurrence, due_ms, ended_ms, attempts, outcome } = last;
    let (outcome, status, fault) = match outcome {
        RunOutcome::Succeeded { status } => (RunVerdict::Succeeded, Some(status), None),
        RunOutcome::Failed { status, fault } => (RunVerdict::Failed, Some(status), fault),
        RunOutcome::Dropped => (RunVerdict::Dropped, None, None),
    };
    ScheduleRun { occurrence: occurrence.to_string(), due_ms, ended_ms, attempts, outcome, status, fault }
}

fn refused(key: &ScheduleKey, error: CronError) -> ApiError {
    match error {
        CronError::NoSchedule => ApiError::not_found(format!("the live version of `{}` has no schedule {:?}", key.function, key.name)),
        CronError::Open => ApiError::new(ApiErrorKind::Conflict, error.to_string()),
        CronError::Busy | CronError::NotHere => not_now(error),
    }
}

fn not_now(error: CronError) -> ApiError {
    let kind = if error == CronError::NotHere { ApiErrorKind::Unavailable } else { ApiErrorKind::Busy };
    ApiError::new(kind, error.to_string()).retry_after(RETRY_AFTER_S)
}
