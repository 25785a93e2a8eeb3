//! Whether clients notice a release: four functions are called at a fixed rate (open loop), over kept-alive and over new connections, while
//! they are released, rolled back, released in groups of which half must fail, while the engine is upgraded, and while it is killed.
//!
//! Calls come from `barrage`, operations go through `operator`. All of the server shares one CPU, so that compiling and booting compete
//! with calls. Not part of `all`.
//!
//! Invariant: a call fails unless it is answered 200 by a version that may be live; only a connection that a killed process had open may
//! break.

use std::fmt;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use tempfile::TempDir;

use crate::args::Args;
use crate::barrage::{Barrage, Pace};
use crate::board::{Board, Target};
use crate::operator::{Ended, Operator};
use crate::pin::{self, Pinning};
use crate::process;
use crate::report::Report;
use crate::servers::Server;
use crate::single::Single;
use crate::stats::Histogram;
use crate::tally;
use crate::workload::Request;

const RELEASES: u32 = 100;
const ROLLBACKS: u32 = 20;
const _: () = assert!(ROLLBACKS.is_multiple_of(2));
const GROUPS: u32 = 10;
const UPGRADES: u32 = 5;
pub const KILLS: u32 = 5;

/// The first is released alone and gets half of the calls; the others are released together.
const FUNCTIONS: [&str; 4] = ["one", "red", "green", "blue"];
/// Versions that must never be live have numbers from here on.
const DOOMED: u32 = 1_000_000;
/// Between two phases, and after an engine has ended: the next operation meets a server that has nothing but its load.
const SETTLE: Duration = Duration::from_secs(1);
/// Longest time until calls that have waited for a connection are sent.
const BACKLOG_MAX: Duration = Duration::from_secs(60);
/// Longest time until a new connection is answered after a kill, and until an engine that was replaced has ended.
const GONE_MAX: Duration = Duration::from_secs(60);
/// The index of the calls between the phases.
const BETWEEN: usize = 0;

/// The operations on the server meanwhile, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    Quiet,
    Releases,
    Rollbacks,
    Groups,
    Upgrades,
    Kills,
    QuietAgain,
}

pub const PHASES: [Phase; 7] =
    [Phase::Quiet, Phase::Releases, Phase::Rollbacks, Phase::Groups, Phase::Upgrades, Phase::Kills, Phase::QuietAgain];

impl Phase {
    /// Its place among the samples.
    pub fn number(self) -> usize {
        self as usize + 1
    }

    fn replaces_engines(self) -> bool {
        matches!(self, Self::Upgrades | Self::Kills)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Quiet => f.pad("nothing"),
            Self::Releases => write!(f, "{RELEASES} releases of one function"),
            Self::Rollbacks => write!(f, "{ROLLBACKS} rollbacks"),
            Self::Groups => write!(f, "{GROUPS} releases of three, half undone"),
            Self::Upgrades => write!(f, "{UPGRADES} upgrades"),
            Self::Kills => write!(f, "{KILLS} × kill -9 of the engine"),
            Self::QuietAgain => f.pad("nothing, again"),
        }
    }
}

/// The cost of a phase: the server's CPU.
pub struct Spent {
    pub phase: Phase,
    pub cpu: f64,
    /// Part of that CPU that other processes took, where it is known.
    pub stolen: f64,
}

/// Times of one kind of operation.
pub struct Series {
    pub what: &'static str,
    pub times: Histogram,
}

/// The record of the operator's side.
#[derive(Default)]
pub struct Diary {
    pub spent: Vec<Spent>,
    pub series: Vec<Series>,
    /// From before each kill to after it.
    pub kills: Vec<(Instant, Instant)>,
}

pub fn run(args: &Args, pinning: Pinning) -> Result<Report> {
    let folder = TempDir::with_prefix("skep-load-")?;
    let server = Server::skep(args, pinning, folder.path(), &[])?;
    let board = Board::new(&FUNCTIONS);
    let operator = Operator::new(server.admin.context("skep has an admin address")?);
    let mut operations = Operations { server: &server, operator, board: &board, args, pinning, diary: Diary::default() };
    operations.publish(&board.targets, None).context("the first release")?;
    let saturation = saturation(args, &server, &board)?;
    let rate = saturation * args.share;
    eprintln!("  {saturation:.0} requests/s at most, {rate:.0} offered");
    thread::sleep(SETTLE);
    let barrage = Barrage::new(&board, server.address, args.connections, PHASES.len() + 1)?;
    let (operated, loaded) = thread::scope(|scope| {
        let load = scope.spawn(|| {
            let samples = barrage.run(Pace::Rate(rate));
            board.end();
            samples
        });
        let operated = operations.all();
        board.end();
        (operated, load.join())
    });
    // The side that failed first knows why.
    let samples = loaded.map_err(|_| anyhow!("the load panicked"))?.context("the load")?;
    operated?;
    Ok(tally::report(args, &operations.diary, &samples, saturation))
}

/// The best of three rounds of the same calls at full speed.
fn saturation(args: &Args, server: &Server, board: &Board) -> Result<f64> {
    (0..3).try_fold(0.0, |best: f64, _| {
        let samples = Barrage::new(board, server.address, args.connections, 1)?.run(Pace::Full(args.round() / 2))?;
        let sample = samples.first().context("a sample")?;
        ensure!(sample.wrong == 0 && sample.breaks.is_empty(), "a call failed already: {:?}", sample.first_wrong);
        Ok(best.max(sample.right as f64 / (args.seconds / 2.0)))
    })
}

struct Operations<'a> {
    server: &'a Server,
    operator: Operator,
    board: &'a Board,
    args: &'a Args,
    pinning: Pinning,
    diary: Diary,
}

impl Operations<'_> {
    fn all(&mut self) -> Result<()> {
        for phase in PHASES {
            ensure!(!self.board.is_over(), "the load has ended");
            eprintln!("  {phase} ...");
            let (begin, busy, used) = (Instant::now(), process::cpu_busy(self.pinning.server), process::cpu_time(self.server.pid()));
            self.board.enter(phase.number());
            self.carry_out(phase).with_context(|| phase.to_string())?;
            self.board.enter(BETWEEN);
            let elapsed = begin.elapsed().as_secs_f64();
            let busy = (process::cpu_busy(self.pinning.server) - busy).as_secs_f64();
            let used = process::cpu_time(self.server.pid()).saturating_sub(used).as_secs_f64();
            // The CPU time of a process that has exited is no longer in `/proc`.
            let is_known = self.pinning.server.is_some() && !phase.replaces_engines();
            self.diary.spent.push(Spent {
                phase,
                cpu: busy / elapsed,
                stolen: if is_known { (busy - used).max(0.0) / elapsed } else { 0.0 },
            });
            self.settle()?;
        }
        let serving = self.operator.serving()?;
        ensure!(serving.generation == u64::from(1 + UPGRADES + KILLS), "engines that no operation asked for: {serving:?}");
        ensure!(serving.quarantined == 0, "{} versions are in quarantine", serving.quarantined);
        Ok(())
    }

    fn carry_out(&mut self, phase: Phase) -> Result<()> {
        match phase {
            Phase::Quiet | Phase::QuietAgain => thread::sleep(self.args.round()),
            Phase::Releases => self.repeat("a release", RELEASES, |operations, _| operations.release())?,
            Phase::Rollbacks => self.rollbacks()?,
            Phase::Groups => self.groups()?,
            Phase::Upgrades => self.upgrades()?,
            Phase::Kills => self.repeat("kill → first answer on a new connection", KILLS, Self::kill)?,
        }
        Ok(())
    }

    fn repeat(&mut self, what: &'static str, times: u32, mut operation: impl FnMut(&mut Self, u32) -> Result<Duration>) -> Result<()> {
        let mut series = Histogram::default();
        for number in 1..=times {
            series.record(operation(self, number).with_context(|| format!("number {number}"))?);
        }
        self.diary.series.push(Series { what, times: series });
        Ok(())
    }

    fn release(&self) -> Result<Duration> {
        let target = self.board.targets.first().context("a function")?;
        let number = target.newest() + 1;
        target.allow(number);
        let took = done(self.operator.deploy(target.name, &source(target.name, number, true))?)?;
        target.require(number);
        self.answers(target, number)?;
        Ok(took)
    }

    /// Rolls back again and again, between the last two versions.
    fn rollbacks(&mut self) -> Result<()> {
        let target = self.board.targets.first().context("a function")?;
        let newest = target.newest();
        target.require(newest - 1);
        // An even number of them: the newest version is live in the end.
        self.repeat("a rollback", ROLLBACKS, |operations, number| {
            let took = done(operations.operator.roll_back(target.name)?)?;
            operations.answers(target, newest - number % 2)?;
            Ok(took)
        })?;
        target.require(newest);
        Ok(())
    }

    fn groups(&mut self) -> Result<()> {
        let group = self.board.targets.get(1..).context("a group")?;
        let (mut published, mut undone) = (Histogram::default(), Histogram::default());
        for number in 0..GROUPS {
            let doomed = (!number.is_multiple_of(2)).then_some(number as usize / 2 % group.len());
            let series = if doomed.is_some() { &mut undone } else { &mut published };
            series.record(self.publish(group, doomed).with_context(|| format!("group {number}"))?);
        }
        self.diary.series.push(Series { what: "a release of three", times: published });
        self.diary.series.push(Series { what: "the same, undone because a check failed", times: undone });
        Ok(())
    }

    /// Releases a new version of each, all or none. If one is doomed its check fails, and every function must stay as it was.
    fn publish(&self, targets: &[Target], doomed: Option<usize>) -> Result<Duration> {
        let first_number = if doomed.is_some() { DOOMED } else { 1 };
        let source =
            |(index, target): (usize, &Target)| (target.name, source(target.name, first_number + target.newest(), doomed != Some(index)));
        let sources: Vec<(&str, String)> = targets.iter().enumerate().map(source).collect();
        if doomed.is_none() {
            targets.iter().for_each(|target| target.allow(target.newest() + 1));
        }
        let ended = self.operator.deploy_group(&sources)?;
        let took = match doomed {
            None => done(ended)?,
            Some(_) => {
                let is_right = ended.status == "undone" && ended.failed_at.as_deref() == Some("checked");
                ensure!(is_right, "a failing check ended in {:?} at {:?}", ended.status, ended.failed_at);
                ended.took
            }
        };
        for target in targets {
            target.require(target.newest());
            self.answers(target, target.newest())?;
        }
        Ok(took)
    }

    fn upgrades(&mut self) -> Result<()> {
        let mut gone = Histogram::default();
        self.repeat("an upgrade: asked → the new engine serves", UPGRADES, |operations, _| {
            let old = operations.operator.serving()?;
            let process = process::tree(operations.server.pid()).into_iter().find(|process| process.pid == old.pid);
            let process = process.context("the engine that serves is a child of the supervisor")?;
            let begin = Instant::now();
            let took = operations.operator.upgrade()?;
            operations.operator.successor(old.generation)?;
            while process.alive() {
                ensure!(begin.elapsed() < GONE_MAX, "the old engine still lives");
                thread::sleep(Duration::from_millis(1));
            }
            gone.record(begin.elapsed());
            operations.all_answer()?;
            operations.settle()?;
            Ok(took)
        })?;
        self.diary.series.push(Series { what: "the same: asked → the old engine has ended", times: gone });
        Ok(())
    }

    fn kill(&mut self, number: u32) -> Result<Duration> {
        if number > 1 {
            // A version that ran at two deaths is quarantined, as it should be; so every function gets another version.
            self.publish(&self.board.targets, None)?;
        }
        let old = self.operator.serving()?;
        // Calls have piled up behind the release and the request to the admin API.
        self.settle()?;
        let target = self.board.targets.first().context("a function")?;
        let begin = Instant::now();
        pin::signal(old.pid, libc::SIGKILL);
        self.diary.kills.push((begin, Instant::now()));
        while let Err(error) = self.answers(target, target.newest()) {
            // A connection that the dying process had accepted.
            ensure!(begin.elapsed() < GONE_MAX, "no answer after a kill: {error:#}");
        }
        let took = begin.elapsed();
        self.operator.successor(old.generation)?;
        self.all_answer()?;
        self.settle()?;
        Ok(took)
    }

    /// Waits until the calls that have waited are sent.
    fn settle(&self) -> Result<()> {
        let begin = Instant::now();
        while begin.elapsed() < SETTLE || self.board.waiting() > 0 {
            ensure!(begin.elapsed() < BACKLOG_MAX, "{} calls still wait for a connection: take a smaller --share", self.board.waiting());
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }

    fn all_answer(&self) -> Result<()> {
        self.board.targets.iter().try_for_each(|target| self.answers(target, target.newest()))
    }

    /// Whether exactly this version answers on a new connection.
    fn answers(&self, target: &Target, number: u32) -> Result<()> {
        let request = Request::get(&format!("/{}", target.name), Some(&format!("{} {number}", target.name)));
        Single::connect(self.server.address)?.call(&request).map(drop)
    }
}

fn done(ended: Ended) -> Result<Duration> {
    ensure!(ended.status == "done", "a release ended as {:?}, at {:?}", ended.status, ended.failed_at);
    Ok(ended.took)
}

fn source(name: &str, number: u32, works: bool) -> String {
    format!(
        "const version: number = {number};\n\nexport default (_request: Request): string => `{name} ${{version}}`;\n\n\
         export const check = (): boolean => {works};\n"
    )
}
