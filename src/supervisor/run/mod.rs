//! The supervisor's life: one engine serves, and a fresh one replaces it when necessary, until a signal ends the host.
//!
//! Signals and [`EngineEvent`]s come in; the supervisor starts engines, commands them to hand over or to stop, or kills them, and notifies
//! the service manager of its status.
//!
//! An engine is booting ⇒ serving ⇒ leaving. A serving one that is tainted or asks for an upgrade, or a SIGHUP, needs a successor; when
//! that serves the old one is told to leave (L4). A serving one that exits without being told to is replaced at once (L5). If the first
//! engine never serves, the supervisor exits.
//!
//! Invariant: an engine is told to leave only when another one serves; nothing here waits for an engine.

mod report;
mod successor;
mod ports;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::process::ExitStatus;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::compilers::CompilerChildren;
use super::engines::{EngineEvent, EngineProcess, EngineStage, Launch, StartConfig};
use super::plan::{self, Pauses, PendingHandovers, UpgradeRequest, UrgentHandovers};
use super::signals::Signals;
use crate::config::{Config, ExitCode};
use crate::process::counters;
use crate::process::counters::ContainmentCounters;
use crate::process::crash_note::{HELPERS_MAX, SlotState};
use crate::process::message::{ToEngine, ToSupervisor};
use crate::process::quarantine::frozen_thread;
use crate::process::sockets::Sockets;
use crate::process::systemd::{Heartbeat, Service};
use crate::supervisor::quarantine::{CrashHistory, offences_of};
use crate::telemetry::store::LogKeeper;

/// Events of engines that wait for the supervisor; more hold up the tasks that read the channels.
const EVENTS_MAX: usize = 256;

/// Longest time an engine may take until it serves.
const BOOT_MAX: Duration = Duration::from_secs(120);

/// How much longer than its drain time an engine may take to exit.
const LEAVE_GRACE: Duration = Duration::from_secs(5);

/// Engines that finish their open requests at a time: each holds its memory.
const LEAVING_MAX: usize = 2;

/// How long a hand-over waits while that many are leaving.
const LEAVING_PAUSE: Duration = Duration::from_secs(1);

/// Slots of the crash note beside those of each instance and its helpers: prewarmed isolates and threads that are frozen.
const SPARE_WORKERS: usize = 256;

/// Supervises engines until a signal ends the host. `log` keeps the lines of every process.
///
/// # Errors
/// If the first engine process cannot be started.
pub fn run(config: &Config, sockets: Sockets, log: Option<LogKeeper>) -> io::Result<ExitCode> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async { Supervisor::new(config, sockets, log)?.run_to_end().await })
}

/// Why a new engine is wanted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum StartReason {
    /// No engine serves.
    Restart,
    /// An engine serves, and a fresh one is to replace it.
    HandOver,
}

struct Supervisor {
    launch: Launch,
    drain: Duration,
    sockets: Sockets,
    /// Ports that are closed as soon as no engine boots.
    closing: BTreeSet<u16>,
    engines: Vec<EngineProcess>,
    generation: u64,
    /// The shared counts, and the memory that engines receive.
    counters: (OwnedFd, &'static ContainmentCounters),
    /// Writes the log lines of this process and of every engine.
    log: Option<LogKeeper>,
    compilers: CompilerChildren,
    crash_history: CrashHistory,
    restarts: Pauses,
    hand_overs: Pauses,
    urgent_hand_overs: UrgentHandovers,
    /// The next engine, and when it is started.
    due: Option<(Instant, StartReason)>,
    /// Hand-overs that were asked for since the last engine was started.
    wanted: PendingHandovers,
    /// Hand-overs that the booting engine was started for.
    in_progress: PendingHandovers,
    /// Whether there ever was an engine that served.
    has_served: bool,
    /// The exit code, once the host is stopping.
    stopping: Option<ExitCode>,
    signals: Signals,
    service: Service,
    heartbeat: Heartbeat,
    /// The status that the service manager was notified of last.
    status: String,
    events_tx: mpsc::Sender<(u64, EngineEvent)>,
    events_rx: mpsc::Receiver<(u64, EngineEvent)>,
}

impl Supervisor {
    fn new(config: &Config, sockets: Sockets, log: Option<LogKeeper>) -> io::Result<Self> {
        let (events_tx, events_rx) = mpsc::channel(EVENTS_MAX);
        let service = Service::of_environment();
        Ok(Self {
            launch: Launch::like_this_process(config.pool.max_instances * (1 + HELPERS_MAX) + SPARE_WORKERS)?,
            drain: config.ingress.drain,
            sockets,
            closing: BTreeSet::new(),
            engines: Vec::new(),
            generation: 0,
            counters: counters::make()?,
            log,
            compilers: CompilerChildren::default(),
            crash_history: CrashHistory::default(),
            restarts: Pauses::new(Duration::from_millis(100), Duration::from_secs(5)),
            hand_overs: Pauses::new(Duration::from_secs(1), Duration::from_secs(60)),
            urgent_hand_overs: UrgentHandovers::default(),
            due: None,
            wanted: PendingHandovers::default(),
            in_progress: PendingHandovers::default(),
            has_served: false,
            stopping: None,
            signals: Signals::listen()?,
            heartbeat: service.heartbeat(),
            service,
            status: String::new(),
            events_tx,
            events_rx,
        })
    }

    async fn run_to_end(mut self) -> io::Result<ExitCode> {
        self.start_engine()?;
        loop {
            self.notify_status();
            if let Some(code) = self.step().await {
                return Ok(code);
            }
        }
    }

    /// Waits for one event and handles it. Returns the exit code once there is nothing left to supervise.
    async fn step(&mut self) -> Option<ExitCode> {
        let next = self.next_deadline();
        tokio::select! {
            name = self.signals.next() => self.on_signal(name),
            Some((generation, event)) = self.events_rx.recv() => match event {
                EngineEvent::Message(message) => self.on_message(generation, message),
                EngineEvent::Exited(status) => {
                    if let Some(code) = self.on_exit(generation, status) {
                        return Some(code);
                    }
                }
            },
            () = until(next) => self.on_time(Instant::now()),
            () = self.heartbeat.next() => self.on_heartbeat(),
        }
        self.stopping.filter(|_| self.engines.is_empty())
    }

    fn start_engine(&mut self) -> io::Result<()> {
        self.generation += 1;
        self.in_progress = std::mem::take(&mut self.wanted);
        let ring = self.log.as_ref().map(|log| log.ring(self.generation)).transpose()?;
        let config = StartConfig {
            generation: self.generation,
            counters: &self.counters.0,
            log: self.log.as_ref().zip(ring.as_ref()).map(|(log, ring)| [ring.as_fd(), log.window_memory().as_fd()]),
            sockets: &self.sockets,
            quarantined: self.crash_history.quarantined(),
            offences: self.crash_history.offences(Instant::now()),
        };
        let started = self.launch.start(&config, self.events_tx.clone());
        if let (Err(_), Some(log)) = (&started, &self.log) {
            log.ended(self.generation, false);
        }
        let mut engine = started?;
        engine.deadline = Some(engine.born + BOOT_MAX);
        tracing::info!(generation = self.generation, pid = engine.pid, "engine started");
        self.engines.push(engine);
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
            self.engines.iter_mut().for_each(EngineProcess::kill);
        }
    }

    fn stop(&mut self, cause: &str) {
        self.service.stopping();
        self.stopping = Some(ExitCode::Ok);
        self.due = None;
        // No engine will accept any more: a client is better refused than left waiting. The engines close their copies when they receive
        // `Stop`.
        self.sockets = Sockets::default();
        let deadline = Instant::now() + self.drain + LEAVE_GRACE;
        for engine in &mut self.engines {
            engine.deadline = Some(deadline);
            if engine.send(&ToEngine::Stop { cause: cause.to_owned() }).is_err() {
                engine.kill();
            }
        }
    }

    fn on_message(&mut self, generation: u64, message: ToSupervisor) {
        let Some(index) = self.engines.iter().position(|engine| engine.generation == generation) else { return };
        match message {
            ToSupervisor::Ready => self.on_ready(index),
            ToSupervisor::Failed { why } => self.on_failed(index, why),
            ToSupervisor::NeedPort { port } => self.open_port(index, port),
            ToSupervisor::NeedCompiler => self.start_compiler(index),
            ToSupervisor::ClosePort { port } => self.close_port(index, port),
            ToSupervisor::Tainted { reason, function, version, urgent } => {
                let (function, version) = (function.unwrap_or_default(), version.unwrap_or_default());
                tracing::warn!(generation, reason, function, version, urgent, "the engine is tainted: a fresh one takes over");
                if !function.is_empty() {
                    let note = [SlotState { function, version, signal: Some(0) }];
                    self.quarantine(&frozen_thread(&reason), &note, Some(generation));
                }
                self.on_taint(index, urgent);
            }
            ToSupervisor::Upgrade { question } => self.on_upgrade(UpgradeRequest { generation, number: question }),
            ToSupervisor::Unknown => {}
        }
    }

    fn on_ready(&mut self, index: usize) {
        let Some(engine) = self.engines.get_mut(index) else { return };
        let generation = engine.generation;
        if self.stopping.is_some() || engine.stage != EngineStage::Booting {
            return;
        }
        engine.stage = EngineStage::Serving;
        engine.deadline = None;
        let (tainted, urgent) = (engine.tainted, engine.urgent);
        tracing::info!(generation, pid = engine.pid, boot_ms = engine.born.elapsed().as_millis() as u64, "engine serves");
        let leave_by = Instant::now() + self.drain + LEAVE_GRACE;
        let mut left = false;
        for old in self.engines.iter_mut().filter(|old| old.stage == EngineStage::Serving && old.generation < generation) {
            old.stage = EngineStage::Leaving;
            old.deadline = Some(leave_by);
            left = true;
            tracing::info!(from = old.generation, to = generation, "engine handed over");
            if old.send(&ToEngine::HandOver).is_err() {
                old.kill();
            }
        }
        if left {
            self.count(counters::HANDED_OVER);
        }
        // It decides anew: a port among them that it has no use for either, it gives up itself.
        self.closing.clear();
        let done = std::mem::take(&mut self.in_progress);
        if !std::mem::replace(&mut self.has_served, true) || (done.hang_up.is_some() && !self.is_reloading()) {
            self.notify_ready();
        }
        if tainted {
            self.on_taint(index, urgent);
        }
    }

    fn start_compiler(&mut self, index: usize) {
        let Some(engine) = self.engines.get_mut(index) else { return };
        let sent = match self.compilers.start(engine.generation, engine.pid) {
            Ok(descriptors) => engine.hand_compiler(&descriptors),
            Err(error) => {
                tracing::warn!(generation = engine.generation, %error, "cannot start a compiler process");
                engine.send(&ToEngine::NoCompiler { errno: error.raw_os_error().unwrap_or(libc::EINVAL) })
            }
        };
        if sent.is_err() {
            engine.kill();
        }
    }

    /// Returns the exit code, if the first engine never served.
    fn on_exit(&mut self, generation: u64, status: ExitStatus) -> Option<ExitCode> {
        let index = self.engines.iter().position(|engine| engine.generation == generation)?;
        let engine = self.engines.remove(index);
        if let Some(log) = &self.log {
            log.ended(generation, plan::is_crash(status));
        }
        self.close_ports();
        let (how, lived) = (plan::describe(status), engine.born.elapsed());
        let why = engine.why.clone().unwrap_or_default();
        if let Some(code) = &mut self.stopping {
            if *code == ExitCode::Ok {
                *code = plan::code_of_shutdown(status);
            }
            return None;
        }
        if plan::is_crash(status) && !engine.was_killed {
            self.attribute(&engine, &how);
        }
        match engine.stage {
            EngineStage::Leaving => tracing::info!(generation, how, "the old engine has ended"),
            EngineStage::Booting if !self.has_served => {
                tracing::error!(generation, how, why, "the engine did not start");
                return Some(plan::code_of_failed_start(status));
            }
            EngineStage::Booting if self.is_serving() => {
                tracing::error!(generation, how, why, "the fresh engine did not start: the old one stays");
                self.on_no_successor(&failure_reason(&engine, &how), lived);
            }
            EngineStage::Booting | EngineStage::Serving => {
                let pause = self.restarts.after(lived);
                tracing::error!(generation, pid = engine.pid, how, why, again_in_ms = pause.as_millis() as u64, "the engine died");
                if engine.stage == EngineStage::Serving {
                    self.count(counters::RESTARTED);
                } else {
                    self.on_handover_failed(&failure_reason(&engine, &how));
                }
                // A successor that is on its way was meant for a hand-over and comes just in time.
                if !self.is_booting() {
                    self.due = None;
                    self.want(StartReason::Restart, pause);
                }
            }
        }
        None
    }

    fn attribute(&mut self, engine: &EngineProcess, how: &str) {
        let note = engine.note();
        let suspects: Vec<_> = note.iter().map(|slot_state| format!("{} {}", slot_state.function, slot_state.version)).collect();
        if !suspects.is_empty() {
            let certain = note.iter().any(|slot_state| slot_state.signal.is_some());
            tracing::warn!(generation = engine.generation, certain, suspects = suspects.join(", "), "suspects of the engine's death");
        }
        self.quarantine(how, &note, None);
    }

    /// Records the offenders of a death; the versions that this quarantines may not run any more. Every engine that runs learns of both;
    /// the one that reported the offence, `by`, has counted it already.
    fn quarantine(&mut self, how: &str, note: &[SlotState], by: Option<u64>) {
        // An engine that cannot be reached exits soon.
        for offence in offences_of(note) {
            let others = self.engines.iter().filter(|engine| Some(engine.generation) != by);
            others.for_each(|engine| drop(engine.send(&ToEngine::Offended(offence.clone()))));
        }
        for one in self.crash_history.record(Instant::now(), how, note) {
            tracing::warn!(function = one.function, version = one.version, reason = one.reason, "quarantined until its next version");
            self.engines.iter().for_each(|engine| drop(engine.send(&ToEngine::Quarantine(one.clone()))));
        }
    }

    /// An engine is wanted in `pause`. A restart that is due stays so; of hand-overs the earliest counts.
    fn want(&mut self, start_reason: StartReason, pause: Duration) {
        let at = Instant::now() + pause;
        let stays = self.due.is_some_and(|(due, start_reason)| due <= at || start_reason == StartReason::Restart);
        if self.stopping.is_none() && !stays {
            self.due = Some((at, start_reason));
        }
    }

    fn on_time(&mut self, now: Instant) {
        for engine in self.engines.iter_mut().filter(|engine| engine.deadline.is_some_and(|deadline| deadline <= now)) {
            tracing::warn!(generation = engine.generation, stage = ?engine.stage, "the engine takes too long and is killed");
            engine.deadline = None;
            engine.kill();
        }
        let Some((_, start_reason)) = self.due.take_if(|(due, _)| *due <= now) else { return };
        if self.is_booting() {
            // A SIGHUP while an engine boots: the files that it read may have changed since, so another follows when it serves.
            return self.want(start_reason, LEAVING_PAUSE);
        }
        if start_reason == StartReason::HandOver
            && self.engines.iter().filter(|engine| engine.stage == EngineStage::Leaving).count() >= LEAVING_MAX
        {
            return self.want(start_reason, LEAVING_PAUSE);
        }
        let Err(error) = self.start_engine() else { return };
        let why = format!("it cannot be started: {error}");
        if self.is_serving() {
            tracing::error!(%error, "cannot start an engine: the old one stays");
            return self.on_no_successor(&why, Duration::ZERO);
        }
        self.on_handover_failed(&why);
        let pause = self.restarts.after(Duration::ZERO);
        tracing::error!(%error, again_in_ms = pause.as_millis() as u64, "cannot start an engine");
        self.want(start_reason, pause);
    }

    fn count(&self, level: usize) {
        if let Some(counters) = self.counters.1.get(level) {
            counters.fetch_add(1, Ordering::Relaxed);
        }
    }

    fn next_deadline(&self) -> Option<Instant> {
        let deadlines = self.engines.iter().filter_map(|engine| engine.deadline);
        deadlines.chain(self.due.map(|(due, _)| due)).min()
    }

    fn is_booting(&self) -> bool {
        self.engines.iter().any(|engine| engine.stage == EngineStage::Booting)
    }

    fn is_serving(&self) -> bool {
        self.engines.iter().any(|engine| engine.stage == EngineStage::Serving)
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline.into()).await,
        None => std::future::pending().await,
    }
}

/// Why an engine does not serve, for the caller that asked for it.
fn failure_reason(engine: &EngineProcess, how: &str) -> String {
    match &engine.why {
        Some(why) => why.clone(),
        None if engine.was_killed => format!("it took longer than {} s", BOOT_MAX.as_secs()),
        None => format!("it exited with {how}; the log has the reason"),
    }
}
