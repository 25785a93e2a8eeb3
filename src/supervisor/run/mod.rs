//! The supervisor's life: one engine serves, a fresh one takes its place when that must be, until somebody ends the host.
//!
//! Signals and [`News`] come in; engines are started, told to hand over, told to stop, or killed; the service manager hears how it goes.
//!
//! An engine is booting ⇒ serving ⇒ leaving. A serving one that is tainted or asks for an upgrade, or a SIGHUP, makes a successor; when that is ready
//! the old one is told to leave (L4). A serving one that ends without being told to is replaced at once (L5). A first engine that never serves ends the
//! supervisor.
//!
//! Invariant: an engine is told to leave only when another one serves; nothing here waits for an engine.

mod report;
mod successor;
#[cfg(test)]
mod tests;

use std::io;
use std::os::fd::OwnedFd;
use std::process::ExitStatus;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::engines::{Briefing, Launch, Member, News, Stage};
use super::plan::{self, Pauses, Question, Wishes};
use super::signals::Signals;
use crate::config::{Config, ExitCode};
use crate::process::counters;
use crate::process::counters::Acts;
use crate::process::crash_note::Entry;
use crate::process::message::{ToEngine, ToSupervisor};
use crate::process::sockets::{Label, Sockets};
use crate::process::systemd::{Heartbeat, Service};
use crate::supervisor::quarantine::Ledger;

/// Longest time an engine may take until it serves.
const BOOT_MAX: Duration = Duration::from_secs(120);

/// How much longer than its drain time an engine may take to end.
const LEAVE_GRACE: Duration = Duration::from_secs(5);

/// Engines that finish what they have, at a time: each holds its memory.
const LEAVING_MAX: usize = 2;

/// How long a hand-over waits when there are more.
const LEAVING_PAUSE: Duration = Duration::from_secs(1);

/// Slots of the crash note beside one for each instance: blank isolates and threads that are parked.
const SPARE_WORKERS: usize = 64;

/// Supervises engines until a signal ends the host.
///
/// # Errors
/// If the system gives no process to begin with.
pub fn run(config: &Config, sockets: Sockets) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { Supervisor::new(config, sockets)?.live().await })
}

/// Why a new engine is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Purpose {
    /// Nobody serves.
    Restart,
    /// Somebody does, and is to be replaced.
    HandOver,
}

struct Supervisor {
    launch: Launch,
    drain: Duration,
    sockets: Sockets,
    members: Vec<Member>,
    generation: u64,
    /// The shared counts, and the memory that engines are given.
    acts: (OwnedFd, &'static Acts),
    ledger: Ledger,
    restarts: Pauses,
    hand_overs: Pauses,
    /// The next engine, and when it is started.
    due: Option<(Instant, Purpose)>,
    /// What was wished for since the last engine was started.
    wanted: Wishes,
    /// What the engine that boots was started for.
    underway: Wishes,
    /// Whether there ever was an engine that served.
    has_served: bool,
    /// What to end with, once the host is being ended.
    stopping: Option<ExitCode>,
    signals: Signals,
    service: Service,
    heartbeat: Heartbeat,
    /// What the service manager heard last of the engines.
    status: String,
    tell: mpsc::UnboundedSender<(u64, News)>,
    news: mpsc::UnboundedReceiver<(u64, News)>,
}

impl Supervisor {
    fn new(config: &Config, sockets: Sockets) -> io::Result<Self> {
        let (tell, news) = mpsc::unbounded_channel();
        let service = Service::of_environment();
        Ok(Self {
            launch: Launch::like_this_process(config.pool.max_instances + SPARE_WORKERS)?,
            drain: config.ingress.drain,
            sockets,
            members: Vec::new(),
            generation: 0,
            acts: counters::make()?,
            ledger: Ledger::default(),
            restarts: Pauses::new(Duration::from_millis(100), Duration::from_secs(5)),
            hand_overs: Pauses::new(Duration::from_secs(1), Duration::from_secs(60)),
            due: None,
            wanted: Wishes::default(),
            underway: Wishes::default(),
            has_served: false,
            stopping: None,
            signals: Signals::listen()?,
            heartbeat: service.heartbeat(),
            service,
            status: String::new(),
            tell,
            news,
        })
    }

    async fn live(mut self) -> io::Result<ExitCode> {
        self.start_engine()?;
        loop {
            self.tell_status();
            if let Some(code) = self.step().await {
                return Ok(code);
            }
        }
    }

    /// Waits for one thing to happen, and does what follows from it. Returns what to end with, once there is nothing left to supervise.
    async fn step(&mut self) -> Option<ExitCode> {
        let next = self.next_deadline();
        tokio::select! {
            name = self.signals.next() => self.on_signal(name),
            Some((generation, news)) = self.news.recv() => match news {
                News::Said(message) => self.on_word(generation, message),
                News::Ended(status) => {
                    if let Some(code) = self.on_end(generation, status) {
                        return Some(code);
                    }
                }
            },
            () = until(next) => self.on_time(Instant::now()),
            () = self.heartbeat.next() => self.on_heartbeat(),
        }
        self.stopping.filter(|_| self.members.is_empty())
    }

    fn start_engine(&mut self) -> io::Result<()> {
        self.generation += 1;
        self.underway = std::mem::take(&mut self.wanted);
        let briefing =
            Briefing { generation: self.generation, acts: &self.acts.0, sockets: &self.sockets, quarantined: self.ledger.quarantined() };
        let mut member = self.launch.start(&briefing, self.tell.clone())?;
        member.deadline = Some(member.born + BOOT_MAX);
        tracing::info!(generation = self.generation, pid = member.pid, "engine started");
        self.members.push(member);
        Ok(())
    }

    fn on_signal(&mut self, name: &'static str) {
        if name == "SIGHUP" && !self.signals.terminal_is_gone() {
            self.on_hang_up();
        } else if self.stopping.is_none() {
            self.stop(name);
        } else {
            tracing::warn!(signal = name, "ending at once");
            self.stopping = Some(ExitCode::DrainTimeout);
            self.members.iter_mut().for_each(Member::kill);
        }
    }

    fn stop(&mut self, cause: &str) {
        self.service.stopping();
        self.stopping = Some(ExitCode::Ok);
        self.due = None;
        // Nobody will accept any more: a client is better refused than left waiting. The engines let go of theirs when they hear of it.
        self.sockets = Sockets::default();
        let deadline = Instant::now() + self.drain + LEAVE_GRACE;
        for member in &mut self.members {
            member.deadline = Some(deadline);
            if member.tell(&ToEngine::Stop { cause: cause.to_owned() }).is_err() {
                member.kill();
            }
        }
    }

    fn on_word(&mut self, generation: u64, message: ToSupervisor) {
        let Some(index) = self.members.iter().position(|member| member.generation == generation) else { return };
        match message {
            ToSupervisor::Ready => self.on_ready(index),
            ToSupervisor::Failed { why } => self.on_failed(index, why),
            ToSupervisor::NeedPort { port } => self.open_port(index, port),
            ToSupervisor::Tainted { reason, function, version } => {
                let (function, version) = (function.unwrap_or_default(), version.unwrap_or_default());
                tracing::warn!(generation, reason, function, version, "the engine is tainted: a fresh one takes over");
                if !function.is_empty() {
                    self.sentence(&format!("a thread that had to be parked ({reason})"), &[Entry { function, version, signal: Some(0) }]);
                }
                self.on_taint(index);
            }
            ToSupervisor::Upgrade { question } => self.on_upgrade(Question { generation, number: question }),
            ToSupervisor::Unknown => {}
        }
    }

    fn on_ready(&mut self, index: usize) {
        let Some(member) = self.members.get_mut(index) else { return };
        let generation = member.generation;
        if self.stopping.is_some() || member.stage != Stage::Booting {
            return;
        }
        member.stage = Stage::Serving;
        member.deadline = None;
        let tainted = member.tainted;
        tracing::info!(generation, pid = member.pid, boot_ms = member.born.elapsed().as_millis() as u64, "engine serves");
        let leave_by = Instant::now() + self.drain + LEAVE_GRACE;
        let mut left = false;
        for old in self.members.iter_mut().filter(|old| old.stage == Stage::Serving && old.generation < generation) {
            old.stage = Stage::Leaving;
            old.deadline = Some(leave_by);
            left = true;
            tracing::info!(from = old.generation, to = generation, "engine handed over");
            if old.tell(&ToEngine::HandOver).is_err() {
                old.kill();
            }
        }
        if left {
            self.count(counters::HANDED_OVER);
        }
        let done = std::mem::take(&mut self.underway);
        if !std::mem::replace(&mut self.has_served, true) || (done.hang_up.is_some() && !self.is_reloading()) {
            self.tell_ready();
        }
        if tainted {
            self.on_taint(index);
        }
    }

    fn open_port(&mut self, index: usize, port: u16) {
        let Some(member) = self.members.get_mut(index) else { return };
        let told = match self.sockets.open(port) {
            Ok(listening) => member.hand(Label::Port(port), listening),
            Err(error) => member.tell(&ToEngine::NoPort { port, errno: error.source.raw_os_error().unwrap_or(libc::EINVAL) }),
        };
        if told.is_err() {
            member.kill();
        }
    }

    /// Returns what to end with, if the first engine never served.
    fn on_end(&mut self, generation: u64, status: ExitStatus) -> Option<ExitCode> {
        let index = self.members.iter().position(|member| member.generation == generation)?;
        let member = self.members.remove(index);
        let (how, lived) = (plan::describe(status), member.born.elapsed());
        let why = member.why.clone().unwrap_or_default();
        if let Some(code) = &mut self.stopping {
            if *code == ExitCode::Ok {
                *code = plan::code_of_shutdown(status);
            }
            return None;
        }
        if plan::is_crash(status) && !member.was_killed {
            self.blame(&member, &how);
        }
        match member.stage {
            Stage::Leaving => tracing::info!(generation, how, "the old engine has ended"),
            Stage::Booting if !self.has_served => {
                tracing::error!(generation, how, why, "the engine did not start");
                return Some(plan::code_of_failed_start(status));
            }
            Stage::Booting if self.is_serving() => {
                tracing::error!(generation, how, why, "the fresh engine did not start: the old one stays");
                self.on_no_successor(&successor::reason(&member, &how), lived);
            }
            Stage::Booting | Stage::Serving => {
                let pause = self.restarts.after(lived);
                tracing::error!(generation, pid = member.pid, how, why, again_in_ms = pause.as_millis() as u64, "the engine died");
                if member.stage == Stage::Serving {
                    self.count(counters::RESTARTED);
                } else {
                    self.disappoint(&successor::reason(&member, &how));
                }
                // A successor that is on its way was meant for a hand-over and comes just in time.
                if !self.is_booting() {
                    self.due = None;
                    self.want(Purpose::Restart, pause);
                }
            }
        }
        None
    }

    fn blame(&mut self, member: &Member, how: &str) {
        let note = member.note();
        let suspects: Vec<_> = note.iter().map(|entry| format!("{} {}", entry.function, entry.version)).collect();
        if !suspects.is_empty() {
            let certain = note.iter().any(|entry| entry.signal.is_some());
            tracing::warn!(generation = member.generation, certain, suspects = suspects.join(", "), "what ran when the engine died");
        }
        self.sentence(how, &note);
    }

    /// Enters what a version did; the second time within ten minutes it may not run any more.
    fn sentence(&mut self, how: &str, note: &[Entry]) {
        for one in self.ledger.record(Instant::now(), how, note) {
            tracing::warn!(function = one.function, version = one.version, reason = one.reason, "quarantined until its next version");
        }
    }

    /// An engine is wanted in `pause`. A restart that is due stays so; of hand-overs the earliest counts.
    fn want(&mut self, purpose: Purpose, pause: Duration) {
        let at = Instant::now() + pause;
        let stays = self.due.is_some_and(|(due, purpose)| due <= at || purpose == Purpose::Restart);
        if self.stopping.is_none() && !stays {
            self.due = Some((at, purpose));
        }
    }

    fn on_time(&mut self, now: Instant) {
        for member in self.members.iter_mut().filter(|member| member.deadline.is_some_and(|deadline| deadline <= now)) {
            tracing::warn!(generation = member.generation, stage = ?member.stage, "the engine takes too long and is killed");
            member.deadline = None;
            member.kill();
        }
        let Some((_, purpose)) = self.due.take_if(|(due, _)| *due <= now) else { return };
        if self.is_booting() {
            // A SIGHUP while an engine boots: what it read may be old already, so once more when it serves.
            return self.want(purpose, LEAVING_PAUSE);
        }
        if purpose == Purpose::HandOver && self.members.iter().filter(|member| member.stage == Stage::Leaving).count() >= LEAVING_MAX {
            return self.want(purpose, LEAVING_PAUSE);
        }
        let Err(error) = self.start_engine() else { return };
        let why = format!("it could not be started: {error}");
        if self.is_serving() {
            tracing::error!(%error, "no engine could be started: the old one stays");
            return self.on_no_successor(&why, Duration::ZERO);
        }
        self.disappoint(&why);
        let pause = self.restarts.after(Duration::ZERO);
        tracing::error!(%error, again_in_ms = pause.as_millis() as u64, "no engine could be started");
        self.want(purpose, pause);
    }

    fn count(&self, rung: usize) {
        if let Some(acts) = self.acts.1.get(rung) {
            acts.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let deadlines = self.members.iter().filter_map(|member| member.deadline);
        deadlines.chain(self.due.map(|(due, _)| due)).min()
    }

    fn is_booting(&self) -> bool {
        self.members.iter().any(|member| member.stage == Stage::Booting)
    }

    fn is_serving(&self) -> bool {
        self.members.iter().any(|member| member.stage == Stage::Serving)
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}
