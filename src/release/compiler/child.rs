//! The inside of a compiler process: jobs come in, replies go out, and a second thread watches the limits.
//!
//! `main` calls [`run_if_child`] before anything else. There is no V8 here, no log and no configuration; a job says everything.
//!
//! Invariant: a job that exceeds a limit is replied to with the limit, and ends the process; a process whose owner has exited ends within
//! `WATCH_EVERY`.
#![allow(clippy::disallowed_methods, reason = "the owner names itself in the environment")]

use std::io::{self, BufReader};
use std::os::unix::net::UnixStream;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::Mutex;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::time::{ClockId, clock_gettime};

use super::frame::{CompileReply, Job, Outcome};
use super::limits::{OUTPUT_BYTES_MAX, ReachedLimit};
use crate::release::compile::{self, CompileErrorKind, Diagnostic};
use crate::release::source::Disk;
use crate::release::store::encode;
use crate::sys::process_memory::ProcessMemory;
use crate::sys::{exit, helper_process, malloc};

/// How often the limits are compared. Memory grows by some megabytes meanwhile.
const WATCH_EVERY: Duration = Duration::from_millis(2);

/// A process that holds more than this after a job gives it back by ending.
const KEPT_BYTES_MAX: u64 = 64 << 20;

/// The job that runs, for the watching thread; taken by the thread that replies.
type Running = Arc<Mutex<Option<(Job, Disk)>>>;

/// Compiles until the owner is gone, if this process was started as a compiler process. Returns the exit code.
pub fn run_if_child() -> Option<i32> {
    let owner = std::env::var(helper_process::VARIABLE).ok()?;
    // The reply reports a panic of the parser as an error. Standard error leads nowhere.
    std::panic::set_hook(Box::new(|_| {}));
    Some(match run(&owner) {
        Ok(()) => 0,
        Err(_) => 1,
    })
}

fn run(owner: &str) -> io::Result<()> {
    let socket = UnixStream::from(helper_process::confine(owner)?);
    malloc::bound();
    let memory = Arc::new(ProcessMemory::open()?);
    let mut jobs = BufReader::new(socket.try_clone()?);
    while let Some(job) = Job::read(&mut jobs)? {
        let mut replies = socket.try_clone()?;
        match compile(job, &socket, &memory)? {
            Some(reply) => reply.write(&mut replies)?,
            // The watching thread replies, and ends the process.
            None => loop {
                std::thread::park();
            },
        }
    }
    Ok(())
}

/// Does a job; `None` if a limit was reached meanwhile.
fn compile(job: Job, socket: &UnixStream, memory: &Arc<ProcessMemory>) -> io::Result<Option<CompileReply>> {
    let (root, source) = (job.root().to_owned(), job.source());
    let disk = match Disk::open(&root) {
        Ok(disk) => disk,
        Err(error) => {
            let outcome = Outcome::Error(compile::unreadable_directory(&error));
            return Ok(Some(CompileReply { watched: [source.path].into(), stays: true, outcome }));
        }
    };
    let running: Running = Arc::new(Mutex::new(Some((job, disk.clone()))));
    let watch = Watch { running: running.clone(), socket: socket.try_clone()?, memory: memory.clone(), began: cpu_time() };
    std::thread::Builder::new().name("limits".to_owned()).stack_size(256 << 10).spawn(move || watch.run())?;
    let outcome = match compile::compile_on(&disk, &source) {
        Ok(version) => match encode(&version) {
            Ok(bytes) if bytes.len() > OUTPUT_BYTES_MAX => Outcome::Limit(ReachedLimit::Output(bytes.len() as u64)),
            Ok(bytes) => Outcome::Version(bytes),
            Err(why) => Outcome::Error(Diagnostic::new(CompileErrorKind::Manifest, why).into()),
        },
        Err(error) => Outcome::Error(error),
    };
    if running.lock().take().is_none() {
        return Ok(None);
    }
    Ok(Some(CompileReply { watched: disk.recorded(), stays: is_small(memory), outcome }))
}

/// Whether the process has given back what the job took.
fn is_small(memory: &ProcessMemory) -> bool {
    let is_small = || memory.anonymous_bytes().is_ok_and(|bytes| bytes <= KEPT_BYTES_MAX);
    is_small() || {
        malloc::give_back();
        is_small()
    }
}

/// Watches one job.
struct Watch {
    running: Running,
    socket: UnixStream,
    memory: Arc<ProcessMemory>,
    /// CPU time of the process when the job began.
    began: Duration,
}

impl Watch {
    fn run(mut self) {
        loop {
            if self.owner_is_gone() {
                exit::now(1);
            }
            let mut running = self.running.lock();
            let Some((job, _)) = running.as_ref() else { return };
            let used = cpu_time().saturating_sub(self.began).as_millis() as u64;
            let bytes = self.memory.anonymous_bytes().unwrap_or(0);
            let reached = if bytes > job.memory_bytes {
                ReachedLimit::Memory(bytes)
            } else if used > job.cpu_ms {
                ReachedLimit::Cpu(used)
            } else {
                continue;
            };
            let Some((_, disk)) = running.take() else { return };
            let reply = CompileReply { watched: disk.recorded(), stays: false, outcome: Outcome::Limit(reached) };
            // An owner that is gone needs no reply.
            let _ = reply.write(&mut self.socket);
            exit::now(0);
        }
    }

    /// Waits for `WATCH_EVERY`, or for the owner's exit.
    fn owner_is_gone(&self) -> bool {
        let timeout = Timespec { tv_sec: 0, tv_nsec: i64::from(WATCH_EVERY.subsec_nanos()) };
        let mut polled = [PollFd::new(&self.socket, PollFlags::empty())];
        match poll(&mut polled, Some(&timeout)) {
            Ok(0) | Err(_) => false,
            Ok(_) => true,
        }
    }
}

/// CPU time of the process.
fn cpu_time() -> Duration {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    Duration::new(u64::try_from(time.tv_sec).unwrap_or(0), u32::try_from(time.tv_nsec).unwrap_or(0))
}
