//! The jobs of Parse applications: what ran, and how it ended.
//!
//! Instances tell it through `runtime::ops`; `js-prelude/dialects/parse` answers `_JobStatus` from it.
//!
//! Invariant: an application has a bounded number of jobs, the last ones, and each has a bounded size.

use std::collections::{HashMap, VecDeque};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use serde::Serialize;

/// Jobs of an application that are kept.
const JOBS_MAX: usize = 1_000;
/// Longest text of a job's parameters.
const PARAMS_BYTES_MAX: usize = 16 << 10;
/// Longest message.
const MESSAGE_BYTES_MAX: usize = 10 << 10;
/// Longest name and id.
const NAME_BYTES_MAX: usize = 512;

#[derive(Clone, Debug, Serialize)]
struct Job {
    id: String,
    name: String,
    /// JSON; of parameters that are too long nothing is kept.
    params: String,
    status: String,
    /// Empty if it has said nothing.
    message: String,
    created: u64,
    updated: u64,
    finished: Option<u64>,
}

/// The jobs, by application, the newest first.
#[derive(Default)]
pub(super) struct Jobs(Mutex<HashMap<String, VecDeque<Job>>>);

impl Jobs {
    /// A job begins.
    pub(super) fn began(&self, application: &str, id: &str, name: &str, params: &str) {
        let now = now_ms();
        let params = if params.len() > PARAMS_BYTES_MAX { "{}" } else { params };
        let job = Job {
            id: head_of(id, NAME_BYTES_MAX),
            name: head_of(name, NAME_BYTES_MAX),
            params: params.to_owned(),
            status: "running".to_owned(),
            message: String::new(),
            created: now,
            updated: now,
            finished: None,
        };
        let mut applications = self.0.lock();
        let jobs = applications.entry(application.to_owned()).or_default();
        jobs.push_front(job);
        jobs.truncate(JOBS_MAX);
    }

    /// A job says something, or has ended. One that has ended stays as it is.
    pub(super) fn said(&self, application: &str, id: &str, status: &str, message: &str) {
        let now = now_ms();
        let mut applications = self.0.lock();
        let Some(job) = applications.get_mut(application).and_then(|jobs| jobs.iter_mut().find(|job| job.id == id)) else { return };
        if job.finished.is_some() {
            return;
        }
        if !message.is_empty() {
            job.message = head_of(message, MESSAGE_BYTES_MAX);
        }
        job.updated = now;
        if matches!(status, "succeeded" | "failed") {
            status.clone_into(&mut job.status);
            job.finished = Some(now);
        }
    }

    /// All of them as a JSON list.
    pub(super) fn list(&self, application: &str) -> String {
        let applications = self.0.lock();
        // Texts and numbers always serialise.
        applications.get(application).and_then(|jobs| serde_json::to_string(jobs).ok()).unwrap_or_else(|| "[]".to_owned())
    }
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

fn head_of(text: &str, bytes_max: usize) -> String {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_has_one_end_and_the_oldest_ones_are_forgotten() {
        let jobs = Jobs::default();
        let listed = |application: &str| serde_json::from_str::<Vec<serde_json::Value>>(&jobs.list(application)).unwrap();
        jobs.began("/parse", "a", "sum", "{\"x\":1}");
        jobs.said("/parse", "a", "running", "half of it");
        jobs.said("/parse", "a", "succeeded", "");
        jobs.said("/parse", "a", "failed", "too late");
        let one = &listed("/parse")[0];
        assert_eq!(
            (one["status"].as_str(), one["message"].as_str(), one["params"].as_str()),
            (Some("succeeded"), Some("half of it"), Some("{\"x\":1}"))
        );
        assert!(one["finished"].is_u64() && listed("/other").is_empty());
        for number in 0..JOBS_MAX {
            jobs.began("/parse", &number.to_string(), "n", &"x".repeat(PARAMS_BYTES_MAX + 1));
        }
        let all = listed("/parse");
        assert_eq!((all.len(), all[0]["id"].as_str(), all[0]["params"].as_str()), (JOBS_MAX, Some("999"), Some("{}")));
        assert!(all.iter().all(|job| job["id"] != "a"));
    }
}
