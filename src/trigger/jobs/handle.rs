//! The jobs as instances and the admin side see them: begin one, say something of one, list them.
//!
//! `app` holds it for the instances; `runner` takes the orders and the news from it.
//!
//! Invariant: no method waits for anything but the lock, and no lock is held over a call or a write.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;
use tokio::sync::Notify;

use super::record::{JOBS_MAX, JobRecord, JobRecords, JobStatus};
use crate::function::message::Request;
use crate::shutdown::{DrainGuard, Drained};

/// A job that is to be run.
pub struct JobOrder {
    /// The function that has registered it.
    pub function: Arc<str>,
    /// Its application, by mount.
    pub application: String,
    /// The call.
    pub request: Request,
}

/// Why a job is not accepted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobRefusal {
    /// The process ends with the call.
    #[error("jobs run in `skep serve` and `skep dev` only")]
    NotServing,
    /// Too many of the application run.
    #[error("{JOBS_MAX} jobs of the application run already")]
    TooMany,
}

/// The jobs of this process.
#[derive(Default)]
pub struct Jobs {
    kept: Mutex<Kept>,
    pub(super) news: Notify,
    /// Of the process, once it calls for jobs.
    drained: OnceLock<Drained>,
}

#[derive(Default)]
struct Kept {
    records: JobRecords,
    /// Jobs whose state is not written: application and id.
    unwritten: BTreeSet<(String, String)>,
    orders: Vec<(JobOrder, DrainGuard)>,
    /// Dropped once the ends are written: the drain waits for them.
    ended: Vec<DrainGuard>,
}

/// What the runner has to do.
#[derive(Default)]
pub(super) struct JobNews {
    pub(super) orders: Vec<(JobOrder, DrainGuard)>,
    /// States to be written.
    pub(super) states: Vec<(String, JobRecord)>,
    /// To be dropped after that.
    pub(super) ended: Vec<DrainGuard>,
}

impl Jobs {
    /// A job begins: it is noted, and called for. `params` is JSON.
    ///
    /// # Errors
    /// See [`JobRefusal`].
    pub fn order(&self, name: &str, params: &str, order: JobOrder) -> Result<(), JobRefusal> {
        let guard = self.drained.get().ok_or(JobRefusal::NotServing)?.in_flight();
        let id = order.request.request_id.clone();
        self.note(&order.application, &id, name, "api", params)?;
        self.kept.lock().orders.push((order, guard));
        self.news.notify_one();
        Ok(())
    }

    /// A job begins in a call that exists: a schedule is due.
    ///
    /// # Errors
    /// See [`JobRefusal`].
    pub fn note(&self, application: &str, id: &str, name: &str, source: &str, params: &str) -> Result<(), JobRefusal> {
        let mut kept = self.kept.lock();
        if kept.records.running(application) >= JOBS_MAX {
            return Err(JobRefusal::TooMany);
        }
        kept.records.enter(application, JobRecord::new(id, name, source, params, now_ms()));
        kept.unwritten.insert((application.to_owned(), id.to_owned()));
        drop(kept);
        self.news.notify_one();
        Ok(())
    }

    /// A job says something, or has ended; an empty message keeps the last one. One that has ended stays as it is.
    pub fn said(&self, application: &str, id: &str, status: JobStatus, message: &str) {
        let mut kept = self.kept.lock();
        if kept.records.get_mut(application, id).is_some_and(|job| job.said(status, message, now_ms())) {
            kept.unwritten.insert((application.to_owned(), id.to_owned()));
            self.news.notify_one();
        }
    }

    /// The jobs of an application, newest first, as a JSON list of `{id, name, source, params, status, message, created, updated, finished}`.
    pub fn list(&self, application: &str) -> String {
        self.kept.lock().records.list(application)
    }

    /// The process calls for jobs from now on; its drain waits for them.
    pub(super) fn serve(&self, drained: Drained) {
        // A process serves once.
        let _ = self.drained.set(drained);
    }

    /// The call of a job is over.
    pub(super) fn is_over(&self, guard: DrainGuard) {
        self.kept.lock().ended.push(guard);
        self.news.notify_one();
    }

    /// What has come since the last time.
    pub(super) fn take_news(&self) -> JobNews {
        let mut kept = self.kept.lock();
        let Kept { records, unwritten, orders, ended } = &mut *kept;
        let states = std::mem::take(unwritten).into_iter();
        let states = states.filter_map(|(application, id)| records.get_mut(&application, &id).cloned().map(|job| (application, job)));
        JobNews { states: states.collect(), orders: std::mem::take(orders), ended: std::mem::take(ended) }
    }

    /// Enters what another process has written.
    pub(super) fn enter(&self, states: Vec<(String, JobRecord)>) {
        let mut kept = self.kept.lock();
        for (application, record) in states {
            kept.records.enter(&application, record);
        }
    }

    /// Every job, and how many there are, for a file that is written anew.
    pub(super) fn all(&self) -> Vec<(String, JobRecord)> {
        self.kept.lock().records.all().map(|(application, job)| (application.to_owned(), job.clone())).collect()
    }

    /// The number of jobs.
    pub(super) fn count(&self) -> usize {
        self.kept.lock().records.count()
    }
}

/// Milliseconds since 1970.
pub(super) fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
