//! Schedules as the admin API lists and runs them.
//!
//! `admin::api` fills them from the thread of the schedules; `skep cron` prints them.
//!
//! Invariant: every time is in milliseconds since 1970.

use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::function::FunctionName;

/// Which schedules.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, IntoParams)]
#[serde(deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct CronQuery {
    /// Only those of this function.
    #[param(value_type = Option<String>, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
    pub function: Option<FunctionName>,
}

/// A schedule of a live version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleSummary {
    /// The function.
    pub function: FunctionName,
    /// The name of the schedule.
    pub name: String,
    /// The cron expression.
    pub schedule: String,
    /// The zone whose wall clock it follows.
    pub zone: String,
    /// The path that gets a POST; left out: the dialect's own handler is called.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// What becomes of a moment that comes while a call still runs.
    pub overlap: String,
    /// What becomes of moments at which no host ran.
    pub missed: String,
    /// Whether it is paused.
    pub paused: bool,
    /// The next moments; none if it is paused.
    pub next_ms: Vec<i64>,
    /// Calls that run.
    pub running: usize,
    /// Moments that wait: for a place, for their delay, or for a repetition.
    pub waiting: usize,
    /// Moments that were left out because a call still ran.
    pub skipped: u64,
    /// How the last call ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<ScheduleRun>,
}

/// The calls for one moment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScheduleRun {
    /// The id of the moment, which is also that of its requests.
    pub occurrence: String,
    /// The moment.
    pub due_ms: i64,
    /// When the last call ended.
    pub ended_ms: i64,
    /// How many calls there were.
    pub attempts: u32,
    /// The result.
    pub outcome: RunVerdict,
    /// The status of the last answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// The fault, if it was one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fault: Option<String>,
}

/// The result of the calls for a moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum RunVerdict {
    /// Answered with a status of 200 to 299.
    Succeeded,
    /// Not, and no repetition was left.
    Failed,
    /// The schedule went away, or was paused, before it was called.
    Dropped,
}

/// Names a schedule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleBody {
    /// The function.
    pub function: FunctionName,
    /// The name of the schedule.
    #[schema(min_length = 1, max_length = 64)]
    pub schedule: String,
}

/// A call to make now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScheduleRunBody {
    /// The function.
    pub function: FunctionName,
    /// The name of the schedule.
    #[schema(min_length = 1, max_length = 64)]
    pub schedule: String,
    /// The moment to call for, as if it were due now: the call has that moment's id. Left out: now, with an id of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 0, maximum = 253402300799000_i64)]
    pub at_ms: Option<i64>,
}

/// A call that begins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct RunStarted {
    /// The id of its moment and of its request.
    pub occurrence: String,
}

/// The last moment that can be named: the end of the year 9999.
pub const AT_MS_MAX: i64 = 253_402_300_799_000;

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_schedule_is_read_back_as_the_same_json() {
        let written = json!({
            "function": "f", "name": "nightly", "schedule": "0 3 * * *", "zone": "Europe/Berlin", "path": "/jobs/nightly",
            "overlap": "skip", "missed": "latest", "paused": false, "next_ms": [1, 2], "running": 0, "waiting": 1, "skipped": 3,
            "last": { "occurrence": "00", "due_ms": 1, "ended_ms": 2, "attempts": 1, "outcome": "failed", "status": 500, "fault": "threw" },
        });
        let read: ScheduleSummary = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(serde_json::to_value(&read).unwrap(), written);
    }
}
