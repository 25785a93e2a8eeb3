//! How the rest of the process asks about schedules: the list, a call now, a pause.
//!
//! The admin API holds a client; the thread of the schedules answers between two moments.
//!
//! Invariant: asking never waits for a call of a function.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot, watch};

use super::machine::{OrderError, Shown};
use super::record::{LastRun, ScheduleKey};
use crate::function::FunctionName;
use crate::function::manifest::CronRule;

/// Questions that wait.
const QUESTIONS_MAX: usize = 64;

/// How long an answer may take: a write to a slow disk is in it.
const ANSWER_WAIT_MAX: Duration = Duration::from_secs(10);

/// Asks the thread of the schedules.
#[derive(Clone)]
pub struct CronClient {
    questions_tx: mpsc::Sender<Question>,
    role_rx: watch::Receiver<bool>,
}

/// The other end.
pub(super) struct Questions {
    pub(super) questions_rx: mpsc::Receiver<Question>,
    /// Whether this process has the schedules.
    pub(super) role_tx: watch::Sender<bool>,
}

/// A question and the way back.
pub(super) enum Question {
    /// Which schedules are there?
    List(Option<FunctionName>, oneshot::Sender<Vec<Shown>>),
    /// Call now, for a moment or for none.
    Run(ScheduleKey, Option<i64>, oneshot::Sender<Result<Arc<str>, OrderError>>),
    /// Pause, or end a pause.
    Pause(ScheduleKey, bool, oneshot::Sender<Result<(), OrderError>>),
}

/// Why there is no answer, or no good one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CronError {
    /// Another engine has the schedules: a hand-over is under way.
    #[error("another engine process still has the schedules")]
    NotHere,
    /// The live version has no such schedule.
    #[error("the live version has no such schedule")]
    NoSchedule,
    /// The moment is called for already.
    #[error("this moment is called for already")]
    Open,
    /// Too many calls that were asked for are open.
    #[error("too many calls that were asked for are open")]
    Busy,
}

impl From<OrderError> for CronError {
    fn from(error: OrderError) -> Self {
        match error {
            OrderError::NoSchedule => Self::NoSchedule,
            OrderError::Open => Self::Open,
            OrderError::Busy => Self::Busy,
        }
    }
}

/// A schedule as it is now.
#[derive(Clone, Debug)]
pub struct ScheduleView {
    /// Its function and its name.
    pub key: ScheduleKey,
    /// Its settings.
    pub rule: CronRule,
    /// Every moment up to this second is done with.
    pub watermark_s: i64,
    /// Whether it is paused.
    pub paused: bool,
    /// Calls that run.
    pub running: usize,
    /// Moments that wait.
    pub waiting: usize,
    /// Moments that were left out because a call still ran.
    pub skipped: u64,
    /// How the last call ended.
    pub last: Option<LastRun>,
}

impl From<Shown> for ScheduleView {
    fn from(Shown { key, rule, record, running, waiting }: Shown) -> Self {
        let (watermark_s, paused, skipped, last) = (record.watermark_s, record.paused, record.skipped, record.last);
        Self { key, rule, watermark_s, paused, running, waiting, skipped, last }
    }
}

impl CronClient {
    /// Both ends.
    pub(super) fn new() -> (Self, Questions) {
        let (questions_tx, questions_rx) = mpsc::channel(QUESTIONS_MAX);
        let (role_tx, role_rx) = watch::channel(false);
        (Self { questions_tx, role_rx }, Questions { questions_rx, role_tx })
    }

    /// The schedules of all live versions, or of one function's.
    ///
    /// # Errors
    /// If another engine has them.
    pub async fn list(&self, function: Option<FunctionName>) -> Result<Vec<ScheduleView>, CronError> {
        let shown = self.ask(|answer_tx| Question::List(function, answer_tx)).await?;
        Ok(shown.into_iter().map(ScheduleView::from).collect())
    }

    /// Calls the function now, for the moment `at_ms` or for none. Returns the id of the moment.
    ///
    /// # Errors
    /// See [`CronError`].
    pub async fn run(&self, key: ScheduleKey, at_ms: Option<i64>) -> Result<Arc<str>, CronError> {
        Ok(self.ask(|answer_tx| Question::Run(key, at_ms, answer_tx)).await??)
    }

    /// Pauses a schedule, or ends its pause.
    ///
    /// # Errors
    /// See [`CronError`].
    pub async fn pause(&self, key: ScheduleKey, paused: bool) -> Result<(), CronError> {
        Ok(self.ask(|answer_tx| Question::Pause(key, paused, answer_tx)).await??)
    }

    async fn ask<A>(&self, question: impl FnOnce(oneshot::Sender<A>) -> Question) -> Result<A, CronError> {
        if !*self.role_rx.borrow() {
            return Err(CronError::NotHere);
        }
        let (answer_tx, answer_rx) = oneshot::channel();
        self.questions_tx.try_send(question(answer_tx)).map_err(|_| CronError::Busy)?;
        match tokio::time::timeout(ANSWER_WAIT_MAX, answer_rx).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(_)) => Err(CronError::NotHere),
            Err(_) => Err(CronError::Busy),
        }
    }
}
