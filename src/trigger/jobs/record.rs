//! What is known of jobs: which ran, what they say, and how they ended.
//!
//! `handle` writes it for the instances, `runner` for the host; `js-prelude/dialects/parse` answers `_JobStatus` from it. `store` keeps it.
//!
//! Invariant: an application has a bounded number of ended jobs, the last ones, and each has a bounded size. One that runs is never dropped.

use std::collections::{HashMap, VecDeque};

use serde::{Deserialize, Serialize};

/// Jobs of an application that are kept, and that may run at a time.
pub(super) const JOBS_MAX: usize = 1_000;
/// Longest text of a job's parameters.
const PARAMS_BYTES_MAX: usize = 16 << 10;
/// Longest message.
const MESSAGE_BYTES_MAX: usize = 10 << 10;
/// Longest name and id.
const NAME_BYTES_MAX: usize = 512;

/// How far a job is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum JobStatus {
    /// It runs.
    Running,
    /// It has returned.
    Succeeded,
    /// It has thrown, or the host has ended it.
    Failed,
}

/// One job. Times are in milliseconds since 1970.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct JobRecord {
    pub(super) id: String,
    name: String,
    /// Who asked for it: `api`, or `schedule`.
    source: String,
    /// JSON; of parameters that are too long nothing is kept.
    params: String,
    pub(super) status: JobStatus,
    /// Empty if it has said nothing.
    pub(super) message: String,
    pub(super) created: u64,
    updated: u64,
    finished: Option<u64>,
}

impl JobRecord {
    /// A job that begins.
    pub(super) fn new(id: &str, name: &str, source: &str, params: &str, now_ms: u64) -> Self {
        Self {
            id: head_of(id, NAME_BYTES_MAX),
            name: head_of(name, NAME_BYTES_MAX),
            source: source.to_owned(),
            params: if params.len() > PARAMS_BYTES_MAX { "{}" } else { params }.to_owned(),
            status: JobStatus::Running,
            message: String::new(),
            created: now_ms,
            updated: now_ms,
            finished: None,
        }
    }

    /// The job says something, or has ended. An empty message keeps the last one. Returns whether that was news: an end stays as it is.
    pub(super) fn said(&mut self, status: JobStatus, message: &str, now_ms: u64) -> bool {
        if self.finished.is_some() {
            return false;
        }
        if !message.is_empty() {
            self.message = head_of(message, MESSAGE_BYTES_MAX);
        }
        self.updated = now_ms;
        if status != JobStatus::Running {
            self.status = status;
            self.finished = Some(now_ms);
        }
        true
    }
}

/// The jobs of all applications, by mount, the newest first.
#[derive(Default)]
pub(super) struct JobRecords(HashMap<String, VecDeque<JobRecord>>);

impl JobRecords {
    /// Enters a job, or a later state of one.
    pub(super) fn enter(&mut self, application: &str, record: JobRecord) {
        let jobs = self.0.entry(application.to_owned()).or_default();
        if let Some(known) = jobs.iter_mut().find(|job| job.id == record.id) {
            *known = record;
            return;
        }
        let at = jobs.iter().position(|job| job.created <= record.created).unwrap_or(jobs.len());
        jobs.insert(at, record);
        if jobs.len() > JOBS_MAX
            && let Some(oldest) = jobs.iter().rposition(|job| job.status != JobStatus::Running)
        {
            jobs.remove(oldest);
        }
    }

    /// A job.
    pub(super) fn get_mut(&mut self, application: &str, id: &str) -> Option<&mut JobRecord> {
        self.0.get_mut(application)?.iter_mut().find(|job| job.id == id)
    }

    /// The number of jobs of an application that run.
    pub(super) fn running(&self, application: &str) -> usize {
        self.0.get(application).map_or(0, |jobs| jobs.iter().filter(|job| job.status == JobStatus::Running).count())
    }

    /// Every job with its application, the oldest of each first.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &JobRecord)> {
        self.0.iter().flat_map(|(application, jobs)| jobs.iter().rev().map(|job| (application.as_str(), job)))
    }

    /// The number of jobs.
    pub(super) fn count(&self) -> usize {
        self.0.values().map(VecDeque::len).sum()
    }

    /// The jobs of an application as a JSON list.
    pub(super) fn list(&self, application: &str) -> String {
        // Texts and numbers always serialise.
        self.0.get(application).and_then(|jobs| serde_json::to_string(jobs).ok()).unwrap_or_else(|| "[]".to_owned())
    }
}

fn head_of(text: &str, bytes_max: usize) -> String {
    text.get(..text.floor_char_boundary(bytes_max)).unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(records: &JobRecords, application: &str) -> Vec<serde_json::Value> {
        serde_json::from_str(&records.list(application)).unwrap()
    }

    #[test]
    fn a_job_has_one_end() {
        let mut records = JobRecords::default();
        records.enter("/parse", JobRecord::new("a", "sum", "api", "{\"x\":1}", 1));
        let job = records.get_mut("/parse", "a").unwrap();
        assert!(job.said(JobStatus::Running, "half of it", 2));
        assert!(job.said(JobStatus::Succeeded, "", 3));
        assert!(!job.said(JobStatus::Failed, "too late", 4));
        let one = &listed(&records, "/parse")[0];
        assert_eq!(
            (one["status"].as_str(), one["message"].as_str(), one["params"].as_str(), one["finished"].as_u64()),
            (Some("succeeded"), Some("half of it"), Some("{\"x\":1}"), Some(3))
        );
        assert!(listed(&records, "/other").is_empty());
    }

    #[test]
    fn the_oldest_that_have_ended_are_forgotten() {
        let mut records = JobRecords::default();
        records.enter("/parse", JobRecord::new("runs", "n", "api", "{}", 0));
        for number in 1..=JOBS_MAX as u64 {
            let mut job = JobRecord::new(&number.to_string(), "n", "api", &"x".repeat(PARAMS_BYTES_MAX + 1), number);
            job.said(JobStatus::Succeeded, "", number);
            records.enter("/parse", job);
        }
        let all = listed(&records, "/parse");
        assert_eq!((all.len(), all[0]["id"].as_str(), all[0]["params"].as_str()), (JOBS_MAX, Some("1000"), Some("{}")));
        assert_eq!(all[JOBS_MAX - 1]["id"], "runs", "one that runs is kept");
        assert!(all.iter().all(|job| job["id"] != "1"));
        assert_eq!((records.running("/parse"), records.running("/other")), (1, 0));
    }
}
