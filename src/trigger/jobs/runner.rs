//! The thread of the jobs: it makes their calls, and writes every state.
//!
//! `app` starts it with the engine. Orders and states come from `handle`; an end that the function did not tell comes from its call.
//!
//! Invariant: the state of a job is on the disk before its call begins, and its end before the drain stops waiting for it.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::handle::{JobNews, JobOrder, Jobs, now_ms};
use super::record::JobStatus;
use super::store::{JobFile, JobState, OtherJobFile, OtherJobs};
use crate::fault::{Fault, Kind};
use crate::function::message::Body;
use crate::invoke::{BodyEnd, Invocation, InvocationOrigin, Invoker, Target};
use crate::shutdown::{DrainGuard, Drained};

/// What a job says that ran when its process ended.
const STOPPED: &str = "the host was stopped";

/// Time between two looks at what another process writes, during a hand-over.
const OTHERS_EVERY: Duration = Duration::from_millis(500);

/// States that come within this time are written together.
const GATHER_TIME: Duration = Duration::from_millis(5);

/// The parts that jobs need.
pub struct JobsDeps {
    /// The jobs, as instances see them.
    pub jobs: Arc<Jobs>,
    /// Calls the functions.
    pub invoker: Arc<Invoker>,
    /// The way down.
    pub drained: Drained,
    /// The state folder; `None`: nothing is kept.
    pub state: Option<PathBuf>,
}

/// Reads what earlier processes have written, and starts the thread.
///
/// # Errors
/// If there is no thread for it.
pub fn start(deps: JobsDeps) -> io::Result<()> {
    let JobsDeps { jobs, invoker, drained, state } = deps;
    let file = state.and_then(|state| {
        let file = JobFile::new(&state);
        file.inspect_err(|error| tracing::error!(%error, "the statuses of jobs cannot be kept: they end with this process")).ok()
    });
    let mut runner = Runner { others: Vec::new(), jobs, invoker, file };
    runner.find_others();
    runner.hear_others();
    runner.jobs.serve(drained);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("skep jobs".to_owned()).spawn(move || runtime.block_on(runner.run())).map(drop)
}

struct Runner {
    jobs: Arc<Jobs>,
    invoker: Arc<Invoker>,
    file: Option<JobFile>,
    /// Processes that live, or whose jobs are not taken over yet.
    others: Vec<OtherJobFile>,
}

impl Runner {
    async fn run(mut self) {
        let mut heard = Instant::now();
        loop {
            let JobNews { orders, states, ended } = self.jobs.take_news();
            self.write(&states);
            drop(ended);
            for (order, guard) in orders {
                tokio::spawn(run_job(self.jobs.clone(), self.invoker.clone(), guard, order));
            }
            let more = self.jobs.news.notified();
            if self.others.is_empty() {
                more.await;
            } else {
                // An error means that nothing has come: the other processes are asked all the same.
                let _ = tokio::time::timeout(OTHERS_EVERY, more).await;
                if heard.elapsed() >= OTHERS_EVERY {
                    self.hear_others();
                    heard = Instant::now();
                }
            }
            tokio::time::sleep(GATHER_TIME).await;
        }
    }

    fn write(&mut self, states: &[JobState]) {
        let Some(file) = &mut self.file else { return };
        let jobs = &self.jobs;
        if let Err(error) = file.write(states, jobs.count(), || jobs.all()) {
            tracing::error!(%error, "the state of a job cannot be written: the next process does not know it");
        }
    }

    fn find_others(&mut self) {
        match self.file.as_ref().map(JobFile::others) {
            None => {}
            Some(Ok(others)) => self.others = others,
            Some(Err(error)) => tracing::error!(%error, "the jobs of earlier processes cannot be read"),
        }
    }

    /// Enters what other processes have written. The jobs of one that is gone become this one's.
    fn hear_others(&mut self) {
        let mut living = Vec::new();
        for mut other in std::mem::take(&mut self.others) {
            match other.read() {
                Ok(OtherJobs::Same) => living.push(other),
                Ok(OtherJobs::News(states)) => {
                    self.jobs.enter(states);
                    living.push(other);
                }
                Ok(OtherJobs::Last(states, locked)) => {
                    let states = ended(states);
                    self.jobs.enter(states.clone());
                    self.write(&states);
                    other.remove();
                    drop(locked);
                }
                // Another process has taken it over.
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => tracing::error!(%error, "the jobs of another process cannot be read"),
            }
        }
        self.others = living;
    }
}

/// The last state of each job. Those that ran have failed: their process is gone.
fn ended(states: Vec<JobState>) -> Vec<JobState> {
    let mut last: Vec<JobState> = Vec::new();
    let mut at = std::collections::HashMap::new();
    for (application, job) in states {
        let index = *at.entry((application.clone(), job.id.clone())).or_insert(last.len());
        match last.get_mut(index) {
            Some(known) => *known = (application, job),
            None => last.push((application, job)),
        }
    }
    let stopped = |(_, job): &mut JobState| _ = job.said(JobStatus::Failed, STOPPED, now_ms());
    last.iter_mut().for_each(stopped);
    last
}

async fn run_job(jobs: Arc<Jobs>, invoker: Arc<Invoker>, guard: DrainGuard, order: JobOrder) {
    let JobOrder { function, application, request } = order;
    let id = request.request_id.clone();
    let mut invocation = Invocation::of(InvocationOrigin::Job, &request);
    match invoker.invoke(&mut invocation, Target::Live(&function), request, || Body::Empty).await {
        Ok(response) => {
            // The dialect has told how the job ended, and answers with nothing.
            drop(invocation.end_with(response));
            jobs.said(&application, &id, JobStatus::Succeeded, "");
        }
        Err(fault) => {
            jobs.said(&application, &id, JobStatus::Failed, &message_of(&fault));
            invocation.failed(fault);
            invocation.end(&BodyEnd::Whole);
        }
    }
    jobs.is_over(guard);
}

/// A fault as the status of a job tells it: `cpu_limit: the job used more than 60000 ms`.
pub fn message_of(fault: &Fault) -> String {
    let facts = fault.facts();
    let label = facts.kind.label();
    match (facts.kind, &facts.limit) {
        (Kind::CpuLimit | Kind::WallLimit | Kind::MemoryLimit, Some(limit)) => format!("{label}: the job used more than {limit}"),
        _ => format!("{label}: {}", facts.message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::trigger::jobs::record::JobRecord;

    #[test]
    fn jobs_of_a_process_that_is_gone_have_failed_unless_they_had_ended() {
        let job = |id: &str, status: JobStatus, message: &str| {
            let mut job = JobRecord::new(id, "n", "api", "{}", 1);
            job.said(status, message, 2);
            ("/parse".to_owned(), job)
        };
        let states = vec![job("a", JobStatus::Running, ""), job("b", JobStatus::Running, "half"), job("a", JobStatus::Succeeded, "done")];
        let ended: Vec<(String, JobStatus, String)> = ended(states).into_iter().map(|(_, job)| (job.id, job.status, job.message)).collect();
        let expected = [("a", JobStatus::Succeeded, "done"), ("b", JobStatus::Failed, STOPPED)];
        assert_eq!(ended, expected.map(|(id, status, message)| (id.to_owned(), status, message.to_owned())));
    }

    #[test]
    fn a_limit_is_named_with_what_it_is() {
        let fault = Fault::new(Kind::CpuLimit, "the CPU time limit was exceeded").with_limit("60000 ms", "60001 ms");
        assert_eq!(message_of(&fault), "cpu_limit: the job used more than 60000 ms");
        assert_eq!(message_of(&Fault::new(Kind::Crashed, "the instance crashed")), "crashed: the instance crashed");
    }
}
