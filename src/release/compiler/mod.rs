//! Compiles functions in processes of their own, which have limits: whatever a source does to the parser, it does it to itself.
//!
//! `folder`, `deploy` and `client` call [`Compilers::compile`]; `lanes` decides who may compile now, `process` is a compiler process seen
//! from here, `frame` what the two say to each other, and `child` the other end. There `release::compile` does the work.
//!
//! A compile that takes longer sinks, and makes way for those that wait and have taken less: its process is killed, and it begins anew when
//! its turn comes. Ten functions that take seconds hold up a neighbour's first call by tenths of a second.
//!
//! Invariant: a compiler process has one job at a time; one that exceeds a limit, or dies, is not used again.

mod child;
mod process;
mod lanes;
mod frame;
mod limits;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::compile::{self, CompileError, CompileErrorKind, Compiled, Diagnostic, version_id};
use super::source::{FunctionSource, MANIFEST_FILE};
use super::store::decode_compiled;
use crate::config::CompileConfig;
use crate::function::Version;
use crate::sys::helper_process::HelperProcess;

pub use child::run_if_child;
use frame::{CompileReply, Job, Outcome};
use lanes::{CompileLevel, Lanes};
use process::{CompilerProcess, Waited};

/// Compiler processes that wait for a job at a time, however many cores there are.
const IDLE_MAX: usize = 4;

/// Compiler processes that a source may take down before it is given up: a death without a limit may be the system's doing.
const ATTEMPTS_MAX: u32 = 2;

/// Spawns a compiler process.
pub type Spawn = Box<dyn Fn() -> io::Result<HelperProcess> + Send + Sync>;

/// Compiles functions.
pub struct Compilers {
    limits: CompileConfig,
    /// `None`: this process compiles by itself, without limits.
    spawn: Option<Spawn>,
    lanes: Lanes,
    idle: Mutex<Vec<CompilerProcess>>,
}

/// The host cannot compile the source now, and that says nothing about the source.
#[derive(Debug, thiserror::Error)]
pub enum NoCompiler {
    /// There is no process for it.
    #[error("no compiler process can be started: {0}")]
    Spawn(#[from] io::Error),
    /// Too little of the CPU, or of the disk, for a source within its limits.
    #[error("compiling took longer than {} ms, three times --compile-ms: the machine is busy, or the disk is slow", .0.as_millis())]
    TooSlow(Duration),
}

impl Compilers {
    /// Compilers in processes that `spawn` spawns.
    pub fn new(limits: CompileConfig, spawn: Spawn) -> Self {
        Self { limits, spawn: Some(spawn), lanes: Lanes::of_this_machine(), idle: Mutex::default() }
    }

    /// Compilers in children of this process.
    pub fn local(limits: CompileConfig) -> Self {
        Self::new(limits, Box::new(HelperProcess::spawn))
    }

    /// Compiles in this process and without limits, for tests: their program is not a compiler.
    #[cfg(test)]
    pub fn in_process() -> Self {
        Self {
            limits: CompileConfig { memory_bytes: u64::MAX, cpu: Duration::MAX },
            spawn: None,
            lanes: Lanes::of_this_machine(),
            idle: Mutex::default(),
        }
    }

    /// Starts the processes that wait for jobs. Blocks for some milliseconds.
    ///
    /// # Errors
    /// If one cannot be spawned; `compile` tries again.
    pub fn prepare(&self) -> Result<(), NoCompiler> {
        let wanted = self.lanes.fast_places().min(IDLE_MAX);
        while self.spawn.is_some() && self.idle.lock().len() < wanted {
            let process = self.start()?;
            self.idle.lock().push(process);
        }
        Ok(())
    }

    /// Compiles one function; `root` is the canonical functions directory. Those of one `owner` take turns with those of others. Blocks.
    ///
    /// # Errors
    /// If the host cannot compile it now. An error in the source, or a limit that it exceeds, is an outcome.
    pub fn compile(&self, root: &Path, source: &FunctionSource, owner: &str) -> Result<Compiled, NoCompiler> {
        if self.spawn.is_none() {
            return Ok(compile::compile(root, source));
        }
        let (job, owner) = (Job::new(root, source, &self.limits), Arc::from(owner));
        for _ in 0..ATTEMPTS_MAX {
            match self.attempt(&job, &owner)? {
                Attempt::Replied(reply) => return Ok(self.compiled(reply, source)),
                Attempt::TookTooLong => return Err(NoCompiler::TooSlow(limits::wall(&self.limits))),
                Attempt::Died => {}
            }
        }
        let message = format!("the compiler process ended while it compiled `{}`", source.name);
        Ok(failed(Diagnostic::new(CompileErrorKind::Internal, message), source, BTreeSet::new()))
    }

    /// One process does the job, or another one each time that the job has to make way.
    fn attempt(&self, job: &Job, owner: &Arc<str>) -> Result<Attempt, NoCompiler> {
        let mut level = CompileLevel::First;
        let mut place = self.lanes.place(level, owner);
        let (mut process, mut began) = self.begin(job)?;
        while let Some(quantum) = level.quantum()
            && process.wait(began + quantum) == Waited::Nothing
        {
            level = level.next();
            match self.lanes.sink(place, level, owner) {
                Some(kept) => place = kept,
                None => {
                    drop(process);
                    self.replace();
                    place = self.lanes.place(level, owner);
                    (process, began) = self.begin(job)?;
                }
            }
        }
        let attempt = self.finish(process, began + limits::wall(&self.limits));
        drop(place);
        Ok(attempt)
    }

    /// Hands the job to a process that waits, or to a new one: one that waited may have died meanwhile.
    fn begin(&self, job: &Job) -> Result<(CompilerProcess, Instant), NoCompiler> {
        let idle = self.idle.lock().pop();
        if let Some(mut process) = idle
            && process.send(job).is_ok()
        {
            return Ok((process, Instant::now()));
        }
        let mut process = self.start()?;
        process.send(job)?;
        Ok((process, Instant::now()))
    }

    fn finish(&self, mut process: CompilerProcess, deadline: Instant) -> Attempt {
        let attempt = match process.wait(deadline) {
            Waited::Nothing => Attempt::TookTooLong,
            Waited::Readable => match process.receive(deadline) {
                Ok(reply) => Attempt::Replied(reply),
                Err(error) => {
                    tracing::warn!(%error, "a compiler process ended");
                    Attempt::Died
                }
            },
        };
        match &attempt {
            Attempt::Replied(reply) if reply.stays && process.may_stay() => self.keep(process),
            _ => {
                drop(process);
                self.replace();
            }
        }
        attempt
    }

    fn keep(&self, process: CompilerProcess) {
        let mut idle = self.idle.lock();
        if idle.len() < self.lanes.fast_places().min(IDLE_MAX) {
            idle.push(process);
        }
    }

    /// After a process has ended: the next job finds one that waits. The caller who pays for it is the one whose job it was.
    fn replace(&self) {
        if let Err(error) = self.prepare() {
            tracing::warn!("{error}");
        }
    }

    fn start(&self) -> Result<CompilerProcess, NoCompiler> {
        match &self.spawn {
            Some(spawn) => Ok(CompilerProcess::new(spawn()?)?),
            None => Err(io::Error::other("this process compiles by itself").into()),
        }
    }

    fn compiled(&self, reply: CompileReply, source: &FunctionSource) -> Compiled {
        match reply.outcome {
            Outcome::Version(bytes) => match version_of(&bytes, source) {
                Ok(version) => Compiled { outcome: Ok(version), watched: reply.watched },
                Err(why) => failed(Diagnostic::new(CompileErrorKind::Internal, why), source, reply.watched),
            },
            Outcome::Error(error) => Compiled { outcome: Err(error), watched: reply.watched },
            Outcome::Limit(reached) => failed(limits::error(&self.limits, reached), source, reply.watched),
        }
    }
}

/// The outcome of one attempt.
enum Attempt {
    Replied(CompileReply),
    TookTooLong,
    Died,
}

/// The version in a reply. Its id is computed again here: no process that has read a tenant's source has a say in the name of a version.
fn version_of(bytes: &[u8], source: &FunctionSource) -> Result<Version, String> {
    let version = decode_compiled(bytes, &source.name)?;
    match version_id(&version.manifest, &version.entry, &version.modules, version.node, version.hint, &version.files) == version.id {
        true => Ok(version),
        false => Err("the compiler process named a version by an id that is not its own".to_owned()),
    }
}

/// A failure of which the compiler process may not have told what it had read: the function's own path and its manifest are watched at least.
fn failed(diagnostic: Diagnostic, source: &FunctionSource, mut watched: BTreeSet<PathBuf>) -> Compiled {
    watched.extend([source.path.clone(), source.path.join(MANIFEST_FILE)]);
    Compiled { outcome: Err(CompileError::from(diagnostic)), watched }
}
