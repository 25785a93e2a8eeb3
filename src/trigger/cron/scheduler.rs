//! The thread of the schedules: it waits for the next moment, has the machine decide, writes the decision, and makes the calls.
//!
//! `app` starts it with the engine. Schedules come from `roster`, the time from `clock`, questions from `handle`.
//!
//! A hand-over or a shutdown ends it at once: nothing is decided any more, the records are closed, and the next engine begins. Calls that run
//! then end here; the drain waits for them, and how they end is noted for the next engine.
//!
//! Invariant: no call begins before the effects that hold it are on the disk.

use std::collections::HashMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::call::call;
use super::clock::{Clock, WallClock};
use super::handle::{CronClient, Question, Questions};
use super::machine::ScheduleMachine;
use super::record::{CallEnd, Effects, Start, StoredSchedules, id_of};
use super::roster::{Roster, RosterNews};
use super::store::{EndNotes, OtherProcess, ScheduleStore};
use crate::function::trace::random;
use crate::invoke::Invoker;
use crate::live::Live;
use crate::shutdown::{DrainGuard, Drained, ShutdownPhase};
use crate::telemetry::metrics::HOST;

/// Ends of calls that wait to be read, or to be written.
const ENDS_MAX: usize = 1024;

/// Calls that end within this time are written together.
const GATHER_TIME: Duration = Duration::from_millis(10);

/// Time between two looks at what other processes note.
const OTHERS_EVERY_MS: i64 = 500;

/// After this time functions that are kept and that the table does not have are forgotten: the last releases of an engine before come later.
const SWEEP_AFTER_MS: i64 = 60_000;

/// Pause after effects could not be written.
const WRITE_PAUSE_MS: i64 = 1000;

/// The parts that schedules need.
pub struct CronDeps {
    /// The live versions.
    pub live: Arc<Live>,
    /// Calls them.
    pub invoker: Arc<Invoker>,
    /// The way down.
    pub drained: Drained,
    /// The state folder; `None`: nothing is kept.
    pub state: Option<PathBuf>,
}

/// Starts the thread of the schedules.
///
/// # Errors
/// If there is no thread for it.
pub fn start(deps: CronDeps) -> io::Result<CronClient> {
    let (client, questions) = CronClient::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    std::thread::Builder::new().name("skep cron".to_owned()).spawn(move || run(&runtime, deps, questions))?;
    Ok(client)
}

fn run(runtime: &tokio::runtime::Runtime, deps: CronDeps, questions: Questions) {
    let owner = id_of(u128::from(random()) << 64 | u128::from(random()));
    let (store, stored) = match &deps.state {
        None => (ScheduleStore::Memory, StoredSchedules::default()),
        Some(folder) => ScheduleStore::open(folder, &owner).unwrap_or_else(|error| {
            tracing::error!(%error, "the state of schedules cannot be kept: what is missed while the host is off is not made up for");
            (ScheduleStore::Memory, StoredSchedules::default())
        }),
    };
    if deps.drained.phase() != ShutdownPhase::Serving {
        return;
    }
    runtime.block_on(async move {
        match WallClock::new() {
            Ok(clock) => Scheduler::new(deps, clock, questions, store, stored, owner).run().await,
            Err(error) => tracing::error!(%error, "the kernel gives no timer: no schedule is kept"),
        }
    });
}

/// A call that ended, by the id of its moment.
type Ended = (Arc<str>, CallEnd);

struct Scheduler<C> {
    clock: C,
    machine: ScheduleMachine,
    store: ScheduleStore,
    roster: Roster,
    live: Arc<Live>,
    invoker: Arc<Invoker>,
    drained: Drained,
    questions: Questions,
    ended_tx: mpsc::Sender<Ended>,
    ended_rx: mpsc::Receiver<Ended>,
    /// Calls that have ended and are not written yet, and when they will be.
    ends: Vec<Ended>,
    gathered: Option<Instant>,
    /// The calls that run here; the drain waits for them.
    running: HashMap<Arc<str>, DrainGuard>,
    /// Processes that had the schedules before and still call.
    others: Vec<(Arc<str>, OtherProcess)>,
    looked_ms: i64,
    since_ms: i64,
    is_swept: bool,
}

impl<C: Clock> Scheduler<C> {
    fn new(deps: CronDeps, clock: C, questions: Questions, store: ScheduleStore, stored: StoredSchedules, owner: Arc<str>) -> Self {
        let CronDeps { live, invoker, drained, state: _ } = deps;
        let now_ms = clock.now_ms();
        let roster = Roster::new(live.clone(), stored.learned.clone());
        let machine = ScheduleMachine::new(owner, stored, now_ms);
        let others = machine.other_owners().into_iter().map(|owner| (owner.clone(), store.other(&owner))).collect();
        let (ended_tx, ended_rx) = mpsc::channel(ENDS_MAX);
        Self {
            clock,
            machine,
            store,
            roster,
            live,
            invoker,
            drained,
            questions,
            ended_tx,
            ended_rx,
            ends: Vec::new(),
            gathered: None,
            running: HashMap::new(),
            others,
            looked_ms: i64::MIN,
            since_ms: now_ms,
            is_swept: false,
        }
    }

    async fn run(mut self) {
        self.questions.role_tx.send_replace(true);
        let mut drained = self.drained.clone();
        // The process does not exit before the records are closed.
        let _open = drained.in_flight();
        loop {
            let wake_ms = self.step();
            tokio::select! {
                // First: a decision that is made while another engine begins is made twice.
                biased;
                () = drained.reached(ShutdownPhase::HandingOver) => break,
                Some(ended) = self.ended_rx.recv(), if self.ends.len() < ENDS_MAX => {
                    self.ends.push(ended);
                    self.gathered.get_or_insert_with(|| Instant::now() + GATHER_TIME);
                }
                () = reached(self.gathered) => {}
                Some(question) = self.questions.questions_rx.recv() => self.answer(question),
                () = self.clock.wait(wake_ms) => {}
            }
        }
        self.questions.role_tx.send_replace(false);
        let Self { store, ends, ended_tx, ended_rx, running, .. } = self;
        drop(ended_tx);
        finish(store.hand_over(), ends, ended_rx, running).await;
    }

    /// Everything that the present time brings. Returns when to look again.
    fn step(&mut self) -> Option<i64> {
        let now_ms = self.clock.now_ms();
        let mut effects = Effects::default();
        let guards = self.hear_ends(now_ms, &mut effects);
        self.hear_news(now_ms, &mut effects);
        self.hear_others(now_ms, &mut effects);
        self.sweep(now_ms, &mut effects);
        self.machine.tick(now_ms, &mut effects);
        self.carry_out(effects);
        drop(guards);
        self.machine.next_wake()
    }

    /// The calls that ended, once some time has gone since the first of them: they are written together, and what may begin now with them.
    fn hear_ends(&mut self, now_ms: i64, effects: &mut Effects) -> Vec<DrainGuard> {
        if self.gathered.is_none_or(|gathered| gathered > Instant::now()) && self.ends.len() < ENDS_MAX {
            return Vec::new();
        }
        self.gathered = None;
        let mut guards = Vec::new();
        for (id, end) in std::mem::take(&mut self.ends) {
            guards.extend(self.running.remove(&id));
            self.machine.ended(&id, end, now_ms, effects);
        }
        guards
    }

    fn hear_news(&mut self, now_ms: i64, effects: &mut Effects) {
        for news in self.roster.news(now_ms) {
            match news {
                RosterNews::Has { function, rules, complete } => self.machine.know(&function, rules, complete, now_ms, effects),
                RosterNews::Gone(function) => self.machine.forget(&function, now_ms, effects),
                RosterNews::Learned { function, version, schedules } => {
                    effects.learned.insert((function, version), Some(schedules.to_text()));
                }
                RosterNews::Unlearn { function, version } => {
                    effects.learned.insert((function, version), None);
                }
            }
        }
    }

    /// How the calls of earlier engines end.
    fn hear_others(&mut self, now_ms: i64, effects: &mut Effects) {
        if self.others.is_empty() || now_ms.abs_diff(self.looked_ms) < OTHERS_EVERY_MS.unsigned_abs() {
            return;
        }
        self.looked_ms = now_ms;
        let mut gone = Vec::new();
        for (owner, mut other) in std::mem::take(&mut self.others) {
            let (ends, lives) = other.read();
            for (id, end) in ends {
                self.machine.ended(&id, end, now_ms, effects);
            }
            if lives {
                self.others.push((owner, other));
            } else {
                self.machine.owner_is_gone(&owner, now_ms, effects);
                gone.push(other);
            }
        }
        if !gone.is_empty() && self.write(effects) {
            gone.into_iter().for_each(OtherProcess::remove);
        }
    }

    /// Forgets functions that are kept and that do not exist.
    fn sweep(&mut self, now_ms: i64, effects: &mut Effects) {
        if self.is_swept || now_ms - self.since_ms < SWEEP_AFTER_MS {
            return;
        }
        self.is_swept = true;
        let table = self.live.table();
        for function in self.machine.functions().into_iter().filter(|function| table.get(function.as_str()).is_none()) {
            self.machine.forget(&function, now_ms, effects);
        }
    }

    /// Writes effects, then makes their calls.
    fn carry_out(&mut self, mut effects: Effects) {
        // What cannot be written is written later, together with what follows: calls must not be made twice, but neither never.
        while !self.write(&effects) {
            std::thread::sleep(Duration::from_millis(WRITE_PAUSE_MS.unsigned_abs()));
            if self.drained.phase() != ShutdownPhase::Serving {
                return;
            }
        }
        for (function, end) in effects.runs.drain(..) {
            if let Some(metrics) = self.invoker.metrics().get(&function) {
                metrics.cron_run(end);
            }
        }
        for start in effects.starts.drain(..) {
            self.begin(start);
        }
    }

    fn write(&mut self, effects: &Effects) -> bool {
        let written = self.store.commit(effects);
        if let Err(error) = &written {
            tracing::error!(%error, "the state of schedules cannot be written: no schedule is kept until it can");
        }
        written.is_ok()
    }

    fn begin(&mut self, start: Start) {
        let id = start.occurrence.id.clone();
        HOST.cron_lag(Duration::from_millis(self.clock.now_ms().saturating_sub(start.occurrence.due_ms).try_into().unwrap_or(0)));
        self.running.insert(id.clone(), self.drained.in_flight());
        let (invoker, ended_tx) = (self.invoker.clone(), self.ended_tx.clone());
        tokio::spawn(async move {
            let end = call(invoker, start).await;
            let _ = ended_tx.send((id, end)).await;
        });
    }

    /// An asker that has left has no answer to receive.
    fn answer(&mut self, question: Question) {
        let now_ms = self.clock.now_ms();
        let mut effects = Effects::default();
        match question {
            Question::List(function, answer_tx) => drop(answer_tx.send(self.machine.shown(function.as_ref()))),
            Question::Run(key, at_ms, answer_tx) => {
                let answer = self.machine.run(&key, at_ms, now_ms, &mut effects);
                self.machine.tick(now_ms, &mut effects);
                self.carry_out(effects);
                let _ = answer_tx.send(answer);
            }
            Question::Pause(key, paused, answer_tx) => {
                let answer = self.machine.pause(&key, paused, now_ms, &mut effects);
                self.carry_out(effects);
                let _ = answer_tx.send(answer);
            }
        }
    }
}

/// Waits for this time; for none, for ever.
async fn reached(at: Option<Instant>) {
    match at {
        Some(at) => tokio::time::sleep_until(at).await,
        None => std::future::pending().await,
    }
}

/// Waits for the calls that still run, and notes how they end: the next engine has the schedules.
async fn finish(
    mut notes: Option<EndNotes>,
    ends: Vec<Ended>,
    mut ended_rx: mpsc::Receiver<Ended>,
    mut running: HashMap<Arc<str>, DrainGuard>,
) {
    let mut ends = ends.into_iter();
    while !running.is_empty() {
        let next = match ends.next() {
            Some(end) => Some(end),
            None => ended_rx.recv().await,
        };
        let Some((id, end)) = next else { break };
        // One that was cut off, not by its own doing, is called for again.
        if let Some(notes) = notes.as_mut().filter(|_| end != CallEnd::Interrupted) {
            notes.write(&id, &end);
        }
        drop(running.remove(&id));
    }
    if let Some(notes) = notes {
        notes.finish();
    }
}
